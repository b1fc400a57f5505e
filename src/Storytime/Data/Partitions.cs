using System.Globalization;
using Npgsql;
using Storytime.Platform;

namespace Storytime.Data;

/// <summary>
/// The tables that are kept by month. Partitions are made ahead by a job; should one be missing all the same (a clock far off,
/// a job that did not run), the write that misses it makes it.
/// </summary>
internal sealed class Partitions(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly string[] _tables = ["usage_events", "viewing_days", "playback_sessions", "playback_attempts"];

    /// <summary>How the names end, for instance in <c>_2026_02</c>.</summary>
    private const string NameEnd = "_[0-9]{4}_[0-9]{2}$";

    private const string Month = "to_date(right(c.relname::text, 7), 'YYYY_MM')";

    private const string OldestOf = $"min({Month}) from pg_inherits i join pg_class c on c.oid = i.inhrelid where not i.inhdetachpending and c.relname ~ '{NameEnd}' and i.inhparent =";

    /// <summary>SQL: the first day of the oldest month of usage events, null when there is none. Of what is being dropped nothing can be seen any more.</summary>
    public const string OldestEvents = $"(select {OldestOf} 'usage_events'::regclass)";

    /// <summary>The same of viewings.</summary>
    public const string OldestViewings = $"(select {OldestOf} 'viewing_days'::regclass)";

    /// <summary>A daily job: for this month and the three after it.</summary>
    public async Task MakeAheadAsync(CancellationToken ct)
    {
        foreach (var table in _tables)
        {
            for (var months = 0; months <= 3; months++)
                await EnsureAsync(table, Days.Of(time.Now()).AddMonths(months), ct);
        }
    }

    /// <summary>Runs a write; when a partition is missing, makes those of <paramref name="times"/> and runs it once more.</summary>
    public async Task<T> WriteAsync<T>(string[] tables, IReadOnlyCollection<DateTimeOffset> times, Func<Task<T>> write, CancellationToken ct)
    {
        try
        {
            return await write();
        }
        // PostgreSQL reports a row without a partition as a check violation that names no constraint.
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: null })
        {
            foreach (var table in tables)
            {
                foreach (var month in times.Select(t => Months.Of(Days.Of(t))).Distinct())
                    await EnsureAsync(table, month, ct);
            }
            return await write();
        }
    }

    /// <summary>
    /// Drops the partitions of a table whose month was over before a time. They are detached first, which no reader or writer has to wait for
    /// (https://www.postgresql.org/docs/15/sql-altertable.html, DETACH PARTITION CONCURRENTLY); what a run leaves half done, the next one finishes.
    /// </summary>
    /// <param name="mayGo">Asked for each month, oldest first; at the first no the rest stays, too.</param>
    /// <returns>Names of those that were dropped.</returns>
    /// <exception cref="PostgresException">With <c>LockNotAvailable</c> when a transaction that uses the table does not end for a while.</exception>
    public async Task<IReadOnlyList<string>> DropBeforeAsync(string table, DateTimeOffset before, Func<DateOnly, Task<bool>> mayGo, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await ExecuteAsync(connection, "set lock_timeout = '3s'", ct);
        List<string> dropped = [];
        foreach (var (partition, isPending) in await FindBeforeAsync(connection, table, before, ct))
        {
            if (isPending is false && !await mayGo(DateOnly.ParseExact(partition[^7..], "yyyy_MM", CultureInfo.InvariantCulture)))
                break;
            if (isPending is { } pending)
                await ExecuteAsync(connection, $"alter table {table} detach partition {partition} {(pending ? "finalize" : "concurrently")}", ct);
            await ExecuteAsync(connection, $"drop table {partition}", ct);
            dropped.Add(partition);
        }
        return dropped;
    }

    /// <summary>Whether the partition of a month is there.</summary>
    public async Task<bool> IsThereAsync(string table, DateOnly month, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select to_regclass($1 || '_' || to_char($2, 'YYYY_MM')) is not null");
        command.Parameters.Add(new() { Value = table });
        command.Parameters.Add(new() { Value = month });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Whether months are half dropped: their rows are there, but no query sees them.</summary>
    public async Task<bool> AreHalfDroppedAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        foreach (var table in _tables)
        {
            if ((await FindBeforeAsync(connection, table, DateTimeOffset.MaxValue, ct)).Any(p => p.IsPending is not false))
                return true;
        }
        return false;
    }

    /// <returns>Oldest first; <c>IsPending</c> says whether a detachment was begun, and is null for what is detached and was not dropped.</returns>
    private static async Task<List<(string Name, bool? IsPending)>> FindBeforeAsync(NpgsqlConnection connection, string table, DateTimeOffset before, CancellationToken ct)
    {
        // By the name, because what is detached has lost its bounds.
        await using var command = new NpgsqlCommand($"""
            select c.relname::text, i.inhdetachpending from pg_class c left join pg_inherits i on i.inhrelid = c.oid
            where c.relnamespace = current_schema::regnamespace and c.relkind = 'r' and c.relname ~ ('^' || $1 || '{NameEnd}')
                and {Month} + interval '1 month' <= $2 at time zone 'UTC'
            order by 1
            """, connection);
        command.Parameters.Add(new() { Value = table });
        command.Parameters.Add(new() { Value = before });
        List<(string, bool?)> found = [];
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found.Add((reader.GetString(0), await reader.IsDBNullAsync(1, ct) ? null : reader.GetBoolean(1)));
        return found;
    }

    /// <param name="sql">Of names that the schema has, never of a caller's.</param>
    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task EnsureAsync(string table, DateOnly day, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select ensure_month_partition($1, $2)");
        command.Parameters.Add(new() { Value = table });
        command.Parameters.Add(new() { Value = day });
        await command.ExecuteNonQueryAsync(ct);
    }
}
