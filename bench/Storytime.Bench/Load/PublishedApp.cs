using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Storytime.LocalCloud;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.Bench.Load;

/// <summary>The published program with the settings of production. All that it does for a request there it does here: limits that count, logs, attempts, audit.</summary>
internal sealed class PublishedApp : IAsyncDisposable
{
    private const string Password = "keeper-of-stories";

    /// <summary>The most that a limit can be set to: requests are counted and none is refused, although all come from one address.</summary>
    private const string Unreachable = "1000000";

    private static readonly string[] _limits =
    [
        "AuthPerMinute", "RefreshPerMinute", "PlaybackPerMinutePerAccount", "PlaybackPerMinutePerAddress", "UsagePerMinutePerAccount", "UsagePerMinutePerAddress",
        "PrivacyPerMinutePerAccount", "PrivacyPerMinutePerAddress", "ReceiptsPerMinute",
    ];

    private readonly ChildProcess _process;
    private readonly Dictionary<string, string> _settings;

    private PublishedApp(ChildProcess process, Dictionary<string, string> settings)
    {
        (_process, _settings) = (process, settings);
        Http = new HttpClient { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromMinutes(10) };
    }

    public HttpClient Http { get; }

    public string Address => _settings["ASPNETCORE_URLS"];

    public int ProcessId => _process.Process.Id;

    /// <summary>From its start to its first answer that it is ready, on a migrated database.</summary>
    public TimeSpan Start { get; private set; }

    public string SigningKey => _settings["Auth__SigningKey"];

    public static async Task<PublishedApp> StartAsync(LoadOptions options, string connectionString, CancellationToken ct)
    {
        var settings = Settings(options, connectionString);
        var log = Path.Combine(options.Files, "app.log");
        File.Delete(log);
        var started = Stopwatch.GetTimestamp();
        var app = new PublishedApp(await ChildProcess.StartAsync(new ChildStart("dotnet", [options.Program]) { LogFile = log, Environment = settings }), settings);
        try
        {
            await app.BecomesReadyAsync(log, ct);
            app.Start = Stopwatch.GetElapsedTime(started);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the program once, as an operator would on the command line.</summary>
    public static async Task CommandAsync(LoadOptions options, string connectionString, CancellationToken ct, params string[] arguments)
    {
        var settings = Settings(options, connectionString);
        settings["STORYTIME_ADMIN_PASSWORD"] = Password;
        var (exitCode, output) = await ChildProcess.RunAsync(new ChildStart("dotnet", [options.Program, .. arguments]) { Environment = settings }, ct);
        if (exitCode != 0)
            throw new InvalidOperationException($"'storytime {string.Join(' ', arguments)}' failed: {output}");
    }

    /// <summary>The calls of <see cref="Http"/> are a member of staff's from now on, who sees reports and statements.</summary>
    public async Task SignInAsync(LoadOptions options, CancellationToken ct)
    {
        const string Email = "finance@bench.example";
        await CommandAsync(options, _settings["ConnectionStrings__Storytime"], ct, "create-admin", Email, "finance");
        using var answer = await Http.PostAsJsonAsync(new Uri("/admin/api/v1/auth/login", UriKind.Relative), new { email = Email, password = Password }, ct);
        var jwt = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("jwt").GetString();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", jwt);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }

    private async Task BecomesReadyAsync(string log, CancellationToken ct)
    {
        for (var attempt = 0; attempt < 1500 && !_process.Process.HasExited; attempt++)
        {
            try
            {
                using var answer = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative), ct);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(20, ct);
        }
        throw new InvalidOperationException($"Storytime does not become ready; its log is {log}.");
    }

    private static Dictionary<string, string> Settings(LoadOptions options, string connectionString)
    {
        var settings = RunningApp.Settings(connectionString, Loopback.FreePort());
        // What it logs in production.
        settings.Remove("Logging__LogLevel__Default");
        settings["Roles"] = options.Roles;
        // A run takes longer than a token lives.
        settings["Auth__ParentTokenLifetime"] = settings["Auth__AdminTokenLifetime"] = "1.00:00:00";
        // There is no bucket.
        settings["Archive__Enabled"] = "false";
        foreach (var limit in _limits)
            settings["RateLimits__" + limit] = Unreachable;
        return settings;
    }
}
