using System.Collections.Concurrent;
using System.Diagnostics;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>Starts programs that cannot outlive this one, even when it is killed: setpriv asks the kernel to kill the child when its parent dies.
/// The kernel means the parent <em>thread</em>, so all children are started by one thread that lives as long as the program.</summary>
internal static class ChildProcesses
{
    private static readonly BlockingCollection<Action> Starts = [];
    private static readonly Lazy<Thread> Starter = new(() =>
    {
        var thread = new Thread(() =>
        {
            foreach (var start in Starts.GetConsumingEnumerable()) start();
        })
        { IsBackground = true, Name = "child processes" };
        thread.Start();
        return thread;
    });

    /// <exception cref="InvalidOperationException">The program is not installed.</exception>
    public static Task<Process> StartAsync(string program, IEnumerable<string> arguments)
    {
        if (!IsInstalled(program)) throw new InvalidOperationException($"{program} was not found; install it (on Debian: apt-get install ffmpeg) and start again.");
        // Transcodes give way to the server that people are clicking on.
        List<string> command = ["nice", "-n", "10", program, .. arguments];
        if (IsInstalled("setpriv")) command.InsertRange(0, ["setpriv", "--pdeathsig", "KILL"]);
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (System.ComponentModel.Win32Exception error)
            {
                started.SetException(new InvalidOperationException($"{command[0]} could not be started: {error.Message}", error));
            }
        });
        _ = Starter.Value;
        return started.Task;
    }

    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Waits for the end; a cancelled wait kills the child and everything it started.</summary>
    public static async Task WaitAsync(Process process, CancellationToken ct)
    {
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }
}
