using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Videos;

/// <summary>Short films made on the spot; each is made once in a run.</summary>
internal static class TestVideos
{
    private static readonly string _folder = Directory.CreateTempSubdirectory("storytime-films-").FullName;
    private static readonly Lazy<string> _broken = new(() =>
    {
        var path = Path.Combine(_folder, "story.mp4");
        File.WriteAllBytes(path, [.. Mp4Start, .. "Once upon a time there was a text that wanted to be a film.\n"u8]);
        return path;
    });
    private static readonly Lazy<Task<string>> _landscape = Film("landscape.mp4", 1920, 1080, 7, sound: true);
    private static readonly Lazy<Task<string>> _mov = Film("film.mov", 1280, 720, 3, sound: true);
    private static readonly Lazy<Task<string>> _vertical = Film("vertical.mp4", 1080, 1920, 3, sound: true);
    private static readonly Lazy<Task<string>> _silent = Film("silent.mp4", 854, 480, 3, sound: false);
    private static readonly Lazy<Task<string>> _tiny = Film("tiny.mp4", 160, 120, 2, sound: true);

    static TestVideos() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(_folder, recursive: true);

    public static Task<string> Landscape1080p => _landscape.Value;

    public static Task<string> Mov720p => _mov.Value;

    public static Task<string> Vertical => _vertical.Value;

    public static Task<string> Silent => _silent.Value;

    public static Task<string> Tiny => _tiny.Value;

    /// <summary>What an MP4 file begins with: its first box, with the brand isom (ISO/IEC 14496-12).</summary>
    public static byte[] Mp4Start => [0, 0, 0, 20, .. "ftypisom"u8, 0, 0, 2, 0, .. "isom"u8];

    /// <summary>Begins as a film does, and is none.</summary>
    public static string Broken => _broken.Value;

    public static async Task<string> SoundOnlyAsync()
    {
        var path = Path.Combine(_folder, "sound.mp4");
        await RunAsync("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-c:a", "aac", path);
        return path;
    }

    public static async Task<JsonNode> ProbeAsync(string path) => JsonNode.Parse(
        await RunAsync("ffprobe", "-v", "error", "-show_entries", "stream=codec_type,codec_name,width,height:format=duration", "-of", "json", path))!;

    private static Lazy<Task<string>> Film(string name, int width, int height, int seconds, bool sound) => new(async () =>
    {
        var path = Path.Combine(_folder, name);
        string[] picture = ["-f", "lavfi", "-i", $"testsrc2=size={width}x{height}:rate=24:duration={seconds}"];
        string[] tone = sound ? ["-f", "lavfi", "-i", $"sine=frequency=440:duration={seconds}", "-c:a", "aac", "-b:a", "96k"] : [];
        await RunAsync("ffmpeg", ["-v", "error", "-y", .. picture, .. tone, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path]);
        return path;
    });

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await error);
        return await output;
    }
}
