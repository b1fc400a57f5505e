using System.Text.Json;
using Storytime.Reporting;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>Puts a statement where the calculation would.</summary>
internal static class StoredStatements
{
    public static readonly JsonSerializerOptions Json = Options();

    /// <summary>Of one book that nobody pays for, issued or not.</summary>
    public static async Task<long> StatementAsync(this StorytimeApp app, string title = "Owls at Night", bool issued = false)
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(title, publisherId: publisher);
        var facts = JsonSerializer.Serialize(new StatementFacts("Owl House", null, "bills@owl.example", null, 3_600, 90, [], []), Json).Replace("'", "''", StringComparison.Ordinal);
        var id = (long)(await app.SqlAsync($"""
            insert into publisher_statements (publisher_id, month, currency, status, total_cents, facts, created_at, updated_at)
            values ({publisher}, '2026-01-01', 'USD', 'draft', 0, '{facts}', now(), now()) returning id
            """))!;
        await app.SqlAsync($"""
            insert into statement_lines (statement_id, position, kind, book_id, description, seconds_watched, amount_cents)
            values ({id}, 1, 'usage', {book}, '{title.Replace("'", "''", StringComparison.Ordinal)}', 90, 0)
            """);
        // What a draft is computed from when it is read.
        await app.SqlAsync($"""
            insert into daily_usages (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at) values ('2026-01-05', {book}, {publisher}, 'US', 90, 1, 1, now());
            insert into usage_totals (grain, starts_on, seconds_watched, plays, children, updated_at) values ('month', '2026-01-01', 3600, 1, 1, now()) on conflict do nothing;
            """);
        if (issued)
            await app.SqlAsync($"update publisher_statements set status = 'issued', issued_at = '2026-02-03T09:30:00Z', content_hash = decode('{SampleStatements.Hash}', 'hex'), canonical_content = '{{}}' where id = {id}");
        return id;
    }

    private static JsonSerializerOptions Options()
    {
        var options = new JsonSerializerOptions();
        Storytime.Platform.Json.Configure(options);
        return options;
    }
}
