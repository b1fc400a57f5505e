using Npgsql;

namespace Storytime.Tests.Testing;

/// <summary>A transaction that holds what its SQL has locked until it is released: so a test decides where two requests meet.</summary>
public sealed class HeldTransaction : IAsyncDisposable
{
    private readonly StorytimeApp _app;
    private readonly NpgsqlConnection _connection;

    private HeldTransaction(StorytimeApp app, NpgsqlConnection connection) => (_app, _connection) = (app, connection);

    public static async Task<HeldTransaction> TakeAsync(StorytimeApp app, string sql)
    {
        var connection = new NpgsqlConnection(app.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("begin; " + sql, connection);
        await command.ExecuteNonQueryAsync();
        return new HeldTransaction(app, connection);
    }

    /// <summary>Until so many requests wait for locks, or the one that might is through without.</summary>
    public async Task WaitForAsync(int waiting, Task through)
    {
        const string Sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        for (var looks = 0; !through.IsCompleted && (long)(await _app.SqlAsync(Sql))! < waiting; looks++)
        {
            looks.ShouldBeLessThan(500, "Nobody waits.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Rolls back, which lets go.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
