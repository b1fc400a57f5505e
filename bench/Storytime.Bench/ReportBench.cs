using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Storytime.Bench;

/// <summary>
/// Reports over 5 million events: a month by publisher as the API answers it from the rollups, beside the same from the raw events; and a year as CSV, with the memory that it takes.
/// </summary>
internal static class ReportBench
{
    private const string Password = "keeper-of-stories";

    /// <summary>What the API is spared: the definition of watch time over all events of the month.</summary>
    private const string RawSql = """
        with followed as (
            select child_profile_id, book_id, publisher_id, event_type, occurred_at, lead(occurred_at) over (
                partition by child_profile_id, book_id, playback_session_id order by occurred_at, event_type in ('pause', 'play_end'), event_id) as next_at
            from usage_events where occurred_at >= $1 - interval '90 seconds' and occurred_at < $2
        ), united as (
            select publisher_id, range_agg(tstzrange(occurred_at, least(next_at, occurred_at + interval '90 seconds')) * tstzrange($1, $2)) as spans
            from followed where event_type in ('play_start', 'resume', 'heartbeat') group by child_profile_id, book_id, publisher_id
        )
        select publisher_id, sum((select sum(extract(epoch from upper(s) - lower(s))) from unnest(spans) as s)) from united group by 1
        """;

    public static async Task<int> RunAsync(string folder, int rounds, CancellationToken ct)
    {
        await using var app = await RunningApp.StartAsync(ct, folder);
        await Seed.EnsureAsync(app.ConnectionString, ct);
        await RollUpAsync(app, ct);
        await app.SignInAdminAsync("finance@bench.example", "finance", Password, ct);

        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var month = new DateOnly(today.Year, today.Month, 1).AddMonths(-1);
        await MonthAsync(app, month, rounds, ct);
        await YearAsync(app, today, ct);
        return 0;
    }

    /// <summary>Unless that is done.</summary>
    internal static Task RollUpAsync(RunningApp app, CancellationToken ct) => RollUpAsync(app.ConnectionString, () => app.CommandAsync(ct, "rebuild-rollups"), ct);

    /// <param name="rebuild">Rolls up all events, by the program itself.</param>
    internal static async Task RollUpAsync(string connectionString, Func<Task> rebuild, CancellationToken ct)
    {
        await using var data = NpgsqlDataSource.Create(connectionString + ";Command Timeout=0");
        await using var known = data.CreateCommand("select exists (select from daily_usages where day < current_date - 200)");
        if ((bool)(await known.ExecuteScalarAsync(ct))!)
            return;
        var started = Stopwatch.GetTimestamp();
        await rebuild();
        Report($"rolling up all events and checking all days again: {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        // Rows of a year, for the CSV: the same two months over and over.
        await using var copy = data.CreateCommand($"""
            insert into daily_usages (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at)
            select day - {Seed.Days + 1} * n, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at from daily_usages, generate_series(1, 5) as n;
            analyze;
            """);
        await copy.ExecuteNonQueryAsync(ct);
    }

    private static async Task MonthAsync(RunningApp app, DateOnly month, int rounds, CancellationToken ct)
    {
        var address = $"/admin/api/v1/reports/minutes_watched?from={month:yyyy-MM-dd}&to={month.AddMonths(1).AddDays(-1):yyyy-MM-dd}&group_by=publisher&per_page=100";
        await using var data = NpgsqlDataSource.Create(app.ConnectionString + ";Command Timeout=0;Options=-c TimeZone=UTC");
        for (var warm = 0; warm < 5; warm++)
            await GetAsync(app, address, ct);
        var (rolled, raw) = (new List<Cost>(), new List<Cost>());
        for (var round = 0; round < rounds; round++)
        {
            for (var call = 0; call < 20; call++)
                rolled.Add(await Cost.OfAsync(app, () => GetAsync(app, address, ct)));
            raw.Add(await Cost.OfAsync(app, async () =>
            {
                await using var command = data.CreateCommand(RawSql);
                command.Parameters.Add(new() { Value = new DateTime(month, TimeOnly.MinValue, DateTimeKind.Utc) });
                command.Parameters.Add(new() { Value = new DateTime(month.AddMonths(1), TimeOnly.MinValue, DateTimeKind.Utc) });
                await command.ExecuteNonQueryAsync(ct);
            }));
        }
        Report($"month by publisher, API from rollups, {rolled.Count} calls: {Cost.Median(rolled)}");
        Report($"month by publisher, SQL from raw events, {raw.Count} calls:  {Cost.Median(raw)}");
    }

    private static async Task YearAsync(RunningApp app, DateOnly today, CancellationToken ct)
    {
        foreach (var days in new[] { 31, 365 })
        {
            var before = Cpu.MemoryOf(app.ProcessId);
            var (peak, bytes, lines) = (before, 0L, 0L);
            var started = Stopwatch.GetTimestamp();
            using var request = new HttpRequestMessage(HttpMethod.Get,
                new Uri($"/admin/api/v1/reports/minutes_watched.csv?from={today.AddDays(-days):yyyy-MM-dd}&to={today:yyyy-MM-dd}&group_by=day,book", UriKind.Relative));
            using var answer = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            answer.EnsureSuccessStatusCode();
            await using var body = await answer.Content.ReadAsStreamAsync(ct);
            var first = Stopwatch.GetElapsedTime(started);
            var buffer = new byte[64 * 1024];
            for (int read; (read = await body.ReadAsync(buffer, ct)) > 0;)
            {
                (bytes, lines) = (bytes + read, lines + buffer.AsSpan(0, read).Count((byte)'\n'));
                if (lines % 100 < 20)
                    peak = Math.Max(peak, Cpu.MemoryOf(app.ProcessId));
            }
            Report($"CSV of {days} days by day and book: {lines:N0} lines, {bytes / 1e6:0.0} MB in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, headers after {first.TotalSeconds:0.00} s");
            Report($"  memory of the app: {before / 1e6:0} MB before, {peak / 1e6:0} MB at most");
        }
    }

    private static async Task GetAsync(RunningApp app, string address, CancellationToken ct)
    {
        using var answer = await app.Http.GetAsync(new Uri(address, UriKind.Relative), ct);
        answer.EnsureSuccessStatusCode();
        await answer.Content.CopyToAsync(Stream.Null, ct);
    }

    private static void Report(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Of one call, in milliseconds.</summary>
    private sealed record Cost(double Wall, double App, double Database)
    {
        public static async Task<Cost> OfAsync(RunningApp app, Func<Task> call)
        {
            var (started, own, server) = (Stopwatch.GetTimestamp(), Cpu.SecondsOf(app.ProcessId), Cpu.SecondsOfServer(app.Postmaster));
            await call();
            return new Cost(
                Stopwatch.GetElapsedTime(started).TotalMilliseconds, 1000 * (Cpu.SecondsOf(app.ProcessId) - own), 1000 * (Cpu.SecondsOfServer(app.Postmaster) - server));
        }

        /// <summary>Processor time comes in hundredths of a second, so of it the mean is given.</summary>
        public static string Median(List<Cost> costs) => string.Create(CultureInfo.InvariantCulture,
            $"median {costs.Select(c => c.Wall).Order().ElementAt(costs.Count / 2):0.0} ms, CPU app {costs.Average(c => c.App):0.0} ms + PostgreSQL {costs.Average(c => c.Database):0.0} ms");
    }
}
