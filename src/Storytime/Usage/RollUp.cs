using Npgsql;
using NpgsqlTypes;

namespace Storytime.Usage;

/// <summary>
/// Keeps the sums of what was watched in step with the events. Exactly the child-book-days that events touch are worked out anew, and the sums change by the difference, so
/// that late events, erased children and interrupted runs leave them right. One run at a time.
/// </summary>
internal sealed partial class RollUp(NpgsqlDataSource database, TimeProvider time, ILogger<RollUp> log)
{
    /// <summary>Child-book-days of one statement.</summary>
    private const int Chunk = 2_000;

    private const string TurnSql = "select pg_advisory_xact_lock(hashtextextended('usage-roll-up', 0))";

    /// <summary>
    /// Transactions below the horizon are over: their rows are there to be seen or will never be. Those above may still be under way, with rows that nobody sees yet.
    /// https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-PG-SNAPSHOT
    /// </summary>
    private const string MarkSql = """
        select watermark, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, system_identifier, (select system_identifier from pg_control_system())
        from roll_up_marks
        """;

    private const string MoveMarkSql = "update roll_up_marks set watermark = $1, system_identifier = $2, rolled_up_at = $3";

    /// <summary>Transaction numbers of another cluster say nothing in this one: all events count as new, for erasures too.</summary>
    private const string ForgetMarkSql = """
        update usage_events set transaction_id = pg_current_xact_id()::text::bigint;
        update erasures set usage_watermark = 0 where usage_watermark is not null;
        update roll_up_marks set watermark = 0, system_identifier = (select system_identifier from pg_control_system());
        """;

    /// <summary>
    /// An event bears upon its own day, on that into which its 90 seconds reach, and on that in which the one before it was opened. Children that are being erased are left to
    /// <see cref="SettleAsync"/>: their events go piece by piece.
    /// </summary>
    private const string TouchedSql = """
        select distinct e.child_profile_id, e.book_id, day
        from usage_events e, lateral (values
            ((e.occurred_at - interval '90 seconds')::date), (e.occurred_at::date), ((e.occurred_at + interval '90 seconds')::date)) as days(day)
        where e.transaction_id >= $1 and e.transaction_id < $2 and exists (select from child_profiles c where c.id = e.child_profile_id)
        order by 1, 3, 2
        """;

    private const string TouchedByErasedSql = """
        select distinct e.child_profile_id, e.book_id, day
        from usage_events e, lateral (values
            ((e.occurred_at - interval '90 seconds')::date), (e.occurred_at::date), ((e.occurred_at + interval '90 seconds')::date)) as days(day)
        where e.child_profile_id = any($1) and e.transaction_id >= $2
        order by 1, 3, 2
        """;

    private const string DaySql = """
        select child_profile_id, book_id, $1 from usage_events
        where occurred_at >= $1::timestamptz - interval '90 seconds' and occurred_at < ($1 + 1)::timestamptz
            and exists (select from child_profiles c where c.id = child_profile_id)
        union
        select child_profile_id, book_id, day from viewing_days where day = $1 and exists (select from child_profiles c where c.id = child_profile_id)
        order by 1, 2
        """;

    /// <summary>The first day whose lead-in is there for sure, and the last that events can be of.</summary>
    private const string KeptDaysSql = "select (min(occurred_at)::date + 1), max(occurred_at)::date from usage_events";

    /// <summary>
    /// Works out child-book-days (<c>$1..$3</c>) from their events and changes the sums by the difference. What is left of them after midnight counts for the next day; the
    /// publisher and the territory are those of the day's first event, or of what reaches into it. All children's other days of the months (<c>$4</c> up to <c>$5</c>) are
    /// needed to count a child once in a month; they cancel out otherwise. Dates stand for midnight UTC, as the connections are set to.
    /// </summary>
    private const string RollSql = $"""
        with touched as (
            select * from unnest($1, $2, $3) as t(child_profile_id, book_id, day)
        ), events as (
            select distinct e.* from touched t cross join lateral (
                select child_profile_id, book_id, playback_session_id, event_type, occurred_at, event_id, position_seconds, publisher_id, territory from usage_events u
                where u.child_profile_id = t.child_profile_id and u.book_id = t.book_id
                    and u.occurred_at >= t.day::timestamptz - interval '90 seconds' and u.occurred_at < (t.day + 1)::timestamptz
                -- Keeps this a look-up by the child's index, whatever the planner thinks of the number of days.
                offset 0) e
        ) {WatchTime.Spans}
        , spans as (
            select t.child_profile_id, t.book_id, t.day, range_agg(w.span * tstzrange(t.day::timestamptz, (t.day + 1)::timestamptz)) as spans
            from touched t join watched w using (child_profile_id, book_id)
            where w.span && tstzrange(t.day::timestamptz, (t.day + 1)::timestamptz) group by 1, 2, 3
        ), facts as (
            select t.child_profile_id, t.book_id, t.day,
                count(*) filter (where e.event_type = 'play_start' and e.occurred_at >= t.day::timestamptz)::int as plays,
                max(e.position_seconds) filter (where e.occurred_at >= t.day::timestamptz) as furthest_seconds,
                (array_agg(e.publisher_id order by e.occurred_at < t.day::timestamptz, e.occurred_at, e.event_id))[1] as publisher_id,
                (array_agg(e.territory order by e.occurred_at < t.day::timestamptz, e.occurred_at, e.event_id))[1] as territory
            from touched t join events e on e.child_profile_id = t.child_profile_id and e.book_id = t.book_id
                and e.occurred_at >= t.day::timestamptz - interval '90 seconds' and e.occurred_at < (t.day + 1)::timestamptz
            group by 1, 2, 3
        ), viewings as (
            select f.*, s.seconds from facts f left join spans using (child_profile_id, book_id, day),
            lateral (select coalesce(round(sum(extract(epoch from upper(s) - lower(s)))), 0)::int as seconds from unnest(spans) as s) s
            where s.seconds > 0 or f.plays > 0
        ), gone as (
            delete from viewing_days v using touched t
            where v.child_profile_id = t.child_profile_id and v.day = t.day and v.book_id = t.book_id and v.day >= $4 and v.day < $5
                and not exists (select from viewings n where (n.child_profile_id, n.day, n.book_id) = (v.child_profile_id, v.day, v.book_id))
            returning 1
        ), stored as (
            insert into viewing_days as v (child_profile_id, day, book_id, publisher_id, territory, seconds_watched, plays, furthest_seconds)
            select child_profile_id, day, book_id, publisher_id, territory, seconds, plays, furthest_seconds from viewings
            on conflict (child_profile_id, day, book_id) do update set publisher_id = excluded.publisher_id, territory = excluded.territory,
                seconds_watched = excluded.seconds_watched, plays = excluded.plays, furthest_seconds = excluded.furthest_seconds
                where (v.publisher_id, v.territory, v.seconds_watched, v.plays, v.furthest_seconds)
                    is distinct from (excluded.publisher_id, excluded.territory, excluded.seconds_watched, excluded.plays, excluded.furthest_seconds)
            returning 1
        ), before as (
            select v.* from viewing_days v where v.child_profile_id in (select child_profile_id from touched) and v.day >= $4 and v.day < $5
        ), signed as (
            select -1 as sign, child_profile_id, day, date_trunc('month', day::timestamp)::date as month, book_id, publisher_id, territory, seconds_watched, plays from before
            union all
            select 1, child_profile_id, day, date_trunc('month', day::timestamp)::date, book_id, publisher_id, territory, seconds_watched, plays from before b
            where not exists (select from touched t where (t.child_profile_id, t.day, t.book_id) = (b.child_profile_id, b.day, b.book_id))
            union all
            select 1, child_profile_id, day, date_trunc('month', day::timestamp)::date, book_id, publisher_id, territory, seconds, plays from viewings
        ), sums as (
            select grouping(day, month, book_id, publisher_id, territory) as grain, day, month, book_id, publisher_id, territory,
                sum(sign * seconds_watched) as seconds, sum(sign * plays) as plays,
                count(distinct child_profile_id) filter (where sign = 1) - count(distinct child_profile_id) filter (where sign = -1) as children
            from signed
            group by grouping sets ((day, book_id, publisher_id, territory), (day), (day, publisher_id), (month), (month, publisher_id), (month, book_id, publisher_id))
        ), changes as (
            select *, case grain when {DayGrain} then 'day' when {PublisherDayGrain} then 'publisher_day' when {MonthGrain} then 'month'
                when {PublisherMonthGrain} then 'publisher_month' when {BookMonthGrain} then 'book_month' end as name, coalesce(day, month) as starts_on
            from sums where seconds <> 0 or plays <> 0 or children <> 0
        ), daily_changed as (
            update daily_usages d set seconds_watched = d.seconds_watched + c.seconds, plays = d.plays + c.plays, children = d.children + c.children, updated_at = $6
            from changes c where c.grain = {DailyGrain}
                and d.day = c.day and d.book_id = c.book_id and d.publisher_id is not distinct from c.publisher_id and d.territory = c.territory
        ), daily_new as (
            insert into daily_usages (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at)
            select day, book_id, publisher_id, territory, seconds, plays, children, $6 from changes c where c.grain = {DailyGrain} and not exists (
                select from daily_usages d
                where d.day = c.day and d.book_id = c.book_id and d.publisher_id is not distinct from c.publisher_id and d.territory = c.territory)
        ), totals_changed as (
            update usage_totals u set seconds_watched = u.seconds_watched + c.seconds, plays = u.plays + c.plays, children = u.children + c.children, updated_at = $6
            from changes c where u.grain = c.name and u.starts_on = c.starts_on
                and u.publisher_id is not distinct from c.publisher_id and u.book_id is not distinct from c.book_id
        ), totals_new as (
            insert into usage_totals (grain, starts_on, publisher_id, book_id, seconds_watched, plays, children, updated_at)
            select name, starts_on, publisher_id, book_id, seconds, plays, children, $6 from changes c where name is not null and not exists (
                select from usage_totals u where u.grain = c.name and u.starts_on = c.starts_on
                    and u.publisher_id is not distinct from c.publisher_id and u.book_id is not distinct from c.book_id)
        )
        select (select count(*) from gone) + (select count(*) from stored)
        """;

    // Bits of grouping(day, month, book_id, publisher_id, territory), from the left: set for what a row is not grouped by.
    private const string DailyGrain = "8";
    private const string DayGrain = "15";
    private const string PublisherDayGrain = "13";
    private const string MonthGrain = "23";
    private const string PublisherMonthGrain = "21";
    private const string BookMonthGrain = "17";

    /// <summary>Where nobody is counted any more, nothing is left to tell.</summary>
    private static readonly string[] _tidySql =
    [
        "delete from daily_usages where day >= $1 and day < $2 and children = 0",
        "delete from usage_totals where starts_on >= $1 and starts_on < $2 and children = 0",
    ];

    /// <summary>Rolls up all that has come in since the last run, in one transaction with the mark that says so.</summary>
    /// <returns>How many child-book-days changed.</returns>
    public async Task<long> RunAsync(CancellationToken ct)
    {
        var startedAt = time.GetUtcNow();
        await using var turn = await Turn.TakeAsync(database, ct);
        var (watermark, horizon, system) = await ReadMarkAsync(turn.Connection, ct);
        var changed = await RollAsync(turn.Connection, await turn.ReadKeysAsync(TouchedSql, ct, watermark, horizon), startedAt, ct);
        await turn.ExecuteAsync(MoveMarkSql, ct, horizon, system, startedAt);
        await turn.CommitAsync(ct);
        return changed;
    }

    /// <summary>Works out one day anew, whatever has been rolled up of it: a check, and the cure if somebody changed rows by hand.</summary>
    /// <returns>How many child-book-days were not as they should be.</returns>
    public async Task<long> RecomputeAsync(DateOnly day, CancellationToken ct)
    {
        await using var turn = await Turn.TakeAsync(database, ct);
        var changed = await RollAsync(turn.Connection, await turn.ReadKeysAsync(DaySql, ct, day), time.GetUtcNow(), ct);
        await turn.CommitAsync(ct);
        return changed;
    }

    /// <summary>The days that can be worked out anew: all their events are kept. Null when there are none.</summary>
    public async Task<(DateOnly First, DateOnly Last)?> KeptDaysAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(KeptDaysSql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) && !await reader.IsDBNullAsync(0, ct) ? (reader.GetFieldValue<DateOnly>(0), reader.GetFieldValue<DateOnly>(1)) : null;
    }

    /// <summary>
    /// Rolls up, for good, what erased children watched, and forgets what they watched on which day; the sums keep it. Only once for an erasure, whose events may go then.
    /// </summary>
    public async Task SettleAsync(long erasureId, CancellationToken ct)
    {
        await using var turn = await Turn.TakeAsync(database, ct);
        await using var erasure = new NpgsqlCommand(
            "select child_profile_ids, usage_watermark from erasures where id = $1 and usage_watermark is not null for update", turn.Connection);
        erasure.Parameters.Add(new() { Value = erasureId });
        long[] children;
        long watermark;
        await using (var reader = await erasure.ExecuteReaderAsync(ct))
        {
            if (!await reader.ReadAsync(ct))
                return;
            (children, watermark) = (reader.GetFieldValue<long[]>(0), reader.GetInt64(1));
        }
        await RollAsync(turn.Connection, await turn.ReadKeysAsync(TouchedByErasedSql, ct, children, watermark), time.GetUtcNow(), ct);
        await turn.ExecuteAsync("delete from viewing_days where child_profile_id = any($1)", ct, children);
        await turn.ExecuteAsync("update erasures set usage_watermark = null where id = $1", ct, erasureId);
        await turn.CommitAsync(ct);
    }

    private async Task<(long Watermark, long Horizon, long System)> ReadMarkAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(MarkSql, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var (watermark, horizon, known, system) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
        await reader.DisposeAsync();
        if (known == system)
            return (watermark, horizon, system);
        if (known != 0)
            Log.AnotherCluster(log);
        await using var forget = new NpgsqlCommand(ForgetMarkSql, connection);
        await forget.ExecuteNonQueryAsync(ct);
        // All rows are this transaction's own now.
        return (0, long.MaxValue, system);
    }

    private static async Task<long> RollAsync(NpgsqlConnection connection, List<(long Child, long Book, DateOnly Day)> keys, DateTimeOffset now, CancellationToken ct)
    {
        var changed = 0L;
        foreach (var chunk in keys.Chunk(Chunk))
        {
            var (from, until) = (FirstOfMonth(chunk.Min(k => k.Day)), FirstOfMonth(chunk.Max(k => k.Day)).AddMonths(1));
            for (var month = from; month < until; month = month.AddMonths(1))
                await ExecuteAsync(connection, "select ensure_month_partition('viewing_days', $1)", ct, month);
            await using (var command = new NpgsqlCommand(RollSql, connection))
            {
                command.Parameters.Add(Array(NpgsqlDbType.Bigint, chunk.Select(k => k.Child)));
                command.Parameters.Add(Array(NpgsqlDbType.Bigint, chunk.Select(k => k.Book)));
                command.Parameters.Add(Array(NpgsqlDbType.Date, chunk.Select(k => k.Day)));
                command.Parameters.Add(new() { Value = from });
                command.Parameters.Add(new() { Value = until });
                command.Parameters.Add(new() { Value = now });
                changed += (long)(await command.ExecuteScalarAsync(ct))!;
            }
            foreach (var tidy in _tidySql)
                await ExecuteAsync(connection, tidy, ct, from, until);
        }
        return changed;
    }

    private static DateOnly FirstOfMonth(DateOnly day) => new(day.Year, day.Month, 1);

    private static NpgsqlParameter Array<T>(NpgsqlDbType type, IEnumerable<T> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A transaction that nobody else rolls up in.</summary>
    private sealed class Turn(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public NpgsqlConnection Connection => connection;

        public static async Task<Turn> TakeAsync(NpgsqlDataSource database, CancellationToken ct)
        {
            var connection = await database.OpenConnectionAsync(ct);
            try
            {
                var turn = new Turn(connection, await connection.BeginTransactionAsync(ct));
                await turn.ExecuteAsync(TurnSql, ct);
                return turn;
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }

        public Task ExecuteAsync(string sql, CancellationToken ct, params object[] values) => RollUp.ExecuteAsync(connection, sql, ct, values);

        public async Task<List<(long Child, long Book, DateOnly Day)>> ReadKeysAsync(string sql, CancellationToken ct, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value });
            List<(long, long, DateOnly)> keys = [];
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                keys.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<DateOnly>(2)));
            return keys;
        }

        public Task CommitAsync(CancellationToken ct) => transaction.CommitAsync(ct);

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The database was restored into another cluster: all usage events that are kept are rolled up anew")]
        public static partial void AnotherCluster(ILogger logger);
    }
}
