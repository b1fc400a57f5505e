using System.Net;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Platform;

/// <summary>Jobs in Redis while Redis comes and goes. The clock of the app moves only when a test says so; Hangfire's own is the true one.</summary>
public sealed class RedisJobsTests(StorytimeApp app, RedisServer redis) : IClassFixture<StorytimeApp>, IClassFixture<RedisServer>
{
    [Fact]
    public async Task A_Redis_that_forgot_everything_gets_the_schedules_again_in_the_database_that_is_named()
    {
        await using var worker = await StartAsync("web,worker");
        await UntilAsync(() => Task.FromResult(Schedules(worker) > 0));
        var keys = worker.Services.GetRequiredService<IConnectionMultiplexer>().GetServers().Single().Keys(4).Select(k => (string)k!).ToList();
        keys.ShouldNotBeEmpty();
        keys.ShouldAllBe(k => k.StartsWith("{storytime:jobs}:"));

        await redis.StopAsync();
        await redis.StartAsync();

        await UntilAsync(() =>
        {
            worker.Clock.Advance(TimeSpan.FromMinutes(1));
            return Task.FromResult(Schedules(worker) > 0);
        });
    }

    [Fact]
    public async Task Without_its_jobs_a_worker_is_not_ready_and_a_node_that_answers_families_is()
    {
        await using var worker = await StartAsync("worker");
        await using var both = await StartAsync("web,worker");
        await using var web = await StartAsync("web");
        await ReadyAsync(worker);

        await redis.StopAsync();
        try
        {
            await UntilAsync(async () => (await worker.Client().GetAsync("/health/ready")).Status == HttpStatusCode.ServiceUnavailable);
            (await worker.Client().GetAsync("/health/ready")).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable").Text.ShouldContain("Redis does not answer");
            (await worker.Client().GetAsync("/health/live")).ShouldBe(HttpStatusCode.OK);
            (await both.Client().GetAsync("/health/ready")).ShouldBe(HttpStatusCode.OK);
            (await web.Client().GetAsync("/health/ready")).ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            await redis.StartAsync();
        }
        await ReadyAsync(worker);
    }

    private static Task ReadyAsync(StorytimeApp node) => UntilAsync(async () => (await node.Client().GetAsync("/health/ready")).Status == HttpStatusCode.OK);

    private static int Schedules(StorytimeApp node)
    {
        try
        {
            using var connection = node.Services.GetRequiredService<JobStorage>().GetConnection();
            return connection.GetRecurringJobs().Count;
        }
        catch (RedisConnectionException)
        {
            return 0;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            patience.IsCancellationRequested.ShouldBeFalse("It did not come to be in a minute.");
            await Task.Delay(100);
        }
    }

    private async Task<StorytimeApp> StartAsync(string roles)
    {
        var node = new StorytimeApp(app.ConnectionString).With("Roles", roles).With("Jobs:Storage", "redis").With("Redis:ConnectionString", $"{redis.ConnectionString},defaultDatabase=4");
        await node.InitializeAsync();
        node.Client();
        return node;
    }
}
