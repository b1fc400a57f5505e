using Hangfire;
using Npgsql;
using Storytime.Platform;

namespace Storytime.Usage;

/// <summary>Job, every day: forgets rejected events after 30 days.</summary>
internal sealed class CleanSetAside(NpgsqlDataSource data, TimeProvider time)
{
    public static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    /// <summary>Rows of one transaction: short enough for nobody to wait for it.</summary>
    public const int ChunkRows = 5_000;

    private const string DeleteSql = "delete from set_aside_events where id in (select id from set_aside_events where received_at < $1 order by received_at limit $2)";

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "clean-set-aside", ct);
        if (turn is null)
            return;
        int rows;
        do
        {
            await using var command = data.CreateCommand(DeleteSql);
            command.Parameters.Add(new() { Value = time.Now() - Keep });
            command.Parameters.Add(new() { Value = ChunkRows });
            rows = await command.ExecuteNonQueryAsync(ct);
        }
        while (rows == ChunkRows);
    }
}
