using NodaTime;

namespace Storytime.Children;

/// <summary>
/// What a parent said about a child's time, and what follows from it: may anything play now, until when, and when again (ADR 10). Pure: facts in, answer out.
/// </summary>
/// <param name="setting">Null while nothing is set.</param>
/// <param name="exception">What was said for one day, today or a day before; null when nothing was.</param>
/// <param name="timeZone">IANA name, for a child that has no setting.</param>
internal sealed class ScreenTimeRules(ScreenTime? setting, ScreenTimeException? exception, string timeZone = "UTC")
{
    /// <summary>Cookies end within minutes, so nobody needs to know what ends further ahead than this.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromHours(13);

    /// <summary>A week, and the day of today: after that everything comes again.</summary>
    public static readonly TimeSpan RetryHorizon = TimeSpan.FromDays(8);

    private static readonly Duration _horizon = Duration.FromTimeSpan(Horizon);
    private static readonly Duration _retryHorizon = Duration.FromTimeSpan(RetryHorizon);

    private readonly FamilyClock _clock = new(setting?.TimeZone ?? timeZone);
    private readonly IReadOnlyList<QuietHours> _quietHours = setting?.QuietHours ?? [];
    private readonly Instant _exceptionEnds = exception is null ? Instant.MinValue : Instant.FromDateTimeOffset(exception.EndsAt);
    private readonly Instant _quietLifted = exception is null ? Instant.MinValue : Instant.FromDateTimeOffset(exception.QuietLiftedUntil);

    /// <summary>Cookies count whole seconds, and so does what is allowed: less than one is none.</summary>
    public static DateTimeOffset WholeSeconds(DateTimeOffset moment) => moment.AddTicks(-(moment.UtcTicks % TimeSpan.TicksPerSecond));

    /// <summary>The local day whose minutes count now; without its end.</summary>
    public (DateTimeOffset Start, DateTimeOffset End) DayOf(DateTimeOffset now)
    {
        var (start, end) = _clock.DayOf(Instant.FromDateTimeOffset(now));
        return (start.ToDateTimeOffset(), end.ToDateTimeOffset());
    }

    /// <param name="now">The moment of the request.</param>
    /// <param name="watchedSeconds">Since the local day began.</param>
    public ScreenTimeState At(DateTimeOffset now, double watchedSeconds)
    {
        var at = Instant.FromDateTimeOffset(now);
        var up = WhyNot(at, watchedSeconds);
        var isToday = at < _exceptionEnds;
        return new ScreenTimeState
        {
            Now = now,
            Up = up,
            PlayableUntil = up is null ? EndOfWatching(at, watchedSeconds)?.ToDateTimeOffset() : null,
            NextPlayableAt = up is null ? null : FirstTurn(at, t => WhyNot(t, t < _clock.DayOf(at).End ? watchedSeconds : 0) is null)?.ToDateTimeOffset(),
            QuietUntil = IsQuiet(at) ? FirstTurn(at, t => !IsQuiet(t))?.ToDateTimeOffset() : null,
            RemainingSeconds = IsStopped(at) ? 0 : SecondsLeft(at, watchedSeconds),
            ExtraMinutes = isToday ? exception!.ExtraMinutes : 0,
            IsStopped = IsStopped(at),
            IsQuiet = IsQuiet(at),
            IsUsedUp = IsUsedUp(at, watchedSeconds),
            QuietLiftedUntil = at < _quietLifted ? _quietLifted.ToDateTimeOffset() : null,
            // "Stop now" means this story, too.
            FinishesStory = setting is { FinishStory: true } && !IsStopped(at),
        };
    }

    private TimeUp? WhyNot(Instant at, double watched) =>
        IsQuiet(at) ? TimeUp.QuietHours
        : IsUsedUp(at, watched) ? TimeUp.DailyLimitReached
        : null;

    private bool IsQuiet(Instant at) => at >= _quietLifted && _clock.IsWithin(_quietHours, at);

    private bool IsStopped(Instant at) => exception is { Stopped: true } && at < _exceptionEnds;

    private bool IsUsedUp(Instant at, double watched) => IsStopped(at) || SecondsLeft(at, watched) is 0;

    /// <returns>Whole seconds; null where nothing limits a day.</returns>
    private long? SecondsLeft(Instant at, double watched) => setting?.DailyMinutes is { } minutes
        ? (long)Math.Max(0, Math.Floor((minutes + (at < _exceptionEnds ? exception!.ExtraMinutes : 0)) * 60 - watched))
        : null;

    /// <summary>The first moment after now at which watching without a break would not be allowed any more; null when there is none within <see cref="Horizon"/>.</summary>
    private Instant? EndOfWatching(Instant now, double watched)
    {
        var horizon = now + _horizon;
        var usedUp = EndOfMinutes(now, watched, horizon);
        // The end of the lifting may lie in the middle of quiet hours.
        var quiet = _quietLifted >= horizon ? null
            : now < _quietLifted && IsQuiet(_quietLifted) ? _quietLifted
            : Find(_clock.Turns(_quietHours, now > _quietLifted ? now : _quietLifted, horizon), IsQuiet);
        return quiet < usedUp || usedUp is null ? quiet : usedUp;
    }

    /// <summary>Goes through the days, because each brings its own minutes: who watches over midnight may go on with tomorrow's.</summary>
    private Instant? EndOfMinutes(Instant now, double watched, Instant horizon)
    {
        for (var from = now; from < horizon;)
        {
            if (SecondsLeft(from, watched) is not { } left)
                return null;
            var dayEnd = _clock.DayOf(from).End;
            // Today's extra minutes end with the day in which they were given, which was another one if the zone was changed since.
            var until = from < _exceptionEnds && _exceptionEnds < dayEnd ? _exceptionEnds : dayEnd;
            var usedUp = from + Duration.FromSeconds(left);
            if (usedUp < until)
                return usedUp < horizon ? usedUp : null;
            watched = until == dayEnd ? 0 : watched + (until - from).TotalSeconds;
            from = until;
        }
        return null;
    }

    private Instant? FirstTurn(Instant now, Func<Instant, bool> holds)
    {
        var turns = _clock.Turns(_quietHours, now, now + _retryHorizon);
        return Find(exception is null || _exceptionEnds <= now ? turns : turns.Append(_exceptionEnds).Order(), holds);
    }

    private static Instant? Find(IEnumerable<Instant> moments, Func<Instant, bool> holds)
    {
        foreach (var moment in moments)
        {
            if (holds(moment))
                return moment;
        }
        return null;
    }
}
