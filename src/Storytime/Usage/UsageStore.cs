using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Usage;

/// <summary>Checks and stores usage events, in hand-written SQL: this is one of the hottest paths.</summary>
internal sealed class UsageStore(NpgsqlDataSource database, Partitions partitions)
{
    /// <summary>
    /// A caller may report on its own children only, and on books that the child may have watched: those on the shelf, and those it
    /// had a playback session for (events of a day offline come in after a parent has taken the book away).
    /// </summary>
    private const string AccessSql = """
        select pair.child_id, pair.book_id,
            exists (select from library_items i where i.child_profile_id = pair.child_id and i.book_id = pair.book_id)
            or exists (select from playback_sessions s where s.child_profile_id = pair.child_id and s.book_id = pair.book_id)
        from unnest($1, $2) as pair(child_id, book_id)
        join child_profiles c on c.id = pair.child_id
        where c.user_id = $3 and ($4 is null or c.id = $4)
        """;

    private const string SessionsSql = "select id, child_profile_id, book_id from playback_sessions where id = any($1)";

    /// <summary>One at a time for each child, children in order: two requests with one event id and different times would not see each other's row.</summary>
    public const string LockSql = "select pg_advisory_xact_lock(hashtextextended('usage', child)) from (select unnest($1) as child order by 1) as children";

    /// <summary>
    /// Stores what is new, and moves the resume positions forward, in one statement. An event id is looked for in all the time that an event which
    /// could be sent again now may have come from, because the key alone would let the same id with another time pass. Of two positions at the same
    /// moment the one further on counts, so that the order of arrival does not.
    /// </summary>
    private const string SaveSql = """
        with incoming as (
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
                as e(child_id, event_id, book_id, event_type, position_seconds, occurred_at, playback_session_id, metadata)
        ), stored as (
            insert into usage_events (child_profile_id, event_id, book_id, event_type, position_seconds, occurred_at, playback_session_id, metadata, created_at, publisher_id, territory)
            select child_id, event_id, book_id, event_type, position_seconds, occurred_at, playback_session_id, metadata::jsonb, $9, b.publisher_id, u.country
            from incoming i
            -- Erased since we looked: whoever erases a child takes the lock first, so what is stored here is found there.
            join child_profiles c on c.id = i.child_id join users u on u.id = c.user_id left join books b on b.id = i.book_id
            where not exists (
                select from usage_events known
                where known.child_profile_id = i.child_id and known.event_id = i.event_id and known.occurred_at >= $10)
            on conflict do nothing
            returning child_profile_id, book_id, position_seconds, occurred_at
        ), resumed as (
            insert into resume_positions (child_profile_id, book_id, position_seconds, occurred_at)
            select distinct on (child_profile_id, book_id) child_profile_id, book_id, position_seconds, occurred_at
            from stored where position_seconds is not null
            order by child_profile_id, book_id, occurred_at desc, position_seconds desc
            on conflict (child_profile_id, book_id) do update
                set position_seconds = excluded.position_seconds, occurred_at = excluded.occurred_at
                where (resume_positions.occurred_at, resume_positions.position_seconds) < (excluded.occurred_at, excluded.position_seconds)
        )
        select count(*)::int from stored
        """;

    public async Task<(List<IncomingEvent> Allowed, List<RejectedUsageEvent> Refused)> CheckAccessAsync(
        Viewer viewer, List<IncomingEvent> events, CancellationToken ct)
    {
        if (events.Count == 0)
            return ([], []);
        var mayWatch = await ReadAccessAsync(viewer, events, ct);
        var sessions = await ReadSessionsAsync(events, ct);

        List<IncomingEvent> allowed = [];
        List<RejectedUsageEvent> refused = [];
        foreach (var e in events)
        {
            if (!mayWatch.TryGetValue((e.ChildId, e.BookId), out var watchable))
                refused.Add(new(e.Index, "not_found", "There is no such child."));
            else if (!watchable)
                refused.Add(new(e.Index, ReportUsage.NotOnShelf.Code, ReportUsage.NotOnShelf.Message));
            else if (e.PlaybackSessionId is { } id && (!sessions.TryGetValue(id, out var of) || of != (e.ChildId, e.BookId)))
                refused.Add(new(e.Index, "validation_failed", "There is no such playback session of this child and book.") { Field = "playback_session_id" });
            else
                allowed.Add(e);
        }
        return (allowed, refused);
    }

    /// <returns>How many of the events were not known before.</returns>
    public async Task<int> SaveAsync(List<IncomingEvent> events, DateTimeOffset now, CancellationToken ct)
    {
        if (events.Count == 0)
            return 0;
        // In the order of the key, so that batches that touch the same children wait for each other and never deadlock.
        var distinct = events.DistinctBy(e => (e.ChildId, e.EventId)).OrderBy(e => e.ChildId).ThenBy(e => e.EventId).ToList();
        return await partitions.WriteAsync(["usage_events"], [.. distinct.Select(e => e.OccurredAt)], async () =>
        {
            // Two statements, one round trip, one transaction; the second one's snapshot is taken when the lock is there.
            await using var batch = database.CreateBatch();
            var locks = new NpgsqlBatchCommand(LockSql);
            Add(locks, NpgsqlDbType.Bigint, distinct.Select(e => e.ChildId).Distinct());
            batch.BatchCommands.Add(locks);
            var command = new NpgsqlBatchCommand(SaveSql);
            batch.BatchCommands.Add(command);
            Add(command, NpgsqlDbType.Bigint, distinct.Select(e => e.ChildId));
            Add(command, NpgsqlDbType.Uuid, distinct.Select(e => e.EventId));
            Add(command, NpgsqlDbType.Bigint, distinct.Select(e => e.BookId));
            Add(command, NpgsqlDbType.Text, distinct.Select(e => Json.Name(e.Type)));
            Add(command, NpgsqlDbType.Double, distinct.Select(e => e.PositionSeconds));
            Add(command, NpgsqlDbType.TimestampTz, distinct.Select(e => e.OccurredAt));
            Add(command, NpgsqlDbType.Bigint, distinct.Select(e => e.PlaybackSessionId));
            Add(command, NpgsqlDbType.Text, distinct.Select(e => e.Metadata));
            command.Parameters.Add(new() { Value = now });
            command.Parameters.Add(new() { Value = now - (2 * IncomingEvent.MaxAge) });
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.NextResultAsync(ct);
            await reader.ReadAsync(ct);
            return reader.GetInt32(0);
        }, ct);
    }

    private async Task<Dictionary<(long, long), bool>> ReadAccessAsync(Viewer viewer, List<IncomingEvent> events, CancellationToken ct)
    {
        var pairs = events.Select(e => (e.ChildId, e.BookId)).Distinct().ToList();
        await using var command = database.CreateCommand(AccessSql);
        Add(command, NpgsqlDbType.Bigint, pairs.Select(p => p.ChildId));
        Add(command, NpgsqlDbType.Bigint, pairs.Select(p => p.BookId));
        command.Parameters.Add(new() { Value = viewer.UserId });
        command.Parameters.Add(new() { Value = (object?)viewer.ChildId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        Dictionary<(long, long), bool> found = [];
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found[(reader.GetInt64(0), reader.GetInt64(1))] = reader.GetBoolean(2);
        return found;
    }

    private async Task<Dictionary<long, (long ChildId, long BookId)>> ReadSessionsAsync(List<IncomingEvent> events, CancellationToken ct)
    {
        Dictionary<long, (long, long)> found = [];
        var ids = events.Select(e => e.PlaybackSessionId).OfType<long>().Distinct().ToArray();
        if (ids.Length == 0)
            return found;
        await using var command = database.CreateCommand(SessionsSql);
        Add(command, NpgsqlDbType.Bigint, ids);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found[reader.GetInt64(0)] = (reader.GetInt64(1), reader.GetInt64(2));
        return found;
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, IEnumerable<T> values) => command.Parameters.Add(Array(type, values));

    private static void Add<T>(NpgsqlBatchCommand command, NpgsqlDbType type, IEnumerable<T> values) => command.Parameters.Add(Array(type, values));

    private static NpgsqlParameter Array<T>(NpgsqlDbType type, IEnumerable<T> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
