using Npgsql;
using NpgsqlTypes;
using Storytime.Reporting;

namespace Storytime.Admin.Dashboard;

/// <param name="Days">One for each day from the first to the last, which is today (UTC), also where nothing was watched.</param>
/// <param name="TopBooks">At most ten, the most minutes first.</param>
public sealed record DashboardWatching(DateOnly From, DateOnly To, IReadOnlyList<DashboardDay> Days, IReadOnlyList<DashboardTopBook> TopBooks);

/// <param name="Children">Distinct children of the day.</param>
public sealed record DashboardDay(DateOnly Day, decimal Minutes, long Plays, long Children);

/// <param name="Title">Null for a book that is not there any more.</param>
public sealed record DashboardTopBook(long BookId, string? Title, decimal Minutes, long Plays);

/// <summary>What was watched lately, from the rollups: as far as they are.</summary>
internal static class RecentWatching
{
    private const int DayCount = 30;

    private const string DaysSql = "select starts_on, seconds_watched, plays, children from usage_totals where grain = 'day' and starts_on between $1 and $2";

    private const string BooksSql = """
        select t.book_id, b.title, t.seconds, t.plays from (
            select book_id, sum(seconds_watched)::bigint as seconds, sum(plays)::bigint as plays from daily_usages where day between $1 and $2
            group by book_id order by 2 desc, 1 limit 10
        ) as t left join books b on b.id = t.book_id order by t.seconds desc, t.book_id
        """;

    public static Task<DashboardWatching> ReadAsync(NpgsqlDataSource reports, DateOnly today, CancellationToken ct) => ReportReading.TryAsync(async () =>
    {
        var from = today.AddDays(1 - DayCount);
        await using var reading = await ReportReading.BeginAsync(reports, ct);
        var days = (await ListAsync(reading, DaysSql, r => new DashboardDay(r.GetFieldValue<DateOnly>(0), Minutes(r.GetInt64(1)), r.GetInt32(2), r.GetInt32(3))))
            .ToDictionary(d => d.Day);
        var books = await ListAsync(reading, BooksSql, r => new DashboardTopBook(r.GetInt64(0), r.IsDBNull(1) ? null : r.GetString(1), Minutes(r.GetInt64(2)), r.GetInt64(3)));
        return new DashboardWatching(
            from, today, [.. Enumerable.Range(0, DayCount).Select(from.AddDays).Select(day => days.GetValueOrDefault(day) ?? new DashboardDay(day, 0, 0, 0))], books);

        async Task<List<T>> ListAsync<T>(ReportReading reading, string sql, Func<NpgsqlDataReader, T> row)
        {
            await using var command = reading.Command(sql, (NpgsqlDbType.Date, from), (NpgsqlDbType.Date, today));
            await using var reader = await command.ExecuteReaderAsync(ct);
            List<T> rows = [];
            while (await reader.ReadAsync(ct))
                rows.Add(row(reader));
            return rows;
        }
    }, ct);

    private static decimal Minutes(long seconds) => Math.Round(seconds / 60m, 2, MidpointRounding.AwayFromZero);
}
