using Storytime.LocalCloud.Orchestration;
using Storytime.LocalCloud.Postgres;

namespace Storytime.LocalCloud;

/// <summary>
/// A private PostgreSQL cluster: its own folder, port and superuser (<c>storytime</c>), on the loopback only. It ends with this object, and with this
/// process however that ends.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string Superuser = "storytime";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PostgresFolder _folder;
    private readonly ChildProcess _server;

    private PostgresCluster(PostgresFolder folder, ChildProcess server, int port)
    {
        _folder = folder;
        _server = server;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Where the cluster lives: the wanted folder, or one that the user postgres can enter.</summary>
    public string Folder => _folder.Folder;

    public static async Task<PostgresCluster> StartAsync(PostgresOptions options, CancellationToken ct)
    {
        var programs = PostgresPrograms.Find();
        var folder = await PostgresFolder.PrepareAsync(options.DataFolder, ct);
        if (!Directory.Exists(folder.Data))
            await InitialiseAsync(programs, folder, ct);

        await ClearStaleLockAsync(folder, ct);
        for (var attempt = 1; ; attempt++)
        {
            var port = options.Port == 0 ? Loopback.FreePort() : options.Port;
            if (await TryServeAsync(programs, folder, options, port, ct) is { } cluster)
                return cluster;

            if (options.Port != 0 || attempt == 5)
                throw new SetupException($"PostgreSQL cannot listen on port {port}: another program has it.");
        }
    }

    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username={Superuser};Database={database}";

    /// <summary>A fast shutdown; an immediate one when clients keep it waiting (its log then recovers it).</summary>
    public async ValueTask DisposeAsync()
    {
        _server.Send(ChildSignal.Int);
        if (!await _server.EndsWithinAsync(TimeSpan.FromSeconds(15)))
            _server.Send(ChildSignal.Quit);

        await _server.DisposeAsync();
    }

    /// <summary>Built beside its place and then moved there, so that an interrupted start leaves no half cluster.</summary>
    private static async Task InitialiseAsync(PostgresPrograms programs, PostgresFolder folder, CancellationToken ct)
    {
        var unfinished = folder.Data + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);

        await folder.RunAsync(programs.Initdb,
            ["--pgdata", unfinished, "--username", Superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"], ct);
        Directory.Move(unfinished, folder.Data);
    }

    /// <summary>
    /// After a crash the lock file stays. PostgreSQL itself takes it for valid when its process id belongs to any other process of that user, so
    /// we look whether that process is a server of this folder. If it is, it is most likely one that is just ending.
    /// </summary>
    private static async Task ClearStaleLockAsync(PostgresFolder folder, CancellationToken ct)
    {
        for (var wait = 0; File.Exists(folder.LockFile); wait++)
        {
            var owner = await FirstLineAsync(folder.LockFile, ct);
            if (!IsServerOf(folder, owner))
            {
                File.Delete(folder.LockFile);
                return;
            }

            if (wait == 150)
                throw new SetupException($"The database in {folder.Folder} is in use by another PostgreSQL (process {owner}).");

            await Task.Delay(100, ct);
        }
    }

    private static bool IsServerOf(PostgresFolder folder, string processId)
    {
        try
        {
            return int.TryParse(processId, out var id) && File.ReadAllText($"/proc/{id}/cmdline").Split('\0').Contains(folder.Data);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<PostgresCluster?> TryServeAsync(
        PostgresPrograms programs, PostgresFolder folder, PostgresOptions options, int port, CancellationToken ct)
    {
        await File.WriteAllTextAsync(folder.Log, "", ct);
        var server = await ChildProcess.StartAsync(new ChildStart(programs.Server, Arguments(folder, options, port))
        {
            StopSignal = ChildSignal.Int,
            User = folder.User,
            LogFile = folder.Log,
            WorkingFolder = folder.Folder,
        });
        try
        {
            var ready = await BecomesReadyAsync(server, folder, ct);
            if (ready)
                return new PostgresCluster(folder, server, port);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        var log = await File.ReadAllTextAsync(folder.Log, ct);
        await server.DisposeAsync();
        if (log.Contains("Address already in use", StringComparison.Ordinal))
            return null;

        var reason = log.Split('\n').LastOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal)) ?? log.TrimEnd().Split('\n')[^1];
        throw new SetupException($"PostgreSQL did not start in {folder.Folder}: {reason.Trim()} (log: {folder.Log})");
    }

    /// <summary>The eighth line of the lock file says when the server takes connections; pg_ctl waits for it in the same way.</summary>
    private static async Task<bool> BecomesReadyAsync(ChildProcess server, PostgresFolder folder, CancellationToken ct)
    {
        for (var waited = TimeSpan.Zero; waited < Patience; waited += TimeSpan.FromMilliseconds(30))
        {
            if (server.Process.HasExited)
                return false;

            var lines = File.Exists(folder.LockFile) ? await LinesAsync(folder.LockFile, ct) : [];
            if (lines.Length >= 8 && lines[0].Trim() == $"{server.Process.Id}" && lines[7].Trim() == "ready")
                return true;

            await Task.Delay(30, ct);
        }

        throw new SetupException($"PostgreSQL in {folder.Folder} takes no connections after {Patience.TotalSeconds:0} seconds; its log is {folder.Log}.");
    }

    private static List<string> Arguments(PostgresFolder folder, PostgresOptions options, int port)
    {
        List<string> settings =
        [
            "listen_addresses=127.0.0.1", $"port={port}", "unix_socket_directories=", "max_connections=200", "jit=off", "timezone=UTC", "log_timezone=UTC",
            .. options.Settings,
        ];
        if (!options.Durable)
        {
            settings.AddRange(["fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
                "max_wal_size=2GB", "checkpoint_timeout=30min", "autovacuum=off"]);
        }

        return ["-D", folder.Data, .. settings.SelectMany(setting => new[] { "-c", setting })];
    }

    private static async Task<string> FirstLineAsync(string file, CancellationToken ct) => (await LinesAsync(file, ct)).FirstOrDefault("").Trim();

    private static async Task<string[]> LinesAsync(string file, CancellationToken ct)
    {
        try
        {
            return await File.ReadAllLinesAsync(file, ct);
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
