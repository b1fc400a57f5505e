using Npgsql;

namespace Storytime.Tests.Testing;

/// <summary>A transaction that somebody else has open, so that a test decides where requests meet. What it did is kept when it is let go.</summary>
internal sealed class HeldLock(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    public static async Task<HeldLock> TakeAsync(StorytimeApp app, string sql)
    {
        var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync();
        var held = new HeldLock(connection, await connection.BeginTransactionAsync());
        await held.RunAsync(sql);
        return held;
    }

    public async Task<int> RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        return await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (connection.State != System.Data.ConnectionState.Open)
            return;
        await transaction.CommitAsync();
        await connection.DisposeAsync();
    }
}

internal static class Waiters
{
    /// <summary>Returns when so many requests wait for locks, or the one that might is through without.</summary>
    public static async Task WaitersAsync(this StorytimeApp app, int count, Task? through = null)
    {
        const string Sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        for (var looks = 0; through?.IsCompleted != true && (long)(await app.SqlAsync(Sql))! < count; looks++)
        {
            looks.ShouldBeLessThan(500, "Nobody waits.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Returns when PostgreSQL answers with true.</summary>
    public static async Task UntilAsync(this StorytimeApp app, string sql)
    {
        for (var looks = 0; !(bool)(await app.SqlAsync(sql))!; looks++)
        {
            looks.ShouldBeLessThan(1_500, sql);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
