using System.Data.Common;
using System.Globalization;
using System.Text;
using Storytime.LocalCloud.Orchestration;
using Storytime.LocalCloud.Postgres;

namespace Storytime.LocalCloud.Demo;

/// <summary>
/// What was watched before the last 30 days. The API takes no events as old as that, so they go into the table as if they had come in then; the next roll-up finds them.
/// </summary>
internal static class DemoPast
{
    private const string InsertSql = """
        insert into usage_events (child_profile_id, event_id, book_id, event_type, position_seconds, occurred_at, metadata, created_at, publisher_id, territory)
        select p.child_id, p.event_id, p.book_id, p.event_type, p.position_seconds, p.occurred_at, '{"device": "iPad", "app_version": "1.0.0"}', p.occurred_at, b.publisher_id, u.country
        from past p join books b on b.id = p.book_id join child_profiles c on c.id = p.child_id join users u on u.id = c.user_id
        on conflict do nothing;
        """;

    public static async Task EnsureAsync(string connectionString, IReadOnlyCollection<ReadingEvent> events, CancellationToken ct)
    {
        if (events.Count == 0)
            return;
        var folder = Directory.CreateTempSubdirectory("storytime-demo-");
        try
        {
            var file = Path.Combine(folder.FullName, "past.sql");
            await File.WriteAllTextAsync(file, Script(events), ct);
            var (exitCode, output) = await ChildProcess.RunAsync(
                new ChildStart(PostgresPrograms.Find().Psql, ["--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null", "--file", file])
                {
                    Environment = Connection(connectionString),
                },
                ct);
            if (exitCode != 0)
                throw new SetupException($"The demo usage of two months ago could not be stored: {output.Split('\n')[^1]}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Script(IReadOnlyCollection<ReadingEvent> events)
    {
        var script = new StringBuilder();
        foreach (var month in events.Select(e => new DateOnly(e.OccurredAt.Year, e.OccurredAt.Month, 1)).Distinct())
            script.Append(CultureInfo.InvariantCulture, $"select ensure_month_partition('usage_events', '{month:yyyy-MM-dd}');\n");
        script.Append("create temp table past (child_id bigint, event_id uuid, book_id bigint, event_type text, position_seconds float8, occurred_at timestamptz) on commit drop;\n");
        script.Append("copy past from stdin;\n");
        foreach (var e in events)
            script.Append(CultureInfo.InvariantCulture, $"{e.ChildId}\t{e.EventId}\t{e.BookId}\t{e.EventType}\t{e.PositionSeconds}\t{e.OccurredAt:O}\n");
        return script.Append("\\.\n").Append(InsertSql).ToString();
    }

    /// <summary>As libpq has it.</summary>
    private static Dictionary<string, string> Connection(string text)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = text };
        Dictionary<string, string> connection = [];
        foreach (var (variable, names) in new[]
        {
            ("PGHOST", new[] { "Host", "Server" }), ("PGPORT", ["Port"]), ("PGDATABASE", ["Database", "DB"]), ("PGUSER", ["Username", "User ID", "User Id"]), ("PGPASSWORD", ["Password"]),
        })
        {
            if (names.FirstOrDefault(parts.ContainsKey) is { } name)
                connection[variable] = $"{parts[name]}";
        }
        return connection;
    }
}
