using System.ComponentModel.DataAnnotations;
using Hangfire;
using Microsoft.Extensions.Options;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Usage;

namespace Storytime.Privacy;

/// <summary>Section <c>Retention</c>: how long rows are kept at least. They go by whole months, so the last of them up to a month later.</summary>
public sealed record RetentionOptions
{
    /// <summary>Months that usage events are kept, and what each child watched on which day. Events come in up to 30 days late and are compared with those of 60 days, so 3 at least.</summary>
    [Range(3, 120, ErrorMessage = "Retention:UsageEventsMonths must be between 3 and 120.")]
    public int UsageEventsMonths { get; init; } = 13;

    /// <summary>Months that attempts to play are kept.</summary>
    [Range(1, 120, ErrorMessage = "Retention:PlaybackAttemptsMonths must be between 1 and 120.")]
    public int PlaybackAttemptsMonths { get; init; } = 13;

    /// <summary>Days that playback sessions are kept. Usage events of the last 30 days are believed by them, so 31 at least.</summary>
    [Range(31, 3650, ErrorMessage = "Retention:PlaybackSessionsDays must be between 31 and 3650.")]
    public int PlaybackSessionsDays { get; init; } = 90;
}

/// <summary>Job, every day: drops the months that are wholly older than they may be kept. A table that is busy, or that fails, waits until tomorrow and does not keep the others.</summary>
internal sealed partial class DropOldMonths(
    Partitions partitions, NpgsqlDataSource data, IOptions<RetentionOptions> options, IOptions<ArchiveOptions> archive, RollUp rollUp,
    TimeProvider time, ILogger<DropOldMonths> log)
{
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "drop-old-months", ct);
        if (turn is null)
            return;
        var (now, keep) = (time.Now(), options.Value);
        // A roll-up that finds a day's events gone takes it for a day without any.
        await using (var pause = await rollUp.TryPauseAsync(ct))
        {
            if (pause is null)
                Log.RollsUp(log);
            else
                await DropAsync("usage_events", now.AddMonths(-keep.UsageEventsMonths), month => MayEventsGoAsync(month, ct), ct);
        }
        // Never before the events, by which they could still change.
        await DropAsync("viewing_days", now.AddMonths(-keep.UsageEventsMonths), async month => !await partitions.IsThereAsync("usage_events", month, ct), ct);
        await DropAsync("playback_attempts", now.AddMonths(-keep.PlaybackAttemptsMonths), _ => Task.FromResult(true), ct);
        await DropAsync("playback_sessions", now.AddDays(-keep.PlaybackSessionsDays), _ => Task.FromResult(true), ct);
    }

    private async Task<bool> MayEventsGoAsync(DateOnly month, CancellationToken ct)
    {
        if (await rollUp.WhyEventsStayAsync(month, archive.Value.Enabled, ct) is not { } reason)
            return true;
        Log.Stays(log, month, reason);
        return false;
    }

    private async Task DropAsync(string table, DateTimeOffset before, Func<DateOnly, Task<bool>> mayGo, CancellationToken ct)
    {
        try
        {
            foreach (var partition in await partitions.DropBeforeAsync(table, before, mayGo, ct))
                Log.Dropped(log, partition);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            Log.Busy(log, e, table);
        }
        // A query that took too long, too.
        catch (NpgsqlException e)
        {
            Log.Failed(log, e, table);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Partition} was dropped: all of it is older than it may be kept")]
        public static partial void Dropped(ILogger logger, string partition);

        [LoggerMessage(LogLevel.Warning, "Usage events of the month from {Month} and all later ones are kept longer than they should be: {Reason}")]
        public static partial void Stays(ILogger logger, DateOnly month, string reason);

        [LoggerMessage(LogLevel.Warning, "Old months of usage_events stay until tomorrow, because usage is being rolled up")]
        public static partial void RollsUp(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Old months of {Table} could not be dropped because something uses them; the next run, tomorrow, will try again")]
        public static partial void Busy(ILogger logger, Exception e, string table);

        [LoggerMessage(LogLevel.Error, "Old months of {Table} could not be dropped; the next run, tomorrow, will try again")]
        public static partial void Failed(ILogger logger, Exception e, string table);
    }
}
