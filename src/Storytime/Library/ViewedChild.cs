using Npgsql;
using NpgsqlTypes;
using Storytime.Children;
using Storytime.Platform.Auth;

namespace Storytime.Library;

/// <summary>A child that somebody looks at, as the database has it at one moment: the beginning of the hottest paths, in one question.</summary>
/// <param name="CatalogVersion">What is known of books must not be older.</param>
/// <param name="Country">ISO 3166-1 alpha-2: that of the family's account.</param>
/// <param name="HasScreenTime">Whether a parent said anything about the child's time.</param>
internal sealed record ViewedChild(long CatalogVersion, string Country, bool HasScreenTime)
{
    /// <summary>The first of the columns that <see cref="Select"/> was given.</summary>
    public const int More = 4;

    /// <summary><c>$1</c> to <c>$5</c> are those of <see cref="LiveSession"/>, <c>$6</c> is the child.</summary>
    /// <param name="more">Columns of the child <c>c</c>, with names.</param>
    public static string Select(string more) => $"""
        select {LiveSession.Sql} as live, v.version, found.* from catalog_versions v left join lateral (
            select u.country, exists (select from screen_times where child_profile_id = c.id) or exists (select from screen_time_exceptions where child_profile_id = c.id) as limited, {more}
            from child_profiles c join users u on u.id = c.user_id where c.id = $6 and c.user_id = $1 and ($2 is null or c.id = $2)
        ) as found on true
        """;

    public static void AddTo(NpgsqlParameterCollection parameters, Viewer viewer, long childId, DateTimeOffset now)
    {
        parameters.AddViewer(viewer, now);
        parameters.Add(new() { Value = childId, NpgsqlDbType = NpgsqlDbType.Bigint });
    }

    /// <returns>Whether the session is live, and the child; null when it is none that the viewer may look at.</returns>
    public static (bool IsLive, ViewedChild? Child) Read(NpgsqlDataReader reader)
    {
        var isLive = reader.GetBoolean(0);
        return (isLive, !isLive || reader.IsDBNull(2) ? null : new ViewedChild(reader.GetInt64(1), reader.GetString(2), reader.GetBoolean(3)));
    }
}
