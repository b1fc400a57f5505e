using System.Text.Json;
using Storytime.Children;

namespace Storytime.Rights;

/// <summary>Why a book does not play, in the order in which the reasons are looked at.</summary>
public enum PlaybackRefusal
{
    BookNotInLibrary,
    BookInactive,
    RightsNotStarted,
    RightsExpired,
    RightsUnavailable,
    VideoNotReady,
    QuietHours,
    DailyLimitReached,
}

/// <summary>What is known of a book for one family's country at one moment.</summary>
/// <param name="HasPublisher">False for a book that Storytime owns itself: it needs no rights window.</param>
/// <param name="WindowEndsAt">The latest end of the windows that hold now; null when none holds.</param>
/// <param name="NextWindowStartsAt">The earliest start of the windows still to come.</param>
/// <param name="HadWindow">Whether a window held once and has ended.</param>
internal readonly record struct BookFacts(
    bool IsActive,
    bool HasPublisher,
    bool PublisherIsActive,
    DateTimeOffset? WindowEndsAt,
    DateTimeOffset? NextWindowStartsAt,
    bool HadWindow,
    bool VideoIsReady);

/// <summary>May this child play this book now? The answer, with the reason for a no.</summary>
/// <param name="Refusal">Null when the book may be played.</param>
/// <param name="RetryAt">When the answer may change by itself, where that is known.</param>
/// <param name="MustEndAt">When a yes ends; null when nothing that is known now ends it.</param>
internal readonly record struct Decision(PlaybackRefusal? Refusal, DateTimeOffset? RetryAt, DateTimeOffset? MustEndAt)
{
    public bool IsGranted => Refusal is null;
}

/// <summary>
/// The one place that decides whether a book may be played. Pure: facts in, answer out. Playback asks it before it hands out
/// cookies; the shelf and the catalog ask it for <c>playable</c> and <c>unavailable_reason</c>.
/// </summary>
internal static class Entitlement
{
    /// <summary>For a child: the shelf first, then the book itself, then the child's time. A yes ends when the first of them does.</summary>
    public static Decision Decide(bool inLibrary, in BookFacts book, in StoryTime time)
    {
        if (!inLibrary)
            return Refuse(PlaybackRefusal.BookNotInLibrary);
        var decision = Decide(book);
        if (!decision.IsGranted)
            return decision;
        if (time.Up is { } up)
        {
            return Refuse(up switch
            {
                TimeUp.QuietHours => PlaybackRefusal.QuietHours,
                TimeUp.DailyLimitReached => PlaybackRefusal.DailyLimitReached,
            }, time.RetryAt);
        }
        return decision with { MustEndAt = decision.MustEndAt is null || time.Until < decision.MustEndAt ? time.Until : decision.MustEndAt };
    }

    /// <summary>The part that is about the book and the country alone: what a parent sees in the catalog.</summary>
    public static Decision Decide(in BookFacts book)
    {
        if (!book.IsActive)
            return Refuse(PlaybackRefusal.BookInactive);
        if (book.HasPublisher)
        {
            if (book.WindowEndsAt is null)
                return book switch
                {
                    { NextWindowStartsAt: { } start } => Refuse(PlaybackRefusal.RightsNotStarted, start),
                    { HadWindow: true } => Refuse(PlaybackRefusal.RightsExpired),
                    _ => Refuse(PlaybackRefusal.RightsUnavailable),
                };
            if (!book.PublisherIsActive)
                return Refuse(PlaybackRefusal.RightsUnavailable);
        }
        if (!book.VideoIsReady)
            return Refuse(PlaybackRefusal.VideoNotReady);
        return new Decision(null, null, book.HasPublisher ? book.WindowEndsAt : null);
    }

    /// <summary>For people: what happened.</summary>
    public static string Message(PlaybackRefusal refusal) => refusal switch
    {
        PlaybackRefusal.BookNotInLibrary => "This book is not on the child's shelf.",
        PlaybackRefusal.BookInactive => "This book is not available any more.",
        PlaybackRefusal.RightsNotStarted => "This book is not available yet.",
        PlaybackRefusal.RightsExpired => "The time in which this book could be watched has ended.",
        PlaybackRefusal.RightsUnavailable => "This book is not available to this family at the moment.",
        PlaybackRefusal.VideoNotReady => "The video of this book is still being made.",
        PlaybackRefusal.QuietHours => "It is quiet time now.",
        PlaybackRefusal.DailyLimitReached => "The time for today is used up.",
    };

    /// <summary>What a parent can do about it.</summary>
    public static string ParentAction(PlaybackRefusal refusal) => refusal switch
    {
        PlaybackRefusal.BookNotInLibrary => "add_to_library",
        PlaybackRefusal.BookInactive or PlaybackRefusal.RightsExpired or PlaybackRefusal.RightsUnavailable => "remove_from_library",
        PlaybackRefusal.RightsNotStarted or PlaybackRefusal.VideoNotReady => "wait",
        PlaybackRefusal.QuietHours or PlaybackRefusal.DailyLimitReached => "change_screen_time",
    };

    /// <summary>Key of the words that an app shows to a child.</summary>
    public static string KidMessageKey(PlaybackRefusal refusal) => "kid." + JsonNamingPolicy.SnakeCaseLower.ConvertName(refusal.ToString());

    private static Decision Refuse(PlaybackRefusal refusal, DateTimeOffset? retryAt = null) => new(refusal, retryAt, null);
}
