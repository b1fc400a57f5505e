using System.Text.Json.Nodes;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>What no single member shows: rules between members. They run only on a body that fits the schema.</summary>
internal static class JobRules
{
    /// <summary>Null when MediaConvert would take the job, else the message of its 400.</summary>
    public static string? Validate(JsonObject request)
    {
        List<string> complaints = [];
        JobSchema.Request.Check("", request, complaints);
        if (request["settings"] is { } settings) JobSchema.Settings.Check("", settings, complaints);
        if (complaints.Count == 0) CheckGroups(request["settings"]!.AsObject(), complaints);
        return complaints.Count == 0 ? null : string.Join(". ", complaints);
    }

    private static void CheckGroups(JsonObject settings, List<string> complaints)
    {
        if (settings["inputs"]!.AsArray().Count > 1) complaints.Add("/inputs: The local cloud takes one input");
        var groups = settings["outputGroups"]!.AsArray();
        HashSet<string> names = [];
        for (var g = 0; g < groups.Count; g++)
        {
            var (group, path) = (groups[g]!.AsObject(), $"/outputGroups/{g}");
            var type = (string)group["outputGroupSettings"]!["type"]!;
            var member = type == "HLS_GROUP_SETTINGS" ? "hlsGroupSettings" : "fileGroupSettings";
            if (group["outputGroupSettings"]![member] is not { } own)
            {
                complaints.Add($"{path}/outputGroupSettings: {member} is a required property");
                continue;
            }

            var outputs = group["outputs"]!.AsArray();
            for (var o = 0; o < outputs.Count; o++)
            {
                var (output, outputPath) = (outputs[o]!.AsObject(), $"{path}/outputs/{o}");
                if (outputs.Count > 1 && output["nameModifier"] is null) complaints.Add($"{outputPath}: nameModifier is a required property when an output group has more than one output");
                if (!names.Add($"{(string?)own["destination"]}{(string?)output["nameModifier"]}")) complaints.Add($"{outputPath}/nameModifier: Two outputs would write the same files");
                CheckOutput(output, outputPath, type == "HLS_GROUP_SETTINGS", complaints);
            }
        }

        if (!groups.SelectMany(group => group!["outputs"]!.AsArray()).Any(output => (string?)output!["containerSettings"]!["container"] != "RAW"))
            complaints.Add("/outputGroups: A job of frame captures only is not allowed; add an output with video or audio");
    }

    private static void CheckOutput(JsonObject output, string path, bool hls, List<string> complaints)
    {
        var container = (string)output["containerSettings"]!["container"]!;
        if (hls != (container == "M3U8")) complaints.Add($"{path}/containerSettings/container: {container} is not allowed in this output group");
        var (video, audio, captions) = (output["videoDescription"], output["audioDescriptions"], output["captionDescriptions"]);
        if (video is null && audio is null && captions is null) complaints.Add($"{path}: An output must have a video, audio or captions description");
        if (captions is not null && (video is not null || audio is not null)) complaints.Add($"{path}/captionDescriptions: WebVTT captions must be in an output of their own");
        if (hls && audio is not null && video is null) complaints.Add($"{path}: The local cloud makes no audio-only outputs");
        if (audio?.AsArray().Count > 1) complaints.Add($"{path}/audioDescriptions: The local cloud makes one audio track for each output");
        if (video is null) return;

        var (codec, codecPath) = ((string)video["codecSettings"]!["codec"]!, $"{path}/videoDescription/codecSettings");
        if (hls != (codec == "H_264")) complaints.Add($"{codecPath}/codec: {codec} is not allowed in this output group");
        foreach (var side in (string[])["width", "height"])
        {
            if (video[side] is { } length && length.GetValue<int>() % 2 == 1) complaints.Add($"{path}/videoDescription/{side}: Should be an even number");
        }

        if (codec == "H_264") CheckRate(video["codecSettings"]!["h264Settings"], $"{codecPath}/h264Settings", complaints);
        if (codec == "FRAME_CAPTURE" && audio is not null) complaints.Add($"{path}/audioDescriptions: A frame capture has no audio");
    }

    /// <summary>QVBR takes maxBitrate and no bitrate; CBR takes bitrate; VBR takes both (the model's comments on H264Settings).</summary>
    private static void CheckRate(JsonNode? settings, string path, List<string> complaints)
    {
        var mode = (string?)settings?["rateControlMode"] ?? "VBR";
        var (bitrate, max, qvbr) = (settings?["bitrate"], settings?["maxBitrate"], settings?["qvbrSettings"]);
        if (mode == "QVBR")
        {
            if (max is null) complaints.Add($"{path}: maxBitrate is a required property when rateControlMode is QVBR");
            if (bitrate is not null) complaints.Add($"{path}/bitrate: Should not be set when rateControlMode is QVBR");
            if (qvbr?["maxAverageBitrate"] is not null && (string?)settings!["qualityTuningLevel"] != "MULTI_PASS_HQ")
                complaints.Add($"{path}/qvbrSettings/maxAverageBitrate: Is allowed only with qualityTuningLevel MULTI_PASS_HQ");
        }
        else
        {
            if (bitrate is null) complaints.Add($"{path}: bitrate is a required property when rateControlMode is {mode}");
            if (qvbr is not null) complaints.Add($"{path}/qvbrSettings: Is allowed only when rateControlMode is QVBR");
            if (mode == "VBR" && max is not null && bitrate is not null && max.GetValue<int>() < bitrate.GetValue<int>()) complaints.Add($"{path}/maxBitrate: Should not be less than bitrate");
        }

        if ((string?)settings?["framerateControl"] == "SPECIFIED" && (settings["framerateNumerator"] is null || settings["framerateDenominator"] is null))
            complaints.Add($"{path}: framerateNumerator and framerateDenominator are required properties when framerateControl is SPECIFIED");
    }
}
