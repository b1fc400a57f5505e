using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Children;

/// <summary>Whether the sessions of viewers are live, for statements that ask more: what <see cref="ISessionCheck"/> asks elsewhere.</summary>
internal static class LiveSession
{
    /// <summary>SQL, of the expressions that stand for the members of a viewer and the time.</summary>
    public static string Of(string userId, string childId, string childSessionId, string parentSessionId, string now) => $"""
        case when {childSessionId} is null then exists (select from parent_sessions where id = {parentSessionId} and user_id = {userId} and revoked_at is null)
        else exists (select from child_sessions s join child_profiles c on c.id = s.child_profile_id
            where s.id = {childSessionId} and s.child_profile_id = {childId} and c.user_id = {userId} and s.revoked_at is null and s.expires_at > {now}) end
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
