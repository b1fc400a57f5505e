using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Rights;

namespace Storytime.Playback;

/// <summary>One try to play.</summary>
internal sealed record Attempt(Viewer Viewer, long ChildId, long BookId, DateTimeOffset Now);

/// <summary>Writes sessions and attempts, in hand-written SQL: this is the hottest path. Grants that come together share a statement and its commit.</summary>
internal sealed class PlaybackLog
{
    private static readonly string[] _tables = ["playback_sessions", "playback_attempts"];

    private readonly NpgsqlDataSource _database;
    private readonly Partitions _partitions;
    private readonly Batcher<Grant, long> _grants;

    public PlaybackLog([FromKeyedServices(DataSetup.Hot)] NpgsqlDataSource database, Partitions partitions)
    {
        (_database, _partitions) = (database, partitions);
        _grants = new(runs: 2, most: 100, _ => 1, WriteAsync);
    }

    /// <summary>Ids first, so that each grant knows its own.</summary>
    public const string GrantedSql = """
        with grants as materialized (
            select nextval(pg_get_serial_sequence('playback_sessions', 'id')) as id, g.*
            from unnest($1, $2, $3, $4, $5, $6, $7, $8) with ordinality
                as g(child_profile_id, book_id, video_asset_id, child_session_id, issued_at, expires_at, cloudfront_policy, user_id, place)
        ), sessions as (
            insert into playback_sessions (id, child_profile_id, book_id, video_asset_id, child_session_id, issued_at, expires_at, cloudfront_policy, created_at)
            select id, child_profile_id, book_id, video_asset_id, child_session_id, issued_at, expires_at, cloudfront_policy, issued_at from grants
        ), attempts as (
            insert into playback_attempts (user_id, child_profile_id, book_id, child_session_id, granted, playback_session_id, created_at)
            select user_id, child_profile_id, book_id, child_session_id, true, id, issued_at from grants
        )
        select id from grants order by place
        """;

    private const string RefusedSql = """
        insert into playback_attempts (user_id, child_profile_id, book_id, child_session_id, granted, refusal, created_at)
        values ($1, $2, $3, $4, false, $5, $6)
        """;

    /// <returns>Id of the playback session.</returns>
    public Task<long> GrantedAsync(Attempt attempt, long assetId, BookCookies cookies, CancellationToken ct) => _grants.AskAsync(new Grant(attempt, assetId, cookies), ct);

    private Task<IReadOnlyList<long>> WriteAsync(IReadOnlyList<Grant> grants) =>
        _partitions.WriteAsync(_tables, [.. grants.Select(g => g.Attempt.Now)], () => InsertAsync(grants), CancellationToken.None);

    private async Task<IReadOnlyList<long>> InsertAsync(IReadOnlyList<Grant> grants)
    {
        await using var command = _database.CreateCommand(GrantedSql);
        var parameters = command.Parameters;
        parameters.AddArray(NpgsqlDbType.Bigint, grants.Select(g => g.Attempt.ChildId));
        parameters.AddArray(NpgsqlDbType.Bigint, grants.Select(g => g.Attempt.BookId));
        parameters.AddArray(NpgsqlDbType.Bigint, grants.Select(g => g.AssetId));
        parameters.AddArray(NpgsqlDbType.Bigint, grants.Select(g => g.Attempt.Viewer.ChildSessionId));
        parameters.AddArray(NpgsqlDbType.TimestampTz, grants.Select(g => g.Attempt.Now));
        parameters.AddArray(NpgsqlDbType.TimestampTz, grants.Select(g => g.Cookies.ExpiresAt));
        parameters.AddArray(NpgsqlDbType.Text, grants.Select(g => g.Cookies.Policy));
        parameters.AddArray(NpgsqlDbType.Bigint, grants.Select(g => g.Attempt.Viewer.UserId));
        List<long> ids = new(grants.Count);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            ids.Add(reader.GetInt64(0));
        return ids;
    }

    /// <param name="refusal">Null when the child is not the caller's.</param>
    public Task RefusedAsync(Attempt attempt, PlaybackRefusal? refusal, CancellationToken ct) => _partitions.WriteAsync(_tables, [attempt.Now], async () =>
    {
        await using var command = _database.CreateCommand(RefusedSql);
        command.Parameters.Add(new() { Value = attempt.Viewer.UserId });
        command.Parameters.Add(new() { Value = attempt.ChildId });
        command.Parameters.Add(new() { Value = attempt.BookId });
        command.Parameters.AddOptional(NpgsqlDbType.Bigint, attempt.Viewer.ChildSessionId);
        command.Parameters.AddOptional(NpgsqlDbType.Text, refusal is { } r ? Json.Name(r) : null);
        command.Parameters.Add(new() { Value = attempt.Now });
        return await command.ExecuteNonQueryAsync(ct);
    }, ct);

    private sealed record Grant(Attempt Attempt, long AssetId, BookCookies Cookies);
}
