using System.Text.Json.Nodes;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>
/// The captions of a job: a selector of the input that reads the WebVTT beside the master, and a rendition of their own in the HLS group.
/// https://docs.aws.amazon.com/mediaconvert/latest/ug/ttml-and-webvtt-output-captions.html
/// </summary>
internal static class JobCaptions
{
    private const string Words = "Captions Selector 1";

    /// <returns>Null for a film without captions.</returns>
    public static JsonObject? Selectors(VideoAsset asset, AwsOptions aws) => asset.CaptionsS3Key is not { } key ? null : new JsonObject
    {
        [Words] = new JsonObject
        {
            ["sourceSettings"] = new JsonObject
            {
                ["sourceType"] = "WEBVTT",
                ["fileSourceSettings"] = new JsonObject { ["sourceFile"] = $"s3://{aws.MasterBucket}/{key}" },
            },
        },
    };

    /// <summary>An output with nothing but captions, as WebVTT may not share one with picture or sound; none for a film without captions.</summary>
    public static IEnumerable<JsonObject> Outputs(VideoAsset asset)
    {
        if (asset.CaptionsLanguage is not { } tag)
            yield break;
        var language = CaptionLanguage.Of(tag);
        var captions = new JsonObject
        {
            ["captionSelectorName"] = Words,
            ["destinationSettings"] = new JsonObject
            {
                ["destinationType"] = "WEBVTT",
                ["webvttDestinationSettings"] = new JsonObject { ["accessibility"] = "DISABLED", ["stylePassthrough"] = "ENABLED" },
            },
        };
        if (language.Code is { } code)
            captions["languageCode"] = code;
        else
            captions["customLanguageCode"] = language.CustomCode;
        if (language.Name is { } name)
            captions["languageDescription"] = name;
        yield return new JsonObject
        {
            ["nameModifier"] = $"_{tag}",
            ["containerSettings"] = new JsonObject { ["container"] = "M3U8", ["m3u8Settings"] = new JsonObject() },
            ["captionDescriptions"] = new JsonArray(captions),
            ["outputSettings"] = new JsonObject { ["hlsSettings"] = new JsonObject() },
        };
    }
}
