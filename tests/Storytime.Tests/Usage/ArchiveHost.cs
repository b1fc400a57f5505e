using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Amazon.S3.Model;
using DuckDB.NET.Data;
using Npgsql;
using Storytime.Tests.Testing;
using Storytime.Tests.Videos;
using Storytime.Usage;

namespace Storytime.Tests.Usage;

/// <summary>The app with a local cloud of its own, and its archive as an analyst reads it: by DuckDB, with the SQL of docs/analytics.md.</summary>
internal sealed partial class ArchiveHost : IAsyncDisposable
{
    private readonly VideoHost _host;
    private readonly string _folder = Directory.CreateTempSubdirectory("storytime-archive-").FullName;

    private ArchiveHost(VideoHost host) => _host = host;

    public StorytimeApp App => _host.App;

    /// <summary>The first of the months that there are partitions of from the start; all of it but its last days is closed.</summary>
    public DateOnly Month { get; private set; }

    public static async Task<ArchiveHost> StartAsync(Database database, bool enabled = true)
    {
        var host = new VideoHost(database);
        host.App.With("Archive:Enabled", enabled ? "true" : "false");
        await host.InitializeAsync();
        return new(host) { Month = new DateOnly(host.App.Now.Year, host.App.Now.Month, 1).AddMonths(-2) };
    }

    public static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>A child watches the first book from ten in the morning.</summary>
    public async Task WatchAsync(long child, DateOnly day, int seconds = 30)
    {
        var from = Midnight(day).AddHours(10);
        await App.SqlAsync($"""
            insert into usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, created_at)
            values ({child}, 1, gen_random_uuid(), 'play_start', '{from:O}', now()), ({child}, 1, gen_random_uuid(), 'play_end', '{from.AddSeconds(seconds):O}', now())
            """);
    }

    public Task RunAsync(CancellationToken ct = default) => App.RunAsync<ArchiveUsage>(j => j.RunAsync(ct));

    /// <summary>So many runs as reach from the first month that tests use to the last that they close.</summary>
    public async Task ArchiveAsync()
    {
        for (var run = 0; run < 5; run++)
            await RunAsync();
    }

    public Task PutAsync(DateOnly day, Stream content) => App.RunAsync<ArchiveBucket>(b => b.PutAsync(day, content, CancellationToken.None));

    public async Task<List<string>> KeysAsync() =>
        [.. ((await _host.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = VideoHost.OutputBucket, Prefix = "analytics/" })).S3Objects ?? []).Select(o => o.Key)];

    public async Task<byte[]> ReadAsync(DateOnly day)
    {
        using var answer = await _host.S3.GetObjectAsync(VideoHost.OutputBucket, ArchiveBucket.KeyOf(day));
        using var bytes = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    /// <summary>Where <see cref="DuckAsync()"/> puts what it reads.</summary>
    public string FileOf(DateOnly day) => Path.Combine(_folder, ArchiveBucket.KeyOf(day));

    /// <summary>A connection that has <c>usage_archive</c> and <c>viewing_days</c>, both made as the guide says.</summary>
    public async Task<DuckDBConnection> DuckAsync()
    {
        foreach (var key in await KeysAsync())
        {
            var file = Path.Combine(_folder, key);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var answer = await _host.S3.GetObjectAsync(VideoHost.OutputBucket, key);
            await answer.WriteResponseStreamToFileAsync(file, append: false, CancellationToken.None);
        }
        var duck = new DuckDBConnection("DataSource=:memory:");
        await duck.OpenAsync();
        foreach (var sql in (string[])[Guide("read_parquet").Replace("s3://BUCKET", _folder, StringComparison.Ordinal), Guide("create or replace view viewing_days as")])
        {
            await using var command = duck.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }
        return duck;
    }

    /// <summary>The one block of SQL in the guide with these words.</summary>
    public static string Guide(string words) =>
        SqlBlocks().Matches(File.ReadAllText(GuideFile())).Select(m => m.Groups[1].Value).Where(sql => sql.Contains(words, StringComparison.Ordinal)).ShouldHaveSingleItem();

    public async Task<string[]> DuckAsync(string sql)
    {
        await using var duck = await DuckAsync();
        await using var command = duck.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        return await LinesAsync(reader);
    }

    public async Task<string[]> PostgresAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(App.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        return await LinesAsync(reader);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Rows as texts, in an order that does not depend on who sorted them.</summary>
    private static async Task<string[]> LinesAsync(System.Data.Common.DbDataReader reader)
    {
        List<string> lines = [];
        while (await reader.ReadAsync())
            lines.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => Text(reader.GetValue(i)))));
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static string Text(object value) => value switch
    {
        DBNull => "-",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string GuideFile([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/analytics.md"));

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex SqlBlocks();
}
