using System.Text;
using Npgsql;
using Storytime.Privacy;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Privacy;

/// <summary>Looks behind the app's back for what is left of somebody.</summary>
internal static class Footprints
{
    /// <summary>Tables that are no partition of another one, with their columns.</summary>
    private const string ColumnsSql = """
        select string_agg(c.table_schema || ' ' || c.table_name || ' ' || c.column_name || ' ' || c.data_type, '|') from information_schema.columns c
        join pg_class t on t.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
        where c.table_schema not in ('pg_catalog', 'information_schema') and t.relkind in ('r', 'p') and not t.relispartition
        """;

    public static async Task<List<(string Schema, string Table, string Column, string Type)>> ColumnsAsync(this StorytimeApp app) =>
        [.. ((string)(await app.SqlAsync(ColumnsSql))!).Split('|').Select(line => line.Split(' ', 4)).Select(w => (w[0], w[1], w[2], w[3]))];

    /// <summary>Every column of every table of every schema in which a text stands, as text or in bytes.</summary>
    public static async Task<List<string>> FindAsync(this StorytimeApp app, string text)
    {
        var hex = Convert.ToHexString(Encoding.UTF8.GetBytes(text)).ToLowerInvariant();
        var looks = (await app.ColumnsAsync()).Select(c =>
            $"select '{c.Table}.{c.Column}' as place where exists (select from {c.Schema}.\"{c.Table}\" where lower(\"{c.Column}\"::text) like '%{text}%' or \"{c.Column}\"::text like '%{hex}%')");
        var found = await app.SqlAsync($"select coalesce(string_agg(place, ' '), '') from ({string.Join(" union all ", looks)}) as looks");
        return [.. ((string)found!).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>A fingerprint of all rows of a family.</summary>
    public static Task<string> FamilyAsync(this StorytimeApp app, long userId, long[] childIds) => app.RowsAsync(
        DataInventory.Tables.Where(t => t.OfAccount is not null).Select(t => (t.Name, t.OfAccount!)), userId, childIds);

    /// <summary>What publishers are paid by, to the byte.</summary>
    public static Task<string> AccountsAsync(this StorytimeApp app) =>
        app.RowsAsync([("daily_usages", "true"), ("usage_totals", "true"), ("publisher_statements", "true"), ("statement_lines", "true")], 0, []);

    private static async Task<string> RowsAsync(this StorytimeApp app, IEnumerable<(string Table, string Where)> tables, long userId, long[] childIds)
    {
        var all = new StringBuilder();
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync();
        foreach (var (table, where) in tables)
        {
            await using var command = new NpgsqlCommand($"select coalesce(string_agg(t::text, E'\\n' order by t::text), '') from {table} t where {where}", connection);
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = childIds });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = userId });
            all.Append(table).Append(": ").Append(await command.ExecuteScalarAsync()).Append('\n');
        }
        return all.ToString();
    }

    /// <summary>A day's sums and an issued statement over them.</summary>
    public static async Task IssueStatementAsync(this StorytimeApp app, long book)
    {
        var publisher = await app.PublisherAsync();
        await app.SqlAsync($"""
            insert into daily_usages (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at) values ('2026-01-05', {book}, {publisher}, 'US', 40, 1, 1, now());
            with s as (
                insert into publisher_statements (publisher_id, month, currency, status, total_cents, created_at, updated_at)
                values ({publisher}, '2026-01-01', 'USD', 'draft', 12, now(), now()) returning id)
            insert into statement_lines (statement_id, position, book_id, description, seconds_watched, amount_cents) select id, 1, {book}, 'Minutes', 40, 12 from s;
            update publisher_statements set status = 'issued', content_hash = '\x01', canonical_content = '[]', issued_at = now() where publisher_id = {publisher};
            """);
    }

    /// <summary>The two passes of every erasure that was asked for.</summary>
    public static async Task EraseAsync(this StorytimeApp app)
    {
        await app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        app.Clock.Advance(Erasure.LastPassAfter);
        await app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
    }
}
