using System.Globalization;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Storytime.Children;
using Storytime.Data;
using Storytime.Playback;
using Storytime.Rights;
using Storytime.Usage;

namespace Storytime.Admin.Support;

/// <summary>What the rules were asked about, beyond what they need to answer: since when it is so.</summary>
internal sealed record EntitlementEvidence
{
    private const int MaxWindows = 20;

    public required long UserId { get; init; }

    public required DateTimeOffset? AddedToShelfAt { get; init; }

    public required DateTimeOffset BookChangedAt { get; init; }

    public required DateTimeOffset? PublisherChangedAt { get; init; }

    public required DateTimeOffset? VideoReadyAt { get; init; }

    public required IReadOnlyList<EntitlementWindow> Windows { get; init; }

    /// <summary>When a parent last said something about the child's time that is known still.</summary>
    public required DateTimeOffset? TimeChangedAt { get; init; }

    public required double WatchedSeconds { get; init; }

    /// <param name="asked">Its book is there.</param>
    public static async Task<EntitlementEvidence> ReadAsync(StorytimeDb db, long childId, PlaybackQuestion asked, WatchTime watchTime, CancellationToken ct)
    {
        var (bookId, at, time) = (asked.BookId, asked.At, asked.Time);
        var book = await db.Books.Where(b => b.Id == bookId).Select(b => new { b.UpdatedAt, Publisher = (DateTimeOffset?)b.Publisher!.UpdatedAt, b.PlayingAsset!.ReadyAt }).SingleAsync(ct);
        return new EntitlementEvidence
        {
            UserId = await db.ChildProfiles.Where(c => c.Id == childId).Select(c => c.UserId).SingleAsync(ct),
            AddedToShelfAt = await db.LibraryItems.Where(i => i.ChildProfileId == childId && i.BookId == bookId).Select(i => (DateTimeOffset?)i.CreatedAt).SingleOrDefaultAsync(ct),
            BookChangedAt = book.UpdatedAt,
            // Of a book without a publisher the answer changes with the book alone.
            PublisherChangedAt = book.Publisher > book.UpdatedAt ? book.Publisher : book.UpdatedAt,
            VideoReadyAt = book.ReadyAt,
            Windows = await db.RightsWindows.In(asked.Country).Where(w => w.BookId == bookId).OrderByDescending(w => w.StartAt).ThenByDescending(w => w.Id).Take(MaxWindows)
                .Select(w => new EntitlementWindow(w.Id, w.PublisherId, w.Territory, w.StartAt, w.EndAt, w.StartAt <= at && at < w.EndAt, w.UpdatedAt)).ToListAsync(ct),
            // Also what was said after that moment: it took the place of something that is not known any more.
            TimeChangedAt = new[] { time.ScreenTime?.UpdatedAt, await db.ScreenTimeExceptions.Where(e => e.ChildProfileId == childId).Select(e => (DateTimeOffset?)e.SetAt).SingleOrDefaultAsync(ct) }.Max(),
            WatchedSeconds = await watchTime.TodayAsync(childId, new ScreenTimeRules(time.ScreenTime, time.Exception), at, ct),
        };
    }

    /// <returns>Null where it is not known, or nothing can change.</returns>
    public DateTimeOffset? ChangedAt(EntitlementRule rule) => rule switch
    {
        EntitlementRule.Ownership => null,
        EntitlementRule.Library => AddedToShelfAt,
        EntitlementRule.BookStatus => BookChangedAt,
        EntitlementRule.RightsWindow => Windows.Max(w => (DateTimeOffset?)w.UpdatedAt),
        EntitlementRule.Publisher => PublisherChangedAt,
        EntitlementRule.Video => VideoReadyAt,
        EntitlementRule.QuietHours or EntitlementRule.DailyLimit => TimeChangedAt,
    };

    public EntitlementFacts ToResponse(PlaybackQuestion asked)
    {
        var book = asked.Book!;
        return new EntitlementFacts(
            asked.Country, AddedToShelfAt, book.Title, book.Status, book.PublisherId, book.PublisherName, book.PublisherStatus,
            Windows, book.PlayingAssetId, book.VideoIsReady, VideoReadyAt, ScreenTimeOf(asked));
    }

    private EntitlementScreenTime? ScreenTimeOf(PlaybackQuestion asked)
    {
        var (setting, exception, grace) = asked.Time;
        if (setting is null && exception is null && grace is null)
            return null;
        var state = asked.ScreenTime;
        return new EntitlementScreenTime(
            LocalTime(asked.At, setting?.TimeZone ?? "UTC"), setting is null ? null : ManageScreenTime.ToResponse(setting), setting?.UpdatedAt,
            (long)WatchedSeconds, state.RemainingSeconds, state.IsQuiet, state.QuietUntil,
            exception is null ? null : new EntitlementToday(exception.ExtraMinutes, exception.Stopped, exception.QuietLiftedUntil, exception.SetAt, exception.EndsAt),
            grace?.BookId, grace?.EndsAt);
    }

    private static string LocalTime(DateTimeOffset at, string timeZone) =>
        Instant.FromDateTimeOffset(at).InZone(DateTimeZoneProviders.Tzdb[timeZone]).ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
