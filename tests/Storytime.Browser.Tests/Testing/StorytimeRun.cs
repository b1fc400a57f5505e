using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.Browser.Tests.Testing;

/// <summary><c>./run</c> as a child process, on a data folder and five ports of the caller's.</summary>
internal sealed class StorytimeRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ChildProcess _process;

    private StorytimeRun(ChildProcess process, string runFile) => (_process, RunFile) = (process, runFile);

    public static string Root { get; } = FindRoot();

    /// <summary>Where everything answers and who can sign in.</summary>
    public string RunFile { get; }

    /// <summary>Not a private temporary folder: PostgreSQL, as another user, must be able to enter it.</summary>
    public static string MakeDataFolder(string name) => Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"storytime-{name}-{Environment.ProcessId}")).FullName;

    public static async Task<StorytimeRun> StartAsync(string data, string demo, int portBase)
    {
        var log = Path.Combine(data, "run.log");
        var runFile = Path.Combine(data, "run.json");
        // One that was killed left its own.
        File.Delete(runFile);
        var process = await ChildProcess.StartAsync(new ChildStart(Path.Combine(Root, "run"), ["--data", data, "--demo", demo])
        {
            Environment = new Dictionary<string, string> { ["PORT_BASE"] = $"{portBase}", ["STORYTIME_RUN_JSON"] = "" },
            LogFile = log,
            WorkingFolder = Root,
        });
        for (var waited = TimeSpan.Zero; !File.Exists(runFile); waited += TimeSpan.FromMilliseconds(200))
        {
            if (process.Process.HasExited || waited > Patience)
            {
                await process.DisposeAsync();
                throw new InvalidOperationException($"./run did not become ready:\n{await File.ReadAllTextAsync(log)}");
            }

            await Task.Delay(200);
        }

        return new StorytimeRun(process, runFile);
    }

    /// <summary>
    /// Ends the local cloud and the product with SIGKILL, in the middle of whatever they do; PostgreSQL loses its parent and ends at once. Comes back when nothing of
    /// them is left that holds a port or a file.
    /// </summary>
    public async Task KillAsync()
    {
        var children = ChildrenOf(_process.Process.Id);
        _process.Send(ChildSignal.Kill);
        using (var product = Process.GetProcessById(children.Single(id => File.ReadAllText($"/proc/{id}/cmdline").Contains("storytime.dll", StringComparison.Ordinal))))
            product.Kill();

        await _process.Process.WaitForExitAsync();
        for (var waited = TimeSpan.Zero; children.Any(IsAlive); waited += TimeSpan.FromMilliseconds(50))
        {
            if (waited > Patience)
                throw new InvalidOperationException("A part of ./run outlived it.");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(TimeSpan.FromSeconds(30));
        await _process.DisposeAsync();
    }

    public static int FreePortBase() =>
        Enumerable.Range(0, 200).Select(step => 6180 + (step * 10)).First(start => Enumerable.Range(start, 5).All(IsFree));

    private static List<int> ChildrenOf(int parent) =>
        [.. Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0).Where(id => id > 0 && Stat(id) is [_, var its, ..] && its == $"{parent}")];

    /// <summary>One that nobody has asked for its exit code yet is dead all the same.</summary>
    private static bool IsAlive(int process) => Stat(process) is { Length: > 0 } and not ["Z", ..];

    /// <summary>State, parent and so on (proc(5)): what stands behind the name; empty when there is no such process.</summary>
    private static string[] Stat(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

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
