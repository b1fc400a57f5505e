using Npgsql;

namespace Storytime.Usage;

/// <summary>What a child watched on one day: of one book, or (<paramref name="BookId"/> null) of all of them together.</summary>
/// <param name="Day">Place of the day among those that were asked for, from 0.</param>
/// <param name="Title">Null when the book does not exist any more.</param>
internal sealed record WatchedOnDay(int Day, long? BookId, string? Title, double Seconds, int Plays, DateTimeOffset LastAt);

/// <summary>Minutes and plays of one child by day and by book.</summary>
internal sealed class Activity(NpgsqlDataSource database)
{
    /// <summary>
    /// By <see cref="WatchTime"/>: time belongs to the day in which it passes, and what is still to come (an open heartbeat counts 90 seconds) does not count yet.
    /// The sets with a book unite the devices on which it played; those without one unite the books too. The titles are Catalog's, which stands above (ADR 7).
    /// </summary>
    private const string Sql = $"""
        with events as (
            select child_profile_id, book_id, playback_session_id, event_type, occurred_at, event_id
            from usage_events where child_profile_id = $1 and occurred_at >= $2[1] - interval '90 seconds' and occurred_at < $2[cardinality($2)]
        ) {WatchTime.Spans}
        , days as (
            select day - 1 as day, tstzrange($2[day], $2[day + 1]) as hours from generate_series(1, cardinality($2) - 1) as day
        ), pieces as (
            select day, book_id, span * hours * tstzrange(null, $3) as span, 0 as play, null::timestamptz as at from days join watched on span && hours
            union all
            select day, book_id, null, 1, occurred_at from days join events on event_type = 'play_start' and occurred_at <@ hours
        ), sums as (
            select day, book_id, range_agg(span) as spans, sum(play)::int as plays, greatest(max(upper(span)), max(at)) as last_at
            from pieces group by grouping sets ((day), (day, book_id))
        )
        select day, book_id, title, (select coalesce(sum(extract(epoch from upper(s) - lower(s))), 0)::float8 from unnest(spans) as s), plays, last_at
        from sums left join books on books.id = book_id
        where last_at is not null
        order by day, book_id
        """;

    /// <param name="days">Starts of the days, and the end of the last one.</param>
    public async Task<List<WatchedOnDay>> ReadAsync(long childId, DateTimeOffset[] days, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = childId });
        command.Parameters.Add(new() { Value = days });
        command.Parameters.Add(new() { Value = now });
        List<WatchedOnDay> rows = [];
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new WatchedOnDay(
                reader.GetInt32(0),
                reader.IsDBNull(1) ? null : reader.GetInt64(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetDouble(3),
                reader.GetInt32(4),
                reader.GetFieldValue<DateTimeOffset>(5)));
        }
        return rows;
    }
}
