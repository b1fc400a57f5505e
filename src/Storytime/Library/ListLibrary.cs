using System.Text.Json;
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
    private const int BytesOfBook = 600;

    /// <summary>The books that a parent put on a child's shelf, newest first. For the parent, and for the child's own devices.</summary>
    [EndpointName("list_library")]
    public static async Task<Results<JsonBytes<Page<ShelfBookResponse>>, ApiError>> Handle(
        long id, [AsParameters] PageQuery page, Viewer viewer, Shelf shelf, BookCache cache, StorytimeDb db, WatchTime watchTime, IOptions<CdnOptions> cdn,
        IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json, TimeProvider time, CancellationToken ct)
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
        // A book that is not there any more is on no shelf either.
        items.RemoveAll(i => !books.ContainsKey(i.BookId));
        var options = json.Value.SerializerOptions;
        return new JsonBytes<Page<ShelfBookResponse>>(PageBytes.Write(items, BytesOfBook, page, total, options, (writer, item) =>
        {
            var book = books[item.BookId];
            writer.WriteRawValue(book.Shown(cdn.Value, options), skipInputValidation: true);
            WriteForChild(writer, item, book.In(child.Country, now), screenTime.For(item.BookId, facts.Grace, storySeconds: null), now);
        }));
    }

    /// <summary>The members of <see cref="ShelfBookResponse"/> that <see cref="ShownBook"/> does not have.</summary>
    private static void WriteForChild(Utf8JsonWriter writer, ShelfItem item, BookWithFacts book, StoryTime time, DateTimeOffset now)
    {
        var decision = Entitlement.Decide(inLibrary: true, book.Facts, time);
        writer.WritePropertyName("added_at"u8);
        Rfc3339.Write(writer, item.AddedAt);
        writer.WriteBoolean("playable"u8, decision.IsGranted);
        writer.WritePropertyName("unavailable_reason"u8);
        if (decision.Refusal is { } refusal)
            writer.WriteStringValue(Json.Name(refusal));
        else
            writer.WriteNullValue();
        writer.WritePropertyName("leaving_at"u8);
        if (book.LeavingAt(now) is { } leavingAt)
            Rfc3339.Write(writer, leavingAt);
        else
            writer.WriteNullValue();
        writer.WriteNumber("resume_position_seconds"u8, Resume.At(item.Position, book.DurationSeconds));
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
