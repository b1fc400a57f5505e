using Npgsql;
using NpgsqlTypes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

/// <summary>What is stored and rolled up, as the plain model has it.</summary>
internal static class RolledUp
{
    private const string StoreSql = """
        insert into usage_events (child_profile_id, book_id, playback_session_id, event_type, occurred_at, event_id, position_seconds, publisher_id, territory, created_at)
        select child, book, session, type, timestamptz '1970-01-01Z' + at * interval '1 microsecond', id, position, publisher, territory, now()
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as e(child, book, session, type, at, id, position, publisher, territory)
        on conflict do nothing
        """;

    private const string DaysSql = """
        select child_profile_id, book_id, day - date '1970-01-01', publisher_id, territory::text, seconds_watched, plays, furthest_seconds from viewing_days
        where child_profile_id between $1 and $2
        """;

    private const string SumsSql = """
        select 'daily', day - date '1970-01-01', book_id, publisher_id, territory::text, seconds_watched, plays, children from daily_usages
        union all select grain, starts_on - date '1970-01-01', book_id, publisher_id, null, seconds_watched, plays, children from usage_totals
        """;

    private const string EventsSql = """
        select child_profile_id, book_id, playback_session_id, event_type, (extract(epoch from occurred_at) * 1000000)::bigint, event_id, position_seconds, publisher_id, territory::text from usage_events
        """;

    public static async Task<NpgsqlConnection> ConnectAsync(this StorytimeApp app)
    {
        var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public static async Task StoreAsync(this NpgsqlConnection connection, IReadOnlyCollection<PlainEvent> events)
    {
        await using var command = new NpgsqlCommand(StoreSql, connection);
        void Add<T>(NpgsqlDbType type, Func<PlainEvent, T> value) => command.Parameters.Add(new() { Value = events.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
        Add(NpgsqlDbType.Bigint, e => e.Child);
        Add(NpgsqlDbType.Bigint, e => e.Book);
        Add(NpgsqlDbType.Bigint, e => e.Session);
        Add(NpgsqlDbType.Text, e => e.Type);
        Add(NpgsqlDbType.Bigint, e => e.At);
        Add(NpgsqlDbType.Uuid, e => e.Id);
        Add(NpgsqlDbType.Double, e => e.Position);
        Add(NpgsqlDbType.Bigint, e => e.Publisher);
        Add(NpgsqlDbType.Text, e => e.Territory);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Children of nobody in particular, with ids of their own.</summary>
    public static Task AddChildrenAsync(this StorytimeApp app, long first, int count) => app.SqlAsync($"""
        insert into users (id, email, country, email_confirmed, two_factor_enabled, lockout_enabled, access_failed_count, created_at, updated_at)
            values (900000000, 'many@example.com', 'US', true, false, true, 0, now(), now()) on conflict do nothing;
        insert into child_profiles (id, user_id, name, created_at, updated_at) select id, 900000000, 'Mia', now(), now() from generate_series({first}::bigint, {first + count - 1}) as id
        """);

    public static async Task<List<PlainDay>> DaysAsync(this StorytimeApp app, long firstChild = 0, long lastChild = long.MaxValue) => await app.ReadAsync(DaysSql,
        r => new PlainDay(r.GetInt64(0), r.GetInt64(1), r.GetInt32(2), Id(r, 3), r.GetString(4), r.GetInt32(5), r.GetInt32(6), r.IsDBNull(7) ? null : r.GetDouble(7)), firstChild, lastChild);

    public static async Task<List<PlainSum>> SumsAsync(this StorytimeApp app) => await app.ReadAsync(SumsSql,
        r => new PlainSum(r.GetString(0), r.GetInt32(1), Id(r, 2), Id(r, 3), r.IsDBNull(4) ? null : r.GetString(4), r.GetInt64(5), r.GetInt32(6), r.GetInt32(7)));

    public static async Task<List<PlainEvent>> EventsAsync(this StorytimeApp app) => await app.ReadAsync(EventsSql, r => new PlainEvent(
        r.GetInt64(0), r.GetInt64(1), Id(r, 2), r.GetString(3), r.GetInt64(4), r.GetGuid(5), r.IsDBNull(6) ? null : r.GetDouble(6), Id(r, 7), r.GetString(8)));

    public static void ShouldBeTheSameAs<T>(this IEnumerable<T> actual, IEnumerable<T> expected)
    {
        // As sets, and only what differs: the whole would be pages.
        var (there, wanted) = (actual.ToHashSet(), expected.ToHashSet());
        string.Join("\n", there.Except(wanted).Select(x => $"there: {x}").Concat(wanted.Except(there).Select(x => $"not there: {x}")).Order().Take(40)).ShouldBe("");
    }

    private static long? Id(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static async Task<List<T>> ReadAsync<T>(this StorytimeApp app, string sql, Func<NpgsqlDataReader, T> read, params long[] values)
    {
        await using var connection = await app.ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        List<T> rows = [];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }
}
