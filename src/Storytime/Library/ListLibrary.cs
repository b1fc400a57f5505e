using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;
using Storytime.Rights;
using Storytime.Usage;

namespace Storytime.Library;

/// <summary>A book on a child's shelf.</summary>
/// <param name="CoverImageUrl">Open to everybody. The cover that staff gave, else a picture out of the video; null while there is neither.</param>
/// <param name="Playable">Whether it would play now.</param>
/// <param name="UnavailableReason">Why not; null when it is playable.</param>
/// <param name="LeavingAt">When the right to watch it ends, within the next 30 days; null when it stays longer, or is not there.</param>
/// <param name="ResumePositionSeconds">Where the child goes on; 0 at the beginning, and after the end.</param>
public sealed record ShelfBookResponse(
    long Id, string Title, string Author, string Description, int AgeMin, int AgeMax, string Language, string? CoverImageUrl, CatalogPublisher? Publisher,
    int? DurationSeconds, DateTimeOffset AddedAt, bool Playable, PlaybackRefusal? UnavailableReason, DateTimeOffset? LeavingAt, double ResumePositionSeconds);

internal static class ListLibrary
{
    /// <summary>The books that a parent put on a child's shelf, newest first. For the parent, and for the child's own devices.</summary>
    [EndpointName("list_library")]
    public static async Task<Results<Ok<Page<ShelfBookResponse>>, ApiError>> Handle(
        long id, [AsParameters] PageQuery page, Viewer viewer, Shelf shelf, BookCache cache, StorytimeDb db, WatchTime watchTime, IOptions<CdnOptions> cdn, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var (isLive, child, items, total) = await shelf.ReadAsync(viewer, id, page, now, ct);
        if (!isLive)
            return ApiError.SessionEnded;
        if (child is null)
            return ApiError.NotFound("child");

        var facts = child.HasScreenTime ? await db.ScreenTimeOfAsync(id, ct) : ScreenTimeFacts.None;
        var screenTime = await watchTime.ScreenTimeAsync(id, facts, now, ct);
        var books = await cache.GetAsync(child.CatalogVersion, items.ConvertAll(i => i.BookId), ct);
        List<ShelfBookResponse> shown = new(items.Count);
        foreach (var item in items)
        {
            // A book that is not there any more is on no shelf either.
            if (books.TryGetValue(item.BookId, out var book))
                shown.Add(ToResponse(book.In(child.Country, now), screenTime.For(item.BookId, facts.Grace, storySeconds: null), item.AddedAt, item.Position, cdn.Value, now));
        }
        return TypedResults.Ok(shown.ToPage(page, total));
    }

    private static ShelfBookResponse ToResponse(BookWithFacts book, StoryTime time, DateTimeOffset addedAt, double? position, CdnOptions cdn, DateTimeOffset now)
    {
        var decision = Entitlement.Decide(inLibrary: true, book.Facts, time);
        return new ShelfBookResponse(
            book.Id, book.Title, book.Author, book.Description, book.AgeMin, book.AgeMax, book.Language, cdn.AddressOf(book.CoverS3Key),
            book.PublisherId is { } publisher ? new CatalogPublisher(publisher, book.PublisherName!) : null,
            book.DurationSeconds, addedAt, decision.IsGranted, decision.Refusal, book.LeavingAt(now), Resume.At(position, book.DurationSeconds));
    }
}

internal static class Resume
{
    /// <summary>Closer to the end than this, the story is over and begins anew.</summary>
    private const double EndSeconds = 5;

    /// <param name="position">The newest position that was reported; null when there is none.</param>
    public static double At(double? position, int? durationSeconds) =>
        position is { } at && (durationSeconds is null || at < durationSeconds - EndSeconds) ? at : 0;
}
