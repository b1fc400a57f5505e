namespace Storytime.Children;

/// <summary>Why nothing plays.</summary>
public enum TimeUp
{
    QuietHours,
    DailyLimitReached,
}

/// <summary>A child's screen time at one moment.</summary>
internal sealed record ScreenTimeState
{
    /// <summary>Of a child for whom a parent has said nothing.</summary>
    public static readonly ScreenTimeState Unlimited = new();

    public DateTimeOffset Now { get; init; }

    /// <summary>Null while it may watch.</summary>
    public TimeUp? Up { get; init; }

    /// <summary>The first moment at which watching from now on would not be allowed any more; null when that is not within <see cref="ScreenTimeRules.Horizon"/>.</summary>
    public DateTimeOffset? PlayableUntil { get; init; }

    /// <summary>When the time is up: the first moment at which it is not; null when there is none within <see cref="ScreenTimeRules.RetryHorizon"/>.</summary>
    public DateTimeOffset? NextPlayableAt { get; init; }

    public bool IsQuiet { get; init; }

    /// <summary>Whether nothing is left of today's minutes, or a parent said stop; in quiet hours, too.</summary>
    public bool IsUsedUp { get; init; }

    /// <summary>Null when it is not quiet now, or never anything else.</summary>
    public DateTimeOffset? QuietUntil { get; init; }

    /// <summary>Null when quiet hours are not lifted now.</summary>
    public DateTimeOffset? QuietLiftedUntil { get; init; }

    /// <summary>Of today, in whole seconds; null when nothing limits it.</summary>
    public long? RemainingSeconds { get; init; }

    public int ExtraMinutes { get; init; }

    public bool IsStopped { get; init; }

    /// <summary>Whether a story that has begun may be watched to its end.</summary>
    public bool FinishesStory { get; init; }

    /// <param name="bookId">The story that is asked for.</param>
    /// <param name="grace">The story that may be finished; it was fixed before the time was up. Until it ends no other one gets more than the time.</param>
    /// <param name="storySeconds">How much of the story is still to come; null when that is not known, or not needed because only the reason is asked for.</param>
    public StoryTime For(long bookId, StoryGrace? grace, double? storySeconds)
    {
        if (Up is null)
        {
            return FinishesStory && (grace is null || grace.BookId == bookId || grace.EndsAt <= Now) && storySeconds is { } seconds && ScreenTimeRules.WholeSeconds(Now.AddSeconds(seconds)) is var end && end > PlayableUntil
                ? new StoryTime(null, end, null) { BeyondLimit = PlayableUntil }
                : new StoryTime(null, PlayableUntil, null);
        }
        return FinishesStory && grace?.BookId == bookId && Now < grace.EndsAt
            ? new StoryTime(null, grace.EndsAt, null)
            : new StoryTime(Up, null, NextPlayableAt);
    }

    /// <summary>What one of the reasons says by itself: in quiet hours the day's minutes may be used up as well.</summary>
    /// <param name="story">The answer of all of them, for the story that is asked for: one that may be finished is kept by none.</param>
    public StoryTime Alone(TimeUp reason, StoryTime story) => (reason switch
    {
        TimeUp.QuietHours => IsQuiet,
        TimeUp.DailyLimitReached => IsUsedUp,
    } && story.Up is not null) ? story with { Up = reason } : story with { Up = null, RetryAt = null };
}

/// <summary>What a child's screen time says to one story.</summary>
/// <param name="Up">Null when it may play.</param>
/// <param name="Until">When it may play: until when; null when nothing that is near ends it.</param>
/// <param name="RetryAt">When it may not: when it may again.</param>
internal readonly record struct StoryTime(TimeUp? Up, DateTimeOffset? Until, DateTimeOffset? RetryAt)
{
    /// <summary>The end of the time, when <see cref="Until"/> is the end of the story and comes later. Cookies that reach beyond it need a <see cref="StoryGrace"/>.</summary>
    public DateTimeOffset? BeyondLimit { get; init; }
}
