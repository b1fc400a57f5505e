using Npgsql;
using NpgsqlTypes;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Usage;

/// <summary>An event that its caller may report, with what decides whom it is paid to.</summary>
/// <param name="PublisherId">Who owns the book now; null when nobody but us does.</param>
/// <param name="Territory">The family's country now.</param>
internal sealed record AllowedEvent(IncomingEvent Event, UsageReport Report, long? PublisherId, string Territory);

/// <param name="IsLive">Whether the session of the caller is; nothing is allowed when it is not.</param>
internal sealed record CheckedReport(bool IsLive, List<AllowedEvent> Allowed, List<RejectedUsageEvent> Refused);

/// <summary>Who may report what, in hand-written SQL: this is one of the hottest paths. For many requests at a time, in one round trip.</summary>
internal sealed class UsageAccess([FromKeyedServices(DataSetup.Hot)] NpgsqlDataSource database)
{
    public static readonly string LiveSql = $"""
        select {LiveSession.Of("v.user_id", "v.child_id", "v.child_session_id", "v.parent_session_id", "v.now")}
        from unnest($1, $2, $3, $4, $5) with ordinality as v(user_id, child_id, child_session_id, parent_session_id, now, place) order by v.place
        """;

    /// <summary>
    /// A caller may report on its own children only, and on books that the child may have watched: those on the shelf, and those it
    /// had a playback session for (events of a day offline come in after a parent has taken the book away).
    /// </summary>
    public const string PairsSql = """
        select pair.user_id, pair.only_child_id, pair.child_id, pair.book_id,
            exists (select from library_items i where i.child_profile_id = pair.child_id and i.book_id = pair.book_id)
            or exists (select from playback_sessions s where s.child_profile_id = pair.child_id and s.book_id = pair.book_id),
            b.publisher_id, u.country
        from unnest($1, $2, $3, $4) as pair(user_id, only_child_id, child_id, book_id)
        join child_profiles c on c.id = pair.child_id and c.user_id = pair.user_id and (pair.only_child_id is null or c.id = pair.only_child_id)
        join users u on u.id = c.user_id left join books b on b.id = pair.book_id
        """;

    public const string SessionsSql = """
        select s.id, s.child_profile_id, s.book_id from unnest($1, $2) as named(id, child_id) join playback_sessions s on s.id = named.id and s.child_profile_id = named.child_id
        """;

    /// <summary>Who asks about which child and book.</summary>
    private readonly record struct Pair(long UserId, long? OnlyChildId, long ChildId, long BookId)
    {
        public static Pair Of(Viewer viewer, IncomingEvent e) => new(viewer.UserId, viewer.ChildId, e.ChildId, e.BookId);
    }

    private sealed record Found(bool MayBeWatched, long? PublisherId, string Territory);

    /// <returns>One for each report, in their order.</returns>
    public async Task<List<CheckedReport>> CheckAsync(IReadOnlyList<UsageReport> reports)
    {
        await using var batch = database.CreateBatch();
        AddArrays(batch, LiveSql, p => p.AddViewers(reports.Select(r => (r.Viewer, r.Now))));
        AddPairs(batch, [.. reports.SelectMany(r => r.Events.Select(e => Pair.Of(r.Viewer, e))).Distinct()]);
        List<(long Id, long ChildId)> named = [.. reports.SelectMany(r => r.Events).Where(e => e.PlaybackSessionId is not null).Select(e => (e.PlaybackSessionId!.Value, e.ChildId)).Distinct()];
        if (named.Count > 0)
        {
            AddArrays(batch, SessionsSql, p =>
            {
                p.AddArray(NpgsqlDbType.Bigint, named.Select(n => n.Id));
                p.AddArray(NpgsqlDbType.Bigint, named.Select(n => n.ChildId));
            });
        }

        await using var reader = await batch.ExecuteReaderAsync();
        var live = await ListAsync(reader, r => r.GetBoolean(0));
        await reader.NextResultAsync();
        var pairs = (await ListAsync(reader, r => (
            Key: new Pair(r.GetInt64(0), r.IsDBNull(1) ? null : r.GetInt64(1), r.GetInt64(2), r.GetInt64(3)),
            Value: new Found(r.GetBoolean(4), r.IsDBNull(5) ? null : r.GetInt64(5), r.GetString(6))))).ToDictionary(p => p.Key, p => p.Value);
        Dictionary<long, (long ChildId, long BookId)> sessions = [];
        if (await reader.NextResultAsync())
            sessions = (await ListAsync(reader, r => (Id: r.GetInt64(0), Of: (r.GetInt64(1), r.GetInt64(2))))).ToDictionary(s => s.Id, s => s.Of);
        return [.. reports.Select((report, i) => live[i] ? Check(report, pairs, sessions) : new CheckedReport(false, [], []))];
    }

    private static CheckedReport Check(UsageReport report, Dictionary<Pair, Found> pairs, Dictionary<long, (long ChildId, long BookId)> sessions)
    {
        var answer = new CheckedReport(true, new(report.Events.Count), []);
        foreach (var e in report.Events)
        {
            if (!pairs.TryGetValue(Pair.Of(report.Viewer, e), out var pair))
                answer.Refused.Add(e.Reject(UsageRejection.NotFound, "There is no such child."));
            else if (!pair.MayBeWatched)
                answer.Refused.Add(e.Reject(UsageRejection.BookNotInLibrary, ReportUsage.NotOnShelf.Message));
            else if (e.PlaybackSessionId is { } id && (!sessions.TryGetValue(id, out var of) || of != (e.ChildId, e.BookId)))
                answer.Refused.Add(e.Reject(UsageRejection.ValidationFailed, "There is no such playback session of this child and book.", "playback_session_id"));
            else
                answer.Allowed.Add(new(e, report, pair.PublisherId, pair.Territory));
        }
        return answer;
    }

    private static void AddPairs(NpgsqlBatch batch, List<Pair> pairs) => AddArrays(batch, PairsSql, p =>
    {
        p.AddArray(NpgsqlDbType.Bigint, pairs.Select(x => x.UserId));
        p.AddArray(NpgsqlDbType.Bigint, pairs.Select(x => x.OnlyChildId));
        p.AddArray(NpgsqlDbType.Bigint, pairs.Select(x => x.ChildId));
        p.AddArray(NpgsqlDbType.Bigint, pairs.Select(x => x.BookId));
    });

    private static void AddArrays(NpgsqlBatch batch, string sql, Action<NpgsqlParameterCollection> add)
    {
        var command = new NpgsqlBatchCommand(sql);
        add(command.Parameters);
        batch.BatchCommands.Add(command);
    }

    private static async Task<List<T>> ListAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> row)
    {
        List<T> rows = [];
        while (await reader.ReadAsync())
            rows.Add(row(reader));
        return rows;
    }
}
