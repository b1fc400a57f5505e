using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Storytime.LocalCloud.Orchestration;
using Storytime.LocalCloud.Postgres;

namespace Storytime.Bench.Load;

/// <summary>The last line of bench/wrk/workload.lua.</summary>
internal sealed record WrkResult(
    long Requests, double Micros, [property: JsonPropertyName("p50_micros")] double P50Micros, [property: JsonPropertyName("p99_micros")] double P99Micros, long NotSuccess,
    long SocketErrors, Dictionary<string, long> Statuses, string Refused)
{
    public double PerSecond => Requests / (Micros / 1e6);
}

/// <summary>The programs that make the load: wrk for the app, pgbench for PostgreSQL alone.</summary>
/// <param name="scripts">The folder bench/, with those of both.</param>
internal sealed partial class Generators(LoadOptions options, string scripts)
{
    /// <summary>More do not help with two cores, and cost PostgreSQL.</summary>
    private const int Clients = 16;

    private const int Threads = 2;

    /// <summary>
    /// The first two as the app's own connections have them. Left to itself PostgreSQL plans the statement of events anew each time, because it knows the size of a batch
    /// only then, and that takes longer than the statement: a ceiling has none of it.
    /// </summary>
    private const string ServerOptions = "-c pg_trgm.word_similarity_threshold=0.4 -c TimeZone=UTC -c plan_cache_mode=force_generic_plan";

    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public string Sql => Path.Combine(scripts, "pgbench");

    public async Task<WrkResult> WrkAsync(Workload workload, string address, int seconds, CancellationToken ct, params string[] more)
    {
        var lua = Path.Combine(scripts, "wrk");
        var output = await RunAsync(new ChildStart("wrk",
        [
            "-t", Text($"{Math.Min(Threads, workload.Connections)}"), "-c", Text($"{workload.Connections}"), "-d", Text($"{seconds}s"), "--timeout", "30s",
            "-s", Path.Combine(lua, "workload.lua"), address, "--",
            $"kind={workload.Kind}", $"folder={options.Files}", Text($"books={options.Books}"), .. workload.Arguments, .. more,
        ])
        { Environment = new Dictionary<string, string> { ["LUA_PATH"] = $"{lua}/?.lua;;" } }, ct);
        var line = output.Split('\n').LastOrDefault(l => l.StartsWith("bench ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk said nothing that can be read of {workload.Name}: {output}");
        return JsonSerializer.Deserialize<WrkResult>(line["bench ".Length..], _json)!;
    }

    /// <returns>Transactions.</returns>
    public Task<long> PgbenchAsync(Workload workload, LoadDatabase database, int seconds, CancellationToken ct) => PgbenchAsync(workload.Ceiling, Clients, database, seconds, ct);

    /// <returns>Processor time of PostgreSQL for one, in microseconds.</returns>
    public async Task<double> PointQueryAsync(LoadDatabase database, CancellationToken ct)
    {
        var server = Cpu.SecondsOfServer(database.Postmaster);
        var queries = await PgbenchAsync(["-f", Path.Combine(Sql, "point.sql")], clients: 8, database, seconds: 3, ct);
        await EndedAsync(ct);
        return (Cpu.SecondsOfServer(database.Postmaster) - server) / queries * 1e6;
    }

    /// <summary>Backends of pgbench are going just now, and what one used is in nobody's count between its end and the moment in which its parent hears of it.</summary>
    public static Task EndedAsync(CancellationToken ct) => Task.Delay(500, ct);

    private async Task<long> PgbenchAsync(string[] scripts, int clients, LoadDatabase database, int seconds, CancellationToken ct)
    {
        var output = await RunAsync(new ChildStart(Path.Combine(PostgresPrograms.Find().Folder, "pgbench"),
        [
            "-n", "-M", "prepared", "-h", "127.0.0.1", "-p", Text($"{database.Port}"), "-U", "storytime", "-c", Text($"{clients}"), "-j", Text($"{Threads}"), "-T", Text($"{seconds}"),
            "-D", Text($"books={options.Books}"), "-D", Text($"children={Seed.Children}"), .. scripts, LoadDatabase.Name,
        ])
        { Environment = new Dictionary<string, string> { ["PGOPTIONS"] = ServerOptions } }, ct);
        return Transactions().Match(output) is { Success: true } found && long.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) is > 0 and var count
            ? count
            : throw new InvalidOperationException($"pgbench made no transaction with {string.Join(' ', scripts)}: {output}");
    }

    private static async Task<string> RunAsync(ChildStart start, CancellationToken ct)
    {
        var (exitCode, output) = await ChildProcess.RunAsync(start, ct);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{Path.GetFileName(start.FileName)} failed: {output}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"number of transactions actually processed: (\d+)")]
    private static partial Regex Transactions();
}
