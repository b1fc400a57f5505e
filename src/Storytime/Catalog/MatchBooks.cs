using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform.Errors;

namespace Storytime.Catalog;

/// <param name="Names">1 to 50 names of files, each of 1 to 255 characters.</param>
public sealed record MatchBooksRequest(
    [Required(ErrorMessage = "names are needed."), Length(1, MatchBooks.MostNames, ErrorMessage = "Ask for 1 to 50 names at once.")] string?[]? Names);

/// <param name="Files">One for each name, in the same order.</param>
public sealed record BookMatchesResponse(IReadOnlyList<FileMatch> Files);

/// <summary>What the name of a file tells.</summary>
/// <param name="Title">A title for a new book, where none fits.</param>
/// <param name="Author">What stands behind a dash in the name.</param>
/// <param name="Language">Of captions: <c>de</c> for <c>moon.de.vtt</c>.</param>
/// <param name="Candidates">Books that it may belong to, the likeliest first; five at most.</param>
public sealed record FileMatch(string Name, string Title, string? Author, string? Language, IReadOnlyList<BookCandidate> Candidates);

/// <param name="HasVideo">Whether a video of it plays already.</param>
/// <param name="Score">From 0 to 1: the name is that of the book, or begins with its id.</param>
public sealed record BookCandidate(long BookId, string Title, string Author, string Language, BookStatus Status, bool HasVideo, double Score);

internal static class MatchBooks
{
    public const int MostNames = 50;

    private const int MostCandidates = 5;

    /// <summary>Below it a book has too little in common with a name to be shown.</summary>
    private const double LeastScore = 0.3;

    /// <summary>Which books files belong to, by their names: an id in front (<c>123_moon.mp4</c>), else by the words of title and author.</summary>
    [EndpointName("match_books")]
    public static async Task<Results<Ok<BookMatchesResponse>, ApiError>> Handle(MatchBooksRequest request, StorytimeDb db, CancellationToken ct)
    {
        if (request.Names!.Any(n => string.IsNullOrWhiteSpace(n) || n.Length > 255))
            return ApiError.Invalid("names", "Each name has 1 to 255 characters.");
        var names = request.Names!.Select(n => FileName.Of(n!)).ToList();
        var ids = names.Select(n => n.BookId).OfType<long>().ToArray();
        var byId = ids.Length == 0 ? [] : await Read(db.Books.Where(b => ids.Contains(b.Id))).ToDictionaryAsync(b => b.BookId, ct);
        List<FileMatch> files = [];
        foreach (var (index, name) in names.Index())
        {
            IReadOnlyList<BookCandidate> candidates = name.BookId is { } id && byId.TryGetValue(id, out var book) ? [book with { Score = 1 }] : await SearchAsync(name, db, ct);
            files.Add(new FileMatch(request.Names![index]!, name.Title, name.Author, name.Language, candidates));
        }
        return TypedResults.Ok(new BookMatchesResponse(files));
    }

    private static async Task<IReadOnlyList<BookCandidate>> SearchAsync(FileName name, StorytimeDb db, CancellationToken ct)
    {
        // The title alone finds the book also where the author is spelt in another way.
        foreach (var words in new[] { name.Text, $"{name.Title} {name.Author}", name.Title }.Distinct().Where(w => !string.IsNullOrWhiteSpace(w)))
        {
            var found = await Read((await db.Books.SearchAsync(words, ct)).Take(2 * MostCandidates)).ToListAsync(ct);
            var likely = found.Select(b => b with { Score = Math.Round(name.Likeness(b.Title, b.Author), 2) }).Where(b => b.Score >= LeastScore)
                .OrderByDescending(b => b.Score).ThenBy(b => b.BookId).Take(MostCandidates).ToList();
            if (likely.Count > 0)
                return likely;
        }
        return [];
    }

    private static IQueryable<BookCandidate> Read(IQueryable<Book> books) =>
        books.Select(b => new BookCandidate(b.Id, b.Title, b.Author, b.Language, b.Status, b.PlayingAssetId != null, 0));
}
