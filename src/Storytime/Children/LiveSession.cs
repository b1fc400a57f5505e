using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Children;

/// <summary>Whether the session of a viewer is live, for statements that ask more: what <see cref="ISessionCheck"/> asks elsewhere.</summary>
internal static class LiveSession
{
    /// <summary><c>$1</c> to <c>$5</c> are those of <see cref="AddViewer"/>.</summary>
    public const string Sql = """
        case when $3 is null then exists (select from parent_sessions where id = $4 and user_id = $1 and revoked_at is null)
        else exists (select from child_sessions s join child_profiles c on c.id = s.child_profile_id
            where s.id = $3 and s.child_profile_id = $2 and c.user_id = $1 and s.revoked_at is null and s.expires_at > $5) end
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
