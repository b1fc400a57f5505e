using Npgsql;
using Storytime.Platform;
using Storytime.Usage;

namespace Storytime.Playback;

/// <summary>The last that was heard of a device in child mode.</summary>
/// <param name="LastSeenAt">When it last asked to play, or what it played was last reported.</param>
/// <param name="Granted">The newest permission to play that has not run out.</param>
/// <param name="Reported">What was reported of the same book, on this device, in the last day.</param>
internal sealed record DeviceState(DateTimeOffset LastSeenAt, GrantedBook? Granted, ReportedEvents? Reported)
{
    /// <summary>Heartbeats come every 30 to 60 seconds; after this much silence nothing plays any more. The same as what an open heartbeat counts.</summary>
    private static readonly TimeSpan _silence = WatchTime.LongestGap;

    /// <summary>
    /// What it plays now. The newest event decides; a permission that is newer than it says that a child is about to watch, but not when the story is paused: players
    /// renew their permission in a pause too.
    /// </summary>
    public PlayingResponse? Playing(DateTimeOffset now)
    {
        if (Granted is not { } granted)
            return null;
        var starts = now - granted.At <= _silence && (Reported is null || (Reported.At < granted.At && Reported.Type != UsageEventType.Pause));
        var plays = Reported is { Type: not (UsageEventType.Pause or UsageEventType.PlayEnd) } && now - Reported.At <= _silence;
        return starts || plays
            ? new PlayingResponse(granted.BookId, granted.Title, plays ? Reported!.StartedAt ?? granted.At : granted.At, plays ? Reported!.PositionSeconds : null)
            : null;
    }
}

internal sealed record GrantedBook(long BookId, string Title, DateTimeOffset At);

/// <param name="StartedAt">The newest <c>play_start</c> or <c>resume</c>.</param>
internal sealed record ReportedEvents(UsageEventType Type, DateTimeOffset At, DateTimeOffset? StartedAt, double? PositionSeconds);

/// <summary>
/// Which device plays what, from what is stored anyway: nothing is written while children watch. Permissions last 12 hours at most
/// (<see cref="CloudFrontOptions.CookieLifetime"/>), so a day back is enough.
/// </summary>
internal sealed class DeviceActivity(NpgsqlDataSource database)
{
    private const string Sql = """
        with recent as (
            select id, child_session_id, book_id, issued_at, expires_at from playback_sessions
            where child_profile_id = $1 and child_session_id = any($2) and issued_at > $3 - interval '1 day'
        ), granted as (
            select distinct on (child_session_id) child_session_id, book_id, issued_at from recent where expires_at > $3
            order by child_session_id, issued_at desc, id desc
        ), events as (
            select r.child_session_id, r.book_id, e.event_type, e.occurred_at, e.position_seconds, e.created_at,
                row_number() over (partition by r.child_session_id, r.book_id order by e.occurred_at desc, e.event_type in ('pause', 'play_end') desc, e.event_id desc) as age
            from recent r join usage_events e on e.playback_session_id = r.id and e.child_profile_id = $1 and e.occurred_at > $3 - interval '1 day'
        ), reported as (
            select child_session_id, book_id, max(event_type) filter (where age = 1) as event_type, max(occurred_at) as at,
                max(occurred_at) filter (where event_type in ('play_start', 'resume')) as started_at, max(position_seconds) filter (where age = 1) as position_seconds
            from events group by child_session_id, book_id
        ), seen as (
            select child_session_id, max(at) as at from (
                select child_session_id, created_at as at from playback_attempts where child_profile_id = $1 and child_session_id = any($2)
                union all
                select child_session_id, created_at from events) as signs
            group by child_session_id
        )
        select seen.child_session_id, seen.at, g.book_id, books.title, g.issued_at, r.event_type, r.at, r.started_at, r.position_seconds
        from seen left join granted g using (child_session_id) left join books on books.id = g.book_id
        left join reported r on r.child_session_id = seen.child_session_id and r.book_id = g.book_id
        """;

    /// <param name="sessions">Child sessions of this child.</param>
    /// <returns>By child session; without those of which nothing was heard.</returns>
    public async Task<Dictionary<long, DeviceState>> ReadAsync(long childId, long[] sessions, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = childId });
        command.Parameters.Add(new() { Value = sessions });
        command.Parameters.Add(new() { Value = now });
        Dictionary<long, DeviceState> devices = [];
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var granted = reader.IsDBNull(3) ? null : new GrantedBook(reader.GetInt64(2), reader.GetString(3), Time(4));
            var reported = reader.IsDBNull(5) ? null : new ReportedEvents(
                Words<UsageEventType>.All[reader.GetString(5)], Time(6), reader.IsDBNull(7) ? null : Time(7), reader.IsDBNull(8) ? null : reader.GetDouble(8));
            devices[reader.GetInt64(0)] = new DeviceState(Time(1), granted, reported);
        }
        return devices;

        DateTimeOffset Time(int column) => reader.GetFieldValue<DateTimeOffset>(column);
    }
}
