using Npgsql;
using NpgsqlTypes;
using Storytime.Platform.Auth;

namespace Storytime.Usage;

/// <summary>An event that its caller may report, with what decides whom it is paid to.</summary>
/// <param name="PublisherId">Who owns the book now; null when nobody but us does.</param>
/// <param name="Territory">The family's country now.</param>
internal sealed record AllowedEvent(IncomingEvent Event, long? PublisherId, string Territory);

/// <summary>Who may report what, in hand-written SQL: this is one of the hottest paths.</summary>
internal sealed class UsageAccess(NpgsqlDataSource database)
{
    /// <summary>
    /// A caller may report on its own children only, and on books that the child may have watched: those on the shelf, and those it
    /// had a playback session for (events of a day offline come in after a parent has taken the book away).
    /// </summary>
    private const string PairsSql = """
        select pair.child_id, pair.book_id,
            exists (select from library_items i where i.child_profile_id = pair.child_id and i.book_id = pair.book_id)
            or exists (select from playback_sessions s where s.child_profile_id = pair.child_id and s.book_id = pair.book_id),
            b.publisher_id, u.country
        from unnest($1, $2) as pair(child_id, book_id)
        join child_profiles c on c.id = pair.child_id join users u on u.id = c.user_id left join books b on b.id = pair.book_id
        where c.user_id = $3 and ($4 is null or c.id = $4)
        """;

    private const string SessionsSql = "select id, child_profile_id, book_id from playback_sessions where id = any($1)";

    private sealed record Pair(bool MayBeWatched, long? PublisherId, string Territory);

    public async Task<(List<AllowedEvent> Allowed, List<RejectedUsageEvent> Refused)> CheckAsync(Viewer viewer, List<IncomingEvent> events, CancellationToken ct)
    {
        if (events.Count == 0)
            return ([], []);
        var pairs = await ReadPairsAsync(viewer, events, ct);
        var sessions = await ReadSessionsAsync(events, ct);

        List<AllowedEvent> allowed = [];
        List<RejectedUsageEvent> refused = [];
        foreach (var e in events)
        {
            if (!pairs.TryGetValue((e.ChildId, e.BookId), out var pair))
                refused.Add(e.Reject(UsageRejection.NotFound, "There is no such child."));
            else if (!pair.MayBeWatched)
                refused.Add(e.Reject(UsageRejection.BookNotInLibrary, ReportUsage.NotOnShelf.Message));
            else if (e.PlaybackSessionId is { } id && (!sessions.TryGetValue(id, out var of) || of != (e.ChildId, e.BookId)))
                refused.Add(e.Reject(UsageRejection.ValidationFailed, "There is no such playback session of this child and book.", "playback_session_id"));
            else
                allowed.Add(new(e, pair.PublisherId, pair.Territory));
        }
        return (allowed, refused);
    }

    private async Task<Dictionary<(long ChildId, long BookId), Pair>> ReadPairsAsync(Viewer viewer, List<IncomingEvent> events, CancellationToken ct)
    {
        var pairs = events.Select(e => (e.ChildId, e.BookId)).Distinct().ToList();
        await using var command = database.CreateCommand(PairsSql);
        command.Parameters.AddArray(NpgsqlDbType.Bigint, pairs.Select(p => p.ChildId));
        command.Parameters.AddArray(NpgsqlDbType.Bigint, pairs.Select(p => p.BookId));
        command.Parameters.Add(new() { Value = viewer.UserId });
        command.Parameters.Add(new() { Value = (object?)viewer.ChildId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        Dictionary<(long, long), Pair> found = [];
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found[(reader.GetInt64(0), reader.GetInt64(1))] = new(reader.GetBoolean(2), reader.IsDBNull(3) ? null : reader.GetInt64(3), reader.GetString(4));
        return found;
    }

    private async Task<Dictionary<long, (long ChildId, long BookId)>> ReadSessionsAsync(List<IncomingEvent> events, CancellationToken ct)
    {
        Dictionary<long, (long, long)> found = [];
        var ids = events.Select(e => e.PlaybackSessionId).OfType<long>().Distinct().ToArray();
        if (ids.Length == 0)
            return found;
        await using var command = database.CreateCommand(SessionsSql);
        command.Parameters.AddArray(NpgsqlDbType.Bigint, ids);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found[reader.GetInt64(0)] = (reader.GetInt64(1), reader.GetInt64(2));
        return found;
    }
}

internal static class ArrayParameters
{
    public static void AddArray<T>(this NpgsqlParameterCollection parameters, NpgsqlDbType type, IEnumerable<T> values) =>
        parameters.Add(new NpgsqlParameter { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}
