using Npgsql;
using Storytime.Platform;

namespace Storytime.Usage;

/// <summary>
/// Keeps the sums of what was watched in step with the events. Exactly the child-book-days that events touch are worked out anew, and the sums change by the difference, so
/// that late events, erased children and interrupted runs leave them right (ADR 12). One run at a time.
/// </summary>
internal sealed partial class RollUp(NpgsqlDataSource database, TimeProvider time, ILogger<RollUp> log)
{
    /// <summary>Child-book-days of one statement.</summary>
    private const int Chunk = 2_000;

    /// <summary>What a job waits for its turn where giving up means a day; most runs are over sooner.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _longOpen = TimeSpan.FromMinutes(10);

    /// <summary>Seconds. These two look at months of events.</summary>
    private const int LongQuery = 600;

    /// <summary>Events of one transaction, about: what a kill costs at most.</summary>
    public int StepEvents { get; init; } = 100_000;

    /// <summary>
    /// Rolls up all that has come in since the last run, in one transaction with the mark that says so; if that is much, as after a restore, in steps, each of which is a
    /// transaction and stays done.
    /// </summary>
    /// <inheritdoc cref="RollUpTurn.TakeAsync" path="/param"/>
    /// <returns>How many child-book-days changed; null when somebody else has the turn.</returns>
    public async Task<long?> RunAsync(TimeSpan? wait, CancellationToken ct)
    {
        var (changed, steps, complete) = (0L, new Queue<long>(), (DateTimeOffset?)null);
        do
        {
            await using var turn = await RollUpTurn.TakeAsync(database, wait, ct);
            if (turn is null)
                return null;
            var now = time.GetUtcNow();
            var open = await ReadOpenAsync(turn, ct);
            var (watermark, horizon) = await ReadMarkAsync(turn, ct);
            if (complete is null)
            {
                complete = now - open;
                // The last one goes on to the horizon, where there is nothing more of them.
                steps = new([.. (await turn.ReadAsync(RollUpSql.Steps, r => r.GetInt64(0), ct, watermark, horizon, StepEvents)).SkipLast(1), horizon]);
            }
            var until = steps.Dequeue();
            // Another run may have been here in between.
            if (watermark <= until)
            {
                changed += await RollAsync(turn, await ReadKeysAsync(turn, RollUpSql.Touched, ct, watermark, until), now, ct);
                if (steps.Count > 0)
                    await turn.ExecuteAsync(RollUpSql.MoveMark, ct, until);
                else
                    await turn.ExecuteAsync(RollUpSql.ReachHorizon, ct, until, complete.Value);
            }
            await turn.CommitAsync(ct);
        }
        while (steps.Count > 0);
        return changed;
    }

    /// <summary>Works out one day anew, whatever has been rolled up of it: a check, and the cure if somebody changed rows by hand. Does nothing when its events are not kept any more.</summary>
    /// <inheritdoc cref="RollUpTurn.TakeAsync" path="/param"/>
    /// <returns>How many child-book-days were not as they should be; null when somebody else has the turn.</returns>
    public async Task<long?> RecomputeAsync(DateOnly day, TimeSpan? wait, CancellationToken ct)
    {
        await using var turn = await RollUpTurn.TakeAsync(database, wait, ct);
        if (turn is null)
            return null;
        var changed = await RollAsync(turn, await ReadKeysAsync(turn, RollUpSql.OfDay, ct, day), time.GetUtcNow(), ct);
        await turn.CommitAsync(ct);
        return changed;
    }

    /// <summary>The days that can be worked out anew: all their events are kept. Null when there are none.</summary>
    public async Task<(DateOnly First, DateOnly Last)?> KeptDaysAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(RollUpSql.KeptDays);
        command.CommandTimeout = LongQuery;
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return await reader.IsDBNullAsync(0, ct) || await reader.IsDBNullAsync(1, ct) ? null : (reader.GetFieldValue<DateOnly>(0), reader.GetFieldValue<DateOnly>(1));
    }

    /// <summary>
    /// Levels the sums of the month of a day with the child-book-days that they are made of. Where somebody was erased since, nobody can tell any more how much larger than
    /// these they should be: such sums are only raised to them.
    /// </summary>
    /// <inheritdoc cref="RollUpTurn.TakeAsync" path="/param"/>
    /// <returns>How many sums were wrong; null when somebody else has the turn.</returns>
    public async Task<long?> LevelAsync(DateOnly month, TimeSpan? wait, CancellationToken ct)
    {
        var (from, until) = (Months.Of(month), Months.After(month));
        await using var turn = await RollUpTurn.TakeAsync(database, wait, ct);
        if (turn is null)
            return null;
        var wrong = await turn.CountAsync(RollUpSql.Level, ct, from, until, time.GetUtcNow());
        if (wrong > 0)
            await TidyAsync(turn, from, until, ct);
        await turn.CommitAsync(ct);
        return wrong;
    }

    /// <summary>
    /// Rolls up, for good, what erased children watched, and forgets what they watched on which day; the sums keep it. Only once for an erasure, whose events may go then.
    /// </summary>
    /// <returns>False when somebody else has the turn: nothing was done.</returns>
    public async Task<bool> TrySettleAsync(long erasureId, CancellationToken ct)
    {
        await using var turn = await RollUpTurn.TakeAsync(database, TimeSpan.Zero, ct);
        if (turn is null)
            return false;
        await ReadMarkAsync(turn, ct);
        var unsettled = await turn.ReadAsync("select child_profile_ids, usage_watermark from erasures where id = $1 and usage_watermark is not null for update",
            r => (Children: r.GetFieldValue<long[]>(0), Watermark: r.GetInt64(1)), ct, erasureId);
        foreach (var (children, watermark) in unsettled)
        {
            await RollAsync(turn, await ReadKeysAsync(turn, RollUpSql.TouchedByErased, ct, children, watermark), time.GetUtcNow(), ct);
            await turn.ExecuteAsync("""
                with gone as (delete from viewing_days where child_profile_id = any($2) returning 1)
                update erasures set usage_watermark = null, deleted = jsonb_set(deleted, array['viewing_days'], to_jsonb((select count(*) from gone))) where id = $1
                """, ct, erasureId, children);
        }
        await turn.CommitAsync(ct);
        return true;
    }

    /// <summary>Nothing is rolled up until this is disposed: for whoever takes events away that are rolled up.</summary>
    /// <returns>Null when something is being rolled up, and does not end in a moment.</returns>
    public async Task<IAsyncDisposable?> TryPauseAsync(CancellationToken ct) => await RollUpTurn.TakeAsync(database, Moment, ct);

    /// <param name="month">The first day of it.</param>
    /// <param name="archived">Whether its days must be in the archive, too.</param>
    /// <returns>Why events of a month must not be dropped yet, as the end of a sentence; null when they may.</returns>
    public async Task<string?> WhyEventsStayAsync(DateOnly month, bool archived, CancellationToken ct)
    {
        await using var command = database.CreateCommand(RollUpSql.WhyEventsStay);
        command.CommandTimeout = LongQuery;
        command.Parameters.Add(new() { Value = month });
        command.Parameters.Add(new() { Value = Months.After(month) });
        command.Parameters.Add(new() { Value = archived });
        return await command.ExecuteScalarAsync(ct) as string;
    }

    /// <returns>How long the oldest transaction is open that may have stored events: that much older is what the sums are complete to.</returns>
    private async Task<TimeSpan> ReadOpenAsync(RollUpTurn turn, CancellationToken ct)
    {
        var open = (await turn.ReadAsync(RollUpSql.Open, r => r.GetTimeSpan(0), ct)).Single();
        if (open > _longOpen)
            Log.Held(log, open);
        return open;
    }

    /// <returns>Transactions that are rolled up, and those that can be.</returns>
    private async Task<(long Watermark, long Horizon)> ReadMarkAsync(RollUpTurn turn, CancellationToken ct)
    {
        var mark = await turn.ReadAsync(RollUpSql.Mark, r => (Watermark: r.GetInt64(0), Horizon: r.GetInt64(1), Known: r.GetInt64(2), System: r.GetInt64(3)), ct);
        var (watermark, horizon, known, system) = mark.Single();
        if (known == system)
            return (watermark == 0 ? RollUpSql.Nothing : watermark, horizon);
        Log.AnotherCluster(log);
        await turn.ExecuteAsync(RollUpSql.ForgetMark, ct);
        return (RollUpSql.Nothing, horizon);
    }

    private static Task<List<(long Child, long Book, DateOnly Day)>> ReadKeysAsync(RollUpTurn turn, string sql, CancellationToken ct, params object[] values) =>
        turn.ReadAsync(sql, r => (r.GetInt64(0), r.GetInt64(1), r.GetFieldValue<DateOnly>(2)), ct, values);

    private static async Task<long> RollAsync(RollUpTurn turn, List<(long Child, long Book, DateOnly Day)> keys, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var month in keys.Select(k => Months.Of(k.Day)).Distinct())
            await turn.ExecuteAsync("select ensure_month_partition('viewing_days', $1)", ct, month);
        var changed = 0L;
        foreach (var chunk in keys.Chunk(Chunk))
        {
            var (from, until) = (Months.Of(chunk.Min(k => k.Day)), Months.After(chunk.Max(k => k.Day)));
            changed += await turn.CountAsync(RollUpSql.Roll, ct,
                chunk.Select(k => k.Child).ToArray(), chunk.Select(k => k.Book).ToArray(), chunk.Select(k => k.Day).ToArray(), from, until, now);
        }
        if (changed > 0)
            await TidyAsync(turn, Months.Of(keys.Min(k => k.Day)), Months.After(keys.Max(k => k.Day)), ct);
        return changed;
    }

    private static async Task TidyAsync(RollUpTurn turn, DateOnly from, DateOnly until, CancellationToken ct)
    {
        foreach (var tidy in RollUpSql.Tidy)
            await turn.ExecuteAsync(tidy, ct, from, until);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The database was restored into another cluster: all usage events that are kept are rolled up anew. When that is done, run: "
            + "vacuum usage_events; reindex index concurrently ix_usage_events_transaction_id")]
        public static partial void AnotherCluster(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "A transaction that is open for {Open}, in some database of the cluster, holds the rollups back; pg_stat_activity and pg_prepared_xacts tell which")]
        public static partial void Held(ILogger logger, TimeSpan open);
    }
}
