using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
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
        long id, [AsParameters] PageQuery page, Viewer viewer, StorytimeDb db, WatchTime watchTime, IOptions<CdnOptions> cdn, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var child = await db.ChildrenOf(viewer).Where(c => c.Id == id).AsNoTracking().WithScreenTime(db).Select(c => new
        {
            Country = db.Users.Where(u => u.Id == c.Child.UserId).Select(u => u.Country).First(),
            Time = new ScreenTimeFacts(c.ScreenTime, c.Exception, c.Grace),
        }).SingleOrDefaultAsync(ct);
        if (child is null)
            return ApiError.NotFound("child");

        var screenTime = await watchTime.ScreenTimeAsync(id, child.Time, now, ct);
        var books = db.Books.WithFacts(db, child.Country, now);
        var shelf =
            from item in db.LibraryItems
            where item.ChildProfileId == id
            join book in books on item.BookId equals book.Id
            join resume in db.ResumePositions on new { item.ChildProfileId, item.BookId } equals new { resume.ChildProfileId, resume.BookId } into resumes
            from resume in resumes.DefaultIfEmpty()
            orderby item.CreatedAt descending, item.Id descending
            select new { book, item.CreatedAt, Position = (double?)resume!.PositionSeconds };
        var rows = await shelf.AsNoTracking().PageAsync(page, ct);
        return TypedResults.Ok(new Page<ShelfBookResponse>(
            [.. rows.Data.Select(r => ToResponse(r.book, screenTime.For(r.book.Id, child.Time.Grace, storySeconds: null), r.CreatedAt, r.Position, cdn.Value, now))], rows.Pagination));
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
