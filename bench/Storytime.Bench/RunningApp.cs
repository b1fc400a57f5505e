using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Storytime.LocalCloud;
using Storytime.Platform.Errors;

namespace Storytime.Bench;

/// <summary>The product as an operator starts it, on a PostgreSQL of its own; both end with this object, the data too unless it was given a folder.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private readonly string? _temporary;
    private readonly PostgresCluster _cluster;
    private readonly Process _process;
    private readonly Dictionary<string, string> _settings;

    private RunningApp(string? temporary, PostgresCluster cluster, Process process, Dictionary<string, string> settings)
    {
        (_temporary, _cluster, _process, _settings) = (temporary, cluster, process, settings);
        Http = new HttpClient { BaseAddress = new Uri(settings["ASPNETCORE_URLS"]), Timeout = TimeSpan.FromMinutes(10) };
        Postmaster = int.Parse(File.ReadLines(Path.Combine(cluster.Folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
    }

    public HttpClient Http { get; }

    public string ConnectionString => _settings["ConnectionStrings__Storytime"];

    public int ProcessId => _process.Id;

    /// <summary>Process id of the PostgreSQL server.</summary>
    public int Postmaster { get; }

    /// <param name="keepIn">Where the data stays for the next run; null for a temporary folder.</param>
    public static async Task<RunningApp> StartAsync(CancellationToken ct, string? keepIn = null)
    {
        var folder = keepIn ?? Directory.CreateTempSubdirectory("storytime-bench-").FullName;
        var cluster = await PostgresCluster.StartAsync(new PostgresOptions { DataFolder = folder }, ct);
        var settings = Settings(cluster.ConnectionString("postgres"), Loopback.FreePort());
        await CommandAsync(settings, ct, "migrate");
        var app = new RunningApp(keepIn is null ? folder : null, cluster, Start(settings), settings);
        await app.BecomesReadyAsync(ct);
        return app;
    }

    /// <summary>Runs the program once more, as an operator would on the command line.</summary>
    public Task CommandAsync(CancellationToken ct, params string[] arguments) => CommandAsync(_settings, ct, arguments);

    /// <summary>All calls are a member of staff's from now on.</summary>
    public async Task SignInAdminAsync(string email, string role, string password, CancellationToken ct)
    {
        var sign = async () => await Http.PostAsJsonAsync(new Uri("/admin/api/v1/auth/login", UriKind.Relative), new { email, password }, ct);
        using var known = await sign();
        if (!known.IsSuccessStatusCode)
            await CommandAsync(new(_settings) { ["STORYTIME_ADMIN_PASSWORD"] = password }, ct, "create-admin", email, role);
        using var answer = await sign();
        var jwt = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("jwt").GetString();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", jwt);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _cluster.DisposeAsync();
        if (_temporary is not null)
            Directory.Delete(_temporary, recursive: true);
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

    private static async Task CommandAsync(Dictionary<string, string> settings, CancellationToken ct, params string[] arguments)
    {
        using var command = Start(settings, arguments);
        await command.WaitForExitAsync(ct);
        if (command.ExitCode != 0)
            throw new InvalidOperationException($"'storytime {string.Join(' ', arguments)}' failed.");
    }

    private static Process Start(Dictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ErrorEnvelope).Assembly.Location, .. arguments]);
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        return Process.Start(start)!;
    }

    /// <summary>Of an operator in production.</summary>
    internal static Dictionary<string, string> Settings(string connectionString, int port)
    {
        using var key = RSA.Create(2048);
        return new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["ConnectionStrings__Storytime"] = connectionString,
            // What is measured is not how staff signs in.
            ["Console__RequireSecondFactor"] = "false",
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
