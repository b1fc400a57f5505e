using System.Text.Json;
using Storytime.Browser.Tests.Testing;
using Storytime.LocalCloud.Demo;

[assembly: AssemblyFixture(typeof(RunningStorytime))]

namespace Storytime.Browser.Tests.Testing;

/// <summary>
/// A whole Storytime for all tests: <c>./run</c> on ports and data of its own, with the small demo (for pictures the whole one). STORYTIME_RUN_JSON names the run.json of one that is
/// running already, which is then used and left running.
/// </summary>
public sealed class RunningStorytime : IAsyncLifetime
{
    private string? _data;
    private StorytimeRun? _run;

    public Uri App { get; private set; } = null!;
    public Uri Device { get; private set; } = null!;

    /// <summary>The first demo parent, of the US, whose first child is Nora.</summary>
    public (string Email, string Password) Parent { get; private set; }

    /// <summary>By role.</summary>
    internal IReadOnlyDictionary<string, DemoAdmin> Staff { get; private set; } = null!;

    public Uri S3 { get; private set; } = null!;

    /// <summary>What Npgsql takes.</summary>
    public string Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("STORYTIME_RUN_JSON") is { Length: > 0 } given)
        {
            Read(given);
            return;
        }

        _data = StorytimeRun.MakeDataFolder("browser");
        _run = await StorytimeRun.StartAsync(_data, ConsolePictures.AreWanted ? "full" : "small", StorytimeRun.FreePortBase());
        Read(_run.RunFile);
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
            await _run.DisposeAsync();
        if (_data is not null)
            Directory.Delete(_data, recursive: true);
    }

    private void Read(string runFile)
    {
        using var run = JsonDocument.Parse(File.ReadAllText(runFile));
        var root = run.RootElement;
        App = new Uri(root.GetProperty("app").GetString()!);
        Device = new Uri(root.GetProperty("device").GetString()!);
        S3 = new Uri(root.GetProperty("s3").GetString()!);
        Database = root.GetProperty("database").GetString()!;
        Staff = root.GetProperty("admins").EnumerateArray().Select(a => new DemoAdmin(a.GetProperty("email").GetString()!, a.GetProperty("password").GetString()!, a.GetProperty("role").GetString()!))
            .ToDictionary(a => a.Role);
        var parent = root.GetProperty("parents")[0];
        Parent = (parent.GetProperty("email").GetString()!, parent.GetProperty("password").GetString()!);
    }
}
