using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;
using Storytime.Rights;

namespace Storytime.Catalog;

/// <summary>A book as parents see it.</summary>
/// <param name="CoverImageUrl">Open to everybody. The cover that staff gave, else a picture out of the video; null while there is neither.</param>
/// <param name="Publisher">Null for a book that Storytime owns itself.</param>
/// <param name="DurationSeconds">Null while its video is not ready.</param>
/// <param name="Playable">Whether it would play now in the family's country.</param>
public sealed record CatalogBookResponse(
    long Id, string Title, string Author, string Description, int AgeMin, int AgeMax, string Language, string? CoverImageUrl,
    CatalogPublisher? Publisher, int? DurationSeconds, bool Playable);

public sealed record CatalogPublisher(long Id, string Name);

public sealed record CatalogFilter
{
    /// <summary>
    /// Words of the title, author, publisher or description; beginnings of words are enough, and typos are forgiven when nothing matches exactly.
    /// </summary>
    [FromQuery(Name = "q"), SearchText]
    public string? Q { get; init; }

    /// <summary>Only books for a child of this age.</summary>
    [FromQuery(Name = "age"), Age]
    public int? Age { get; init; }

    /// <summary>A publisher's id, or part of its name.</summary>
    [FromQuery(Name = "publisher"), StringLength(200, ErrorMessage = "publisher has at most 200 characters.")]
    public string? Publisher { get; init; }

    /// <summary>A language tag; <c>pt</c> finds <c>pt-BR</c> too.</summary>
    [FromQuery(Name = "language"), StringLength(35, ErrorMessage = "language has at most 35 characters.")]
    public string? Language { get; init; }
}

internal static class BrowseCatalog
{
    private const int BytesOfBook = 500;

    /// <summary>The active books: the best match first when <c>q</c> is given, by title otherwise.</summary>
    [EndpointName("list_catalog_books")]
    public static async Task<Results<JsonBytes<Page<CatalogBookResponse>>, ApiError>> List(
        [AsParameters] CatalogFilter filter, [AsParameters] PageQuery page, Parent parent, BrowsingParents parents, CatalogSearch search,
        SearchCache searches, BookCache cache, IOptions<CdnOptions> cdn, IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json, TimeProvider time, CancellationToken ct)
    {
        var caller = await parents.ReadAsync(parent, ct);
        if (!caller.IsLive)
            return ApiError.SessionEnded;
        var (now, version, key) = (time.Now(), caller.CatalogVersion, (filter, page.OrDefaults()));
        if (searches.Written(key, caller.Country, version, now) is { } written)
            return new JsonBytes<Page<CatalogBookResponse>>(written.Body);

        var found = await searches.FindAsync(key, version, () => search.FindAsync(filter, page, ct));
        var books = await cache.GetAsync(version, found.Ids, ct);
        List<CachedBook> shown = [.. found.Ids.Select(books.GetValueOrDefault).OfType<CachedBook>()];
        var options = json.Value.SerializerOptions;
        var body = PageBytes.Write(shown, BytesOfBook, page, found.Total, options, (writer, book) =>
        {
            writer.WriteRawValue(book.Shown(cdn.Value, options), skipInputValidation: true);
            writer.WriteBoolean("playable"u8, Entitlement.Decide(book.In(caller.Country, now).Facts).IsGranted);
        });
        // Copied, because what it was written into may be twice as large.
        searches.Keep(key, caller.Country, new WrittenPage(version, body.ToArray(), now, shown.Count == 0 ? DateTimeOffset.MaxValue : shown.Min(b => b.StaysUntil(now))));
        return new JsonBytes<Page<CatalogBookResponse>>(body);
    }

    /// <summary>One active book.</summary>
    [EndpointName("get_catalog_book")]
    public static async Task<Results<Ok<CatalogBookResponse>, ApiError>> Read(
        long id, Parent parent, StorytimeDb db, IOptions<CdnOptions> cdn, TimeProvider time, CancellationToken ct) =>
        await db.Books.Where(b => b.Id == id && b.Status == BookStatus.Active)
            .WithFacts(db, await CountryAsync(db, parent, ct), time.Now()).SingleOrDefaultAsync(ct) is { } book
            ? TypedResults.Ok(ToResponse(book, cdn.Value))
            : ApiError.NotFound("book");

    /// <summary>No country when the account is erased at this very moment: then only what is allowed everywhere is playable.</summary>
    private static async Task<string> CountryAsync(StorytimeDb db, Parent parent, CancellationToken ct) =>
        await db.Users.Where(u => u.Id == parent.UserId).Select(u => u.Country).SingleOrDefaultAsync(ct) ?? "";

    private static CatalogBookResponse ToResponse(BookWithFacts book, CdnOptions cdn) => new(
        book.Id, book.Title, book.Author, book.Description, book.AgeMin, book.AgeMax, book.Language, cdn.AddressOf(book.CoverS3Key),
        book.PublisherId is { } publisherId ? new CatalogPublisher(publisherId, book.PublisherName!) : null,
        book.DurationSeconds, Entitlement.Decide(book.Facts).IsGranted);
}
