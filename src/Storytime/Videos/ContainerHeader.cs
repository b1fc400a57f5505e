using System.Buffers.Binary;
using System.Text;

namespace Storytime.Videos;

/// <summary>
/// What the first bytes of a file say that it is, whatever it is called. An ISO base media file (MP4, QuickTime) begins with a box, its length and its four
/// letters (ISO/IEC 14496-12, sections 4.2 and 4.3); the others have their well-known marks.
/// </summary>
/// <param name="ContentType">Of what can be a master or a cover; null for anything else.</param>
/// <param name="Description">For people: "a Matroska file (MKV or WebM)".</param>
internal sealed record ContainerHeader(string? ContentType, string Description)
{
    /// <summary>Enough for the first box and its brands.</summary>
    public const int BytesNeeded = 1024;

    public bool IsFilm => ContentType?.StartsWith("video/", StringComparison.Ordinal) is true;

    public bool IsPicture => ContentType?.StartsWith("image/", StringComparison.Ordinal) is true;

    private static readonly (byte[] Mark, int At, string Description, string? ContentType)[] _others =
    [
        ([0x1A, 0x45, 0xDF, 0xA3], 0, "a Matroska file (MKV or WebM)", null),
        ("AVI "u8.ToArray(), 8, "an AVI file", null),
        ("WEBP"u8.ToArray(), 8, "a WebP picture", "image/webp"),
        ("WAVE"u8.ToArray(), 8, "a WAV sound file", null),
        ("FLV"u8.ToArray(), 0, "a Flash video", null),
        ("OggS"u8.ToArray(), 0, "an Ogg file", null),
        ([0x30, 0x26, 0xB2, 0x75], 0, "a Windows Media file", null),
        ([0x00, 0x00, 0x01, 0xBA], 0, "an MPEG program stream", null),
        ([0x06, 0x0E, 0x2B, 0x34], 0, "an MXF file", null),
        ("ID3"u8.ToArray(), 0, "an MP3 sound file", null),
        ([0xFF, 0xD8, 0xFF], 0, "a JPEG picture", "image/jpeg"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], 0, "a PNG picture", "image/png"),
        ("GIF8"u8.ToArray(), 0, "a GIF picture", null),
        ("%PDF"u8.ToArray(), 0, "a PDF document", null),
        ("PK"u8.ToArray(), 0, "a ZIP archive", null),
        ("MZ"u8.ToArray(), 0, "a Windows program", null),
        ([0x7F, (byte)'E', (byte)'L', (byte)'F'], 0, "a program", null),
    ];

    public static ContainerHeader Read(ReadOnlySpan<byte> start)
    {
        if (start.Length == 0)
            return new(null, "an empty file");
        if (start.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(start) is var length && Letters(start[4..8]) is { } type)
        {
            if (type == "ftyp" && length >= 16 && start.Length >= 12)
                return OfBrands(start[8..(int)Math.Min(length, (uint)start.Length)]);
            // QuickTime files from before 2001 have no ftyp box: they begin with one of these.
            if (type is "moov" or "mdat" or "wide" or "pnot" or "free" or "skip")
                return new("video/quicktime", "a QuickTime film");
        }
        foreach (var (mark, at, description, contentType) in _others)
        {
            if (start.Length >= at + mark.Length && start[at..(at + mark.Length)].SequenceEqual(mark))
                return new(contentType, description);
        }
        if (start.Length > 376 && start[0] == 0x47 && start[188] == 0x47 && start[376] == 0x47)
            return new(null, "an MPEG transport stream");
        return new(null, IsText(start) ? "a text file" : "nothing that Storytime knows");
    }

    /// <summary>The major brand, four letters of version, then the compatible brands. QuickTime's is "qt  ".</summary>
    private static ContainerHeader OfBrands(ReadOnlySpan<byte> brands)
    {
        var major = Letters(brands[..4]) ?? "";
        if (major == "qt  ")
            return new("video/quicktime", "a QuickTime film");
        if (major is "heic" or "heix" or "mif1" or "avif")
            return new(null, "a HEIF or AVIF picture");
        return major.StartsWith("M4A", StringComparison.Ordinal) || major.StartsWith("M4B", StringComparison.Ordinal)
            ? new(null, "an MPEG-4 sound file")
            : new("video/mp4", $"an MPEG-4 film (brand {major.Trim()})");
    }

    private static string? Letters(ReadOnlySpan<byte> four)
    {
        foreach (var b in four)
        {
            if (b is < 0x20 or > 0x7E)
                return null;
        }
        return Encoding.ASCII.GetString(four);
    }

    private static bool IsText(ReadOnlySpan<byte> start)
    {
        foreach (var b in start)
        {
            if (b is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r'))
                return false;
        }
        return true;
    }
}
