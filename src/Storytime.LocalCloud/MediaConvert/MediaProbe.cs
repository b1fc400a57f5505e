using System.Globalization;
using System.Text.Json;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>Reads a file by ffprobe.</summary>
internal static class MediaProbe
{
    /// <summary>Containers that MediaConvert takes. A list, because ffmpeg would also take playlists and scripts, which name other files.</summary>
    public const string Containers = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mxf,asf,flv,ogg,wav,mp3,flac,aac,ac3";

    /// <summary>Only local files: an upload must not make ffmpeg call anybody.</summary>
    public static readonly string[] SafeInput = ["-protocol_whitelist", "file,pipe", "-format_whitelist", Containers];

    private static readonly Dictionary<string, string> Codecs = new(StringComparer.Ordinal)
    {
        ["h264"] = "AVC",
        ["hevc"] = "HEVC",
        ["mpeg4"] = "MP4V",
        ["mpeg2video"] = "MPEG2",
        ["mpeg1video"] = "MPEG1",
        ["vp8"] = "VP8",
        ["vp9"] = "VP9",
        ["av1"] = "AV1",
        ["prores"] = "PRORES",
        ["mjpeg"] = "MJPEG",
        ["dnxhd"] = "VC3",
        ["vc1"] = "VC1",
        ["theora"] = "THEORA",
        ["qtrle"] = "QTRLE",
        ["rawvideo"] = "UNCOMPRESSED",
        ["dvvideo"] = "DV",
        ["h263"] = "H263",
        ["aac"] = "AAC",
        ["mp3"] = "MP3",
        ["mp2"] = "MP2",
        ["ac3"] = "AC3",
        ["eac3"] = "EAC3",
        ["flac"] = "FLAC",
        ["opus"] = "OPUS",
        ["vorbis"] = "VORBIS",
        ["wmav2"] = "WMA2",
        ["amr_nb"] = "AMR",
    };

    /// <exception cref="JobFailure">The file is no media file, or a broken one; the message names the reason.</exception>
    public static async Task<MediaInfo> ReadAsync(string file, S3Location source, CancellationToken ct)
    {
        using var process = await ChildProcesses.StartAsync("ffprobe", ["-v", "error", .. SafeInput, "-show_format", "-show_streams", "-of", "json", "-i", file]);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await ChildProcesses.WaitAsync(process, ct);
        var (json, complaint) = (await output, (await error).Trim());
        if (process.ExitCode != 0) throw CannotOpen(source, complaint);
        using var document = JsonDocument.Parse(json);
        return Read(document.RootElement);
    }

    /// <summary>MediaConvert wraps the reason in the same way.</summary>
    private static JobFailure CannotOpen(S3Location source, string complaint)
    {
        if (complaint.Contains("moov atom not found", StringComparison.Ordinal))
            return new(JobFailure.Truncated, $"Unable to open input file [{source}]: [Failed probe/open: [The file is truncated: its index (moov atom) was not found]]");
        return new(JobFailure.CannotOpen, $"Unable to open input file [{source}]: [Failed probe/open: [The file is not a video file of a supported container]]");
    }

    private static MediaInfo Read(JsonElement root)
    {
        var format = root.GetProperty("format");
        List<Track> tracks = [];
        foreach (var stream in root.GetProperty("streams").EnumerateArray()) tracks.Add(ReadTrack(stream));
        var duration = Number(format, "duration") ?? tracks.Select(track => track.Duration ?? 0).DefaultIfEmpty().Max();
        return new MediaInfo(FormatOf(format, tracks), duration, (long)(Number(format, "bit_rate") ?? 0), tracks);
    }

    private static Track ReadTrack(JsonElement stream)
    {
        var name = Text(stream, "codec_name") ?? "unknown";
        var cover = stream.TryGetProperty("disposition", out var disposition) && disposition.TryGetProperty("attached_pic", out var picture) && picture.GetInt32() == 1;
        var kind = Text(stream, "codec_type") switch
        {
            "video" when !cover => TrackKind.Video,
            "audio" => TrackKind.Audio,
            _ => TrackKind.Data,
        };
        var language = stream.TryGetProperty("tags", out var tags) ? Text(tags, "language") : null;
        return new Track(stream.GetProperty("index").GetInt32(), kind, Codecs.GetValueOrDefault(name) ?? (name.StartsWith("pcm_", StringComparison.Ordinal) ? "PCM" : "UNKNOWN"))
        {
            Duration = Number(stream, "duration"),
            BitRate = (long?)Number(stream, "bit_rate"),
            Language = language is null or "und" ? null : language,
            Width = (int)(Number(stream, "width") ?? 0),
            Height = (int)(Number(stream, "height") ?? 0),
            FrameRate = kind == TrackKind.Video ? FrameRateOf(stream) : null,
            SampleAspect = Fraction.Parse(Text(stream, "sample_aspect_ratio")),
            Rotation = RotationOf(stream),
            Channels = (int)(Number(stream, "channels") ?? 0),
            ChannelLayout = Text(stream, "channel_layout"),
            SampleRate = (int)(Number(stream, "sample_rate") ?? 0),
        };
    }

    /// <summary>Phones record variable rates; the average is what a constant-rate output should have, unless it is nonsense.</summary>
    private static Fraction? FrameRateOf(JsonElement stream)
    {
        var (average, real) = (Fraction.Parse(Text(stream, "avg_frame_rate")), Fraction.Parse(Text(stream, "r_frame_rate")));
        return average is { Value: >= 1 and <= 120 } ? average : real is { Value: >= 1 and <= 120 } ? real : null;
    }

    /// <summary>ffprobe tells the display matrix counter-clockwise.</summary>
    private static int RotationOf(JsonElement stream)
    {
        if (!stream.TryGetProperty("side_data_list", out var list)) return 0;
        foreach (var data in list.EnumerateArray())
        {
            if (Number(data, "rotation") is { } degrees) return (int)Math.Round(((-degrees % 360) + 360) % 360);
        }

        return 0;
    }

    private static string FormatOf(JsonElement format, List<Track> tracks)
    {
        var name = Text(format, "format_name") ?? "";
        var brand = format.TryGetProperty("tags", out var tags) ? Text(tags, "major_brand") ?? "" : "";
        if (name.StartsWith("mov,", StringComparison.Ordinal))
            return brand.StartsWith("qt", StringComparison.Ordinal) ? "quicktime" : brand.StartsWith("3g2", StringComparison.Ordinal) ? "three_g2" : brand.StartsWith("3g", StringComparison.Ordinal) ? "three_gp" : "mp4";
        if (name.StartsWith("matroska", StringComparison.Ordinal)) return tracks.All(track => track.Codec is "VP8" or "VP9" or "AV1" or "OPUS" or "VORBIS") ? "webm" : "matroska";
        return name switch { "mpeg" => "mpegps", "wav" => "wave", _ => name };
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

    private static double? Number(JsonElement element, string name) =>
        double.TryParse(Text(element, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
