using System.Globalization;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>Runs ffmpeg and follows its progress.</summary>
internal static class Transcoder
{
    /// <summary>The input's <paramref name="duration"/> is in seconds; <paramref name="progress"/> gets the part done, 0 to 1, and the number of frames.</summary>
    /// <exception cref="JobFailure">ffmpeg gave up; the message names the reason.</exception>
    public static async Task RunAsync(IReadOnlyList<string> arguments, double duration, S3Location source, Action<double, long> progress, CancellationToken ct)
    {
        using var process = await ChildProcesses.StartAsync("ffmpeg", arguments);
        var following = FollowAsync(process.StandardOutput, duration, progress);
        var complaining = LastLinesAsync(process.StandardError);
        await ChildProcesses.WaitAsync(process, ct);
        await following;
        var complaints = await complaining;
        if (process.ExitCode != 0) throw Failure(complaints, source);
    }

    private static async Task FollowAsync(StreamReader output, double duration, Action<double, long> progress)
    {
        long frames = 0;
        while (await output.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("frame=", StringComparison.Ordinal)) _ = long.TryParse(line["frame=".Length..].Trim(), CultureInfo.InvariantCulture, out frames);
            if (!line.StartsWith("out_time_us=", StringComparison.Ordinal)) continue;
            if (long.TryParse(line["out_time_us=".Length..], CultureInfo.InvariantCulture, out var microseconds) && duration > 0)
                progress(Math.Clamp(microseconds / 1e6 / duration, 0, 1), frames);
        }
    }

    /// <summary>A damaged file can make ffmpeg complain for each frame; the last words are those that matter.</summary>
    private static async Task<IReadOnlyCollection<string>> LastLinesAsync(StreamReader error)
    {
        var lines = new Queue<string>();
        while (await error.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
            if (lines.Count > 20) lines.Dequeue();
        }

        return lines;
    }

    private static JobFailure Failure(IReadOnlyCollection<string> complaints, S3Location source)
    {
        var all = string.Join(' ', complaints);
        if (all.Contains("Decoder (codec", StringComparison.Ordinal) || all.Contains("Unknown decoder", StringComparison.Ordinal))
            return new(JobFailure.UnsupportedCodec, $"A codec of the input file [{source}] is not supported.");
        if (all.Contains("Invalid data found", StringComparison.Ordinal) || all.Contains("Cannot determine format", StringComparison.Ordinal) || all.Contains("could not find codec parameters", StringComparison.OrdinalIgnoreCase))
            return new(JobFailure.Damaged, $"The input file [{source}] is damaged: it holds no picture that can be decoded.");
        return new(JobFailure.Internal, $"Internal error while transcoding [{source}]: {complaints.LastOrDefault() ?? "ffmpeg said nothing"}");
    }
}
