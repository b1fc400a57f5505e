namespace Storytime.LocalCloud.MediaConvert;

/// <summary>A key frame: its bytes in a segment, and for how many seconds it stands when only key frames are shown.</summary>
internal sealed record KeyFrame(int Segment, long Offset, long Length, double Seconds)
{
    public double Rate => Length * 8 / Math.Max(Seconds, 0.001);
}

/// <summary>Finds the key frames of MPEG-TS segments for an I-frame playlist (RFC 8216 section 4.3.3.6). ffmpeg's muxer gives each picture a PES packet of its own and sets the
/// random access indicator at key frames (ISO/IEC 13818-1 section 2.4.3.4).</summary>
internal static class KeyFrames
{
    private const int PacketSize = 188;

    /// <summary>A frame stands until the next one; the last until the end of the rendition.</summary>
    public static IReadOnlyList<KeyFrame> Of(RenditionFiles files)
    {
        var found = files.Segments.SelectMany((segment, i) => Find(File.ReadAllBytes(segment.File)).Select(frame => (Segment: i, frame.Offset, frame.Length, frame.At))).ToList();
        return [.. found.Select((frame, i) => new KeyFrame(frame.Segment, frame.Offset, frame.Length,
            i + 1 < found.Count ? found[i + 1].At - frame.At : Math.Max(0.001, files.Seconds - (frame.At - found[0].At))))];
    }

    private static List<(long Offset, long Length, double At)> Find(byte[] stream)
    {
        List<(long, long, double)> frames = [];
        (long Offset, double At)? open = null;
        for (var offset = 0; offset + PacketSize <= stream.Length; offset += PacketSize)
        {
            if (!StartsPicture(stream.AsSpan(offset, PacketSize), out var key, out var at)) continue;
            if (open is { } frame) frames.Add((frame.Offset, offset - frame.Offset, frame.At));
            open = key ? (offset, at) : null;
        }

        if (open is { } last) frames.Add((last.Offset, stream.Length - last.Offset, last.At));
        return frames;
    }

    /// <summary>Whether a PES packet of a video stream begins here; its time in seconds.</summary>
    private static bool StartsPicture(ReadOnlySpan<byte> packet, out bool key, out double at)
    {
        (key, at) = (false, 0);
        var (starts, adapted) = ((packet[1] & 0x40) != 0, (packet[3] & 0x20) != 0);
        var head = adapted ? 5 + packet[4] : 4;
        if (!starts || head + 14 > PacketSize) return false;
        var pes = packet[head..];
        if (pes is not [0, 0, 1, >= 0xE0 and <= 0xEF, ..] || (pes[7] & 0x80) == 0) return false;
        key = adapted && packet[4] > 0 && (packet[5] & 0x40) != 0;
        at = (((long)(pes[9] & 0x0E) << 29) | ((long)pes[10] << 22) | ((long)(pes[11] & 0xFE) << 14) | ((long)pes[12] << 7) | ((long)pes[13] >> 1)) / 90_000.0;
        return true;
    }
}
