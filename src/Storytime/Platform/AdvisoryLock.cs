using Npgsql;

namespace Storytime.Platform;

/// <summary>
/// A turn that one process at a time can have, across all nodes: PostgreSQL's session-level advisory lock. It ends with the connection, so a
/// crash gives it free at once. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
/// </summary>
internal sealed class AdvisoryLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly string _name;

    private AdvisoryLock(NpgsqlConnection connection, string name) => (_connection, _name) = (connection, name);

    /// <returns>Null when somebody else has it.</returns>
    public static async Task<AdvisoryLock?> TryTakeAsync(NpgsqlDataSource data, string name, CancellationToken ct)
    {
        var connection = await data.OpenConnectionAsync(ct);
        try
        {
            if (await AskAsync(connection, "select pg_try_advisory_lock(hashtextextended($1, 0))", name, ct))
                return new AdvisoryLock(connection, name);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await using (_connection)
        {
            // The pool would keep the session, and with it the lock.
            if (_connection.FullState == System.Data.ConnectionState.Open)
                await AskAsync(_connection, "select pg_advisory_unlock(hashtextextended($1, 0))", _name, CancellationToken.None);
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}
