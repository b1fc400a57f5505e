using Hangfire;
using Hangfire.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using StackExchange.Redis;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Reporting;

namespace Storytime.Admin.Operations;

/// <summary>Whether everything that runs by itself does.</summary>
/// <param name="Health">Of the node that answers.</param>
/// <param name="RolledUpAt">What was reported before this time is in the sums that reports, statements and the dashboard read; null before the first run.</param>
/// <param name="RollUpBehindSeconds">How long ago that is. A run starts every two minutes.</param>
/// <param name="Jobs">Null while the jobs' storage does not answer.</param>
public sealed record OperationsResponse(
    DateTimeOffset At, IReadOnlyList<NodeHealthResponse> Health, DateTimeOffset? RolledUpAt, long? RollUpBehindSeconds, JobsResponse? Jobs);

/// <param name="Problem">A sentence that says what is wrong; null while it is healthy.</param>
public sealed record NodeHealthResponse(string Name, bool Healthy, string? Problem);

/// <param name="Scheduled">Those that wait for their time, retries included.</param>
/// <param name="Failed">Those that gave up after all their retries. What is due is found by the sweeps nevertheless.</param>
/// <param name="Workers">Nodes that run jobs, with the role <c>worker</c>.</param>
/// <param name="Recurring">What runs by the clock, by its name.</param>
public sealed record JobsResponse(
    long Enqueued, long Scheduled, long Processing, long Failed, IReadOnlyList<WorkerNodeResponse> Workers, IReadOnlyList<RecurringJobResponse> Recurring);

/// <param name="Workers">Jobs that it runs at the same time.</param>
/// <param name="Heartbeat">When it last said that it is there; every half minute.</param>
public sealed record WorkerNodeResponse(string Name, int Workers, DateTimeOffset StartedAt, DateTimeOffset? Heartbeat);

/// <param name="Cron">In UTC; with six fields the first one is seconds.</param>
/// <param name="LastState">Such as <c>Succeeded</c> or <c>Failed</c>; null before the first run, and when the run is forgotten.</param>
/// <param name="NextRunAt">Null when it is never due.</param>
public sealed record RecurringJobResponse(string Id, string Cron, DateTimeOffset? LastRunAt, string? LastState, DateTimeOffset? NextRunAt, string? Problem);

internal static class ReadOperations
{
    /// <summary>Health, how far the roll-up is, and the jobs: how many wait, how many failed, who runs them, and when each of the recurring ones last did.</summary>
    [EndpointName("read_operations")]
    public static async Task<Ok<OperationsResponse>> Handle(StorytimeDb db, HealthCheckService health, IServiceProvider services, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var report = await health.CheckHealthAsync(ct);
        var rolledUpAt = await StatementProblems.RolledUpAtAsync(db, ct);
        return TypedResults.Ok(new OperationsResponse(
            now,
            [.. report.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => new NodeHealthResponse(
                e.Key, e.Value.Status == HealthStatus.Healthy, e.Value.Status == HealthStatus.Healthy ? null : e.Value.Description ?? "It does not answer."))],
            rolledUpAt, rolledUpAt is { } rolledUp ? Math.Max(0, (long)(now - rolledUp).TotalSeconds) : null,
            // Storages of jobs have no asynchronous reads.
            await Task.Run(() => ReadJobs(services), ct)));
    }

    /// <summary>The storage of the jobs is away; what families and staff do needs it not.</summary>
    public static bool IsStorageGone(Exception e) => e is NpgsqlException or RedisException or TimeoutException;

    private static JobsResponse? ReadJobs(IServiceProvider services)
    {
        try
        {
            // Only here: to make one of Redis may mean to ask for a connection.
            var storage = services.GetRequiredService<JobStorage>();
            var monitoring = storage.GetMonitoringApi();
            var counts = monitoring.GetStatistics();
            using var connection = storage.GetConnection();
            return new JobsResponse(
                counts.Enqueued, counts.Scheduled, counts.Processing, counts.Failed,
                [.. monitoring.Servers().OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => new WorkerNodeResponse(s.Name, s.WorkersCount, Utc(s.StartedAt), Utc(s.Heartbeat)))],
                [.. connection.GetRecurringJobs().OrderBy(j => j.Id, StringComparer.Ordinal).Select(j => new RecurringJobResponse(
                    j.Id, j.Cron, Utc(j.LastExecution), j.LastJobState, Utc(j.NextExecution), j.Error))]);
        }
        catch (Exception e) when (IsStorageGone(e))
        {
            return null;
        }
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static DateTimeOffset? Utc(DateTime? time) => time is { } known ? Utc(known) : null;
}
