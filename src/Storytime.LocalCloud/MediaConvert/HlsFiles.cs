using System.Globalization;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>One segment as ffmpeg wrote it.</summary>
internal sealed record Segment(string File, double Seconds, long Bytes);

/// <summary>What ffmpeg wrote for one rendition, with its real rates in bits per second.</summary>
internal sealed record RenditionFiles(IReadOnlyList<Segment> Segments, double Target)
{
    public double Seconds => Segments.Sum(segment => segment.Seconds);

    public int AverageBandwidth => (int)Math.Ceiling(Segments.Sum(segment => segment.Bytes) * 8 / Seconds);

    /// <summary>The largest rate of contiguous segments that last between 0.5 and 1.5 target durations together (RFC 8216 section 4.1),
    /// so that a last segment of half a second does not count alone.</summary>
    public int PeakBandwidth()
    {
        double peak = 0;
        for (var first = 0; first < Segments.Count; first++)
        {
            double seconds = 0;
            long bytes = 0;
            for (var next = first; next < Segments.Count && seconds + Segments[next].Seconds <= Target * 1.5; next++)
            {
                (seconds, bytes) = (seconds + Segments[next].Seconds, bytes + Segments[next].Bytes);
                if (seconds >= Target * 0.5) peak = Math.Max(peak, bytes * 8 / seconds);
            }
        }

        return Math.Max((int)Math.Ceiling(peak), AverageBandwidth);
    }

    public static RenditionFiles Read(string folder, string name)
    {
        List<Segment> segments = [];
        double seconds = 0;
        foreach (var line in File.ReadLines(Path.Combine(folder, name + ".m3u8")))
        {
            if (line.StartsWith("#EXTINF:", StringComparison.Ordinal)) seconds = double.Parse(line["#EXTINF:".Length..].TrimEnd(','), CultureInfo.InvariantCulture);
            else if (line.Length > 0 && line[0] != '#') segments.Add(new Segment(Path.Combine(folder, line), seconds, new FileInfo(Path.Combine(folder, line)).Length));
        }

        return new RenditionFiles(segments, Math.Ceiling(segments.Select(segment => segment.Seconds).DefaultIfEmpty().Max() - 0.5));
    }

    /// <summary>RFC 6381 name from the sequence parameter set at the head of the first segment: <c>avc1.PPCCLL</c>.</summary>
    public string VideoCodec()
    {
        var head = new byte[64 * 1024];
        using var file = File.OpenRead(Segments[0].File);
        var span = head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
        for (var i = 0; i + 6 < span.Length; i++)
        {
            if (span[i] == 0 && span[i + 1] == 0 && span[i + 2] == 1 && (span[i + 3] & 0x1F) == 7) return $"avc1.{span[i + 4]:x2}{span[i + 5]:x2}{span[i + 6]:x2}";
        }

        throw new JobFailure(JobFailure.Internal, "Internal error: the first segment has no sequence parameter set.");
    }
}
