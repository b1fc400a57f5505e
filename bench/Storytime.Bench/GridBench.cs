using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Storytime.Bench;

/// <summary>
/// The lists behind the console's pages, each asked 50 times, one call after the other, as an admin; the time is that of the whole call over loopback, from the question to the last
/// byte of the answer, so the server's own is less. With 50,000 books, 5,000 publishers, 1 million library items and 5 million events.
/// </summary>
internal static class GridBench
{
    private const string Password = "keeper-of-stories";

    private const int Calls = 50;

    private static readonly TimeSpan _allowed = TimeSpan.FromMilliseconds(300);

    private static readonly (string Name, string Path)[] _grids =
    [
        ("Dashboard", "dashboard"),
        ("Books", "books"),
        ("Books, page 2,000", "books?page=2000"),
        ("Books, q=sleepy dragon", "books?q=sleepy+dragon"),
        ("Books, q=moon", "books?q=moon"),
        ("Books, q=moon, page 150", "books?q=moon&page=150"),
        ("Books, q=slepy dragn (typos)", "books?q=slepy+dragn"),
        ("Books, status=draft", "books?status=draft"),
        ("Books, status=active, page 1,500", "books?status=active&page=1500"),
        ("Books, publisher_id", "books?publisher_id=17"),
        ("Books, without_rights", "books?without_rights=true"),
        ("Books, without_rights, page 20", "books?without_rights=true&page=20"),
        ("Books, without_video", "books?without_video=true"),
        ("Publishers", "publishers"),
        ("Publishers, page 200", "publishers?page=200"),
        ("Publishers, q=house 12", "publishers?q=house+12"),
        ("Publishers, status=inactive", "publishers?status=inactive"),
        ("Contracts", "contracts"),
        ("Contracts, page 500", "contracts?page=500"),
        ("Contracts, q=12", "contracts?q=12"),
        ("Contracts, status=draft", "contracts?status=draft"),
        ("Rights windows", "rights_windows"),
        ("Rights windows, page 3,500", "rights_windows?page=3500"),
        ("Rights windows, holds_at", "rights_windows?holds_at={now}"),
        ("Rights windows, publisher_id", "rights_windows?publisher_id=17"),
        ("Rights calendar", "rights_calendar?per_page=50"),
        ("Rights calendar, page 900", "rights_calendar?per_page=50&page=900"),
        ("Rights calendar, q=moon, territory=US", "rights_calendar?q=moon&territory=US&per_page=50"),
        ("Rights calendar, publisher_id", "rights_calendar?publisher_id=17&per_page=50"),
        ("Videos", "video_assets"),
        ("Videos, page 2,000", "video_assets?page=2000"),
        ("Videos, status=failed", "video_assets?status=failed"),
        ("Videos, stuck", "video_assets?stuck=true"),
        ("Statements", "statements"),
        ("Statements, page 2,000", "statements?page=2000"),
        ("Statements, status=draft", "statements?status=draft"),
        ("Statements, month", "statements?month={month}"),
        ("Revenue", "revenue_periods"),
        ("Audit trail", "audit_entries"),
    ];

    /// <returns>0 when every list is within what is allowed.</returns>
    public static async Task<int> RunAsync(string folder, CancellationToken ct)
    {
        await using var app = await RunningApp.StartAsync(ct, folder);
        await Seed.EnsureAsync(app.ConnectionString, ct);
        await ReportBench.RollUpAsync(app, ct);
        await GridSeed.EnsureAsync(app.ConnectionString, ct);
        await app.SignInAdminAsync("admin@bench.example", "admin", Password, ct);

        Console.WriteLine("| List | rows | median ms | p99 ms |");
        Console.WriteLine("|---|---:|---:|---:|");
        var slow = 0;
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (name, path) in _grids)
        {
            var address = new Uri("/admin/api/v1/" + path
                .Replace("{now}", now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{month}", now.AddMonths(-2).ToString("yyyy-MM", CultureInfo.InvariantCulture), StringComparison.Ordinal), UriKind.Relative);
            if (await TotalAsync(app, address, ct) is not { } total)
                continue;
            List<double> times = [];
            for (var call = 0; call < Calls; call++)
            {
                var started = Stopwatch.GetTimestamp();
                await app.Http.GetByteArrayAsync(address, ct);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
            times.Sort();
            var last = times[(int)Math.Ceiling(times.Count * 0.99) - 1];
            slow += last > _allowed.TotalMilliseconds ? 1 : 0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {total} | {times[times.Count / 2]:0.0} | {last:0.0}{(last > _allowed.TotalMilliseconds ? " **too slow**" : "")} |"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Calls} calls each; {_allowed.TotalMilliseconds:0} ms are allowed, {slow} lists take longer."));
        return slow == 0 ? 0 : 1;
    }

    /// <returns>How many rows the list has, empty for what is no list; null when there is no such list.</returns>
    private static async Task<string?> TotalAsync(RunningApp app, Uri address, CancellationToken ct)
    {
        // Compiled, connected and prepared before it is measured.
        for (var warm = 0; warm < 7; warm++)
            (await app.Http.GetAsync(address, ct)).Dispose();
        using var answer = await app.Http.GetAsync(address, ct);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(ct);
        using var body = JsonDocument.Parse(text);
        return body.RootElement.TryGetProperty("pagination", out var pagination) ? string.Create(CultureInfo.InvariantCulture, $"{pagination.GetProperty("total").GetInt32():N0}") : "";
    }
}
