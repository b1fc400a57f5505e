using System.Globalization;
using System.Text.Json.Nodes;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>The plan as one ffmpeg command: the input is decoded once, split, and scaled for each output. Files get plain numbers as names
/// (<c>h0/1_00001.ts</c>), so that no character of a destination can mean something to ffmpeg.</summary>
internal static class FfmpegArguments
{
    public static string RenditionName(int group, int rendition) => $"h{group}_{rendition}";

    public static string CaptureName(int group, int capture) => $"c{group}_{capture}";

    public static List<string> Build(TranscodePlan plan, string input, string folder, double duration)
    {
        List<string> arguments = ["-hide_banner", "-nostdin", "-y", "-v", "error", "-progress", "pipe:1", "-stats_period", "0.5", .. MediaProbe.SafeInput];
        if (!plan.AutoRotate) arguments.Add("-noautorotate");
        arguments.AddRange(["-i", input]);
        if (plan.Hls.SelectMany(group => group.Renditions).Any(rendition => rendition.Audio is { Stream: null }))
            arguments.AddRange(["-f", "lavfi", "-t", Text(duration), "-i", "anullsrc=r=48000:cl=stereo"]);

        List<string> filters = [];
        List<string> outputs = [];
        for (var g = 0; g < plan.Hls.Count; g++)
        {
            for (var r = 0; r < plan.Hls[g].Renditions.Count; r++)
            {
                var name = RenditionName(g, r);
                filters.Add($"[{filters.Count}]{plan.Hls[g].Renditions[r].Picture.Filter},format=yuv420p[{name}]");
                outputs.AddRange(RenditionOutput(plan, plan.Hls[g], plan.Hls[g].Renditions[r], name, folder));
            }
        }

        for (var g = 0; g < plan.Captures.Count; g++)
        {
            for (var c = 0; c < plan.Captures[g].Count; c++)
            {
                var (capture, name) = (plan.Captures[g][c], CaptureName(g, c));
                // A hair less than the interval: timestamps are multiples of a frame, the interval need not be.
                var every = Text(capture.IntervalSeconds - 0.001);
                filters.Add($"[{filters.Count}]select='lt(selected_n\\,{capture.Most})*(isnan(prev_selected_t)+gte(t-prev_selected_t\\,{every}))',{capture.Picture.Filter},format=yuvj420p[{name}]");
                outputs.AddRange(["-map", $"[{name}]", "-c:v", "mjpeg", "-q:v", $"{Math.Clamp((int)Math.Round(2 + ((100 - capture.Quality) / 6.0)), 2, 20)}", "-vsync", "passthrough", "-f", "image2", "-start_number", "0", Path.Combine(folder, $"{name}.%07d.jpg")]);
            }
        }

        // A constant rate that begins at zero makes key frames fall on the same instants in every rendition.
        var first = $"[0:{plan.VideoStream}]{(plan.Rotation is { } rotation ? rotation + "," : "")}fps={plan.FrameRate.Numerator}/{plan.FrameRate.Denominator}:start_time=0,split={filters.Count}{string.Concat(Enumerable.Range(0, filters.Count).Select(i => $"[{i}]"))}";
        return [.. arguments, "-filter_complex", string.Join(';', filters.Prepend(first)), .. outputs];
    }

    private static List<string> RenditionOutput(TranscodePlan plan, HlsGroup group, Rendition rendition, string name, string folder)
    {
        var gop = plan.GopSeconds(rendition.H264);
        var frames = Math.Max(1, (int)Math.Ceiling(gop * plan.FrameRate.Value - 0.001));
        List<string> output =
        [
            // superfast takes two thirds of the time of veryfast and is still High profile; a laptop makes six demo books at the first start.
            "-map", $"[{name}]", "-c:v", "libx264", "-preset", "superfast", "-profile:v", Profile(rendition.H264), .. Level(rendition.H264), .. Rate(rendition.H264),
            // Scene cuts must not move key frames: all renditions need the same ones.
            "-g", $"{frames}", "-keyint_min", $"{frames}", "-sc_threshold", "0", "-force_key_frames", $"expr:gte(t,n_forced*{Text(gop)})",
        ];
        if (rendition.Audio is { } audio)
        {
            output.AddRange(["-map", audio.Stream is { } stream ? $"0:{stream}" : "1:0", "-c:a", "aac", "-profile:a", "aac_low", "-b:a", $"{audio.Bitrate}", "-ar", $"{audio.SampleRate}", "-ac", $"{audio.Channels}", "-af", "aresample=async=1:first_pts=0"]);
        }

        // The default repeats PAT and PMT ten times a second: 30 kb/s, too much for a variant of at most 192.
        output.AddRange(["-f", "hls", "-hls_time", Text(group.SegmentSeconds), "-hls_playlist_type", "vod", "-hls_segment_options", "pat_period=1:sdt_period=10", "-start_number", "1", "-hls_segment_filename", Path.Combine(folder, $"{name}_%05d.ts"), Path.Combine(folder, $"{name}.m3u8")]);
        return output;
    }

    private static string Profile(JsonObject h264) => (string?)h264["codecProfile"] switch
    {
        "HIGH" => "high",
        "BASELINE" => "baseline",
        _ => "main",
    };

    private static string[] Level(JsonObject h264) => (string?)h264["codecLevel"] is { } level && level.StartsWith("LEVEL_", StringComparison.Ordinal)
        ? ["-level:v", level["LEVEL_".Length..].Replace('_', '.')]
        : [];

    /// <summary>QVBR's quality becomes x264's rate factor under the cap of maxBitrate. A small buffer keeps each segment near the cap, the more so for the variant
    /// that Apple wants below 192 kb/s.</summary>
    private static string[] Rate(JsonObject h264)
    {
        var (bitrate, max) = ((long?)h264["bitrate"], (long?)h264["maxBitrate"]);
        var ceiling = max ?? bitrate ?? 5_000_000;
        var buffer = (long?)h264["hrdBufferSize"] is > 0 and var size ? size : ceiling < 500_000 ? ceiling / 2 : ceiling;
        string[] cap = ["-maxrate", $"{ceiling}", "-bufsize", $"{buffer}"];
        return (string?)h264["rateControlMode"] switch
        {
            "QVBR" => ["-crf", Text(31 - ((double?)h264["qvbrSettings"]?["qvbrQualityLevel"] ?? 7) - ((double?)h264["qvbrSettings"]?["qvbrQualityLevelFineTune"] ?? 0)), .. cap],
            "CBR" => ["-b:v", $"{bitrate}", "-minrate", $"{bitrate}", .. cap],
            _ => ["-b:v", $"{bitrate}", .. cap],
        };
    }

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
