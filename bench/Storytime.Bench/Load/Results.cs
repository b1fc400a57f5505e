using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Storytime.Bench.Load;

/// <summary>Writes what was measured: a table for people, JSON for programs, and a chart.</summary>
internal static class Results
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task WriteAsync(string folder, Facts facts, List<Measured> all, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var table = Table(facts, all);
        Console.WriteLine();
        Console.WriteLine(table);
        await File.WriteAllTextAsync(Path.Combine(folder, "latest.md"), table, ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "latest.svg"), Chart.Draw(facts, all), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "latest.json"), JsonSerializer.Serialize(new { facts, workloads = all.Select(m => ToJson(m, facts.Yardstick)) }, _json) + "\n", ct);
        Console.WriteLine($"Written: latest.md, latest.json and latest.svg in {folder}.");
    }

    private static object ToJson(Measured m, Yardstick yardstick) => new
    {
        m.Workload.Name,
        m.Workload.What,
        m.Workload.Connections,
        m.Workload.OperationsPerRequest,
        Median = new
        {
            RequestsPerSecond = m.Median(r => r.PerSecond),
            P50Ms = m.Median(r => r.P50Ms),
            P99Ms = m.Median(r => r.P99Ms),
            AppCpuMicros = m.AppMicros,
            PostgresCpuMicros = m.DatabaseMicros,
            CpuMicros = m.Micros,
            CpuMicrosThere = m.MicrosThere(yardstick),
            AppMemoryMb = m.Median(r => r.MemoryMb),
            CeilingCpuMicros = m.CeilingMicros,
            RatioToCeiling = m.Ratio,
        },
        m.Workload.TargetMicros,
        TargetP99Ms = m.Workload.TargetP99Ms,
        m.Errors,
        m.Statuses,
        m.Refusal,
        m.Rounds,
        m.Ceilings,
    };

    private static string Table(Facts facts, List<Measured> all)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{facts.At:yyyy-MM-dd HH:mm} UTC, commit {facts.Commit}. {facts.Machine}. {facts.Software}. {facts.Data}.\n");
        text.Append(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(facts.Rounds[0])}{facts.Rounds[1..]}. Passwords: {facts.Hash}. The app was ready {facts.ReadySeconds:0.0} s after its start, with {facts.FreshMb:0} MB.\n");
        text.Append(CultureInfo.InvariantCulture, $"In this run an RSA-2048 signature took {facts.Yardstick.SignatureMicros:0} µs, and a row by its key {facts.Yardstick.PointQueryMicros:0} µs of PostgreSQL; on the machine of the targets {Yardstick.Text}.\n\n");
        text.Append("| workload | connections | requests/s | p50 ms | p99 ms | app µs | PostgreSQL µs | CPU µs per operation | there | target | alone µs | ratio | app MB | errors |\n");
        text.Append("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var m in all)
        {
            string[] cells =
            [
                m.Workload.What, Number(m.Workload.Connections), Number(m.Median(r => r.PerSecond)), Number(m.Median(r => r.P50Ms)), Number(m.Median(r => r.P99Ms)),
                Number(m.AppMicros), Number(m.DatabaseMicros), Number(m.Micros), Number(m.MicrosThere(facts.Yardstick)), Target(m, facts.Yardstick), Number(m.CeilingMicros), Number(m.Ratio), Number(m.Median(r => r.MemoryMb)), Errors(m),
            ];
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }
        text.Append("\nµs are processor time of an operation, user and system; *alone* is that of PostgreSQL with the same in one prepared statement (pgbench), of a password's hash for\n");
        text.Append("registration and sign-in; *ratio* is the whole beside it. *There* is what it would have taken on the machine of the targets, the app's by the signature, PostgreSQL's by the\n");
        text.Append("row by its key; that is what is held against the target. Errors: answers other than 2xx, failed connections, and rows that were answered for and are not there.\n");
        foreach (var m in all.Where(m => m.Refusal.Length > 0))
            text.Append(CultureInfo.InvariantCulture, $"\n{m.Workload.What}: not all answers were a success: `{m.Refused.Replace('\n', ' ')}`\n");
        return text.ToString();
    }

    private static string Target(Measured m, Yardstick yardstick)
    {
        var target = m.Workload.TargetMicros is { } micros ? $"≤ {Number(micros)}" : m.Workload.TargetP99Ms is { } p99 ? $"p99 ≤ {Number(p99)} ms" : "–";
        return m.Falls(yardstick) ? $"**{target}**, missed" : target;
    }

    private static string Errors(Measured m) => m.Errors == 0
        ? "0"
        : string.Join(", ", ((string, long)[])[("not 2xx", m.Rounds.Sum(r => r.Refused)), ("socket", m.Rounds.Sum(r => r.SocketErrors)), ("lost", m.Rounds.Sum(r => r.Lost))]
            is var kinds ? kinds.Where(k => k.Item2 > 0).Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Item2:N0} {k.Item1}")) : []);

    /// <summary>With as many digits as mean something.</summary>
    private static string Number(double? number) => number switch
    {
        null => "–",
        >= 100 => number.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => number.Value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => number.Value.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
