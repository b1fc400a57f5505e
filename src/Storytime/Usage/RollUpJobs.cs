using Hangfire;
using Storytime.Platform;

namespace Storytime.Usage;

/// <summary>Jobs: the roll-up every few minutes, and a nightly pass that holds it against the events. Neither waits for a long run of another node: there are few workers.</summary>
internal sealed partial class RollUpJobs(RollUp rollUp, TimeProvider time, ILogger<RollUpJobs> log)
{
    /// <summary>Days back that the nightly pass looks at: all that events may still come in for, and one more.</summary>
    public static readonly int NightlyDays = IncomingEvent.MaxAge.Days + 2;

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        if (await rollUp.RunAsync(TimeSpan.Zero, ct) is null)
            Log.NotNow(log);
    }

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task NightlyAsync(CancellationToken ct)
    {
        if (await RecomputeAsync(Today.AddDays(-NightlyDays), Today, RollUp.Moment, ct) is null)
            Log.Tomorrow(log);
    }

    /// <summary>All days whose events are kept: the check of last resort, after rows were changed by hand. Waits for its turn.</summary>
    /// <returns>How many child-book-days, and how many sums, were not as they should be.</returns>
    public async Task<(long Days, long Sums)> RebuildAsync(CancellationToken ct) =>
        await rollUp.KeptDaysAsync(ct) is { } kept ? (await RecomputeAsync(kept.First, kept.Last, wait: null, ct))!.Value : (0, 0);

    private DateOnly Today => Days.Of(time.Now());

    /// <returns>Null when somebody else had the turn for longer than <paramref name="wait"/>.</returns>
    private async Task<(long Days, long Sums)?> RecomputeAsync(DateOnly first, DateOnly last, TimeSpan? wait, CancellationToken ct)
    {
        var (days, sums) = (0L, 0L);
        // First, because days change the sums by what they change themselves: from sums that are too small, that might be more than there is.
        for (var month = Months.Of(first); month <= last; month = month.AddMonths(1))
        {
            if (await rollUp.LevelAsync(month, wait, ct) is not { } wrong)
                return null;
            if (wrong > 0)
                Log.Levelled(log, month, wrong);
            sums += wrong;
        }
        if (await rollUp.RunAsync(wait, ct) is null)
            return null;
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            if (await rollUp.RecomputeAsync(day, wait, ct) is not { } changed)
                return null;
            // Of today, and with clocks that are ahead of tomorrow, some come in all the time.
            if (changed > 0)
                Log.Changed(log, day < Today ? LogLevel.Warning : LogLevel.Information, day, changed);
            days += changed;
        }
        return (days, sums);
    }

    private static partial class Log
    {
        // Late ones may have come in since the roll-up a moment ago; many mean that rows were changed by hand or that there is a bug.
        [LoggerMessage("Of {Day}, {Changed} child-book-days were not as their events say, and are now")]
        public static partial void Changed(ILogger logger, LogLevel level, DateOnly day, long changed);

        [LoggerMessage(LogLevel.Warning, "In the month from {Month}, {Sums} sums contradicted the child-book-days that they are made of, and were levelled: somebody changed rows by hand")]
        public static partial void Levelled(ILogger logger, DateOnly month, long sums);

        [LoggerMessage(LogLevel.Debug, "Something is being rolled up already")]
        public static partial void NotNow(ILogger logger);

        [LoggerMessage(LogLevel.Information, "The nightly check of the rollups was cut short, because something else is being rolled up; tomorrow there is another one")]
        public static partial void Tomorrow(ILogger logger);
    }
}
