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
    /// <returns>How many child-book-days were not as they should be and are now, and how many sums are not and stay so.</returns>
    public async Task<(long Days, long Sums)> RebuildAsync(CancellationToken ct)
    {
        if (await rollUp.KeptDaysAsync(ct) is { } kept)
            return await RecomputeAsync(kept.First, kept.Last, ct);
        await rollUp.RunAsync(ct);
        return (0, 0);
    }

    private async Task<(long Days, long Sums)> RecomputeAsync(DateOnly first, DateOnly last, CancellationToken ct)
    {
        await rollUp.RunAsync(ct);
        var (days, sums) = (0L, 0L);
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            var changed = await rollUp.RecomputeAsync(day, ct);
            if (changed > 0)
                Log.Changed(log, day, changed);
            days += changed;
        }
        for (var month = first.AddDays(1 - first.Day); month <= last; month = month.AddMonths(1))
        {
            var wrong = await rollUp.CountWrongSumsAsync(month, ct);
            if (wrong > 0)
                Log.WrongSums(log, month, wrong);
            sums += wrong;
        }
        return (days, sums);
    }

    private static partial class Log
    {
        // Some may have come in since the roll-up a moment ago; many, or old days, mean that rows were changed by hand or that there is a bug.
        [LoggerMessage(LogLevel.Warning, "Of {Day}, {Changed} child-book-days were not as their events say, and are now")]
        public static partial void Changed(ILogger logger, DateOnly day, long changed);

        [LoggerMessage(LogLevel.Error, "In the month from {Month}, {Sums} sums contradict the child-book-days they are made of; restore them from a backup, or find out who changed them")]
        public static partial void WrongSums(ILogger logger, DateOnly month, long sums);
    }
}
