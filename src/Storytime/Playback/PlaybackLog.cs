using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Rights;

namespace Storytime.Playback;

/// <summary>One try to play.</summary>
internal sealed record Attempt(Viewer Viewer, long ChildId, long BookId, DateTimeOffset Now);

/// <summary>Writes sessions and attempts, in hand-written SQL: one statement for a grant, because this is the hottest path.</summary>
internal sealed class PlaybackLog(NpgsqlDataSource database, Partitions partitions)
{
    private static readonly string[] _tables = ["playback_sessions", "playback_attempts"];

    private const string GrantedSql = """
        with session as (
            insert into playback_sessions (child_profile_id, book_id, video_asset_id, child_session_id, issued_at, expires_at, cloudfront_policy, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $5)
            returning id
        )
        insert into playback_attempts (user_id, child_profile_id, book_id, child_session_id, granted, playback_session_id, created_at)
        select $8, $1, $2, $4, true, session.id, $5 from session
        returning playback_session_id
        """;

    private const string RefusedSql = """
        insert into playback_attempts (user_id, child_profile_id, book_id, child_session_id, granted, refusal, created_at)
        values ($1, $2, $3, $4, false, $5, $6)
        """;

    /// <returns>Id of the playback session.</returns>
    public Task<long> GrantedAsync(Attempt attempt, long assetId, BookCookies cookies, CancellationToken ct) => WriteAsync(attempt, async () =>
    {
        await using var command = database.CreateCommand(GrantedSql);
        command.Parameters.Add(new() { Value = attempt.ChildId });
        command.Parameters.Add(new() { Value = attempt.BookId });
        command.Parameters.Add(new() { Value = assetId });
        command.Parameters.Add(Optional(attempt.Viewer.ChildSessionId, NpgsqlDbType.Bigint));
        command.Parameters.Add(new() { Value = attempt.Now });
        command.Parameters.Add(new() { Value = cookies.ExpiresAt });
        command.Parameters.Add(new() { Value = cookies.Policy });
        command.Parameters.Add(new() { Value = attempt.Viewer.UserId });
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }, ct);

    /// <param name="refusal">Null when the child is not the caller's.</param>
    public Task RefusedAsync(Attempt attempt, PlaybackRefusal? refusal, CancellationToken ct) => WriteAsync(attempt, async () =>
    {
        await using var command = database.CreateCommand(RefusedSql);
        command.Parameters.Add(new() { Value = attempt.Viewer.UserId });
        command.Parameters.Add(new() { Value = attempt.ChildId });
        command.Parameters.Add(new() { Value = attempt.BookId });
        command.Parameters.Add(Optional(attempt.Viewer.ChildSessionId, NpgsqlDbType.Bigint));
        command.Parameters.Add(Optional(refusal is { } r ? Json.Name(r) : null, NpgsqlDbType.Text));
        command.Parameters.Add(new() { Value = attempt.Now });
        return await command.ExecuteNonQueryAsync(ct);
    }, ct);

    private Task<T> WriteAsync<T>(Attempt attempt, Func<Task<T>> write, CancellationToken ct) => partitions.WriteAsync(_tables, [attempt.Now], write, ct);

    private static NpgsqlParameter Optional(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
