using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Storytime.Catalog;

/// <summary>
/// Search over title, author, publisher and description, in this order of weight. Every word is taken as the beginning of one, without
/// regard to case and accents; English books also match by stem. When that finds nothing at all, words that look alike do (typos).
/// <see cref="CatalogSearch"/> does the same for families; a test holds them together.
/// </summary>
internal static class BookSearch
{
    public const int MaximumLength = 200;

    /// <summary>Each word costs a scan of an index, and nobody types more to find a picture book.</summary>
    private const int MaximumWords = 16;

    /// <summary>Of description, publisher, author, title: a title that has the word comes before a description that repeats it.</summary>
    private static readonly float[] _weights = [0.01f, 0.1f, 0.4f, 1f];

    public const string WeightsSql = "'{0.01,0.1,0.4,1}'";

    /// <summary>
    /// Gives the books that match, in an order that is the same every time: by title when <paramref name="q"/> is blank, otherwise the best
    /// match first. Filter further after it: whether typos are looked at depends on the words alone, so that a filter with no results shows none.
    /// </summary>
    public static async Task<IQueryable<Book>> SearchAsync(this IQueryable<Book> books, string? q, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(q))
            return books.OrderBy(b => b.Title).ThenBy(b => b.Id);
        var words = Words(q);
        if (words.Length == 0)
            return books.Where(b => false).OrderBy(b => b.Id);
        return await books.HavingWords(words).AnyAsync(ct) ? books.HavingWords(words).ByRank(words) : books.Resembling(words);
    }

    /// <summary>Letters, digits and the marks on them; all else, the operators of a tsquery included, only parts words from each other.</summary>
    internal static string[] Words(string q)
    {
        var text = new StringBuilder(q.Length);
        foreach (var rune in q.EnumerateRunes())
        {
            var isOfWord = Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
                is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
            if (isOfWord)
                text.Append(rune);
            else
                text.Append(' ');
        }
        return [.. text.ToString().Normalize().Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().Take(MaximumWords)];
    }

    private static IQueryable<Book> HavingWords(this IQueryable<Book> books, string[] words)
    {
        var (prefixes, text) = Terms(words);
        return books.Where(b => b.SearchVector.Matches(
            EF.Functions.ToTsQuery("storytime", prefixes).Or(EF.Functions.PlainToTsQuery("english", EF.Functions.Unaccent(text)))));
    }

    /// <summary>Whole words count once more, so that "dragon" brings dragons before dragonflies.</summary>
    private static IQueryable<Book> ByRank(this IQueryable<Book> books, string[] words)
    {
        var (prefixes, text) = Terms(words);
        return books
            .OrderByDescending(b =>
                b.SearchVector.RankCoverDensity(
                    _weights, EF.Functions.ToTsQuery("storytime", prefixes).Or(EF.Functions.PlainToTsQuery("english", EF.Functions.Unaccent(text))))
                + b.SearchVector.RankCoverDensity(_weights, EF.Functions.PlainToTsQuery("storytime", text)))
            .ThenBy(b => b.Title)
            .ThenBy(b => b.Id);
    }

    public static (string Prefixes, string Text) Terms(string[] words) => (string.Join(" & ", words.Select(w => w + ":*")), string.Join(' ', words));

    private static IQueryable<Book> Resembling(this IQueryable<Book> books, string[] words)
    {
        foreach (var word in words)
            books = books.Where(b => EF.Functions.TrigramsAreWordSimilar(EF.Functions.Unaccent(word).ToLower(), b.SearchText));
        return books
            .OrderByDescending(b => words.Sum(w => EF.Functions.TrigramsWordSimilarity(EF.Functions.Unaccent(w).ToLower(), b.SearchText)))
            .ThenBy(b => b.Title)
            .ThenBy(b => b.Id);
    }
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class SearchTextAttribute : StringLengthAttribute
{
    public SearchTextAttribute() : base(BookSearch.MaximumLength) => ErrorMessage = "q has at most 200 characters.";
}
