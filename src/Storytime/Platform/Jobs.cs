using System.ComponentModel.DataAnnotations;
using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Storytime.Platform;

/// <summary>Section <c>Jobs</c>.</summary>
public sealed record JobOptions
{
    /// <summary>Jobs that a worker node runs at the same time.</summary>
    [Range(1, 100, ErrorMessage = "Jobs:Workers must be between 1 and 100.")]
    public int Workers { get; init; } = 2;
}

/// <summary>What this node does; setting <c>Roles</c>, or <c>--roles web,worker</c> on the command line.</summary>
internal sealed record NodeRoles
{
    public const string Setting = "Roles";
    public const string Web = "web";
    public const string Worker = "worker";

    public string[] Names { get; set; } = [];

    public bool AreKnown => Names.Length > 0 && Names.All(n => n is Web or Worker);

    public static string[] Of(IConfiguration configuration) =>
        (configuration[Setting] ?? $"{Web},{Worker}").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>
/// Background jobs: Hangfire, stored in our PostgreSQL (<c>storytime migrate</c> makes its tables). The row that a job is about is its outbox: what is
/// due can be read from the row's state, an enqueued job is only a nudge, and a sweep finds what a crash left behind.
/// </summary>
internal static class JobsSetup
{
    /// <param name="schedules">Sets the recurring jobs, on nodes with the role <c>worker</c>.</param>
    public static void AddJobs(this WebApplicationBuilder builder, Action<IRecurringJobManager> schedules)
    {
        var services = builder.Services;
        services.AddSettings<JobOptions>("Jobs");
        services.AddOptions<NodeRoles>().Configure<IConfiguration>((roles, configuration) => roles.Names = NodeRoles.Of(configuration))
            .Validate(roles => roles.AreKnown, "Roles must be web, worker or both: 'web,worker'.").ValidateOnStart();
        services.AddSingleton<Nudges>();
        // Before AddHangfire, whose own registrations read static fields that two hosts in one process would fight over.
        services.AddSingleton<JobStorage>(provider => new PostgreSqlStorage(
            new PooledConnections(provider.GetRequiredService<NpgsqlDataSource>()),
            new PostgreSqlStorageOptions
            {
                PrepareSchemaIfNecessary = false,
                EnableLongPolling = true,
                QueuePollInterval = TimeSpan.FromSeconds(2),
                UseSlidingInvisibilityTimeout = true,
            }));
        services.AddSingleton<JobActivator, AspNetCoreJobActivator>();
        services.AddHangfire((provider, hangfire) => hangfire
            .UseLogProvider(new HostLogs(provider.GetRequiredService<ILoggerFactory>()))
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings());
        if (!NodeRoles.Of(builder.Configuration).Contains(NodeRoles.Worker))
            return;
        services.AddHangfireServer((provider, server) =>
        {
            server.WorkerCount = provider.GetRequiredService<IOptions<JobOptions>>().Value.Workers;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(5);
        });
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<SetSchedules>(provider, schedules));
    }

    private sealed class PooledConnections(NpgsqlDataSource data) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => data.CreateConnection();
    }

    /// <summary>Hangfire keeps its log provider in a static field, where it outlives the host that set it.</summary>
    private sealed class HostLogs(ILoggerFactory loggers) : ILogProvider
    {
        private readonly AspNetCoreLogProvider _logs = new(loggers);

        public ILog? GetLogger(string name)
        {
            try
            {
                return _logs.GetLogger(name);
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
        }
    }
}
