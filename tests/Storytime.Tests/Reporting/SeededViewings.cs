using Npgsql;
using NpgsqlTypes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>A row of what a child watched of a book on a day.</summary>
public sealed record Viewing(long Child, DateOnly Day, long Book, long? Publisher, string Territory, int Seconds, int Plays, double? Furthest = null);

/// <summary>Viewings straight into the table, for volume, with rollups that add them up.</summary>
public static class SeededViewings
{
    /// <summary>Written anew from the viewings, in the plainest way.</summary>
    private const string RollUpSql = """
        delete from daily_usages;
        delete from usage_totals;
        insert into daily_usages (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at)
        select day, book_id, publisher_id, territory, sum(seconds_watched), sum(plays), count(distinct child_profile_id), now() from viewing_days group by 1, 2, 3, 4;
        insert into usage_totals (grain, starts_on, publisher_id, book_id, seconds_watched, plays, children, updated_at)
        select 'day', day, null::bigint, null::bigint, sum(seconds_watched), sum(plays), count(distinct child_profile_id), now() from viewing_days group by 1, 2, 3, 4
        union all
        select 'publisher_day', day, publisher_id, null::bigint, sum(seconds_watched), sum(plays), count(distinct child_profile_id), now() from viewing_days group by 1, 2, 3, 4
        union all
        select 'month', date_trunc('month', day)::date, null::bigint, null::bigint, sum(seconds_watched), sum(plays), count(distinct child_profile_id), now() from viewing_days group by 1, 2, 3, 4
        union all
        select 'publisher_month', date_trunc('month', day)::date, publisher_id, null::bigint, sum(seconds_watched), sum(plays), count(distinct child_profile_id), now()
        from viewing_days group by 1, 2, 3, 4
        union all
        select 'book_month', date_trunc('month', day)::date, publisher_id, book_id, sum(seconds_watched), sum(plays), count(distinct child_profile_id), now()
        from viewing_days group by 1, 2, 3, 4;
        """;

    public static async Task SeedAsync(this StorytimeApp app, IReadOnlyList<Viewing> viewings)
    {
        await using var data = NpgsqlDataSource.Create(app.ConnectionString + ";Pooling=false");
        await using var partitions = data.CreateCommand("select ensure_month_partition('viewing_days', month) from unnest($1) as month");
        partitions.Parameters.Add(new() { Value = viewings.Select(v => new DateOnly(v.Day.Year, v.Day.Month, 1)).Distinct().ToArray() });
        await partitions.ExecuteNonQueryAsync();
        await using var insert = data.CreateCommand("""
            insert into viewing_days (child_profile_id, day, book_id, publisher_id, territory, seconds_watched, plays, furthest_seconds) select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
            """);
        Add(NpgsqlDbType.Bigint, viewings.Select(v => v.Child).ToArray());
        Add(NpgsqlDbType.Date, viewings.Select(v => v.Day).ToArray());
        Add(NpgsqlDbType.Bigint, viewings.Select(v => v.Book).ToArray());
        Add(NpgsqlDbType.Bigint, viewings.Select(v => v.Publisher).ToArray());
        Add(NpgsqlDbType.Text, viewings.Select(v => v.Territory).ToArray());
        Add(NpgsqlDbType.Integer, viewings.Select(v => v.Seconds).ToArray());
        Add(NpgsqlDbType.Integer, viewings.Select(v => v.Plays).ToArray());
        Add(NpgsqlDbType.Double, viewings.Select(v => v.Furthest).ToArray());
        await insert.ExecuteNonQueryAsync();
        await app.SqlAsync(RollUpSql);

        void Add(NpgsqlDbType type, Array values) => insert.Parameters.Add(new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
