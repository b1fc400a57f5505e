using Npgsql;
using NpgsqlTypes;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Library;

/// <summary>Somebody looks at a child.</summary>
internal record ChildQuestion(Viewer Viewer, long ChildId, DateTimeOffset Now);

/// <summary>A child that somebody looks at, as the database has it at one moment: the beginning of the hottest paths, in one question for all who ask at the same time.</summary>
/// <param name="CatalogVersion">What is known of books must not be older.</param>
/// <param name="Country">ISO 3166-1 alpha-2: that of the family's account.</param>
/// <param name="HasScreenTime">Whether a parent said anything about the child's time.</param>
internal sealed record ViewedChild(long CatalogVersion, string Country, bool HasScreenTime)
{
    /// <summary>The first of the columns that <see cref="Select"/> was given.</summary>
    public const int More = 4;

    /// <summary>A row for each question, in their order. <c>$1</c> to <c>$6</c> are those of <see cref="AddTo"/>.</summary>
    /// <param name="asked">Names of what else is asked with, bigints from <c>$7</c> on.</param>
    /// <param name="more">Columns of the child <c>c</c> and the question <c>q</c>, with names.</param>
    /// <param name="joined">What of them comes from elsewhere.</param>
    public static string Select(string[] asked, string more, string joined = "") => $"""
        select {LiveSession.Of("q.user_id", "q.viewer_child_id", "q.child_session_id", "q.parent_session_id", "q.now")} as live, v.version, found.*
        from unnest($1, $2, $3, $4, $5, $6{string.Concat(asked.Select((_, i) => $", ${i + 7}"))}) with ordinality
            as q(user_id, viewer_child_id, child_session_id, parent_session_id, now, child_id, {string.Concat(asked.Select(name => name + ", "))}place)
        cross join catalog_versions v left join lateral (
            select u.country, exists (select from screen_times where child_profile_id = c.id) or exists (select from screen_time_exceptions where child_profile_id = c.id) as limited, {more}
            from child_profiles c join users u on u.id = c.user_id {joined} where c.id = q.child_id and c.user_id = q.user_id and (q.viewer_child_id is null or c.id = q.viewer_child_id)
        ) as found on true order by q.place
        """;

    public static void AddTo(NpgsqlParameterCollection parameters, IReadOnlyList<ChildQuestion> questions)
    {
        parameters.AddViewers(questions.Select(q => (q.Viewer, q.Now)));
        parameters.AddArray(NpgsqlDbType.Bigint, questions.Select(q => q.ChildId));
    }

    /// <returns>Whether the session is live, and the child; null when it is none that the viewer may look at.</returns>
    public static (bool IsLive, ViewedChild? Child) Read(NpgsqlDataReader reader)
    {
        var isLive = reader.GetBoolean(0);
        return (isLive, !isLive || reader.IsDBNull(2) ? null : new ViewedChild(reader.GetInt64(1), reader.GetString(2), reader.GetBoolean(3)));
    }
}
