using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Storytime.LocalCloud.Orchestration;

/// <summary>How to start a child: which signal ends it in good order, and where its output goes.</summary>
internal sealed record ChildStart(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>The signal for an orderly end; the kernel sends the same one when this process dies.</summary>
    public ChildSignal StopSignal { get; init; } = ChildSignal.Term;

    /// <summary>A user to become; only root can ask for one.</summary>
    public string? User { get; init; }

    /// <summary>Both output streams go here, appended. Without it the caller reads them from <see cref="ChildProcess.Process"/>.</summary>
    public string? LogFile { get; init; }

    public string? WorkingFolder { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>The numbers are Linux's.</summary>
internal enum ChildSignal
{
    Int = 2,
    Quit = 3,
    Kill = 9,
    Term = 15,
}

/// <summary>
/// A child that never outlives us, not even when we are killed with SIGKILL: the kernel then sends it its stop signal (PR_SET_PDEATHSIG, through
/// setpriv). It has a session of its own, so that Ctrl-C reaches only us and we end the children in the right order.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly ChildStart _start;
    private bool _disposed;

    private ChildProcess(Process process, ChildStart start)
    {
        Process = process;
        _start = start;
    }

    public Process Process { get; }

    public static Task<ChildProcess> StartAsync(ChildStart start)
    {
        var info = Describe(start);
        return ForkingThread.RunAsync(() =>
        {
            try
            {
                var process = Process.Start(info) ?? throw new SetupException($"{start.FileName} did not start.");
                process.StandardInput.Close();
                return new ChildProcess(process, start);
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                throw new SetupException($"{info.FileName} cannot be started ({e.Message}); it is in Debian's package util-linux.", e);
            }
        });
    }

    /// <summary>Runs a program to its end and gives back what it wrote on both streams.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(ChildStart start, CancellationToken ct)
    {
        await using var child = await StartAsync(start);
        var output = child.Process.StandardOutput.ReadToEndAsync(ct);
        var errors = child.Process.StandardError.ReadToEndAsync(ct);
        await child.Process.WaitForExitAsync(ct);
        return (child.Process.ExitCode, (await output + await errors).Trim());
    }

    public void Send(ChildSignal signal)
    {
        if (!_disposed && !Process.HasExited)
            _ = Kill(Process.Id, (int)signal);
    }

    /// <summary>Asks it to end, and insists after <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        Send(_start.StopSignal);
        if (!await EndsWithinAsync(patience))
        {
            Send(ChildSignal.Kill);
            await Process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public async Task<bool> EndsWithinAsync(TimeSpan patience)
    {
        if (_disposed)
            return true;

        using var limit = new CancellationTokenSource(patience);
        try
        {
            await Process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        await StopAsync(TimeSpan.FromSeconds(10));
        _disposed = true;
        Process.Dispose();
    }

    /// <summary>setsid and setpriv replace themselves by what they start, so the process id stays the child's.</summary>
    private static ProcessStartInfo Describe(ChildStart start)
    {
        var info = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = start.LogFile is null,
            RedirectStandardError = start.LogFile is null,
            WorkingDirectory = start.WorkingFolder ?? "/",
        };
        List<string> line = [];
        if (start.LogFile is not null)
            line.AddRange(["/bin/sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", start.LogFile]);

        line.Add("setpriv");
        line.AddRange(["--pdeathsig", start.StopSignal.ToString().ToUpperInvariant()]);
        if (start.User is not null)
            line.AddRange(["--reuid", start.User, "--regid", start.User, "--clear-groups"]);

        line.AddRange(["--", start.FileName, .. start.Arguments]);
        line.ForEach(info.ArgumentList.Add);
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;

        return info;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int processId, int signal);
}
