using System.Runtime.InteropServices;
using Storytime.LocalCloud.Demo;
using Storytime.LocalCloud.Device;

namespace Storytime.LocalCloud.Orchestration;

/// <summary>What <c>./run</c> becomes: starts all parts in order, fills in the demo data, and stops all parts in the other order.</summary>
internal sealed class Orchestrator(RunOptions options, Progress progress)
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Contains("--help") || arguments.Contains("-h"))
        {
            Console.WriteLine(RunOptions.Help);
            return 0;
        }

        using var stop = new StopSignals();
        try
        {
            var options = RunOptions.Parse(arguments, Environment.GetEnvironmentVariable);
            await new Orchestrator(options, Progress.OnConsole()).RunAsync(stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return 0;
        }
        catch (SetupException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        using var runLock = RunLock.Take(options);
        File.Delete(options.RunFile);
        if (options.Fresh)
            StartOver();
        Checks.Run(options);

        progress.Line("Starting Storytime. Ctrl-C stops everything.");
        var secrets = Secrets.LoadOrMake(Path.Combine(options.DataFolder, "keys"));
        var films = new FilmStudio(options.Films);
        var stories = DemoLibrary.Stories(options.Demo);
        // Drawing takes longest, so it begins at once; what needs a film waits for it. It ends with us.
        using var drawing = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var drawn = films.Draw(stories, drawing.Token);

        PostgresCluster? postgres = null;
        CloudServices? cloud = null;
        Product? product = null;
        DevicePage? device = null;
        try
        {
            var database = await DatabaseAsync(p => postgres = p, ct);
            var cloudOptions = CloudOptions(secrets);
            cloud = await progress.StepAsync("S3, MediaConvert, CloudFront", _ => InOneSentence(() => CloudServices.StartAsync(cloudOptions, ct)));
            product = await progress.StepAsync("Storytime", _ => Product.StartAsync(options, secrets, database, cloudOptions, ct));
            await progress.StepAsync("Notices of MediaConvert", _ => InOneSentence(() => SubscribeAsync(cloud, ct)));
            device = await DevicePage.StartAsync(options, ct);

            var seeding = SeedAsync(product, database, stories, drawn, ct);
            await Task.WhenAny(seeding, product.Ended);
            // A product that dies fails the seeding a moment before its end is noticed.
            if (seeding.IsFaulted)
                await Task.WhenAny(product.Ended, Task.Delay(500, ct));
            if (product.Ended.IsCompleted && !ct.IsCancellationRequested)
                throw product.Death();
            await seeding;

            await RunFile.WriteAsync(options, cloud, database, secrets, ct);
            progress.Line(Welcome.Text(options, database));
            await product.Ended.WaitAsync(ct);
            throw product.Death();
        }
        finally
        {
            File.Delete(options.RunFile);
            if (ct.IsCancellationRequested)
                progress.Line("\nStopping.");
            await drawing.CancelAsync();
            foreach (var part in new IAsyncDisposable?[] { device, product, cloud, postgres })
            {
                if (part is not null)
                    await part.DisposeAsync();
            }
        }
    }

    private async Task<string> DatabaseAsync(Action<PostgresCluster> started, CancellationToken ct)
    {
        if (Environment.GetEnvironmentVariable("ConnectionStrings__Storytime") is { Length: > 0 } given)
        {
            progress.Line("  ✓ The database of ConnectionStrings__Storytime");
            return given;
        }

        return await progress.StepAsync("PostgreSQL", async _ =>
        {
            var postgres = await PostgresCluster.StartAsync(new PostgresOptions { DataFolder = PostgresFolder }, ct);
            started(postgres);
            return postgres.ConnectionString("storytime");
        });
    }

    /// <summary>The local cloud says what it misses in the message of an InvalidOperationException.</summary>
    private static async Task<T> InOneSentence<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (InvalidOperationException e)
        {
            throw new SetupException(e.Message, e);
        }
    }

    private async Task<bool> SubscribeAsync(CloudServices cloud, CancellationToken ct)
    {
        await cloud.SubscribeAsync(new Uri(options.App, "/webhooks/mediaconvert"), ct);
        return true;
    }

    private async Task SeedAsync(Product product, string database, IReadOnlyList<Story> stories, IReadOnlyDictionary<string, Task<string>> films, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = options.App, Timeout = TimeSpan.FromMinutes(2) };
        await progress.StepAsync("Demo staff", _ => DemoPeople.EnsureAdminsAsync(product, http, ct));
        if (options.Demo == DemoSize.None)
            return;

        var editor = await DemoApi.SignInAdminAsync(http, DemoPeople.Editor, ct);
        var library = new DemoLibrary(editor, films);
        await progress.StepAsync("Demo books", step => library.EnsureBooksAsync(stories, step, ct));
        await progress.StepAsync("Work for the desk", step => new DemoDesk(editor, library).EnsureAsync(step, ct));
        await progress.StepAsync("Demo films", step => library.EnsureFilmsAsync(step, ct));
        var families = new DemoFamilies(http, library.Books, options.Demo);
        await progress.StepAsync("Demo families", _ => families.EnsureAsync(ct));
        await progress.StepAsync("Two months of reading", async step =>
        {
            await DemoPast.EnsureAsync(database, families.Past(), ct);
            await families.EnsureHistoryAsync(step, ct);
        });
        await progress.StepAsync("Contracts and statements", async step =>
        {
            // Sums by now, and not when the next roll-up is due.
            await product.RollUpAsync(ct);
            await new DemoAccounts(await DemoApi.SignInAdminAsync(http, DemoPeople.Finance, ct)).EnsureAsync(step, ct);
        });
    }

    private string PostgresFolder => Path.Combine(options.DataFolder, "postgres");

    private CloudOptions CloudOptions(Secrets secrets) => new()
    {
        DataFolder = Path.Combine(options.DataFolder, "cloud"),
        S3Port = options.S3Port,
        MediaConvertPort = options.MediaConvertPort,
        CdnPort = options.CdnPort,
        CloudFrontKeys = new Dictionary<string, string> { [secrets.CloudFrontKeyPairId] = secrets.CloudFrontPublicKey },
        AllowedOrigins = [$"http://localhost:{options.DevicePort}", $"http://localhost:{options.AppPort}"],
    };

    /// <summary>Films are a function of the program, so they stay.</summary>
    private void StartOver()
    {
        foreach (var folder in new[] { PostgresFolder, Postgres.PostgresFolder.Elsewhere(PostgresFolder), Path.Combine(options.DataFolder, "cloud"), options.Mails, options.Logs })
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Ctrl-C, a closed terminal or a polite kill end the run in good order; a second Ctrl-C ends it at once, and the kernel ends the children.</summary>
    private sealed class StopSignals : IDisposable
    {
        private readonly CancellationTokenSource _source = new();
        private readonly PosixSignalRegistration[] _registrations;

        public StopSignals() =>
            _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, OnSignal))];

        public CancellationToken Token => _source.Token;

        public void Dispose()
        {
            Array.ForEach(_registrations, registration => registration.Dispose());
            _source.Dispose();
        }

        private void OnSignal(PosixSignalContext context)
        {
            if (_source.IsCancellationRequested && context.Signal == PosixSignal.SIGINT)
                return;
            context.Cancel = true;
            _source.Cancel();
        }
    }
}
