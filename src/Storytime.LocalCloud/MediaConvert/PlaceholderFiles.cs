namespace Storytime.LocalCloud.MediaConvert;

/// <summary>What stands in for ffmpeg and ffprobe when <see cref="CloudOptions.TranscodeJobs"/> is off: every input counts as two seconds of 720p with sound, and every
/// rendition becomes the same small segment (64x36, silent), every capture the same picture.</summary>
internal static class PlaceholderFiles
{
    public static readonly MediaInfo Media = new("mp4", 2, 1_000_000,
    [
        new Track(0, TrackKind.Video, "AVC") { Duration = 2, BitRate = 900_000, Width = 1280, Height = 720, FrameRate = new Fraction(24, 1) },
        new Track(1, TrackKind.Audio, "AAC") { Duration = 2, BitRate = 96_000, Channels = 2, ChannelLayout = "stereo", SampleRate = 48_000 },
    ]);

    private static readonly byte[] Segment = Read("segment.ts"), Picture = Read("picture.jpg");

    /// <summary>Writes the files that ffmpeg would write.</summary>
    public static void Write(TranscodePlan plan, string folder)
    {
        foreach (var name in plan.Hls.SelectMany((group, g) => group.Renditions.Select((_, r) => FfmpegArguments.RenditionName(g, r))))
        {
            File.WriteAllBytes(Path.Combine(folder, $"{name}_00001.ts"), Segment);
            File.WriteAllText(Path.Combine(folder, $"{name}.m3u8"), $"#EXTM3U\n#EXTINF:2.000000,\n{name}_00001.ts\n");
        }

        foreach (var name in plan.Captures.SelectMany((group, g) => group.Select((_, c) => FfmpegArguments.CaptureName(g, c)))) File.WriteAllBytes(Path.Combine(folder, $"{name}.0000000.jpg"), Picture);
    }

    private static byte[] Read(string name)
    {
        using var resource = typeof(PlaceholderFiles).Assembly.GetManifestResourceStream($"placeholder/{name}")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
