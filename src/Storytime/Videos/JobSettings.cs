using System.Globalization;
using System.Text.Json.Nodes;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>
/// The body of CreateJob for an asset: a pure function. Names are lowerCamelCase on the wire.
/// https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html
/// </summary>
internal static class JobSettings
{
    public const string AssetKey = "videoAssetId";
    public const string BookKey = "bookId";
    public const string AttemptKey = "attempt";
    public const string MasterKey = "masterS3Key";

    private const string Sound = "Audio Selector 1";

    /// <summary>Apple wants a key frame every 2 seconds and segments of 6 (rules 1.13, 7.5).</summary>
    private const int GopSeconds = 2;
    private const int SegmentSeconds = 6;

    /// <summary>Largest shorter side of the pictures for poster and scrubbing.</summary>
    private const int ThumbnailSize = 720;

    public static JsonObject For(VideoAsset asset, MasterFacts master, AwsOptions aws)
    {
        var body = new JsonObject
        {
            ["clientRequestToken"] = asset.ClientRequestToken,
            ["role"] = aws.MediaConvertRole,
            ["priority"] = 0,
            ["statusUpdateInterval"] = "SECONDS_10",
            // Pro-tier price, and short books would fail with it (error 1042).
            ["accelerationSettings"] = new JsonObject { ["mode"] = "DISABLED" },
            // Comes back in every notice, and tells our jobs from those of others in the account.
            ["userMetadata"] = new JsonObject
            {
                [AssetKey] = asset.Id.ToString(CultureInfo.InvariantCulture),
                [BookKey] = asset.BookId.ToString(CultureInfo.InvariantCulture),
                [AttemptKey] = asset.Attempt.ToString(CultureInfo.InvariantCulture),
                [MasterKey] = asset.MasterS3Key,
            },
            ["tags"] = new JsonObject { ["app"] = "storytime" },
            ["settings"] = new JsonObject
            {
                ["timecodeConfig"] = new JsonObject { ["source"] = "ZEROBASED" },
                ["inputs"] = new JsonArray(Input(asset, master, aws)),
                ["outputGroups"] = new JsonArray(Hls(asset, master, aws), Thumbnails(asset, master, aws)),
            },
        };
        if (aws.MediaConvertQueue is { Length: > 0 } queue)
            body["queue"] = queue;
        return body;
    }

    private static JsonObject Input(VideoAsset asset, MasterFacts master, AwsOptions aws)
    {
        var input = new JsonObject
        {
            ["fileInput"] = $"s3://{aws.MasterBucket}/{asset.MasterS3Key}",
            ["timecodeSource"] = "ZEROBASED",
            ["videoSelector"] = new JsonObject { ["rotate"] = "AUTO" },
        };
        // A selector for sound that is not there fails the job (errors 1021, 1040).
        if (master.HasSound)
            input["audioSelectors"] = new JsonObject { [Sound] = new JsonObject { ["defaultSelection"] = "DEFAULT" } };
        if (JobCaptions.Selectors(asset, aws) is { } captions)
            input["captionSelectors"] = captions;
        return input;
    }

    private static JsonObject Hls(VideoAsset asset, MasterFacts master, AwsOptions aws) => new()
    {
        ["name"] = "Apple HLS",
        ["customName"] = "hls",
        ["outputGroupSettings"] = new JsonObject
        {
            ["type"] = "HLS_GROUP_SETTINGS",
            ["hlsGroupSettings"] = new JsonObject
            {
                // Location and base name: the main manifest becomes index.m3u8.
                ["destination"] = $"s3://{aws.OutputBucket}/{asset.HlsBasePath}index",
                ["segmentControl"] = "SEGMENTED_FILES",
                ["segmentLength"] = SegmentSeconds,
                ["segmentLengthControl"] = "GOP_MULTIPLE",
                ["minSegmentLength"] = 0,
                ["directoryStructure"] = "SINGLE_DIRECTORY",
                ["manifestDurationFormat"] = "FLOATING_POINT",
                // CloudFront compresses; a gzipped object would be handed out as it is.
                ["manifestCompression"] = "NONE",
                ["outputSelection"] = "MANIFESTS_AND_SEGMENTS",
                ["codecSpecification"] = "RFC_6381",
                ["streamInfResolution"] = "INCLUDE",
                ["clientCache"] = "ENABLED",
                ["programDateTime"] = "EXCLUDE",
                ["targetDurationCompatibilityMode"] = "SPEC_COMPLIANT",
                ["captionSegmentLengthControl"] = "MATCH_VIDEO",
            },
        },
        ["outputs"] = new JsonArray([.. Ladder.For(master).Select(rung => Rendition(rung, master)), .. JobCaptions.Outputs(asset)]),
    };

    private static JsonObject Rendition(Rung rung, MasterFacts master)
    {
        var h264 = new JsonObject
        {
            ["rateControlMode"] = "QVBR",
            ["qvbrSettings"] = new JsonObject { ["qvbrQualityLevel"] = rung.Quality },
            ["maxBitrate"] = rung.MaxVideoBitrate,
            ["qualityTuningLevel"] = "SINGLE_PASS_HQ",
            ["sceneChangeDetect"] = "TRANSITION_DETECTION",
            ["codecProfile"] = "HIGH",
            ["codecLevel"] = "AUTO",
            ["framerateControl"] = "INITIALIZE_FROM_SOURCE",
            ["gopSize"] = GopSeconds,
            ["gopSizeUnits"] = "SECONDS",
            ["gopClosedCadence"] = 1,
            ["interlaceMode"] = "PROGRESSIVE",
        };
        // A buffer of one second: otherwise a lively segment may go well above the peak that the cellular variant promises.
        if (rung.MaxVideoBitrate == Ladder.Cellular.MaxVideoBitrate)
            h264["hrdBufferSize"] = rung.MaxVideoBitrate;

        var video = Picture(rung.Size, master);
        video["scalingBehavior"] = "FIT";
        video["codecSettings"] = new JsonObject { ["codec"] = "H_264", ["h264Settings"] = h264 };
        var output = new JsonObject
        {
            ["nameModifier"] = $"_{rung.Name}",
            ["containerSettings"] = new JsonObject { ["container"] = "M3U8", ["m3u8Settings"] = new JsonObject() },
            ["videoDescription"] = video,
            // I-frame playlists must exist (Apple's rule 6.1).
            ["outputSettings"] = new JsonObject { ["hlsSettings"] = new JsonObject { ["iFrameOnlyManifest"] = "INCLUDE" } },
        };
        if (master.HasSound)
            output["audioDescriptions"] = new JsonArray(Aac(rung.AudioBitrate));
        return output;
    }

    private static JsonObject Aac(int bitrate) => new()
    {
        ["audioSourceName"] = Sound,
        ["codecSettings"] = new JsonObject
        {
            ["codec"] = "AAC",
            ["aacSettings"] = new JsonObject
            {
                ["bitrate"] = bitrate,
                ["codingMode"] = "CODING_MODE_2_0",
                ["sampleRate"] = 48000,
                ["codecProfile"] = "LC",
                ["rateControlMode"] = "CBR",
            },
        },
    };

    /// <summary>One picture at the start, then one every ten seconds; they hang below the HLS files, so the same cookies open them.</summary>
    private static JsonObject Thumbnails(VideoAsset asset, MasterFacts master, AwsOptions aws)
    {
        var video = Picture(Math.Min(ThumbnailSize, Ladder.For(master).Max(r => r.Size)), master);
        video["codecSettings"] = new JsonObject
        {
            ["codec"] = "FRAME_CAPTURE",
            ["frameCaptureSettings"] = new JsonObject
            {
                ["framerateNumerator"] = 1,
                ["framerateDenominator"] = 10,
                ["maxCaptures"] = 10,
                ["quality"] = 80,
            },
        };
        return new JsonObject
        {
            ["name"] = "File Group",
            ["customName"] = "thumbs",
            ["outputGroupSettings"] = new JsonObject
            {
                ["type"] = "FILE_GROUP_SETTINGS",
                ["fileGroupSettings"] = new JsonObject { ["destination"] = $"s3://{aws.OutputBucket}/{asset.HlsBasePath}thumbs/thumb" },
            },
            ["outputs"] = new JsonArray(new JsonObject
            {
                ["containerSettings"] = new JsonObject { ["container"] = "RAW" },
                ["videoDescription"] = video,
            }),
        };
    }

    /// <summary>Only the shorter side is given: MediaConvert finds the other one, even and in the master's own shape.</summary>
    private static JsonObject Picture(int size, MasterFacts master) => new() { [master.IsPortrait ? "width" : "height"] = size };
}
