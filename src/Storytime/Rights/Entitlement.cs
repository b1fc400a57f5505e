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

/// <summary>What has to hold before a book plays, in the order in which it is asked.</summary>
public enum EntitlementRule
{
    /// <summary>The child is the caller's. Looked up through the caller, so whoever gets as far as the other rules has passed it.</summary>
    Ownership,
    Library,
    BookStatus,
    RightsWindow,
    Publisher,
    Video,
    QuietHours,
    DailyLimit,
}

/// <summary>May this child play this book now? The answer, with the reason for a no.</summary>
/// <param name="Refusal">Null when the book may be played.</param>
/// <param name="RetryAt">When the answer may change by itself, where that is known.</param>
/// <param name="MustEndAt">When a yes ends; null when nothing that is known now ends it.</param>
internal readonly record struct Decision(PlaybackRefusal? Refusal, DateTimeOffset? RetryAt, DateTimeOffset? MustEndAt)
{
    public bool IsGranted => Refusal is null;

    /// <summary>Both have to say yes: the first no is the answer, and a yes ends when the first of them does.</summary>
    public Decision And(Decision next) =>
        IsGranted && (!next.IsGranted || MustEndAt is null || next.MustEndAt < MustEndAt) ? next : this;
}

/// <summary>One rule's own answer, whatever the others say.</summary>
internal readonly record struct RuleAnswer(EntitlementRule Rule, Decision Decision);

/// <summary>
/// The one place that decides whether a book may be played. Pure: facts in, answer out. Playback asks it before it hands out
/// cookies; the shelf and the catalog ask it for <c>playable</c> and <c>unavailable_reason</c>; support asks it for each rule's answer.
/// </summary>
internal static class Entitlement
{
    private static readonly (EntitlementRule Rule, Func<BookFacts, Decision> Ask)[] _ofBook =
    [
        (EntitlementRule.BookStatus, IsOut),
        (EntitlementRule.RightsWindow, IsWithinRights),
        (EntitlementRule.Publisher, IsGivenByPublisher),
        (EntitlementRule.Video, HasVideo),
    ];

    /// <summary>For a child: the shelf first, then the book itself, then the child's time. A yes ends when the first of them does.</summary>
    public static Decision Decide(bool inLibrary, in BookFacts book, in StoryTime time) => IsOnShelf(inLibrary).And(Decide(book)).And(IsInTime(time));

    /// <summary>The part that is about the book and the country alone: what a parent sees in the catalog.</summary>
    public static Decision Decide(in BookFacts book)
    {
        var decision = default(Decision);
        foreach (var (_, ask) in _ofBook)
            decision = decision.And(ask(book));
        return decision;
    }

    /// <summary>Every rule's answer, in order; the first no among them is what <see cref="Decide(bool, in BookFacts, in StoryTime)"/> answers.</summary>
    /// <param name="screenTime">The child's, which <paramref name="time"/> was made of.</param>
    public static IReadOnlyList<RuleAnswer> Explain(bool inLibrary, BookFacts book, ScreenTimeState screenTime, StoryTime time) =>
    [
        new(EntitlementRule.Ownership, default),
        new(EntitlementRule.Library, IsOnShelf(inLibrary)),
        .. _ofBook.Select(rule => new RuleAnswer(rule.Rule, rule.Ask(book))),
        new(EntitlementRule.QuietHours, IsInTime(screenTime.Alone(TimeUp.QuietHours, time))),
        new(EntitlementRule.DailyLimit, IsInTime(screenTime.Alone(TimeUp.DailyLimitReached, time))),
    ];

    private static Decision IsOnShelf(bool inLibrary) => inLibrary ? default : Refuse(PlaybackRefusal.BookNotInLibrary);

    private static Decision IsOut(BookFacts book) => book.IsActive ? default : Refuse(PlaybackRefusal.BookInactive);

    private static Decision IsWithinRights(BookFacts book) => book switch
    {
        { HasPublisher: false } => default,
        { WindowEndsAt: { } end } => new Decision(null, null, end),
        { NextWindowStartsAt: { } start } => Refuse(PlaybackRefusal.RightsNotStarted, start),
        { HadWindow: true } => Refuse(PlaybackRefusal.RightsExpired),
        _ => Refuse(PlaybackRefusal.RightsUnavailable),
    };

    private static Decision IsGivenByPublisher(BookFacts book) =>
        book.HasPublisher && !book.PublisherIsActive ? Refuse(PlaybackRefusal.RightsUnavailable) : default;

    private static Decision HasVideo(BookFacts book) => book.VideoIsReady ? default : Refuse(PlaybackRefusal.VideoNotReady);

    private static Decision IsInTime(in StoryTime time) => time.Up switch
    {
        TimeUp.QuietHours => Refuse(PlaybackRefusal.QuietHours, time.RetryAt),
        TimeUp.DailyLimitReached => Refuse(PlaybackRefusal.DailyLimitReached, time.RetryAt),
        null => new Decision(null, null, time.Until),
    };

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
