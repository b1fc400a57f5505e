using Microsoft.EntityFrameworkCore;
using Storytime.Children;
using Storytime.Data;
using Storytime.Library;
using Storytime.Platform.Auth;
using Storytime.Rights;
using Storytime.Usage;

namespace Storytime.Playback;

/// <summary>
/// May this child play this book at this moment: all that is known of it, and the answer. Playback asks before it hands out cookies; support asks to explain what
/// playback did.
/// </summary>
internal sealed record PlaybackQuestion
{
    public required long BookId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Country { get; init; }

    public required bool InLibrary { get; init; }

    /// <summary>Where the child stopped, as it was last reported; null when it never was.</summary>
    public required double? Position { get; init; }

    public required ScreenTimeFacts Time { get; init; }

    /// <summary>Null when there is no such book.</summary>
    public required BookWithFacts? Book { get; init; }

    public required ScreenTimeState ScreenTime { get; init; }

    public StoryTime Story => ScreenTime.For(BookId, Time.Grace, Book?.DurationSeconds - Resume.At(Position, Book?.DurationSeconds));

    /// <param name="children">Those that the caller may ask about.</param>
    /// <param name="lookingBack">For a moment that is over: what came after it does not count.</param>
    /// <returns>Null when the child is none of them.</returns>
    public static async Task<PlaybackQuestion?> ReadAsync(
        IQueryable<ChildProfile> children, long id, long bookId, DateTimeOffset now, StorytimeDb db, WatchTime watchTime, CancellationToken ct, bool lookingBack = false)
    {
        var child = await children.Where(c => c.Id == id).AsNoTracking().WithScreenTime(db).Select(c => new
        {
            Country = db.Users.Where(u => u.Id == c.Child.UserId).Select(u => u.Country).First(),
            InLibrary = db.LibraryItems.Any(i => i.ChildProfileId == c.Child.Id && i.BookId == bookId),
            Position = db.ResumePositions.Where(p => p.ChildProfileId == c.Child.Id && p.BookId == bookId).Select(p => (double?)p.PositionSeconds).FirstOrDefault(),
            Time = new ScreenTimeFacts(c.ScreenTime, c.Exception, c.Grace),
        }).SingleOrDefaultAsync(ct);
        if (child is null)
            return null;
        var book = await db.Books.Where(b => b.Id == bookId).WithFacts(db, child.Country, now).AsNoTracking().SingleOrDefaultAsync(ct);
        var facts = lookingBack ? KnownAt(now, child.Time, book?.DurationSeconds) : child.Time;
        return new PlaybackQuestion
        {
            BookId = bookId,
            At = now,
            Country = child.Country,
            InLibrary = child.InLibrary,
            Position = child.Position,
            Time = facts,
            Book = book,
            ScreenTime = await watchTime.ScreenTimeAsync(id, facts, now, ct),
        };
    }

    /// <summary>What playback itself asks, in one question to the database; what the book is, memory knows.</summary>
    /// <returns>Whether the session is live; null when the child is none of the viewer's.</returns>
    public static async Task<(bool IsLive, PlaybackQuestion? Question)> ReadAsync(
        Viewer viewer, long id, long bookId, DateTimeOffset now, PlayingChildren children, BookCache cache, StorytimeDb db, WatchTime watchTime, CancellationToken ct)
    {
        var (isLive, child, inLibrary, position) = await children.ReadAsync(viewer, id, bookId, now, ct);
        if (child is null)
            return (isLive, null);
        var facts = child.HasScreenTime ? await db.ScreenTimeOfAsync(id, ct) : ScreenTimeFacts.None;
        var books = await cache.GetAsync(child.CatalogVersion, [bookId], ct);
        return (isLive, new PlaybackQuestion
        {
            BookId = bookId,
            At = now,
            Country = child.Country,
            InLibrary = inLibrary,
            Position = position,
            Time = facts,
            Book = books.GetValueOrDefault(bookId)?.In(child.Country, now),
            ScreenTime = await watchTime.ScreenTimeAsync(id, facts, now, ct),
        });
    }

    /// <summary>Without what a parent said for a day later on, and without a story that was not on yet: one that was could not have longer to go than it lasts.</summary>
    private static ScreenTimeFacts KnownAt(DateTimeOffset at, ScreenTimeFacts time, int? durationSeconds) => time with
    {
        Exception = time.Exception?.SetAt > at ? null : time.Exception,
        Grace = time.Grace?.EndsAt > at.AddSeconds(durationSeconds ?? 0) ? null : time.Grace,
    };

    public Decision Decide(CloudFrontOptions options)
    {
        var decision = Entitlement.Decide(InLibrary && Book is not null, Book?.Facts ?? default, Story);
        // Granted, yet less than a second of the rights window is left: it is over. A child's time comes in whole seconds, so it cannot be that.
        return decision.IsGranted && CookieMint.Expiry(At, decision.MustEndAt, options) <= At ? new Decision(PlaybackRefusal.RightsExpired, null, null) : decision;
    }

    /// <summary>Every rule's answer; the first no is that of <see cref="Decide"/>.</summary>
    public IReadOnlyList<RuleAnswer> Explain(CloudFrontOptions options)
    {
        var answers = Entitlement.Explain(InLibrary && Book is not null, Book?.Facts ?? default, ScreenTime, Story);
        var decision = Decide(options);
        return decision.IsGranted || answers.Any(a => !a.Decision.IsGranted)
            ? answers
            : [.. answers.Select(a => a.Rule == EntitlementRule.RightsWindow ? a with { Decision = decision } : a)];
    }
}
