using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Storytime.LocalCloud.S3;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>One caption; times in seconds.</summary>
internal sealed record Cue(double Start, double End, string Settings, string Text);

/// <summary>Sidecar captions (WebVTT or SRT) as segmented WebVTT.</summary>
internal static partial class Captions
{
    /// <summary>ffmpeg's MPEG-TS begins at 1.4 s (its muxing delay), in the 90 kHz clock; the map tells players that this instant is the captions' zero.</summary>
    private const string TimestampMap = "X-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="JobFailure">The file is missing, or is not what its selector says.</exception>
    public static IReadOnlyList<Cue> Read(ObjectStore store, CaptionOutput caption)
    {
        if (!store.TryOpen(caption.Source.Bucket, caption.Source.Key, out _, out var data))
            throw new JobFailure(JobFailure.NotFound, $"Unable to open captions file [{caption.Source}]: [The object does not exist (404)]");
        using var reader = new StreamReader(data, Utf8);
        try
        {
            return Parse(reader.ReadToEnd(), caption);
        }
        catch (DecoderFallbackException)
        {
            throw Broken(caption, "it is not UTF-8 text");
        }
    }

    public static IReadOnlyList<(string Text, double Seconds)> Segment(IReadOnlyList<Cue> cues, double length, double duration)
    {
        List<(string, double)> segments = [];
        for (double start = 0; start < duration || segments.Count == 0; start += length)
        {
            var end = Math.Min(start + length, duration);
            var text = new StringBuilder($"WEBVTT\n{TimestampMap}\n");
            // A cue that crosses a boundary stands in both segments, with its own times; players show it once.
            foreach (var cue in cues.Where(cue => cue.End > start && cue.Start < end)) text.Append(CultureInfo.InvariantCulture, $"\n{Clock(cue.Start)} --> {Clock(cue.End)}{cue.Settings}\n{cue.Text}\n");
            segments.Add((text.ToString(), Math.Max(end - start, 0.001)));
        }

        return segments;
    }

    private static List<Cue> Parse(string source, CaptionOutput caption)
    {
        var text = source.TrimStart('\uFEFF').ReplaceLineEndings("\n");
        if (caption.IsWebVtt && !Header().IsMatch(text)) throw Broken(caption, "it does not begin with WEBVTT");
        List<Cue> cues = [];
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (block.Split('\n').FirstOrDefault(line => line.Contains("-->", StringComparison.Ordinal) && !Timing().IsMatch(line)) is { } wrong) throw Broken(caption, $"\"{wrong.Trim()}\" is no timing of a cue");
            var lines = block.Split('\n').SkipWhile(line => !Timing().IsMatch(line)).ToList();
            if (lines.Count < 2) continue;
            var timing = Timing().Match(lines[0]);
            cues.Add(new Cue(Seconds(timing.Groups[1].Value) + caption.DeltaSeconds, Seconds(timing.Groups[2].Value) + caption.DeltaSeconds, timing.Groups[3].Value.TrimEnd(), string.Join('\n', lines.Skip(1)).TrimEnd()));
        }

        return cues.Count > 0 || caption.IsWebVtt ? cues : throw Broken(caption, "it has no cues");
    }

    /// <summary>1010 is "can't open one or more of your input files", which MediaConvert's guide also gives for files of a wrong format; it names no code for captions.</summary>
    private static JobFailure Broken(CaptionOutput caption, string reason) => new(JobFailure.CannotOpen, $"Unable to read captions file [{caption.Source}]: [{reason}]");

    private static double Seconds(string clock)
    {
        var parts = clock.Replace(',', '.').Split(':').Select(part => double.Parse(part, CultureInfo.InvariantCulture)).ToList();
        return parts.Aggregate(0.0, (sum, part) => (sum * 60) + part);
    }

    private static string Clock(double seconds) => TimeSpan.FromSeconds(Math.Max(0, seconds)).ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^WEBVTT(?:[ \t\n]|$)")]
    private static partial Regex Header();

    [GeneratedRegex(@"^\s*((?:\d+:)?\d{2}:\d{2}[.,]\d{3})\s+-->\s+((?:\d+:)?\d{2}:\d{2}[.,]\d{3})(.*)$")]
    private static partial Regex Timing();
}
