using System.Globalization;
using Npgsql;
using Storytime.LocalCloud;

namespace Storytime.Bench.Load;

/// <summary>A cluster with the seeded data, which are kept, and a copy of them for one run, so that each begins with the same rows.</summary>
internal sealed class LoadDatabase : IAsyncDisposable
{
    private const string Kept = "storytime_seed";
    private const string Unfinished = "storytime_seeding";

    /// <summary>Data that are older would lie outside of what reports ask for.</summary>
    private const int FreshDays = 20;

    private readonly PostgresCluster _cluster;

    private LoadDatabase(PostgresCluster cluster)
    {
        _cluster = cluster;
        Postmaster = int.Parse(File.ReadLines(Path.Combine(cluster.Folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
    }

    public static readonly string[] Settings = ["shared_buffers=1GB", "max_wal_size=4GB", "fsync=on", "synchronous_commit=on"];

    public int Port => _cluster.Port;

    public const string Name = "storytime_run";

    public string ConnectionString => _cluster.ConnectionString(Name);

    /// <summary>Process id of the PostgreSQL server.</summary>
    public int Postmaster { get; }

    public static async Task<LoadDatabase> StartAsync(LoadOptions options, CancellationToken ct)
    {
        var cluster = await PostgresCluster.StartAsync(new PostgresOptions { DataFolder = options.Cluster, Settings = Settings }, ct);
        try
        {
            var database = new LoadDatabase(cluster);
            await database.SeedAsync(options, ct);
            Console.WriteLine("  … Copying the data for this run");
            await database.ExecuteAsync("postgres", $"drop database if exists {Name} (force)", ct);
            await database.ExecuteAsync("postgres", $"create database {Name} template {Kept} strategy file_copy", ct);
            // Sealed under the secret of the run that made them; this one has a secret of its own.
            await database.ExecuteAsync(Name, "delete from data_protection_keys", ct);
            await database.ExecuteAsync("postgres", "checkpoint", ct);
            return database;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public NpgsqlDataSource Open() => NpgsqlDataSource.Create(ConnectionString + ";Command Timeout=0;Options=-c TimeZone=UTC");

    /// <summary>The copy goes: it is as large as what it was made of.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ExecuteAsync("postgres", $"drop database if exists {Name} (force)", CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            await Console.Error.WriteLineAsync($"The copy of the data could not be dropped; the next run does it. ({e.Message})");
        }
        await _cluster.DisposeAsync();
    }

    private async Task SeedAsync(LoadOptions options, CancellationToken ct)
    {
        var kept = _cluster.ConnectionString(Kept);
        if (!options.Fresh && await IsFreshAsync(ct))
        {
            await PublishedApp.CommandAsync(options, kept, ct, "migrate");
            return;
        }
        // Under another name until all of it is there.
        var unfinished = _cluster.ConnectionString(Unfinished) + ";Pooling=false";
        foreach (var sql in (string[])[$"drop database if exists {Kept} (force)", $"drop database if exists {Unfinished} (force)", $"create database {Unfinished}"])
            await ExecuteAsync("postgres", sql, ct);
        await PublishedApp.CommandAsync(options, unfinished, ct, "migrate");
        await Seed.EnsureAsync(unfinished, ct, options.Scale);
        await ReportBench.RollUpAsync(unfinished, () => PublishedApp.CommandAsync(options, unfinished, ct, "rebuild-rollups"), ct);
        await ExecuteAsync(Unfinished, "vacuum analyze", ct);
        await ExecuteAsync("postgres", $"alter database {Unfinished} rename to {Kept}", ct);
    }

    private async Task<bool> IsFreshAsync(CancellationToken ct)
    {
        if (!await AskAsync("postgres", $"select exists (select from pg_database where datname = '{Kept}')", ct))
            return false;
        return await AskAsync(Kept, $"select version = {Seed.Version} and seeded_on > current_date - {FreshDays} from bench_seed", ct);
    }

    private async Task<bool> AskAsync(string database, string sql, CancellationToken ct)
    {
        await using var data = NpgsqlDataSource.Create(_cluster.ConnectionString(database) + ";Pooling=false");
        await using var command = data.CreateCommand(sql);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    private async Task ExecuteAsync(string database, string sql, CancellationToken ct)
    {
        await using var data = NpgsqlDataSource.Create(_cluster.ConnectionString(database) + ";Command Timeout=0;Pooling=false");
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }
}
