using System.Diagnostics;
using System.Security.Cryptography;
using Storytime.LocalCloud;
using Storytime.Platform.Errors;

namespace Storytime.Bench;

/// <summary>The product as an operator starts it, on a PostgreSQL of its own; both end with this object.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private readonly string _folder;
    private readonly PostgresCluster _cluster;
    private readonly Process _process;

    private RunningApp(string folder, PostgresCluster cluster, Process process, HttpClient http)
    {
        _folder = folder;
        _cluster = cluster;
        _process = process;
        Http = http;
    }

    public HttpClient Http { get; }

    public static async Task<RunningApp> StartAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("storytime-bench-").FullName;
        var cluster = await PostgresCluster.StartAsync(new PostgresOptions { DataFolder = folder }, ct);
        var settings = Settings(cluster.ConnectionString("postgres"), Loopback.FreePort());
        using (var migrate = Start(settings, "migrate"))
        {
            await migrate.WaitForExitAsync(ct);
            if (migrate.ExitCode != 0)
                throw new InvalidOperationException("'storytime migrate' failed.");
        }
        var app = new RunningApp(folder, cluster, Start(settings), new HttpClient { BaseAddress = new Uri(settings["ASPNETCORE_URLS"]) });
        await app.BecomesReadyAsync(ct);
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task BecomesReadyAsync(CancellationToken ct)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            try
            {
                using var answer = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative), ct);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                // Not listening yet.
            }
            await Task.Delay(100, ct);
        }
        throw new InvalidOperationException("Storytime does not become ready.");
    }

    private static Process Start(Dictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ErrorEnvelope).Assembly.Location, .. arguments]);
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        return Process.Start(start)!;
    }

    private static Dictionary<string, string> Settings(string connectionString, int port)
    {
        using var key = RSA.Create(2048);
        return new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["ConnectionStrings__Storytime"] = connectionString,
            ["Auth__SigningKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["CLOUDFRONT_KEY_PAIR_ID"] = "K2JCJMDEHXQW5F",
            ["CLOUDFRONT_PRIVATE_KEY_PEM"] = key.ExportPkcs8PrivateKeyPem(),
            ["CloudFront__BaseUrl"] = "http://localhost:5081",
            ["Aws__MasterBucket"] = "storytime-master-uploads",
            ["Aws__OutputBucket"] = "storytime-hls-outputs",
            ["Aws__MediaConvertRole"] = "arn:aws:iam::111122223333:role/storytime-mediaconvert",
            ["Mail__PickupFolder"] = Path.Combine(Path.GetTempPath(), "storytime-bench-mails"),
            ["Mail__From"] = "Storytime <no-reply@example.com>",
            ["Mail__LinkBaseUrl"] = "http://localhost",
            ["Roles"] = "web",
            // All calls come from one address.
            ["RateLimits__AuthPerMinute"] = "1000000",
            ["Logging__LogLevel__Default"] = "Warning",
        };
    }
}
