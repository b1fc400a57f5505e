using Hangfire;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Usage;

namespace Storytime.Privacy;

/// <summary>
/// Job: deletes what no foreign key leads to, in passes. The first comes at once; as a request that was under way may still have written after it (ADR 4), there is
/// another one 10 minutes later, and only that one ends the erasure. A pass deletes what is there and counts it in the same statement, so it may end anywhere,
/// run twice, and be begun anew.
/// </summary>
internal sealed partial class EraseData(StorytimeDb db, NpgsqlDataSource data, TimeProvider time, ILogger<EraseData> log, AppleTokens apple, RollUp rollUp, Partitions partitions)
{
    /// <summary>Rows of one transaction: short enough for nobody to wait for it.</summary>
    public const int ChunkRows = 5_000;

    private const int MaxRound = 200;

    /// <summary>Every minute: what is due, be it the second pass, or one that a crash left behind. One that fails does not keep the others.</summary>
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task SweepAsync(CancellationToken ct)
    {
        var now = time.Now();
        foreach (var id in await db.Erasures.Where(e => e.CompletedAt == null && e.DueAt <= now).OrderBy(e => e.DueAt).Select(e => e.Id).Take(MaxRound).ToListAsync(ct))
        {
            try
            {
                await RunAsync(id, ct);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                Log.Later(log, e, id);
            }
        }
    }

    /// <summary>One pass.</summary>
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(long erasureId, CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, $"erase-{erasureId}", ct);
        if (turn is null)
            return;
        db.ChangeTracker.Clear();
        if (await db.Erasures.SingleOrDefaultAsync(e => e.Id == erasureId && e.CompletedAt == null, ct) is not { } erasure)
            return;
        var startedAt = time.Now();
        // What publishers are paid by must not go with the events. It stays due, so the next sweep tries again.
        if (erasure.UsageWatermark is not null && !await rollUp.TrySettleAsync(erasure.Id, ct))
        {
            Log.NotNow(log, erasureId);
            return;
        }
        await db.Entry(erasure).ReloadAsync(ct);
        await DeleteAsync(erasure, "usage_events", "child_profile_id, event_id, occurred_at", "child_profile_id = any($1)", ct);
        await DeleteAsync(erasure, "playback_sessions", "id, issued_at", "child_profile_id = any($1)", ct);
        await DeleteAsync(erasure, "playback_attempts", "id, created_at", "(child_profile_id = any($1) or user_id = $2)", ct);
        await RevokeAppleTokensAsync(erasure, ct);
        if (await partitions.AreHalfDroppedAsync(ct))
        {
            Log.HalfDropped(log, erasureId);
            erasure.Postpone(time.Now());
        }
        else
        {
            erasure.EndPass(startedAt, time.Now());
        }
        await db.SaveChangesAsync(ct);
        if (erasure.CompletedAt is not null)
            Log.Complete(log, erasureId);
    }

    private async Task DeleteAsync(Erasure erasure, string table, string key, string whose, CancellationToken ct)
    {
        // Said twice whose they are: so that each partition is entered by the child's index, whatever the planner thinks of the chunk.
        var sql = $"""
            with chunk as (select {key} from {table} where {whose} limit {ChunkRows}),
            gone as (delete from {table} where {whose} and ({key}) in (select {key} from chunk) returning 1),
            counted as (select count(*) as rows from gone)
            update erasures set deleted = jsonb_set(deleted, array['{table}'], to_jsonb(coalesce((deleted ->> '{table}')::bigint, 0) + rows))
            from counted where id = $3 returning rows
            """;
        long rows;
        do
        {
            await using var command = data.CreateCommand(sql);
            command.Parameters.Add(new() { Value = erasure.ChildProfileIds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
            command.Parameters.Add(new() { Value = (object?)erasure.UserId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
            command.Parameters.Add(new() { Value = erasure.Id });
            rows = (long)(await command.ExecuteScalarAsync(ct))!;
        }
        while (rows == ChunkRows);
    }

    /// <summary>Apple wants to be told (App Store Review Guidelines, 5.1.1(v)), but its silence keeps nothing else.</summary>
    private async Task RevokeAppleTokensAsync(Erasure erasure, CancellationToken ct)
    {
        foreach (var token in erasure.SealedAppleTokens)
        {
            try
            {
                await apple.RevokeAsync(token, ct);
                erasure.IsDoneWith(token);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                if (time.Now() < erasure.RequestedAt + Erasure.AskAppleFor)
                {
                    Log.AppleIsSilent(log, e, erasure.Id);
                    continue;
                }
                Log.AppleStaysSilent(log, e, erasure.Id);
                erasure.IsDoneWith(token);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Erasure {ErasureId} is complete")]
        public static partial void Complete(ILogger logger, long erasureId);

        [LoggerMessage(LogLevel.Debug, "Erasure {ErasureId} waits for a roll-up to end; the next sweep goes on with it")]
        public static partial void NotNow(ILogger logger, long erasureId);

        [LoggerMessage(LogLevel.Warning, "Erasure {ErasureId} does not end while a month is detached that its rows may be in; the job that drops old months, each night, drops it")]
        public static partial void HalfDropped(ILogger logger, long erasureId);

        [LoggerMessage(LogLevel.Error, "Erasure {ErasureId} did not get through; the next sweep goes on with it")]
        public static partial void Later(ILogger logger, Exception e, long erasureId);

        [LoggerMessage(LogLevel.Warning, "Apple has not confirmed that a token of erasure {ErasureId} is revoked; it will be asked again")]
        public static partial void AppleIsSilent(ILogger logger, Exception e, long erasureId);

        [LoggerMessage(LogLevel.Error, "Apple has not confirmed for 7 days that a token of erasure {ErasureId} is revoked; it was deleted without that")]
        public static partial void AppleStaysSilent(ILogger logger, Exception e, long erasureId);
    }
}
