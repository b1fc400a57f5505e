using System.Diagnostics;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>Starts ffmpeg and ffprobe so that they cannot outlive this program, even when it is killed: setpriv asks the kernel to kill the child when its parent dies.</summary>
internal static class ChildProcesses
{
    /// <exception cref="InvalidOperationException">The program is not installed.</exception>
    public static Task<Process> StartAsync(string program, IEnumerable<string> arguments)
    {
        if (!IsInstalled(program)) throw new InvalidOperationException($"{program} was not found; install it (on Debian: apt-get install ffmpeg) and start again.");
        // Transcodes give way to the server that people are clicking on.
        List<string> command = ["nice", "-n", "10", program, .. arguments];
        if (IsInstalled("setpriv")) command.InsertRange(0, ["setpriv", "--pdeathsig", "KILL"]);
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        return ForkingThread.RunAsync(() =>
        {
            try
            {
                return Process.Start(info)!;
            }
            catch (System.ComponentModel.Win32Exception error)
            {
                throw new InvalidOperationException($"{command[0]} could not be started: {error.Message}", error);
            }
        });
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
