using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Storytime.Data;
using Storytime.Platform.Errors;

namespace Storytime.Tests.Testing;

/// <summary>The real app on a real socket and a real database, with a clock that tests move. A class fixture: <c>IClassFixture&lt;StorytimeApp&gt;</c>.</summary>
public sealed class StorytimeApp : WebApplicationFactory<ErrorEnvelope>, IAsyncLifetime
{
    public const string KeyPairId = "K2JCJMDEHXQW5F";

    private static readonly RSA _cloudFrontKey = RSA.Create(2048);
    private readonly Database? _database;
    private readonly Dictionary<string, string?> _settings = [];
    private readonly List<Action<IServiceCollection>> _services = [];
    private string? _connectionString;
    private HttpClient? _http;
    private bool _realTime;

    public StorytimeApp(Database database) => _database = database;

    internal StorytimeApp(string connectionString) => _connectionString = connectionString;

    /// <summary>Starts at the true time, because AWS's own libraries and the local cloud cannot be told another one; moves only when a test says so.</summary>
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(DateTime.UtcNow.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero));

    public DateTimeOffset Now => Clock.GetUtcNow();

    public static string CloudFrontPublicKeyPem => _cloudFrontKey.ExportSubjectPublicKeyInfoPem();

    public string ConnectionString => _connectionString!;

    /// <summary>Where mails land, those of this app only; not there before the first one.</summary>
    public string MailFolder { get; } = Path.Combine(Path.GetTempPath(), $"storytime-mails-{Guid.NewGuid():N}");

    /// <summary>Changes a setting; before the app is first used.</summary>
    public StorytimeApp With(string setting, string? value)
    {
        _settings[setting] = value;
        return this;
    }

    /// <summary>Looks at what the app uses, or changes how it reaches others; before the app is first used.</summary>
    public StorytimeApp With(Action<IServiceCollection> services)
    {
        _services.Add(services);
        return this;
    }

    /// <summary>Lets time pass by itself, for tests of jobs that wait for other programs; before the app is first used.</summary>
    public StorytimeApp InRealTime()
    {
        _realTime = true;
        return this;
    }

    public async ValueTask InitializeAsync()
    {
        _connectionString ??= await _database!.CreateAsync();
        UseKestrel(0);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Directory.Exists(MailFolder))
            Directory.Delete(MailFolder, recursive: true);
    }

    /// <summary>A client without a token, or with one.</summary>
    public ApiClient Client(string? token = null)
    {
        StartServer();
        return new ApiClient(_http ??= new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = ClientOptions.BaseAddress }, token);
    }

    internal async Task<T> InDatabaseAsync<T>(Func<StorytimeDb, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<StorytimeDb>());
    }

    internal Task InDatabaseAsync(Func<StorytimeDb, Task> work) => InDatabaseAsync(async db =>
    {
        await work(db);
        return true;
    });

    /// <summary>Runs a job, as a worker would.</summary>
    public async Task RunAsync<TJob>(Func<TJob, Task> run) where TJob : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        await run(scope.ServiceProvider.GetRequiredService<TJob>());
    }

    /// <summary>Straight SQL, for what a test must see or set behind the app's back.</summary>
    public async Task<object?> SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Testing");
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Storytime"] = _connectionString,
            ["Auth:SigningKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["CloudFront:KeyPairId"] = KeyPairId,
            ["CloudFront:PrivateKeyPem"] = _cloudFrontKey.ExportPkcs8PrivateKeyPem(),
            ["CloudFront:BaseUrl"] = "http://localhost:5081",
            ["Aws:MasterBucket"] = "storytime-master-uploads",
            ["Aws:OutputBucket"] = "storytime-hls-outputs",
            ["Aws:MediaConvertRole"] = "arn:aws:iam::111122223333:role/storytime-mediaconvert",
            ["Sns:TopicArn"] = "arn:aws:sns:us-east-1:111122223333:storytime-mediaconvert",
            ["Mail:PickupFolder"] = MailFolder,
            ["Mail:From"] = "Storytime <no-reply@storytime.example>",
            ["Mail:LinkBaseUrl"] = "https://links.storytime.example",
            // All tests come from one address.
            ["RateLimits:AuthPerMinute"] = "100000",
            ["RateLimits:RefreshPerMinute"] = "100000",
            ["RateLimits:PlaybackPerMinutePerAddress"] = "100000",
            ["RateLimits:UsagePerMinutePerAddress"] = "100000",
            ["RateLimits:PrivacyPerMinutePerAddress"] = "100000",
            ["RateLimits:ReceiptsPerMinute"] = "100000",
            // The clock stands still, so each of these is a limit for the whole test.
            ["RateLimits:PlaybackPerMinutePerAccount"] = "100000",
            ["RateLimits:UsagePerMinutePerAccount"] = "100000",
            ["RateLimits:PrivacyPerMinutePerAccount"] = "100000",
            // Most tests are about something else than signing in; those that are not turn it on.
            ["Console:RequireSecondFactor"] = "false",
            // Only the tests of the pipeline run jobs.
            ["Roles"] = "web",
            ["Logging:LogLevel:Default"] = "Warning",
        };
        foreach (var (key, value) in _settings)
            settings[key] = value;
        foreach (var (key, value) in settings)
            builder.UseSetting(key, value);
        builder.ConfigureServices(services =>
        {
            services.AddSingleton(_realTime ? TimeProvider.System : Clock);
            // Hashing as strongly as in production would be most of the run time.
            services.Configure<PasswordHasherOptions>(o => o.IterationCount = 1000);
            foreach (var change in _services)
                change(services);
        });
        builder.ConfigureLogging(l => l.ClearProviders());
    }
}
