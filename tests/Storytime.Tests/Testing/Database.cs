using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Storytime.Data;
using Storytime.LocalCloud;
using Storytime.Tests.Testing;

[assembly: AssemblyFixture(typeof(Database))]

namespace Storytime.Tests.Testing;

/// <summary>One PostgreSQL cluster of its own for the whole run, in a temporary folder; each test class gets a clone of a migrated template.</summary>
public sealed class Database : IAsyncLifetime
{
    private const string Template = "storytime_template";

    private readonly string _folder = Directory.CreateTempSubdirectory("storytime-tests-").FullName;
    private readonly SemaphoreSlim _cloning = new(1);
    private PostgresCluster _cluster = null!;
    private int _count;

    public async ValueTask InitializeAsync()
    {
        _cluster = await PostgresCluster.StartAsync(new PostgresOptions { DataFolder = _folder, Durable = false }, TestContext.Current.CancellationToken);
        await ExecuteAsync($"create database {Template}");
        await using (var app = new StorytimeApp(_cluster.ConnectionString(Template)))
        {
            _ = await Migrate.RunAsync(app.Services, TestContext.Current.CancellationToken);
            NpgsqlConnection.ClearPool(app.Services.GetRequiredService<NpgsqlDataSource>().CreateConnection());
        }
        NpgsqlConnection.ClearAllPools();
    }

    /// <returns>Connection string of a new database with the current schema.</returns>
    public async Task<string> CreateAsync()
    {
        // PostgreSQL clones a template only while nobody else uses it.
        await _cloning.WaitAsync();
        try
        {
            var name = $"test_{Interlocked.Increment(ref _count)}";
            await ExecuteAsync($"create database {name} template {Template}");
            return _cluster.ConnectionString(name) + ";Maximum Pool Size=20";
        }
        finally
        {
            _cloning.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _cloning.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_cluster.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
