using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Platform;
using Storytime.Rights;

namespace Storytime.Admin.Support;

public sealed record EntitlementQuery
{
    [FromQuery(Name = "child_id"), Required(ErrorMessage = "A child_id is needed.")]
    public long? ChildId { get; init; }

    [FromQuery(Name = "book_id"), Required(ErrorMessage = "A book_id is needed.")]
    public long? BookId { get; init; }

    /// <summary>The moment that is asked about; now when it is not given.</summary>
    [FromQuery(Name = "at"), Moment]
    public DateTimeOffset? At { get; init; }
}

/// <summary>From when what a rule was asked about is.</summary>
public enum FactsAsOf
{
    /// <summary>As it is now: it may have been otherwise at the moment that is asked about.</summary>
    Now,

    /// <summary>As it was at the moment that is asked about.</summary>
    Then,
}

/// <summary>May the child play the book, and what each rule says.</summary>
/// <param name="UserId">The account that the child is of: only its tokens may ask to play.</param>
/// <param name="At">The moment that is asked about.</param>
/// <param name="Answer">What the rules say of that moment, with what is known now.</param>
/// <param name="Rules">Every rule by itself, in the order in which they are asked; the first no is the answer.</param>
/// <param name="Facts">What the rules were asked about.</param>
/// <param name="Attempts">What was really granted or refused, to whom and why, within ten minutes of that moment, newest first; at most 50.</param>
/// <param name="Now">What holds now; null when the moment is now.</param>
public sealed record EntitlementResponse(
    long ChildId, long BookId, long UserId, DateTimeOffset At, EntitlementAnswer Answer, IReadOnlyList<EntitlementRuleAnswer> Rules, EntitlementFacts Facts,
    IReadOnlyList<PlaybackAttemptResponse> Attempts, EntitlementAnswer? Now);

/// <param name="Refusal">Null when it is granted.</param>
/// <param name="Message">The refusal in a sentence; null when it is granted.</param>
/// <param name="Until">When a yes ends, where that is known.</param>
/// <param name="RetryAt">When a no may end by itself, where that is known.</param>
public sealed record EntitlementAnswer(bool Granted, PlaybackRefusal? Refusal, string? Message, DateTimeOffset? Until, DateTimeOffset? RetryAt);

/// <param name="Refusal">What this rule says, whatever the others do; null for yes.</param>
/// <param name="Until">When its yes ends, where that is known.</param>
/// <param name="RetryAt">When its no may end by itself, where that is known.</param>
/// <param name="AsOf">From when what it was asked about is: <c>then</c> also where it has not changed since.</param>
/// <param name="ChangedAt">When that last changed; null where it is not known (a book that is not on the shelf may have been), and where nothing can.</param>
public sealed record EntitlementRuleAnswer(
    EntitlementRule Rule, bool Granted, PlaybackRefusal? Refusal, string? Message, DateTimeOffset? Until, DateTimeOffset? RetryAt, FactsAsOf AsOf, DateTimeOffset? ChangedAt);

/// <param name="Country">The account's, which decides which windows count.</param>
/// <param name="AddedToShelfAt">Null when the book is not on the child's shelf.</param>
/// <param name="RightsWindows">Windows of the book that count in this country, the latest first, at most 20.</param>
/// <param name="ScreenTime">Null when no parent has said anything about the child's time.</param>
public sealed record EntitlementFacts(
    string Country, DateTimeOffset? AddedToShelfAt, string BookTitle, BookStatus BookStatus, long? PublisherId, string? PublisherName, PublisherStatus? PublisherStatus,
    IReadOnlyList<EntitlementWindow> RightsWindows, long? PlayingVideoAssetId, bool VideoIsReady, DateTimeOffset? VideoReadyAt, EntitlementScreenTime? ScreenTime);

/// <param name="PublisherId">Who gave it; one of a former publisher of the book does not count.</param>
/// <param name="Holds">Whether it holds at the moment that is asked about.</param>
public sealed record EntitlementWindow(long Id, long PublisherId, string Territory, DateTimeOffset StartAt, DateTimeOffset EndAt, bool Holds, DateTimeOffset UpdatedAt);

/// <param name="LocalTime">The moment that is asked about, on the family's clock.</param>
/// <param name="Setting">What was set for every day; null when nothing is.</param>
/// <param name="SettingChangedAt">Null when nothing is set.</param>
/// <param name="WatchedSeconds">On the family's day of that moment, up to it, in all books and on all devices; what was reported late is in it.</param>
/// <param name="RemainingSeconds">Of the day's minutes then; null is no limit.</param>
/// <param name="QuietHours">Whether quiet hours held then.</param>
/// <param name="QuietUntil">When they end; null when they do not hold.</param>
/// <param name="Exception">What a parent said for one day, if it was said before that moment; one that has ended has no effect any more.</param>
/// <param name="FinishingBookId">The story that may be, or might have been, watched to its end although the time is up; null when there is none.</param>
/// <param name="FinishingUntil">Until when.</param>
public sealed record EntitlementScreenTime(
    string LocalTime, ScreenTimeResponse? Setting, DateTimeOffset? SettingChangedAt, long WatchedSeconds, long? RemainingSeconds, bool QuietHours, DateTimeOffset? QuietUntil,
    EntitlementToday? Exception, long? FinishingBookId, DateTimeOffset? FinishingUntil);

/// <param name="ExtraMinutes">On top of the day's minutes.</param>
/// <param name="Stopped">Nothing plays until it ends.</param>
/// <param name="QuietLiftedUntil">Quiet hours do not hold before this time.</param>
public sealed record EntitlementToday(int ExtraMinutes, bool Stopped, DateTimeOffset QuietLiftedUntil, DateTimeOffset SaidAt, DateTimeOffset EndsAt);
