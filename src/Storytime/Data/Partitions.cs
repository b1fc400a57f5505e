using Npgsql;
using Storytime.Platform;

namespace Storytime.Data;

/// <summary>
/// The tables that are kept by month. Partitions are made ahead by a job; should one be missing all the same (a clock far off,
/// a job that did not run), the write that misses it makes it.
/// </summary>
internal sealed class Partitions(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly string[] _tables = ["usage_events", "playback_sessions", "playback_attempts"];

    /// <summary>A daily job: for this month and the three after it.</summary>
    public async Task MakeAheadAsync(CancellationToken ct)
    {
        foreach (var table in _tables)
        {
            for (var months = 0; months <= 3; months++)
                await EnsureAsync(table, time.Now().AddMonths(months), ct);
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
                foreach (var month in times.Select(t => new DateTimeOffset(t.UtcDateTime.Year, t.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero)).Distinct())
                    await EnsureAsync(table, month, ct);
            }
            return await write();
        }
    }

    private async Task EnsureAsync(string table, DateTimeOffset moment, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select ensure_month_partition($1, $2)");
        command.Parameters.Add(new() { Value = table });
        command.Parameters.Add(new() { Value = DateOnly.FromDateTime(moment.UtcDateTime) });
        await command.ExecuteNonQueryAsync(ct);
    }
}
