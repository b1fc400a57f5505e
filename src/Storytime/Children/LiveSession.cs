using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Children;

/// <summary>Whether the session of a viewer is live, for statements that ask more: what <see cref="ISessionCheck"/> asks elsewhere.</summary>
internal static class LiveSession
{
    /// <summary><c>$1</c> to <c>$5</c> are those of <see cref="AddViewer"/>.</summary>
    public static readonly string Sql = Of("$1", "$2", "$3", "$4", "$5");

    /// <summary>SQL, of the expressions that stand for the members of a viewer and the time.</summary>
    public static string Of(string userId, string childId, string childSessionId, string parentSessionId, string now) => $"""
        case when {childSessionId} is null then exists (select from parent_sessions where id = {parentSessionId} and user_id = {userId} and revoked_at is null)
        else exists (select from child_sessions s join child_profiles c on c.id = s.child_profile_id
            where s.id = {childSessionId} and s.child_profile_id = {childId} and c.user_id = {userId} and s.revoked_at is null and s.expires_at > {now}) end
        """;

    public static void AddViewer(this NpgsqlParameterCollection parameters, Viewer viewer, DateTimeOffset now)
    {
        parameters.Add(new() { Value = viewer.UserId });
        parameters.AddOptional(NpgsqlDbType.Bigint, viewer.ChildId);
        parameters.AddOptional(NpgsqlDbType.Bigint, viewer.ChildSessionId);
        parameters.AddOptional(NpgsqlDbType.Uuid, viewer.ParentSessionId);
        parameters.Add(new() { Value = now });
    }
}
