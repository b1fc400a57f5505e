using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Storytime.Platform;

/// <summary>Section <c>Redis</c>: optional; what several nodes share beside the database.</summary>
public sealed record RedisOptions : IValidatableObject
{
    /// <summary>As StackExchange.Redis reads it: <c>cache.example.com:6379,ssl=true,password=…</c>. Without it each node counts for itself.</summary>
    public string? ConnectionString { get; init; }

    public bool IsSet => !string.IsNullOrWhiteSpace(ConnectionString);

    /// <summary>Redis is never worth waiting for, and never a reason to stop.</summary>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    internal ConfigurationOptions Parse()
    {
        var redis = ConfigurationOptions.Parse(ConnectionString!);
        redis.AbortOnConnectFail = false;
        // Without a connection a call fails at once; the default keeps it, and whoever waits for it, until it times out.
        redis.BacklogPolicy = BacklogPolicy.FailFast;
        // Requests of families wait for asynchronous calls; jobs make synchronous ones, with the patience that the connection string says.
        redis.AsyncTimeout = 1000;
        // The default waits longer and longer, up to minutes.
        redis.ReconnectRetryPolicy = new LinearRetry(1000);
        return redis;
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsSet && !CanBeParsed())
            yield return new("Redis:ConnectionString must be as StackExchange.Redis reads it, such as 'cache.example.com:6379,ssl=true,password=…'.", [nameof(ConnectionString)]);
    }

    private bool CanBeParsed()
    {
        try
        {
            // An address such as redis://… is taken for the name of a host.
            return Parse().EndPoints is { Count: > 0 } places && !ConnectionString!.Contains("://", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

internal static class RedisSetup
{
    /// <summary>One connection for all that this node does with Redis. It may be asked for only where <see cref="RedisOptions.IsSet"/>.</summary>
    public static void AddRedis(this IServiceCollection services)
    {
        services.AddSettings<RedisOptions>("Redis");
        services.AddSingleton<IConnectionMultiplexer>(provider => ConnectionMultiplexer.Connect(provider.GetRequiredService<IOptions<RedisOptions>>().Value.Parse()));
    }
}

/// <summary>Ready means: Redis takes what a worker reads and writes there.</summary>
internal sealed class RedisHealth(IConnectionMultiplexer redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("Redis does not answer, and the jobs are stored there.");
        }
    }
}
