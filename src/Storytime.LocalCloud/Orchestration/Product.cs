using System.Net;

namespace Storytime.LocalCloud.Orchestration;

/// <summary>Storytime itself, as a child process with the settings of a developer's machine.</summary>
internal sealed class Product : IAsyncDisposable
{
    private const string DotNet = "dotnet";

    private readonly RunOptions _options;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly ChildProcess _process;

    private Product(RunOptions options, IReadOnlyDictionary<string, string> environment, ChildProcess process)
    {
        _options = options;
        _environment = environment;
        _process = process;
    }

    public Task Ended => _process.Process.WaitForExitAsync();

    private static string LogFile(RunOptions options) => Path.Combine(options.Logs, "storytime.log");

    public static async Task<Product> StartAsync(RunOptions options, Secrets secrets, string connectionString, CloudOptions cloud, CancellationToken ct)
    {
        Directory.CreateDirectory(options.Logs);
        await File.WriteAllTextAsync(LogFile(options), "", ct);
        var environment = Environment(options, secrets, connectionString, cloud);
        var process = await ChildProcess.StartAsync(new ChildStart(DotNet, [options.ProductAssembly])
        {
            Environment = environment,
            LogFile = LogFile(options),
            WorkingFolder = Path.GetDirectoryName(options.ProductAssembly),
        });
        var product = new Product(options, environment, process);
        try
        {
            await product.BecomesReadyAsync(ct);
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a member of staff, as an operator would on the command line.</summary>
    public Task CreateAdminAsync(string email, string role, string password, CancellationToken ct) => CommandAsync(
        ["create-admin", email, role], new Dictionary<string, string>(_environment) { ["STORYTIME_ADMIN_PASSWORD"] = password }, $"The demo account {email} could not be made", ct);

    /// <summary>Brings the sums of what was watched up to date, as an operator would on the command line.</summary>
    public Task RollUpAsync(CancellationToken ct) => CommandAsync(["rebuild-rollups"], _environment, "The demo usage could not be rolled up", ct);

    private async Task CommandAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string problem, CancellationToken ct)
    {
        var (exitCode, output) = await ChildProcess.RunAsync(
            new ChildStart(DotNet, [_options.ProductAssembly, .. arguments]) { Environment = environment, WorkingFolder = Path.GetDirectoryName(_options.ProductAssembly) }, ct);
        if (exitCode != 0)
            throw new SetupException($"{problem}: {output.Split('\n')[^1]}");
    }

    /// <summary>The reason to give up: it ended by itself.</summary>
    public SetupException Death() => Death(_options, _process.Process.ExitCode);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task BecomesReadyAsync(CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = _options.App, Timeout = TimeSpan.FromSeconds(2) };
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (_process.Process.HasExited)
                throw Death();
            try
            {
                using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), ct);
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                // Not listening yet.
            }

            await Task.Delay(100, ct);
        }

        throw new SetupException($"Storytime does not become ready: {_options.App}health/ready does not answer 200; its log is {LogFile(_options)}.");
    }

    private static SetupException Death(RunOptions options, int exitCode)
    {
        var log = LogFile(options);
        var lines = File.ReadLines(log).Where(line => line.Trim().Length > 0).TakeLast(12);
        return new SetupException($"Storytime ended unexpectedly (exit code {exitCode}); the last lines of {log}:\n    {string.Join("\n    ", lines)}");
    }

    private static Dictionary<string, string> Environment(RunOptions options, Secrets secrets, string connectionString, CloudOptions cloud) => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["DOTNET_ENVIRONMENT"] = "Development",
        ["ASPNETCORE_URLS"] = Address(options.AppPort),
        ["ConnectionStrings__Storytime"] = connectionString,
        ["Auth__SigningKey"] = secrets.SigningKey,
        ["CLOUDFRONT_KEY_PAIR_ID"] = secrets.CloudFrontKeyPairId,
        ["CLOUDFRONT_PRIVATE_KEY_PEM"] = secrets.CloudFrontPrivateKey,
        ["CloudFront__BaseUrl"] = Address(options.CdnPort),
        ["Aws__Region"] = cloud.Region,
        ["Aws__S3Url"] = Address(options.S3Port),
        ["Aws__MediaConvertUrl"] = Address(options.MediaConvertPort),
        ["Aws__SqsUrl"] = Address(options.MediaConvertPort),
        ["Sqs__QueueUrl"] = $"{Address(options.MediaConvertPort)}/{cloud.AccountId}/{cloud.QueueName}",
        ["Aws__MasterBucket"] = cloud.MasterBucket,
        ["Aws__OutputBucket"] = cloud.OutputBucket,
        ["Aws__MediaConvertRole"] = $"arn:aws:iam::{cloud.AccountId}:role/storytime-mediaconvert",
        ["Aws__MediaConvertQueue"] = $"arn:aws:mediaconvert:{cloud.Region}:{cloud.AccountId}:queues/Default",
        ["AWS_ACCESS_KEY_ID"] = cloud.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = cloud.SecretAccessKey,
        ["Sns__TopicArn"] = cloud.TopicArn,
        ["Sns__TrustedOrigins__0"] = Address(options.MediaConvertPort),
        ["Mail__PickupFolder"] = options.Mails,
        ["Mail__From"] = "Storytime <no-reply@storytime.example>",
        ["Mail__LinkBaseUrl"] = Address(options.AppPort),
        ["Cors__Origins__0"] = Address(options.DevicePort),
        // The demo accounts are for everybody who tries the console on their own machine; production keeps the default.
        ["Console__RequireSecondFactor"] = "false",
        // The demo data and the browser tests sign in often, all from one address.
        ["RateLimits__AuthPerMinute"] = "600",
        ["Logging__Console__FormatterName"] = "simple",
    };

    private static string Address(int port) => $"http://localhost:{port}";
}
