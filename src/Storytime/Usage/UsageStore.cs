using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Usage;

/// <summary>What became of an event.</summary>
internal enum SavedAs
{
    New,

    /// <summary>It was there already, with the same content.</summary>
    Duplicate,

    /// <summary>Another one with its id was there.</summary>
    Conflict,

    /// <summary>Its child was erased.</summary>
    Nothing,
}

/// <summary>Stores usage events, in hand-written SQL: this is one of the hottest paths.</summary>
internal sealed class UsageStore([FromKeyedServices(DataSetup.Hot)] NpgsqlDataSource database, Partitions partitions)
{
    /// <summary>One at a time for each child, children in order: two requests with one event id and different content would not see each other's row.</summary>
    public const string LockSql = "select pg_advisory_xact_lock(hashtextextended('usage', child)) from (select unnest($1) as child order by 1) as children";

    /// <summary>
    /// Stores what is new, moves the resume positions forward, and tells what was known, in one statement. An event id is looked for in all the time that an event
    /// which could be sent again now may have come from, because the key alone would let the same id with another time pass. Of two positions at the same
    /// moment the one further on counts, so that the order of arrival does not. What is neither stored nor known is of a child that was erased since we looked:
    /// whoever erases a child takes the lock first, so what is stored here is found there.
    /// </summary>
    public const string SaveSql = """
        with incoming as (
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, $13)
                as e(child_id, event_id, book_id, event_type, position_seconds, occurred_at, playback_session_id, metadata, publisher_id, territory, received_at, clock_skew_ms)
        ), known as (
            select i.child_id, i.event_id, k.book_id, k.event_type, k.position_seconds, k.occurred_at, k.playback_session_id
            from incoming i cross join lateral (
                select * from usage_events u where u.child_profile_id = i.child_id and u.event_id = i.event_id and u.occurred_at >= $11 limit 1) k
        ), stored as (
            insert into usage_events (child_profile_id, event_id, book_id, event_type, position_seconds, occurred_at, playback_session_id, metadata,
                publisher_id, territory, created_at, clock_skew_ms)
            select child_id, event_id, book_id, event_type, position_seconds, occurred_at, playback_session_id, metadata::jsonb, publisher_id, territory, received_at, clock_skew_ms
            from incoming i join child_profiles c on c.id = i.child_id
            where not exists (select from known k where k.child_id = i.child_id and k.event_id = i.event_id)
            returning child_profile_id, event_id, book_id, position_seconds, occurred_at
        ), resumed as (
            insert into resume_positions (child_profile_id, book_id, position_seconds, occurred_at)
            select distinct on (child_profile_id, book_id) child_profile_id, book_id, position_seconds, occurred_at
            from stored where position_seconds is not null
            order by child_profile_id, book_id, occurred_at desc, position_seconds desc
            on conflict (child_profile_id, book_id) do update
                set position_seconds = excluded.position_seconds, occurred_at = excluded.occurred_at
                where (resume_positions.occurred_at, resume_positions.position_seconds) < (excluded.occurred_at, excluded.position_seconds)
        )
        select child_profile_id, event_id, null as book_id, null as event_type, null as position_seconds, null as occurred_at, null as playback_session_id from stored
        union all
        select * from known
        """;

    /// <param name="events">In the order in which they came: of several with one id the first one counts.</param>
    /// <returns>What became of each.</returns>
    public async Task<Dictionary<AllowedEvent, SavedAs>> SaveAsync(List<AllowedEvent> events)
    {
        if (events.Count == 0)
            return [];
        // In the order of the key, so that groups that touch the same children wait for each other and never deadlock.
        var distinct = events.DistinctBy(a => a.Event.Key).OrderBy(a => a.Event.ChildId).ThenBy(a => a.Event.EventId).ToList();
        var known = await partitions.WriteAsync(
            ["usage_events"], [.. distinct.Select(a => a.Event.OccurredAt)], () => StoreAsync(distinct), CancellationToken.None);

        Dictionary<AllowedEvent, SavedAs> saved = new(events.Count, ReferenceEqualityComparer.Instance);
        foreach (var allowed in events)
        {
            var e = allowed.Event;
            if (!known.TryGetValue(e.Key, out var content))
                saved[allowed] = SavedAs.Nothing;
            else if (content is null)
                (known[e.Key], saved[allowed]) = (e.Content, SavedAs.New);
            else
                saved[allowed] = content == e.Content ? SavedAs.Duplicate : SavedAs.Conflict;
        }
        return saved;
    }

    /// <returns>By key the content that was known; null for what was stored now.</returns>
    private async Task<Dictionary<(long, Guid), EventContent?>> StoreAsync(List<AllowedEvent> events)
    {
        // Two statements, one round trip, one transaction; the second one's snapshot is taken when the lock is there.
        await using var batch = database.CreateBatch();
        var locks = new NpgsqlBatchCommand(LockSql);
        locks.Parameters.AddArray(NpgsqlDbType.Bigint, events.Select(a => a.Event.ChildId).Distinct());
        batch.BatchCommands.Add(locks);
        var command = new NpgsqlBatchCommand(SaveSql);
        batch.BatchCommands.Add(command);
        var parameters = command.Parameters;
        parameters.AddArray(NpgsqlDbType.Bigint, events.Select(a => a.Event.ChildId));
        parameters.AddArray(NpgsqlDbType.Uuid, events.Select(a => a.Event.EventId));
        parameters.AddArray(NpgsqlDbType.Bigint, events.Select(a => a.Event.BookId));
        parameters.AddArray(NpgsqlDbType.Text, events.Select(a => Json.Name(a.Event.Type)));
        parameters.AddArray(NpgsqlDbType.Double, events.Select(a => a.Event.PositionSeconds));
        parameters.AddArray(NpgsqlDbType.TimestampTz, events.Select(a => a.Event.OccurredAt));
        parameters.AddArray(NpgsqlDbType.Bigint, events.Select(a => a.Event.PlaybackSessionId));
        parameters.AddArray(NpgsqlDbType.Text, events.Select(a => a.Event.Metadata));
        parameters.AddArray(NpgsqlDbType.Bigint, events.Select(a => a.PublisherId));
        parameters.AddArray(NpgsqlDbType.Text, events.Select(a => a.Territory));
        parameters.Add(new() { Value = events.Min(a => a.Report.Now) - (2 * IncomingEvent.MaxAge) });
        parameters.AddArray(NpgsqlDbType.TimestampTz, events.Select(a => a.Report.Now));
        parameters.AddArray(NpgsqlDbType.Bigint, events.Select(a => a.Report.ClockSkewMs));

        Dictionary<(long, Guid), EventContent?> found = [];
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            found[(reader.GetInt64(0), reader.GetGuid(1))] = reader.IsDBNull(2) ? null : ReadContent(reader);
        return found;
    }

    private static EventContent ReadContent(NpgsqlDataReader reader) => new(
        reader.GetInt64(2), Words<UsageEventType>.All[reader.GetString(3)], reader.IsDBNull(4) ? null : reader.GetDouble(4),
        reader.GetFieldValue<DateTimeOffset>(5), reader.IsDBNull(6) ? null : reader.GetInt64(6));
}

internal static class SavedAsExtensions
{
    /// <returns>Null for what is stored, now or before.</returns>
    public static RejectedUsageEvent? Rejection(this SavedAs saved, IncomingEvent e) => saved switch
    {
        SavedAs.Nothing => e.Reject(UsageRejection.NotFound, "There is no such child."),
        SavedAs.Conflict => e.Reject(UsageRejection.Conflict, "There is an event with this event_id and other content. This one was not stored: make a new event_id for each event."),
        _ => null,
    };
}
