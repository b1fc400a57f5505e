using System.Buffers.Binary;
using System.Text;

namespace Storytime.Reporting.Pdf;

/// <summary>
/// A font with some of the characters of another. PdfPig makes one of its own for what it embeds, but cannot do it for fonts whose last glyphs share a width
/// (both of ours for East Asia), holds 255 characters at most, and reads all of the font for it; given one of these it does well.
/// </summary>
internal static class TrueTypeSubset
{
    /// <summary>What fits into one font that PdfPig embeds: its codes are bytes, and 0 is no character.</summary>
    public const int MostCharacters = 255;

    private static readonly string[] _copied = ["OS/2", "cvt ", "fpgm", "head", "hhea", "maxp", "name", "prep"];

    private const int CompositeHasMore = 0x20;
    private const int CompositeArgumentsAreWords = 0x01;

    public static byte[] Of(TrueTypeFile font, IReadOnlyList<char> characters)
    {
        List<int> glyphs = [0];
        foreach (var character in characters)
            Number(font.GlyphOf(character));

        var (outlines, offsets, metrics) = (new MemoryStream(), new List<byte>(), new List<byte>());
        // The list grows by the parts of composite glyphs (é is e and an accent).
        for (var i = 0; i < glyphs.Count; i++)
        {
            offsets.AddRange(UInt32((uint)outlines.Length));
            metrics.AddRange(font.Metric(glyphs[i]));
            var outline = font.Outline(glyphs[i]).ToArray();
            foreach (var part in PartsOf(outline))
                BinaryPrimitives.WriteUInt16BigEndian(outline.AsSpan(part), (ushort)Number(TrueTypeFile.UInt16(outline, part)));
            outlines.Write(outline);
            // To a multiple of 4, and one byte at least: PdfPig drops the last byte of composite glyphs.
            if (outline.Length > 0)
                outlines.Write(new byte[4 - (outline.Length % 4)]);
        }
        offsets.AddRange(UInt32((uint)outlines.Length));

        var tables = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["cmap"] = Characters(characters, c => glyphs.IndexOf(font.GlyphOf(c))),
            ["glyf"] = outlines.ToArray(),
            ["hmtx"] = [.. metrics],
            ["loca"] = [.. offsets],
        };
        foreach (var name in _copied.Where(font.Has))
            tables[name] = font.Table(name).ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(tables["hhea"].AsSpan(34), (ushort)glyphs.Count);
        BinaryPrimitives.WriteUInt16BigEndian(tables["maxp"].AsSpan(4), (ushort)glyphs.Count);
        // Version 3: glyphs have no names.
        tables["post"] = [0, 3, 0, 0, .. font.Table("post")[4..32]];
        return File(tables);

        int Number(int glyph)
        {
            if (glyphs.IndexOf(glyph) is >= 0 and var known)
                return known;
            glyphs.Add(glyph);
            return glyphs.Count - 1;
        }
    }

    /// <summary>Where in a composite outline the numbers of its parts stand.</summary>
    private static List<int> PartsOf(byte[] outline)
    {
        List<int> parts = [];
        if (outline.Length == 0 || TrueTypeFile.UInt16(outline, 0) < 0x8000)
            return parts;
        var (at, flags) = (10, CompositeHasMore);
        while ((flags & CompositeHasMore) != 0)
        {
            flags = TrueTypeFile.UInt16(outline, at);
            parts.Add(at + 2);
            at += 4 + ((flags & CompositeArgumentsAreWords) != 0 ? 4 : 2) + (flags & 0xC8) switch { 0x08 => 2, 0x40 => 4, 0x80 => 8, _ => 0 };
        }
        return parts;
    }

    /// <summary>The table <c>cmap</c> in format 4, one segment for each character.</summary>
    private static byte[] Characters(IReadOnlyList<char> characters, Func<char, int> glyph)
    {
        char[] sorted = [.. characters.Order()];
        var doubled = 2 * (sorted.Length + 1);
        byte[] ends = [.. sorted.SelectMany(c => UInt16(c)), 0xFF, 0xFF];
        byte[] deltas = [.. sorted.SelectMany(c => UInt16(glyph(c) - c)), 0, 1];
        return
        [
            0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12,
            0, 4, .. UInt16(16 + (4 * doubled)), 0, 0, .. UInt16(doubled), 0, 0, 0, 0, 0, 0,
            .. ends, 0, 0, .. ends, .. deltas, .. new byte[doubled],
        ];
    }

    private static byte[] File(SortedDictionary<string, byte[]> tables)
    {
        List<byte> file = [0, 1, 0, 0, .. UInt16(tables.Count), 0, 0, 0, 0, 0, 0];
        var offset = file.Count + (16 * tables.Count);
        foreach (var (name, bytes) in tables)
        {
            // Checksums are written by PdfPig.
            file.AddRange([.. Encoding.ASCII.GetBytes(name), 0, 0, 0, 0, .. UInt32((uint)offset), .. UInt32((uint)bytes.Length)]);
            offset += (bytes.Length + 3) / 4 * 4;
        }
        foreach (var bytes in tables.Values)
            file.AddRange([.. bytes, .. new byte[(4 - (bytes.Length % 4)) % 4]]);
        return [.. file];
    }

    private static byte[] UInt16(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] UInt32(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
