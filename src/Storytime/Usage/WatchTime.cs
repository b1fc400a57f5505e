using Npgsql;

namespace Storytime.Usage;

/// <summary>
/// Minutes watched, defined once, in SQL. Of the events of one playback session (those without one form one) with a book, <c>play_start</c>, <c>resume</c> and
/// <c>heartbeat</c> open time that runs to the next event, at most 90 seconds; <c>pause</c> and <c>play_end</c> close it. What overlaps counts once. After the last event
/// of a session that closes nothing, the 90 seconds count in full: the player beats every 30 to 60 seconds, so it fell silent while something played (ADR 12).
/// </summary>
internal sealed class WatchTime(NpgsqlDataSource database)
{
    /// <summary>How far back before a span its first time may have been opened.</summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(90);

    /// <summary>Which events the time of a day (<c>$1</c>) comes from.</summary>
    public const string BearsUponDay = "occurred_at >= $1::timestamptz - interval '90 seconds' and occurred_at < ($1 + 1)::timestamptz";

    /// <summary>
    /// Goes on after <c>with events as (select … from usage_events …)</c>, which must reach back <see cref="LongestGap"/> before the span that is asked for, and gives
    /// <c>watched(child_profile_id, book_id, event_id, span)</c>; the spans of different sessions overlap, <c>range_agg(span)</c> unites them. Of events at the same moment, those
    /// that close come last; of equal ones their ids decide, so that the answer never depends on the order of arrival.
    /// </summary>
    public const string Spans = """
        , followed as (
            select child_profile_id, book_id, event_id, event_type, occurred_at, lead(occurred_at) over (
                partition by child_profile_id, book_id, playback_session_id
                order by occurred_at, event_type in ('pause', 'play_end'), event_id) as next_at
            from events
        ), watched as (
            select child_profile_id, book_id, event_id, tstzrange(occurred_at, least(next_at, occurred_at + interval '90 seconds')) as span
            from followed where event_type in ('play_start', 'resume', 'heartbeat')
        )
        """;

    /// <summary>The same for each of many days by itself: the events have a <c>day</c> that they are looked up for, and so have the spans.</summary>
    public static readonly string SpansByDay = Spans.Replace("child_profile_id, book_id,", "child_profile_id, book_id, day,", StringComparison.Ordinal);

    private const string SecondsSql = $"""
        with events as (
            select child_profile_id, book_id, playback_session_id, event_type, occurred_at, event_id
            from usage_events where child_profile_id = $1 and occurred_at >= $2::timestamptz - interval '90 seconds' and occurred_at < $3
        ) {Spans}
        select coalesce(sum(extract(epoch from upper(span) - lower(span))), 0)::float8
        from (select unnest(range_agg(span) * tstzmultirange(tstzrange($2, $3))) as span from watched) as united
        """;

    /// <summary>
    /// How long a child watched, in whatever books and on however many devices at the same time: seconds of the clock on the wall. Needs what players report; time
    /// that is reported late counts late.
    /// </summary>
    public async Task<double> SecondsAsync(long childId, DateTimeOffset from, DateTimeOffset until, CancellationToken ct)
    {
        await using var command = database.CreateCommand(SecondsSql);
        command.Parameters.Add(new() { Value = childId });
        command.Parameters.Add(new() { Value = from.ToUniversalTime() });
        command.Parameters.Add(new() { Value = until.ToUniversalTime() });
        return (double)(await command.ExecuteScalarAsync(ct))!;
    }
}
