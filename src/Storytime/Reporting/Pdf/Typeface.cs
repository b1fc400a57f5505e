using System.Globalization;
using System.Text;

namespace Storytime.Reporting.Pdf;

/// <summary>
/// A typeface for titles in any language: DejaVu Sans (Latin, Greek, Cyrillic, Hebrew, …), for what it lacks Droid Sans Fallback (Chinese, Japanese), then
/// Nanum Gothic Coding (Korean). All are in the program, with their licences beside them in <c>Reporting/Fonts</c>. What none of them has is shown as □, which each reader sees to be missing.
/// </summary>
internal sealed class Typeface
{
    private const char Missing = '□';

    private static readonly TrueTypeFile[] _eastAsia = [Read("DroidSansFallbackFull.ttf"), Read("NanumGothicCoding.ttf")];

    private readonly TrueTypeFile[] _fonts;

    private Typeface(string first) => _fonts = [Read(first), .. _eastAsia];

    public static Typeface Regular { get; } = new("DejaVuSans.ttf");

    public static Typeface Bold { get; } = new("DejaVuSans-Bold.ttf");

    /// <summary>The first font that has the character, which must come from <see cref="Printable"/>.</summary>
    public TrueTypeFile FontOf(char character) => _fonts.First(f => f.Has(character));

    public double WidthOf(string text, double size) => text.Sum(c => FontOf(c).WidthOf(c)) * size;

    /// <summary>
    /// The text as it can be shown: composed (NFC), each white space a blank, without what has no shape of its own (joiners, variation selectors, marks of direction), and □ for
    /// what no font has. Characters outside the basic multilingual plane are none that our fonts have.
    /// </summary>
    public string Printable(string text)
    {
        // Normalize does not take what is no Unicode: halves of surrogate pairs, non-characters.
        var valid = string.Concat(text.EnumerateRunes().Select(r => (r.Value & 0xFFFE) == 0xFFFE || r.Value is >= 0xFDD0 and <= 0xFDEF ? Rune.ReplacementChar : r));
        var printable = new StringBuilder();
        foreach (var rune in valid.Normalize().EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                if (printable.Length > 0 && printable[^1] != ' ')
                    printable.Append(' ');
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format && rune.Value is not (>= 0xFE00 and <= 0xFE0F) and not 0x034F)
            {
                printable.Append(rune.IsBmp && rune != Rune.ReplacementChar && _fonts.Any(f => f.Has((char)rune.Value)) ? (char)rune.Value : Missing);
            }
        }
        return printable.ToString().TrimEnd();
    }

    /// <summary>Lines of printable text that are no wider than this: broken at blanks, in East Asian text between characters, and within a word only where it is wider than a line.</summary>
    public List<string> Wrap(string text, double width, double size)
    {
        List<string> lines = [];
        var (start, end, used) = (0, 0, 0.0);
        for (var i = 0; i < text.Length; i++)
        {
            if (i > start && MayBreak(text[i - 1], text[i]))
                end = i;
            used += FontOf(text[i]).WidthOf(text[i]) * size;
            if (used <= width || text[i] == ' ' || i == start)
                continue;
            var cut = end > start ? end : i;
            lines.Add(text[start..cut].Trim());
            (start, end) = (cut, cut);
            used = WidthOf(text[start..(i + 1)], size);
        }
        if (start < text.Length || lines.Count == 0)
            lines.Add(text[start..].Trim());
        return lines;
    }

    private static bool MayBreak(char before, char after) =>
        before == ' ' || ((IsEastAsian(before) || IsEastAsian(after)) && after != ' '
            && !"、。，．・：；？！」』】）〉》ーっッゃゅょャュョ々…,.!?:;)]}%".Contains(after, StringComparison.Ordinal)
            && !"「『【（〈《([{".Contains(before, StringComparison.Ordinal));

    /// <summary>Ideographs, kana and full-width forms. Korean is written with blanks.</summary>
    private static bool IsEastAsian(char c) => c is (>= '\u2E80' and < '\uAC00') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFFEF');

    private static TrueTypeFile Read(string name)
    {
        using var resource = typeof(Typeface).Assembly.GetManifestResourceStream($"fonts/{name}")!;
        var file = new byte[resource.Length];
        resource.ReadExactly(file);
        return new TrueTypeFile(file);
    }
}
