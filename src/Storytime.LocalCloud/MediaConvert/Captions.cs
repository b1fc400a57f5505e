using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>Sidecar captions (WebVTT or SRT) as segmented WebVTT.</summary>
internal static partial class Captions
{
    /// <summary>ffmpeg's MPEG-TS begins at 1.4 s (its muxing delay), in the 90 kHz clock; the map tells players that this instant is the captions' zero.</summary>
    private const string TimestampMap = "X-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000";

    public static IReadOnlyList<(string Text, double Seconds)> Segment(string source, double delta, double length, double duration)
    {
        var cues = Parse(source, delta);
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

    private static List<Cue> Parse(string source, double delta)
    {
        List<Cue> cues = [];
        foreach (var block in source.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = block.Split('\n').SkipWhile(line => !Timing().IsMatch(line)).ToList();
            if (lines.Count < 2) continue;
            var timing = Timing().Match(lines[0]);
            cues.Add(new Cue(Seconds(timing.Groups[1].Value) + delta, Seconds(timing.Groups[2].Value) + delta, timing.Groups[3].Value.TrimEnd(), string.Join('\n', lines.Skip(1)).TrimEnd()));
        }

        return cues;
    }

    private static double Seconds(string clock)
    {
        var parts = clock.Replace(',', '.').Split(':').Select(part => double.Parse(part, CultureInfo.InvariantCulture)).ToList();
        return parts.Aggregate(0.0, (sum, part) => (sum * 60) + part);
    }

    private static string Clock(double seconds) => TimeSpan.FromSeconds(Math.Max(0, seconds)).ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);

    private sealed record Cue(double Start, double End, string Settings, string Text);

    [GeneratedRegex(@"^\s*((?:\d+:)?\d{2}:\d{2}[.,]\d{3})\s+-->\s+((?:\d+:)?\d{2}:\d{2}[.,]\d{3})(.*)$")]
    private static partial Regex Timing();
}
