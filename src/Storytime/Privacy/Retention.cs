using System.ComponentModel.DataAnnotations;
using Hangfire;
using Microsoft.Extensions.Options;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Privacy;

/// <summary>Section <c>Retention</c>: how long rows are kept at least. They go by whole months, so the last of them up to a month later.</summary>
public sealed record RetentionOptions
{
    /// <summary>Months that usage events are kept. Events come in up to 30 days late and are compared with those of 60 days, so 3 at least.</summary>
    [Range(3, 120, ErrorMessage = "Retention:UsageEventsMonths must be between 3 and 120.")]
    public int UsageEventsMonths { get; init; } = 13;

    /// <summary>Months that attempts to play are kept.</summary>
    [Range(1, 120, ErrorMessage = "Retention:PlaybackAttemptsMonths must be between 1 and 120.")]
    public int PlaybackAttemptsMonths { get; init; } = 13;

    /// <summary>Days that playback sessions are kept. Usage events of the last 30 days are believed by them, so 31 at least.</summary>
    [Range(31, 3650, ErrorMessage = "Retention:PlaybackSessionsDays must be between 31 and 3650.")]
    public int PlaybackSessionsDays { get; init; } = 90;
}

/// <summary>Job, every day: drops the months that are wholly older than they may be kept. A table that is busy waits until tomorrow and does not keep the others.</summary>
internal sealed partial class DropOldMonths(Partitions partitions, NpgsqlDataSource data, IOptions<RetentionOptions> options, TimeProvider time, ILogger<DropOldMonths> log)
{
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "drop-old-months", ct);
        if (turn is null)
            return;
        var (now, keep) = (time.Now(), options.Value);
        // Before months of usage events go, their days must be rolled up for good: no older event is taken any more, so a roll-up that has passed their end is enough.
        await DropAsync("usage_events", now.AddMonths(-keep.UsageEventsMonths), ct);
        await DropAsync("playback_attempts", now.AddMonths(-keep.PlaybackAttemptsMonths), ct);
        await DropAsync("playback_sessions", now.AddDays(-keep.PlaybackSessionsDays), ct);
    }

    private async Task DropAsync(string table, DateTimeOffset before, CancellationToken ct)
    {
        try
        {
            foreach (var partition in await partitions.DropBeforeAsync(table, before, ct))
                Log.Dropped(log, partition);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            Log.Busy(log, e, table);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Partition} was dropped: all of it is older than it may be kept")]
        public static partial void Dropped(ILogger logger, string partition);

        [LoggerMessage(LogLevel.Warning, "Old months of {Table} could not be dropped because something uses them; the next run, tomorrow, will try again")]
        public static partial void Busy(ILogger logger, Exception e, string table);
    }
}
