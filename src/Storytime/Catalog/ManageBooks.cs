using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;
using Storytime.Rights;

namespace Storytime.Catalog;

/// <summary>A book as staff see it.</summary>
/// <param name="CoverImageUrl">The cover that was given, else a picture out of the video; null while there is neither.</param>
/// <param name="PublisherId">Null for a book that Storytime owns itself.</param>
/// <param name="HasRightsNow">Whether a window of its publisher holds now in any territory; always so for a book without a publisher.</param>
/// <param name="PlayingAssetId">The video asset that plays; null until one is ready.</param>
public sealed record BookResponse(
    long Id, string Title, string Author, string Description, int AgeMin, int AgeMax, string Language, string? CoverImageUrl,
    long? PublisherId, string? PublisherName, BookStatus Status, bool HasRightsNow, long? PlayingAssetId, int? DurationSeconds, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record BookFilter
{
    /// <summary>Words of the title, author, publisher or description.</summary>
    [FromQuery(Name = "q"), SearchText]
    public string? Q { get; init; }

    [FromQuery(Name = "status"), Word<BookStatus>]
    public string? Status { get; init; }

    [FromQuery(Name = "publisher_id")]
    public long? PublisherId { get; init; }

    /// <summary><c>true</c>: only books that play nowhere now, because no rights window holds.</summary>
    [FromQuery(Name = "without_rights")]
    public bool? WithoutRights { get; init; }

    /// <summary><c>true</c>: only books that have no video that is ready.</summary>
    [FromQuery(Name = "without_video")]
    public bool? WithoutVideo { get; init; }
}

internal static class ManageBooks
{
    internal const string Subject = "book";

    /// <summary>Books of any status: the best match first when <c>q</c> is given, by title otherwise.</summary>
    [EndpointName("list_books")]
    public static async Task<Ok<Page<BookResponse>>> List(
        [AsParameters] BookFilter filter, [AsParameters] PageQuery page, StorytimeDb db, IOptions<CdnOptions> cdn, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var books = await db.Books.SearchAsync(filter.Q, ct);
        if (Words<BookStatus>.Parse(filter.Status) is { } status)
            books = books.Where(b => b.Status == status);
        if (filter.PublisherId is { } publisherId)
            books = books.Where(b => b.PublisherId == publisherId);
        if (filter.WithoutRights is true)
            books = books.WithoutRights(db, now);
        if (filter.WithoutVideo is true)
            books = books.WithoutVideo();
        return TypedResults.Ok(await books.Select(b => b.Id).PageAsync(page, ids => db.Books.Where(b => ids.Contains(b.Id)).ToResponses(db, cdn.Value, now), b => b.Id, ct));
    }

    /// <summary>Adds a book; a draft unless the status says otherwise.</summary>
    [EndpointName("create_book")]
    public static async Task<Results<Created<BookResponse>, ApiError>> Create(
        CreateBookRequest request, Staff staff, StorytimeDb db, IOptions<CdnOptions> cdn, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var content = new BookContent(
            request.Title!.Trim(), request.Author!.Trim(), request.Description?.Trim() ?? "", request.AgeMin!.Value, request.AgeMax!.Value,
            request.Language!, request.PublisherId, request.Status ?? BookStatus.Draft);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await CheckAsync(db, content, ct) is { } refusal)
            return refusal;
        var book = Book.Create(content, now);
        db.Books.Add(book);
        await db.SaveChangesAsync(ct);
        db.AuditEntries.Add(AuditEntry.Of(staff, "created", Subject, book.Id, null, content, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/admin/api/v1/books/{book.Id}", await db.Books.Where(b => b.Id == book.Id).ToResponses(db, cdn.Value, now).SingleAsync(ct));
    }

    /// <summary>One book, whatever its status.</summary>
    [EndpointName("get_book")]
    public static async Task<Results<Ok<BookResponse>, ApiError>> Read(long id, StorytimeDb db, IOptions<CdnOptions> cdn, TimeProvider time, CancellationToken ct) =>
        await db.Books.Where(b => b.Id == id).ToResponses(db, cdn.Value, time.Now()).SingleOrDefaultAsync(ct) is { } book
            ? TypedResults.Ok(book)
            : ApiError.NotFound("book");

    /// <summary>Changes what is given of a book.</summary>
    [EndpointName("update_book")]
    public static async Task<Results<Ok<BookResponse>, ApiError>> Update(
        long id, UpdateBookRequest request, Staff staff, StorytimeDb db, IOptions<CdnOptions> cdn, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.HoldPublisherNamesAsync(ct);
        // Locked, so that two changes at once come one after the other: together they could give an age range that ends before it starts.
        if (await db.Books.FromSql($"select * from books where id = {id} for no key update").SingleOrDefaultAsync(ct) is not { } book)
            return ApiError.NotFound("book");
        var before = book.Content;
        var after = new BookContent(
            request.Title?.Trim() ?? before.Title, request.Author?.Trim() ?? before.Author, request.Description?.Trim() ?? before.Description,
            request.AgeMin ?? before.AgeMin, request.AgeMax ?? before.AgeMax, request.Language ?? before.Language,
            request.PublisherIdIsGiven ? request.PublisherId : before.PublisherId, request.Status ?? before.Status);
        if (await CheckAsync(db, after, ct) is { } refusal)
            return refusal;
        if (after != before)
        {
            book.Update(after, now);
            db.AuditEntries.Add(AuditEntry.Of(staff, "updated", Subject, id, before, after, now));
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        return TypedResults.Ok(await db.Books.Where(b => b.Id == id).ToResponses(db, cdn.Value, now).SingleAsync(ct));
    }

    private static async Task<ApiError?> CheckAsync(StorytimeDb db, BookContent content, CancellationToken ct)
    {
        var problems = new List<(string, string)>();
        if (content.AgeMax < content.AgeMin)
            problems.Add(("age_max", "age_max must not be below age_min."));
        // Publishers are never deleted, so what is found here is there when the book is written.
        if (content.PublisherId is { } publisherId && !await db.Publishers.AnyAsync(p => p.Id == publisherId, ct))
            problems.Add(("publisher_id", $"There is no publisher {publisherId}."));
        return problems.Count == 0 ? null : ApiError.Invalid([.. problems]);
    }

    /// <summary>Books of publishers that play nowhere now, because no window of theirs holds.</summary>
    internal static IQueryable<Book> WithoutRights(this IQueryable<Book> books, StorytimeDb db, DateTimeOffset now)
    {
        var windows = db.RightsWindows.HoldingAt(now);
        return books.Where(b => b.PublisherId != null && !windows.Any(w => w.BookId == b.Id && w.PublisherId == b.PublisherId));
    }

    internal static IQueryable<Book> WithoutVideo(this IQueryable<Book> books) => books.Where(b => b.PlayingAssetId == null);

    internal static IQueryable<BookResponse> ToResponses(this IQueryable<Book> books, StorytimeDb db, CdnOptions cdn, DateTimeOffset now)
    {
        var baseUrl = cdn.AddressOf("")!;
        var windows = db.RightsWindows.HoldingAt(now);
        return books.Select(b => new BookResponse(
            b.Id, b.Title, b.Author, b.Description, b.AgeMin, b.AgeMax, b.Language,
            (b.CoverS3Key ?? b.PosterS3Key) == null ? null : baseUrl + (b.CoverS3Key ?? b.PosterS3Key), b.PublisherId, b.Publisher!.Name, b.Status,
            b.PublisherId == null || windows.Any(w => w.BookId == b.Id && w.PublisherId == b.PublisherId),
            b.PlayingAssetId, b.PlayingAsset!.DurationSeconds, b.CreatedAt, b.UpdatedAt));
    }
}
