using System.Buffers.Binary;
using System.Text;

namespace Storytime.Reporting.Pdf;

/// <summary>
/// A TrueType font (https://learn.microsoft.com/typography/opentype/spec): which of its glyphs shows a character of the basic multilingual plane, and how wide that is.
/// </summary>
internal sealed class TrueTypeFile
{
    private readonly byte[] _file;
    private readonly Dictionary<string, Range> _tables = [];
    private readonly ushort[] _glyphs = new ushort[char.MaxValue + 1];
    private readonly int _unitsPerEm;
    private readonly int _metrics;

    public TrueTypeFile(byte[] file)
    {
        _file = file;
        for (var i = 0; i < UInt16(file, 4); i++)
        {
            var entry = file.AsSpan(12 + (16 * i));
            var start = (int)BinaryPrimitives.ReadUInt32BigEndian(entry[8..]);
            _tables[Encoding.ASCII.GetString(entry[..4])] = start..(start + (int)BinaryPrimitives.ReadUInt32BigEndian(entry[12..]));
        }
        _unitsPerEm = UInt16(Table("head"), 18);
        _metrics = UInt16(Table("hhea"), 34);
        if (UInt16(Table("head"), 50) != 1)
            throw new NotSupportedException("Only fonts with long offsets of glyphs are read.");
        ReadCharacters();
    }

    /// <summary>Fonts have blanks where nobody drew a glyph: these are no use to a reader.</summary>
    public bool Has(char character) => _glyphs[character] != 0 && (character == ' ' || !Outline(_glyphs[character]).IsEmpty);

    public int GlyphOf(char character) => _glyphs[character];

    /// <summary>How far the next character is, in ems.</summary>
    public double WidthOf(char character) => (double)UInt16(Metric(GlyphOf(character)), 0) / _unitsPerEm;

    public bool Has(string table) => _tables.ContainsKey(table);

    public ReadOnlySpan<byte> Table(string name) => _file.AsSpan(_tables[name]);

    /// <summary>The outline; empty for a blank.</summary>
    public ReadOnlySpan<byte> Outline(int glyph)
    {
        var offsets = Table("loca")[(4 * glyph)..];
        return Table("glyf")[(int)BinaryPrimitives.ReadUInt32BigEndian(offsets)..(int)BinaryPrimitives.ReadUInt32BigEndian(offsets[4..])];
    }

    /// <summary>Advance width and left side bearing. The last glyphs of a font may share the last width.</summary>
    public byte[] Metric(int glyph)
    {
        var table = Table("hmtx");
        return glyph < _metrics
            ? table.Slice(4 * glyph, 4).ToArray()
            : [.. table.Slice(4 * (_metrics - 1), 2), .. table.Slice((4 * _metrics) + (2 * (glyph - _metrics)), 2)];
    }

    public static int UInt16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]);

    /// <summary>The table <c>cmap</c>, platform 3 (Windows), encoding 1 (the basic multilingual plane), which is of format 4.</summary>
    private void ReadCharacters()
    {
        var table = Table("cmap");
        var map = Enumerable.Range(0, UInt16(table, 2)).Select(i => 4 + (8 * i)).First(IsWindowsUnicode);
        var format4 = table[(int)BinaryPrimitives.ReadUInt32BigEndian(table[(map + 4)..])..];
        var doubled = UInt16(format4, 6);
        for (var segment = 0; segment < doubled; segment += 2)
        {
            var (end, start) = (UInt16(format4, 14 + segment), UInt16(format4, 16 + doubled + segment));
            var (delta, rangeAt) = (UInt16(format4, 16 + (2 * doubled) + segment), 16 + (3 * doubled) + segment);
            var range = UInt16(format4, rangeAt);
            for (var c = start; c <= end && c != char.MaxValue; c++)
            {
                var glyph = range == 0 ? c : UInt16(format4, rangeAt + range + (2 * (c - start)));
                _glyphs[c] = glyph == 0 ? (ushort)0 : (ushort)(glyph + delta);
            }
        }

        bool IsWindowsUnicode(int at) => BinaryPrimitives.ReadUInt32BigEndian(Table("cmap")[at..]) == 0x0003_0001;
    }
}
