using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Children;

/// <summary>Whether the sessions of viewers are live, for statements that ask more: what <see cref="ISessionCheck"/> asks elsewhere.</summary>
internal static class LiveSession
{
    /// <summary>SQL, of the expressions that stand for the members of a viewer and the time. Whose child it is, the token says: a child stays in its family, and goes with its sessions.</summary>
    public static string Of(string userId, string childId, string childSessionId, string parentSessionId, string now) => $"""
        case when {childSessionId} is null then exists (select from parent_sessions where id = {parentSessionId} and user_id = {userId} and revoked_at is null)
        else exists (select from child_sessions where id = {childSessionId} and child_profile_id = {childId} and revoked_at is null and expires_at > {now}) end
        """;

    /// <summary>Five arrays, of the members in the order of <see cref="Of"/>.</summary>
    public static void AddViewers(this NpgsqlParameterCollection parameters, IEnumerable<(Viewer Viewer, DateTimeOffset Now)> viewers)
    {
        parameters.AddArray(NpgsqlDbType.Bigint, viewers.Select(v => v.Viewer.UserId));
        parameters.AddArray(NpgsqlDbType.Bigint, viewers.Select(v => v.Viewer.ChildId));
        parameters.AddArray(NpgsqlDbType.Bigint, viewers.Select(v => v.Viewer.ChildSessionId));
        parameters.AddArray(NpgsqlDbType.Uuid, viewers.Select(v => v.Viewer.ParentSessionId));
        parameters.AddArray(NpgsqlDbType.TimestampTz, viewers.Select(v => v.Now));
    }
}
