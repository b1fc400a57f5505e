using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Storytime.Browser.Tests.Testing;
using Storytime.LocalCloud.Orchestration;

[assembly: AssemblyFixture(typeof(RunningStorytime))]

namespace Storytime.Browser.Tests.Testing;

/// <summary>
/// A whole Storytime for all tests: <c>./run</c> on ports and data of its own, with the small demo. STORYTIME_RUN_JSON names the run.json of one that is
/// running already, which is then used and left running.
/// </summary>
public sealed class RunningStorytime : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private string? _data;
    private ChildProcess? _run;

    public Uri App { get; private set; } = null!;
    public Uri Device { get; private set; } = null!;

    /// <summary>The first demo parent, of the US, whose first child is Nora.</summary>
    public (string Email, string Password) Parent { get; private set; }

    public static string Root { get; } = FindRoot();

    public async ValueTask InitializeAsync()
    {
        var given = Environment.GetEnvironmentVariable("STORYTIME_RUN_JSON");
        Read(given is { Length: > 0 } ? given : await StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
        {
            await _run.StopAsync(TimeSpan.FromSeconds(30));
            await _run.DisposeAsync();
        }

        if (_data is not null)
            Directory.Delete(_data, recursive: true);
    }

    private async Task<string> StartAsync()
    {
        // Not a private temporary folder: PostgreSQL, as another user, must be able to enter it.
        _data = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"storytime-browser-{Environment.ProcessId}")).FullName;
        var log = Path.Combine(_data, "run.log");
        _run = await ChildProcess.StartAsync(new ChildStart(Path.Combine(Root, "run"), ["--data", _data, "--demo", "small"])
        {
            Environment = new Dictionary<string, string> { ["PORT_BASE"] = $"{FreePortBase()}", ["STORYTIME_RUN_JSON"] = "" },
            LogFile = log,
            WorkingFolder = Root,
        });
        var runFile = Path.Combine(_data, "run.json");
        for (var waited = TimeSpan.Zero; !File.Exists(runFile); waited += TimeSpan.FromMilliseconds(200))
        {
            if (_run.Process.HasExited || waited > Patience)
                throw new InvalidOperationException($"./run did not become ready:\n{await File.ReadAllTextAsync(log)}");
            await Task.Delay(200);
        }

        return runFile;
    }

    private void Read(string runFile)
    {
        using var run = JsonDocument.Parse(File.ReadAllText(runFile));
        var root = run.RootElement;
        App = new Uri(root.GetProperty("app").GetString()!);
        Device = new Uri(root.GetProperty("device").GetString()!);
        var parent = root.GetProperty("parents")[0];
        Parent = (parent.GetProperty("email").GetString()!, parent.GetProperty("password").GetString()!);
    }

    private static int FreePortBase() =>
        Enumerable.Range(0, 200).Select(step => 6180 + (step * 10)).First(start => Enumerable.Range(start, 5).All(IsFree));

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Storytime.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
