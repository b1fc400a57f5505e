namespace Storytime.Tests.LocalCloud;

/// <summary>Short masters made on the spot by ffmpeg.</summary>
internal static class TestVideos
{
    public static async Task<byte[]> MakeAsync(
        int width = 1280, int height = 720, double seconds = 8, string rate = "24", bool sound = true, string container = "mp4", bool index = true, bool turned = false, bool picture = true)
    {
        var file = Path.Combine(Path.GetTempPath(), $"storytime-{Guid.NewGuid():N}.{container}");
        List<string> arguments = ["-v", "error", "-nostdin", "-y"];
        if (picture) arguments.AddRange(["-f", "lavfi", "-i", $"testsrc2=size={width}x{height}:rate={rate}:duration={seconds}"]);
        if (sound) arguments.AddRange(["-f", "lavfi", "-i", $"sine=frequency=440:sample_rate=44100:duration={seconds}"]);
        if (picture) arguments.AddRange(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]);
        if (sound) arguments.AddRange(["-c:a", "aac", "-b:a", "96k"]);
        if (index) arguments.AddRange(["-movflags", "+faststart"]);
        try
        {
            await Shell.RunAsync("ffmpeg", [.. arguments, file]);
            var bytes = await File.ReadAllBytesAsync(file);
            if (turned) Turn(bytes);
            return bytes;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Writes a quarter turn into the display matrix of the first track, as phones do; how to ask ffmpeg for it changes with its version.</summary>
    private static void Turn(Span<byte> file)
    {
        ReadOnlySpan<byte> upright = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
        ReadOnlySpan<byte> quarter = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0];
        var track = file[file.IndexOf("tkhd"u8)..];
        quarter.CopyTo(track[track.IndexOf(upright)..]);
    }
}
