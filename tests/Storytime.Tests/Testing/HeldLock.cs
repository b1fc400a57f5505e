using Npgsql;

namespace Storytime.Tests.Testing;

/// <summary>A transaction that somebody else has open, so that requests get into each other's way in a known order.</summary>
internal sealed class HeldLock(StorytimeApp app, NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    public static async Task<HeldLock> TakeAsync(StorytimeApp app, string sql)
    {
        var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync();
        return new HeldLock(app, connection, transaction);
    }

    /// <summary>Returns when so many wait, for this lock or for each other.</summary>
    public async Task WaitersAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((long)(await app.SqlAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))! < count)
            await Task.Delay(20, patience.Token);
    }

    public Task ReleaseAsync() => transaction.CommitAsync();

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
