using Npgsql;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Platform;

/// <summary>What is in the database: a hash for each table.</summary>
internal static class Fingerprint
{
    /// <summary>A refused playback is kept as an attempt, a rejected usage event is set aside, a wrong password is counted, and a session knows when it was used last: these are no effects.</summary>
    private const string TablesSql = """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('playback_attempts', 'sign_in_failures', 'set_aside_events')
        """;

    private const string RowsSql = "select md5((to_jsonb(t) - 'last_used_at' - 'last_seen_at')::text) as row from";

    public static async Task<Dictionary<string, string>> OfAsync(StorytimeApp app)
    {
        await using var data = NpgsqlDataSource.Create(app.ConnectionString + ";Pooling=false");
        var tables = await ReadAsync(data, TablesSql, r => r.GetString(0));
        tables.Count.ShouldBeGreaterThan(20);
        var all = string.Join(" union all ", tables.Select(t => $"select '{t}', md5(coalesce(string_agg(row, '' order by row), '')) from ({RowsSql} \"{t}\" t) as rows"));
        return (await ReadAsync(data, all, r => (r.GetString(0), r.GetString(1)))).ToDictionary();
    }

    /// <summary>The tables in which a row has this text.</summary>
    public static async Task<List<string>> TablesWithAsync(StorytimeApp app, string text)
    {
        await using var data = NpgsqlDataSource.Create(app.ConnectionString + ";Pooling=false");
        var tables = await ReadAsync(data, TablesSql, r => r.GetString(0));
        var all = string.Join(" union all ", tables.Select(t => $"(select '{t}' from \"{t}\" t where to_jsonb(t)::text like '%{text}%' limit 1)"));
        return await ReadAsync(data, all, r => r.GetString(0));
    }

    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource data, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = data.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }
}
