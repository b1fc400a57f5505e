using System.ComponentModel.DataAnnotations;
using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.Redis.StackExchange;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace Storytime.Platform;

/// <summary>Section <c>Jobs</c>.</summary>
public sealed record JobOptions
{
    /// <summary>Jobs that a worker node runs at the same time.</summary>
    [Range(1, 100, ErrorMessage = "Jobs:Workers must be between 1 and 100.")]
    public int Workers { get; init; } = 2;

    /// <summary>Where jobs are stored: <c>postgres</c>, or <c>redis</c> at <c>Redis:ConnectionString</c>.</summary>
    [AllowedValues(Postgres, Redis, ErrorMessage = "Jobs:Storage must be postgres or redis.")]
    public string Storage { get; init; } = Postgres;

    internal const string Postgres = "postgres";
    internal const string Redis = "redis";
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
/// Background jobs: Hangfire, stored in our PostgreSQL (<c>storytime migrate</c> makes its tables) or in Redis. The row that a job is about is its outbox:
/// what is due can be read from the row's state, an enqueued job is only a nudge, and a sweep finds what a crash left behind, or a Redis that forgot.
/// </summary>
internal static class JobsSetup
{
    private static readonly TimeSpan _pollInterval = TimeSpan.FromSeconds(2);

    /// <param name="schedules">Sets the recurring jobs, on nodes with the role <c>worker</c>.</param>
    public static void AddJobs(this WebApplicationBuilder builder, Action<IRecurringJobManager> schedules)
    {
        var services = builder.Services;
        services.AddSettings<JobOptions>("Jobs").Validate<IOptions<RedisOptions>>(
            (jobs, redis) => jobs.Storage != JobOptions.Redis || redis.Value.IsSet, "Jobs:Storage=redis needs Redis:ConnectionString: set it, or leave Jobs:Storage at postgres.");
        services.AddOptions<NodeRoles>().Configure<IConfiguration>((roles, configuration) => roles.Names = NodeRoles.Of(configuration))
            .Validate(roles => roles.AreKnown, "Roles must be web, worker or both: 'web,worker'.").ValidateOnStart();
        services.AddSingleton<Nudges>();
        // Before AddHangfire, whose own registrations read static fields that two hosts in one process would fight over.
        services.AddSingleton<JobStorage>(provider => provider.GetRequiredService<IOptions<JobOptions>>().Value.Storage == JobOptions.Redis ? InRedis(provider) : InPostgres(provider));
        services.AddSingleton<JobActivator, AspNetCoreJobActivator>();
        services.AddHangfire((provider, hangfire) => hangfire
            .UseLogProvider(new HostLogs(provider.GetRequiredService<ILoggerFactory>()))
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings());
        var roles = NodeRoles.Of(builder.Configuration);
        if (!roles.Contains(NodeRoles.Worker))
            return;
        // A node that also answers families stays ready: they need no jobs, and taking all nodes away because of Redis would stop them, too.
        if (!roles.Contains(NodeRoles.Web) && builder.Configuration["Jobs:Storage"] == JobOptions.Redis)
            services.AddHealthChecks().AddCheck<RedisHealth>("redis", tags: ["ready"]);
        services.AddHangfireServer((provider, server) =>
        {
            server.WorkerCount = provider.GetRequiredService<IOptions<JobOptions>>().Value.Workers;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(5);
        });
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<SetSchedules>(provider, schedules));
    }

    private static PostgreSqlStorage InPostgres(IServiceProvider provider) => new PostgreSqlStorage(
        new PooledConnections(provider.GetRequiredService<NpgsqlDataSource>()),
        new PostgreSqlStorageOptions
        {
            PrepareSchemaIfNecessary = false,
            EnableLongPolling = true,
            QueuePollInterval = _pollInterval,
            UseSlidingInvisibilityTimeout = true,
        });

    private static RedisStorage InRedis(IServiceProvider provider)
    {
        var redis = provider.GetRequiredService<IConnectionMultiplexer>();
        return new RedisStorage(redis, new RedisStorageOptions
        {
            Prefix = "{storytime:jobs}:",
            // The storage would take number 0 whatever the connection string says.
            Db = redis.GetDatabase().Database,
            // Messages say when there is a job; one that is lost costs so long.
            FetchTimeout = _pollInterval,
        });
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
