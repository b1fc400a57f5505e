using Hangfire;
using Storytime.Platform;

namespace Storytime.Usage;

/// <summary>Jobs: the roll-up every few minutes, and a nightly pass that holds it against the events.</summary>
internal sealed partial class RollUpJobs(RollUp rollUp, TimeProvider time, ILogger<RollUpJobs> log)
{
    /// <summary>Days back that the nightly pass looks at: all that events may still come in for, and one more.</summary>
    public static readonly int NightlyDays = IncomingEvent.MaxAge.Days + 2;

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public Task RunAsync(CancellationToken ct) => rollUp.RunAsync(ct);

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task NightlyAsync(CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(time.Now().UtcDateTime);
        await RecomputeAsync(today.AddDays(-NightlyDays), today, ct);
    }

    /// <summary>All days whose events are kept: the check of last resort, after rows were changed by hand.</summary>
    /// <returns>How many child-book-days, and how many sums, were not as they should be.</returns>
    public async Task<(long Days, long Sums)> RebuildAsync(CancellationToken ct) =>
        await rollUp.KeptDaysAsync(ct) is { } kept ? await RecomputeAsync(kept.First, kept.Last, ct) : (0, 0);

    private async Task<(long Days, long Sums)> RecomputeAsync(DateOnly first, DateOnly last, CancellationToken ct)
    {
        var (days, sums) = (0L, 0L);
        // First, because days change the sums by what they change themselves: from sums that are too small, that might be more than there is.
        for (var month = first.AddDays(1 - first.Day); month <= last; month = month.AddMonths(1))
        {
            var wrong = await rollUp.LevelAsync(month, ct);
            if (wrong > 0)
                Log.Levelled(log, month, wrong);
            sums += wrong;
        }
        await rollUp.RunAsync(ct);
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            var changed = await rollUp.RecomputeAsync(day, ct);
            if (changed > 0)
                Log.Changed(log, day, changed);
            days += changed;
        }
        return (days, sums);
    }

    private static partial class Log
    {
        // Some may have come in since the roll-up a moment ago; many, or old days, mean that rows were changed by hand or that there is a bug.
        [LoggerMessage(LogLevel.Warning, "Of {Day}, {Changed} child-book-days were not as their events say, and are now")]
        public static partial void Changed(ILogger logger, DateOnly day, long changed);

        [LoggerMessage(LogLevel.Warning, "In the month from {Month}, {Sums} sums contradicted the child-book-days that they are made of, and were levelled: somebody changed rows by hand")]
        public static partial void Levelled(ILogger logger, DateOnly month, long sums);
    }
}
