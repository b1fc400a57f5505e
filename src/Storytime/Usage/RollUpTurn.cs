using Npgsql;
using NpgsqlTypes;

namespace Storytime.Usage;

/// <summary>A transaction that nobody else rolls up in.</summary>
internal sealed class RollUpTurn : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private RollUpTurn(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    public static async Task<RollUpTurn> TakeAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        var connection = await database.OpenConnectionAsync(ct);
        try
        {
            var turn = new RollUpTurn(connection, await connection.BeginTransactionAsync(ct));
            await turn.ExecuteAsync(RollUpSql.Turn, ct);
            return turn;
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

    private NpgsqlCommand Command(string sql, object[] values)
    {
        // A run takes as long as it takes, and so does the wait for another one.
        var command = new NpgsqlCommand(sql, _connection, _transaction) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(value is DateOnly[] days ? new() { Value = days, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date } : new() { Value = value });
        return command;
    }
}
