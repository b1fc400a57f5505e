using System.Text.Json.Nodes;
using Storytime.LocalCloud.S3;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>POST /2017-08-29/probe (https://docs.aws.amazon.com/mediaconvert/latest/apireference/probe.html).</summary>
internal static class ProbeAnswer
{
    public static JsonObject Of(MediaInfo info, ObjectMetadata file) => new()
    {
        ["container"] = new JsonObject
        {
            ["bitRate"] = info.BitRate,
            ["duration"] = info.Duration,
            ["format"] = info.Format,
            ["tracks"] = new JsonArray([.. info.Tracks.Select(TrackOf)]),
        },
        ["metadata"] = new JsonObject
        {
            ["eTag"] = $"\"{file.ETag}\"",
            ["fileSize"] = file.Size,
            ["lastModified"] = file.LastModified.ToUnixTimeSeconds(),
            ["mimeType"] = file.ContentType,
        },
        ["trackMappings"] = new JsonArray(new JsonObject
        {
            ["audioTrackIndexes"] = Indexes(info, TrackKind.Audio),
            ["dataTrackIndexes"] = Indexes(info, TrackKind.Data),
            ["videoTrackIndexes"] = Indexes(info, TrackKind.Video),
        }),
    };

    private static JsonArray Indexes(MediaInfo info, TrackKind kind) => new([.. info.Tracks.Where(track => track.Kind == kind).Select(track => JsonValue.Create(track.Stream + 1))]);

    /// <summary>Tracks are counted from 1.</summary>
    private static JsonObject TrackOf(Track track)
    {
        var wire = new JsonObject { ["index"] = track.Stream + 1, ["trackType"] = track.Kind.ToString().ToLowerInvariant(), ["codec"] = track.Codec };
        if (track.Duration is { } duration) wire["duration"] = duration;
        if (track.Kind == TrackKind.Video) wire["videoProperties"] = VideoOf(track);
        if (track.Kind == TrackKind.Audio) wire["audioProperties"] = AudioOf(track);
        return wire;
    }

    private static JsonObject VideoOf(Track track)
    {
        var video = new JsonObject { ["width"] = track.Width, ["height"] = track.Height, ["rotation"] = track.Rotation };
        if (track.BitRate is { } bitRate) video["bitRate"] = bitRate;
        if (track.FrameRate is { } rate) video["frameRate"] = Ratio(rate);
        if (track.SampleAspect is { } aspect) video["sampleAspectRatio"] = Ratio(aspect);
        return video;
    }

    private static JsonObject AudioOf(Track track)
    {
        var audio = new JsonObject { ["channels"] = track.Channels, ["sampleRate"] = track.SampleRate };
        if (track.BitRate is { } bitRate) audio["bitRate"] = bitRate;
        if (track.ChannelLayout is { } layout) audio["channelLayout"] = layout;
        if (track.Language is { } language) audio["languageCode"] = language;
        return audio;
    }

    private static JsonObject Ratio(Fraction fraction) => new() { ["numerator"] = fraction.Numerator, ["denominator"] = fraction.Denominator };
}
