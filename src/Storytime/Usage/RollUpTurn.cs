using Npgsql;
using NpgsqlTypes;

namespace Storytime.Usage;

/// <summary>A transaction that nobody else rolls up in.</summary>
internal sealed class RollUpTurn : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private RollUpTurn(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    /// <param name="wait">How long to wait for somebody else who has it; null for as long as it takes, which a job must not: it would keep its worker from all others.</param>
    /// <returns>Null when somebody else has it.</returns>
    public static async Task<RollUpTurn?> TakeAsync(NpgsqlDataSource database, TimeSpan? wait, CancellationToken ct)
    {
        var connection = await database.OpenConnectionAsync(ct);
        try
        {
            var turn = new RollUpTurn(connection, await connection.BeginTransactionAsync(ct));
            if (await turn.IsMineAsync(wait, ct))
            {
                await turn.ExecuteAsync(RollUpSql.Plans, ct);
                return turn;
            }
            await turn.DisposeAsync();
            return null;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task ExecuteAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<long> CountAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(sql, values);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    public async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object[] values)
    {
        await using var command = Command(sql, values);
        List<T> rows = [];
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(read(reader));
        return rows;
    }

    public Task CommitAsync(CancellationToken ct) => _transaction.CommitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await using (_connection)
            await _transaction.DisposeAsync();
    }

    private async Task<bool> IsMineAsync(TimeSpan? wait, CancellationToken ct)
    {
        if (wait == TimeSpan.Zero)
            return (await ReadAsync(RollUpSql.TryTurn, r => r.GetBoolean(0), ct)).Single();
        try
        {
            await ExecuteAsync($"set local lock_timeout = {(long)(wait?.TotalMilliseconds ?? 0)}; {RollUpSql.Turn}; set local lock_timeout to default", ct);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        // A run takes as long as it takes, and so does the wait for another one.
        var command = new NpgsqlCommand(sql, _connection, _transaction) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(value is DateOnly[] days ? new() { Value = days, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date } : new() { Value = value });
        return command;
    }
}
