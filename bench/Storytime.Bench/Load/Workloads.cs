using System.Globalization;

namespace Storytime.Bench.Load;

/// <summary>All that is measured, in the order in which a round does it.</summary>
internal static class Workloads
{
    private const string Events = "select count(*) from usage_events where occurred_at >= $1 - interval '2 hours' and created_at >= $1";
    private const string Sessions = "select count(*) from playback_sessions where issued_at >= $1";
    private const string Registered = "select count(*) from users where created_at >= $1";
    private const string SignedIn = "select count(*) from parent_sessions where signed_in_at >= $1";

    /// <param name="sql">Folder of pgbench's scripts.</param>
    /// <param name="queries">How many words to search for each list has.</param>
    public static IEnumerable<Workload> All(LoadOptions options, string sql, IReadOnlyDictionary<string, int> queries)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var month = new DateOnly(today.Year, today.Month, 1).AddMonths(-1);
        var date = (DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var playback = Script("playback");

        yield return new("playback_popular", "playback session, 50 popular books")
        { Kind = "playback", Arguments = ["viewers=popular.txt"], Connections = 64, TargetMicros = 250, Ceiling = playback, Written = Sessions };
        yield return new("playback_random", Text($"playback session, random of {options.Books:N0} books"))
        { Kind = "playback", Connections = 64, TargetMicros = 450, Ceiling = playback, Written = Sessions };
        yield return new("event", "usage event, one per request")
        { Kind = "event", Connections = 128, TargetMicros = 90, Ceiling = [.. Script("usage_events"), "-D", "batch=1"], Written = Events };
        foreach (var size in (int[])[20, 100])
        {
            yield return new(Text($"events_{size}"), Text($"usage events, batches of {size} (each event)"))
            {
                Kind = "batch",
                Arguments = [Text($"batch={size}")],
                Connections = 32,
                OperationsPerRequest = size,
                TargetMicros = size == 100 ? 40 : null,
                Ceiling = [.. Script("usage_events"), "-D", Text($"batch={size}")],
                Written = Events,
            };
        }
        yield return new("library", "library of 50 books") { Kind = "library", Connections = 64, TargetMicros = 200, Ceiling = Script("library") };
        yield return new("search_cold", Text($"catalog search, {queries["cold"]:N0} different"))
        { Kind = "search", Arguments = ["queries=queries-cold.txt"], Connections = 64, TargetMicros = 900, Ceiling = Search("search", "cold") };
        yield return new("search_repeated", Text($"catalog search, {queries["repeated"]} popular"))
        { Kind = "search", Arguments = ["queries=queries-repeated.txt"], Connections = 64, TargetMicros = 70, Ceiling = Search("search", "repeated") };
        yield return new("search_typos", Text($"catalog search, {queries["typos"]} with typos"))
        { Kind = "search", Arguments = ["queries=queries-typos.txt"], Connections = 64, Ceiling = Search("typos", "typos") };
        yield return new("register", "registration") { Kind = "register", Connections = 8, Hashes = true, Written = Registered };
        yield return new("login", "sign-in") { Kind = "login", Arguments = [$"password={Callers.Password}"], Connections = 8, Hashes = true, Written = SignedIn };
        yield return new("month", "report: a month by publisher")
        {
            Call = new($"/admin/api/v1/reports/minutes_watched?from={date(month)}&to={date(month.AddMonths(1).AddDays(-1))}&group_by=publisher&per_page=100"),
            TargetMicros = 60_000,
            Ceiling = Script("month"),
        };
        yield return new("year_csv", "report: CSV of a year by day and book")
        { Call = new($"/admin/api/v1/reports/minutes_watched.csv?from={date(today.AddDays(-365))}&to={date(today)}&group_by=day,book") };
        yield return new("statements", Text($"statement run of {Seed.Publishers} publishers"))
        { Call = new("/admin/api/v1/statement_runs", $$"""{"month":"{{month.ToString("yyyy-MM", CultureInfo.InvariantCulture)}}"}""") };
        string[] mixed =
        [
            .. Weighed("usage_events", 40), .. Weighed("library", 25), .. Weighed("playback", 15), .. Weighed("search", 15), .. Weighed("reads", 5),
            "-D", "batch=1", "-D", "list=cold", "-D", Text($"queries={queries["cold"]}"),
        ];
        yield return new("mixed", "a mixed day, at saturation") { Kind = "mixed", Connections = 64, Ceiling = mixed };
        yield return new("mixed_half", "a mixed day, at about half of that") { Kind = "mixed", Connections = 64, TargetP99Ms = 25, HalfOf = "mixed" };

        string[] Script(string name) => ["-f", Path.Combine(sql, name + ".sql")];
        string[] Weighed(string name, int weight) => ["-f", Text($"{Path.Combine(sql, name + ".sql")}@{weight}")];
        string[] Search(string script, string list) => [.. Script(script), "-D", $"list={list}", "-D", Text($"queries={queries[list]}")];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
