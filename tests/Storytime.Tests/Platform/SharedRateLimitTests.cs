using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Platform;

/// <summary>Two nodes on one database and one Redis.</summary>
public sealed class SharedRateLimitTests(StorytimeApp app, RedisServer redis) : IClassFixture<StorytimeApp>, IClassFixture<RedisServer>
{
    private const string Here = "203.0.113.1";
    private const string Elsewhere = "203.0.113.2";

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task Nodes_count_together_and_each_for_itself_while_Redis_is_gone()
    {
        await using var one = await StartAsync(redis.ConnectionString);
        await using var two = await StartAsync(redis.ConnectionString);
        var logs = new Logs(one);
        var parent = await one.ParentAsync();
        ApiClient[] nodes = [parent, two.Client(parent.Token)];

        await TakenThenLimitedAsync(4, nodes);
        // All refusals cost the address nothing: of its six four are counted.
        var neighbour = await two.ParentAsync();
        await TakenThenLimitedAsync(2, [neighbour, one.Client(neighbour.Token)]);
        (await RateLimitTests.ReportAsync(neighbour, Elsewhere)).ShouldBeTaken();

        await redis.StopAsync();
        await TakenThenLimitedAsync(4, [nodes[0]]);
        await TakenThenLimitedAsync(4, [nodes[1]]);
        Warnings(logs).ShouldBe(1);
        one.Clock.Advance(TimeSpan.FromSeconds(10));
        (await RateLimitTests.ReportAsync(nodes[0], Here)).ShouldBeLimited();
        Warnings(logs).ShouldBe(1);
        (await one.Client().GetAsync("/health/ready")).ShouldBe(HttpStatusCode.OK);

        await redis.StartAsync();
        foreach (var node in new[] { one, two })
        {
            await BackAsync(node);
            node.Clock.Advance(TimeSpan.FromSeconds(10));
        }
        await TakenThenLimitedAsync(4, nodes);
    }

    [Fact]
    public async Task Retry_After_is_what_is_left_of_the_window_in_Redis()
    {
        await using var node = await StartAsync(redis.ConnectionString);
        var parent = await node.ParentAsync();
        await TakenThenLimitedAsync(4, [parent], "203.0.113.8");
        var keys = node.Services.GetRequiredService<IConnectionMultiplexer>().GetServers().Single().Keys().Select(k => k.ToString()).ToList();
        keys.ShouldContain(k => k.Contains("usage:address:"));
        keys.ShouldNotContain(k => k.Contains("203.0.113"));

        // As if 50 seconds had passed.
        var server = node.Services.GetRequiredService<IConnectionMultiplexer>();
        var key = server.GetServers().Single().Keys(pattern: "*usage:account:*").OrderByDescending(k => server.GetDatabase().KeyTimeToLive(k)).First();
        (await server.GetDatabase().KeyExpireAsync(key, TimeSpan.FromSeconds(9.5))).ShouldBeTrue();
        (await RateLimitTests.ReportAsync(parent, "203.0.113.8")).ShouldBeLimited().ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(10));
        (await server.GetDatabase().KeyDeleteAsync(key)).ShouldBeTrue();
        (await RateLimitTests.ReportAsync(parent, "203.0.113.9")).ShouldBeTaken();
    }

    [Fact]
    public async Task A_Redis_that_hangs_is_not_waited_for()
    {
        await using var node = await StartAsync(redis.ConnectionString);
        var logs = new Logs(node);
        var parent = await node.ParentAsync();
        await using (var admin = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true"))
            await admin.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", "600000", "ALL");
        try
        {
            await TakenThenLimitedAsync(4, [parent]);
            logs.Text.ShouldContain(nameof(RedisTimeoutException));
        }
        finally
        {
            await redis.StopAsync();
            await redis.StartAsync();
        }
    }

    [Fact]
    public async Task A_node_starts_and_limits_without_a_Redis_that_was_ever_there()
    {
        await using var node = await StartAsync("127.0.0.1:1");
        await TakenThenLimitedAsync(4, [await node.ParentAsync()]);
        (await node.Client().GetAsync("/health/ready")).ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>So many in turn are taken; then each node refuses.</summary>
    private static async Task TakenThenLimitedAsync(int taken, ApiClient[] nodes, string address = Here)
    {
        for (var i = 0; i < taken; i++)
            (await RateLimitTests.ReportAsync(nodes[i % nodes.Length], address)).ShouldBeTaken();
        foreach (var node in nodes)
            (await RateLimitTests.ReportAsync(node, address)).ShouldBeLimited();
    }

    private static int Warnings(Logs logs) => logs.Text.Split('\n').Count(l => l.Contains("Redis does not answer"));

    private static async Task BackAsync(StorytimeApp node)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!node.Services.GetRequiredService<IConnectionMultiplexer>().IsConnected)
            await Task.Delay(50, patience.Token);
    }

    private async Task<StorytimeApp> StartAsync(string connectionString)
    {
        var node = new StorytimeApp(app.ConnectionString).With("Auth:SigningKey", _key).With("Proxies:Networks:0", "127.0.0.0/8").With("Redis:ConnectionString", connectionString)
            .With("RateLimits:UsagePerMinutePerAccount", "4").With("RateLimits:UsagePerMinutePerAddress", "6");
        await node.InitializeAsync();
        return node;
    }
}
