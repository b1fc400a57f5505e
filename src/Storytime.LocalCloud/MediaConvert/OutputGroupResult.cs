using System.Text.Json.Nodes;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>What one output group became; paths are s3:// URLs.</summary>
internal sealed record OutputGroupResult(string Type, string? Playlist, IReadOnlyList<OutputResult> Outputs)
{
    /// <summary>https://docs.aws.amazon.com/mediaconvert/latest/ug/ev_status_complete.html</summary>
    public JsonObject ToEvent()
    {
        var group = new JsonObject { ["outputDetails"] = new JsonArray([.. Outputs.Select(output => output.ToEvent())]) };
        if (Playlist is not null) group["playlistFilePaths"] = new JsonArray(Playlist);
        group["type"] = Type;
        return group;
    }

    public JsonObject ToGetJob() => new() { ["outputDetails"] = new JsonArray([.. Outputs.Select(output => output.ToGetJob())]) };
}

/// <summary>One output; no sizes for captions, no average for frame captures. <c>AverageBitrate</c> is in bits per second.</summary>
internal sealed record OutputResult(string FilePath, long DurationInMs, int? Width, int? Height, int? AverageBitrate)
{
    public JsonObject ToEvent()
    {
        var output = new JsonObject { ["outputFilePaths"] = new JsonArray(FilePath), ["durationInMs"] = DurationInMs };
        if (VideoDetails() is not { } video) return output;
        if (AverageBitrate is { } bitrate)
        {
            video["averageBitrate"] = bitrate;
            // The service measures these; x264 tells nothing like it, so they are plausible constants.
            video["qvbrAvgQuality"] = 7.9;
            video["qvbrMinQuality"] = 7.33;
            video["qvbrMaxQuality"] = 8.0;
            video["qvbrMinQualityLocation"] = 0;
            video["qvbrMaxQualityLocation"] = 0;
        }

        output["videoDetails"] = video;
        return output;
    }

    public JsonObject ToGetJob()
    {
        var output = new JsonObject { ["durationInMs"] = DurationInMs };
        if (VideoDetails() is { } video) output["videoDetails"] = video;
        return output;
    }

    private JsonObject? VideoDetails() => Width is null ? null : new JsonObject { ["widthInPx"] = Width, ["heightInPx"] = Height };
}
