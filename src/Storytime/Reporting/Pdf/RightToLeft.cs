namespace Storytime.Reporting.Pdf;

/// <summary>
/// Hebrew and Arabic in a line of a document that is written from left to right: a PDF has its characters in the order in which they are seen. A small part of the Unicode Bidirectional
/// Algorithm (https://www.unicode.org/reports/tr9), enough for a title: no embeddings, and Arabic letters are not joined.
/// </summary>
internal static class RightToLeft
{
    private const string Mirrored = "()[]{}<>«»";

    public static string Visual(string line)
    {
        var first = IndexOfStrong(line);
        if (first < 0)
            return line;
        var seen = new char[line.Length];
        for (var i = 0; i < line.Length;)
        {
            var end = IsStrong(line[i]) ? EndOfRun(line, i) : i + 1;
            Turn(line.AsSpan(i..end), seen.AsSpan(i..end), turned: IsStrong(line[i]));
            i = end;
        }
        return new string(seen);
    }

    private static int IndexOfStrong(string line) => line.AsSpan().IndexOfAnyInRange('\u0590', '\u08FF') is >= 0 and var i ? i : line.AsSpan().IndexOfAnyInRange('\uFB1D', '\uFEFC');

    private static bool IsStrong(char c) => c is (>= '\u0590' and <= '\u08FF') or (>= '\uFB1D' and <= '\uFDFF') or (>= '\uFE70' and <= '\uFEFC');

    /// <summary>Blanks, signs and numbers belong to a run where more of it follows before a letter of another script.</summary>
    private static int EndOfRun(string line, int start)
    {
        var end = start + 1;
        for (var i = end; i < line.Length && (IsStrong(line[i]) || !char.IsLetter(line[i])); i++)
        {
            if (IsStrong(line[i]))
                end = i + 1;
        }
        return end;
    }

    private static void Turn(ReadOnlySpan<char> run, Span<char> seen, bool turned)
    {
        run.CopyTo(seen);
        if (!turned)
            return;
        seen.Reverse();
        for (var i = 0; i < seen.Length; i++)
        {
            if (Mirrored.IndexOf(seen[i], StringComparison.Ordinal) is >= 0 and var at)
                seen[i] = Mirrored[at ^ 1];
            // Numbers are read from left to right in any script.
            var digits = seen[i..].IndexOfAnyExceptInRange('0', '9') is >= 0 and var length ? length : seen.Length - i;
            seen.Slice(i, digits).Reverse();
            i += Math.Max(0, digits - 1);
        }
    }
}
