using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Storytime.Data;

namespace Storytime.Reporting;

/// <param name="Finished">Null when nobody knows how long the book's video is.</param>
internal readonly record struct BookCompletion(long BookId, string? Title, long Viewings, long? Finished)
{
    /// <summary>The share that is finished.</summary>
    public decimal? Rate => Finished is { } finished ? Share(finished, Viewings) : null;

    /// <returns>From 0 to 1, to four decimals.</returns>
    public static decimal Share(long some, long all) => Math.Round((decimal)some / all, 4, MidpointRounding.AwayFromZero);
}

/// <summary>How far children get in books, from what each watched of a book on a day.</summary>
internal sealed class Viewings([FromKeyedServices(DataSetup.Reports)] NpgsqlDataSource database)
{
    /// <summary>The first day of which all is kept, when something was watched in the range before it; else null.</summary>
    private const string GoneSql = $"""
        select since from ({MinutesWatchedSql.KeptSince}) as kept where exists (select from daily_usages where day >= $1 and day < $2 and day < since)
        """;

    private const string CompletionSql = """
        with watched as (
            select v.book_id, b.title, count(*) as viewings, case when a.duration_seconds > 0 then count(*) filter (where v.furthest_seconds >= 0.95 * a.duration_seconds) end as finished
            from viewing_days v left join books b on b.id = v.book_id left join video_assets a on a.id = b.playing_asset_id
            where v.day >= $1 and v.day < $2 and ($3 is null or v.publisher_id = $3) group by v.book_id, b.title, a.duration_seconds
        )
        """;

    private const string CompletionRowsSql = $"{CompletionSql} select * from watched order by viewings desc, book_id offset $4 limit $5";

    private const string BookSql = """
        select b.title, a.duration_seconds, (select count(*) from viewing_days where book_id = b.id and day >= $2 and day < $3)
        from books b left join video_assets a on a.id = b.playing_asset_id where b.id = $1
        """;

    private const string DropOffSql = """
        select count(v.furthest) from generate_series(0, 100, 5) as percent left join (
            select coalesce(furthest_seconds, 0) as furthest from viewing_days where book_id = $1 and day >= $2 and day < $3
        ) as v on v.furthest >= percent * $4 / 100.0 group by percent order by percent
        """;
    /// <returns>Null when all of the range is kept, or nothing was watched in what is not.</returns>
    public async Task<DateOnly?> KeptSinceAsync(ReportRange range, CancellationToken ct)
    {
        await using var reading = await ReportReading.BeginAsync(database, ct);
        await using var command = reading.Command(GoneSql, Range(range));
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? reader.GetFieldValue<DateOnly>(0) : null;
    }

    public Task<(List<BookCompletion> Rows, long Count)> CompletionAsync(ReportRange range, long? publisherId, int page, int perPage, CancellationToken ct) =>
        ReportReading.TryAsync(async () =>
        {
            await using var reading = await ReportReading.BeginAsync(database, ct);
            await using var command = reading.Command($"{CompletionSql} select count(*) from watched", [.. Range(range), (NpgsqlDbType.Bigint, publisherId)]);
            var count = (long)(await command.ExecuteScalarAsync(ct))!;
            List<BookCompletion> rows = [];
            await foreach (var row in StreamCompletionAsync(reading, range, publisherId, (page - 1L) * perPage, perPage, ct))
                rows.Add(row);
            return (rows, count);
        }, ct);

    public static async IAsyncEnumerable<BookCompletion> StreamCompletionAsync(
        ReportReading reading, ReportRange range, long? publisherId, long skip, long? take, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = reading.Command(
            CompletionRowsSql, [.. Range(range), (NpgsqlDbType.Bigint, publisherId), (NpgsqlDbType.Bigint, skip), (NpgsqlDbType.Bigint, take)]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            yield return new BookCompletion(reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<long?>(3));
    }

    /// <summary>Of a book that is there. <c>Reached</c> is how many viewings got to each twentieth of the video; empty when nobody knows how long it is.</summary>
    public Task<(string Title, int? DurationSeconds, long Viewings, List<long> Reached)> DropOffAsync(long bookId, ReportRange range, CancellationToken ct) =>
        ReportReading.TryAsync(async () =>
        {
            await using var reading = await ReportReading.BeginAsync(database, ct);
            await using var book = reading.Command(BookSql, [(NpgsqlDbType.Bigint, bookId), .. Range(range)]);
            (string, int?, long) facts;
            await using (var reader = await book.ExecuteReaderAsync(ct))
            {
                await reader.ReadAsync(ct);
                facts = (reader.GetString(0), reader.GetFieldValue<int?>(1), reader.GetInt64(2));
            }
            List<long> reached = [];
            if (facts.Item2 is > 0 and var duration)
            {
                await using var command = reading.Command(DropOffSql, [(NpgsqlDbType.Bigint, bookId), .. Range(range), (NpgsqlDbType.Integer, duration)]);
                await using var reader = await command.ExecuteReaderAsync(ct);
                while (await reader.ReadAsync(ct))
                    reached.Add(reader.GetInt64(0));
            }
            return (facts.Item1, facts.Item2, facts.Item3, reached);
        }, ct);

    private static (NpgsqlDbType Type, object? Value)[] Range(ReportRange range) => [(NpgsqlDbType.Date, range.From), (NpgsqlDbType.Date, range.Until)];
}
