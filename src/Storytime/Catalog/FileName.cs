using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Storytime.Videos;

namespace Storytime.Catalog;

/// <summary>What the name of a file tells of the book that it belongs to: <c>123_moon.mp4</c>, <c>The Moon Boat - Ada Reed.mov</c>, <c>moon-boat.de.vtt</c>.</summary>
/// <param name="BookId">Of a name that begins with an id and an underscore.</param>
/// <param name="Text">The words of the name.</param>
/// <param name="Title">The words without what only tells which file it is: <c>final</c>, <c>1080p</c>, <c>(2)</c>.</param>
/// <param name="Author">What stands behind a dash with spaces.</param>
/// <param name="Language">Of captions: their language.</param>
internal sealed partial record FileName(long? BookId, string Text, string Title, string? Author, string? Language)
{
    public static FileName Of(string name)
    {
        var file = name.Replace('\\', '/').Split('/')[^1].Normalize();
        var stem = Path.GetFileNameWithoutExtension(file);
        var (text, language) = Path.GetExtension(file).Equals(".vtt", StringComparison.OrdinalIgnoreCase) ? CutLanguage(stem) : (stem, null);
        long? id = null;
        if (IdFirst().Match(text) is { Success: true } match)
        {
            id = long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            text = text[match.Length..];
        }
        text = Spaces().Replace(Separators().Replace(WordStart().Replace(text, " "), " "), " ").Trim(' ', '-');
        var title = text;
        while (Noise().Match(title) is { Success: true, Index: > 0 } noise)
            title = title[..noise.Index].TrimEnd(' ', '-');
        return Dash().Split(title, 2) is [var first, var second] ? new(id, text, first, second, language) : new(id, text, title, null, language);
    }

    /// <summary>From 0, nothing in common, to 1: the same words. Letters are compared by threes, so that a slip of the pen does not count for much.</summary>
    public double Likeness(string title, string author)
    {
        var byTitle = Math.Max(Dice(Text, title), Dice(Title, title));
        var byBoth = Math.Max(Dice(Text, $"{title} {author}"), Author is null ? Dice(Title, $"{title} {author}") : Dice($"{Title} {Author}", $"{title} {author}"));
        // What stands behind the dash may also be the rest of the title.
        return Author is null ? Math.Max(byTitle, byBoth) : Math.Max(Math.Max(byBoth, Dice(Text, title)), 0.85 * byTitle);
    }

    private static (string Text, string? Language) CutLanguage(string stem)
    {
        var match = LanguageLast().Match(stem);
        return match.Success && CaptionLanguage.Known.Contains(match.Groups[2].Value.Split('-')[0].ToLowerInvariant())
            ? (match.Groups[1].Value, match.Groups[2].Value)
            : (stem, null);
    }

    private static double Dice(string one, string other)
    {
        var (first, second) = (Threes(one), Threes(other));
        return first.Count + second.Count == 0 ? 0 : 2.0 * first.Intersect(second).Count() / (first.Count + second.Count);
    }

    private static HashSet<string> Threes(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(c))
                plain.Append(char.ToLowerInvariant(c));
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && c is not '\'' and not '’')
                plain.Append(' ');
        }
        return [.. plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => $"  {word} ").SelectMany(word => Enumerable.Range(0, word.Length - 2).Select(i => word.Substring(i, 3)))];
    }

    [GeneratedRegex(@"^([0-9]{1,15})(?:_(?=.)|$)")]
    private static partial Regex IdFirst();

    [GeneratedRegex(@"^(.+)\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)$")]
    private static partial Regex LanguageLast();

    [GeneratedRegex(@"(?<=\p{Ll})(?=\p{Lu})")]
    private static partial Regex WordStart();

    [GeneratedRegex(@"[_.]|(?<=[^\s_.])-(?=[^\s_.])")]
    private static partial Regex Separators();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\s+[-–—]+\s+")]
    private static partial Regex Dash();

    [GeneratedRegex(@"\s+(\([^)]*\)|v[0-9]+|final|master|hd|uhd|4k|[0-9]{3,4}p|h26[45]|prores|cover|poster|captions?|subtitles?|export|copy)$", RegexOptions.IgnoreCase)]
    private static partial Regex Noise();
}
