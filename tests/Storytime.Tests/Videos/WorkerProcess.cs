using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>A worker node as an operator starts it, with the settings of the app of the test; killed without a word.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    public static WorkerProcess Start(StorytimeApp app)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SubmitVideo).Assembly.Location, "--Roles", "worker"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] sections = ["ConnectionStrings", "Auth", "CloudFront", "Aws", "Sns", "Sqs", "Mail"];
        foreach (var (key, value) in app.Services.GetRequiredService<IConfiguration>().AsEnumerable().Where(s => s.Value is not null && sections.Contains(s.Key.Split(':')[0])))
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Jobs__Workers"] = "8";
        var process = Process.Start(start)!;
        // Read, so that a full pipe does not stop it.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new WorkerProcess(process);
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>SIGKILL: nothing of it is carried to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
