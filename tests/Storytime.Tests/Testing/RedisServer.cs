using StackExchange.Redis;
using Storytime.LocalCloud;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.Tests.Testing;

/// <summary>A throw-away Redis of its own on loopback, which keeps nothing on disk. A class fixture; can be stopped, as an operator would, and started again empty.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storytime-redis-").FullName;
    private ChildProcess? _server;
    private int _port;

    public string ConnectionString => $"127.0.0.1:{_port}";

    public async ValueTask InitializeAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            _port = Loopback.FreePort();
            try
            {
                await StartAsync();
                return;
            }
            catch (SetupException) when (attempt < 3)
            {
                // Another program may have taken the port in between.
                await StopAsync();
            }
        }
    }

    /// <summary>Starts it where it was.</summary>
    public async Task StartAsync()
    {
        var log = Path.Combine(_folder, "redis.log");
        _server = await ChildProcess.StartAsync(
            new ChildStart("redis-server", ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder]) { LogFile = log, StopSignal = ChildSignal.Kill });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!_server.Process.HasExited && !patience.IsCancellationRequested)
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync($"{ConnectionString},connectRetry=0,connectTimeout=1000");
                await connection.GetDatabase().PingAsync();
                return;
            }
            catch (RedisConnectionException)
            {
                await Task.Delay(20);
            }
        }
        throw new SetupException($"redis-server does not answer on port {_port}; ./test installs it. {await File.ReadAllTextAsync(log)}");
    }

    /// <summary>Without a word to those who are connected; it remembers nothing.</summary>
    public async Task StopAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
