using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Storytime.Data;

namespace Storytime.Reporting;

/// <param name="Day">The day, or the first of the month; null in a report without time.</param>
/// <param name="Children">Null when it is not known any more: too old to be counted.</param>
/// <param name="IsHidden">Not for publishers.</param>
/// <param name="IsSmall">The reason for it is this row itself.</param>
internal readonly record struct MinutesWatchedCell(
    DateOnly? Day, long? PublisherId, string? PublisherName, long? BookId, string? Title, long Seconds, long Plays, long? Children, bool IsHidden, bool IsSmall);

/// <summary>Asks PostgreSQL; see <see cref="MinutesWatchedSql"/>.</summary>
internal sealed class MinutesWatched([FromKeyedServices(DataSetup.Reports)] NpgsqlDataSource database)
{
    /// <summary>One page, with the sums of all rows and their number, of one moment.</summary>
    public Task<(List<MinutesWatchedCell> Rows, MinutesWatchedCell Totals, long Count)> ReadAsync(MinutesWatchedQuestion question, int page, int perPage, CancellationToken ct) =>
        ReportReading.TryAsync(async () =>
        {
            await using var reading = await ReportReading.BeginAsync(database, ct);
            await using var count = Command(reading, MinutesWatchedSql.Count(question), question, 0, 0);
            var total = (long)(await count.ExecuteScalarAsync(ct))!;
            var sums = await ListAsync(reading, question.InAll, 0, 1, ct);
            var skip = (page - 1L) * perPage;
            return (skip < total ? await ListAsync(reading, question, skip, skip + perPage, ct) : [], sums[0], total);
        }, ct);

    /// <summary>All rows, as the database gives them.</summary>
    public static async IAsyncEnumerable<MinutesWatchedCell> StreamAsync(
        ReportReading reading, MinutesWatchedQuestion question, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = Command(reading, MinutesWatchedSql.Rows(question), question, 0, long.MaxValue);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            yield return Cell(reader);
    }

    private static async Task<List<MinutesWatchedCell>> ListAsync(ReportReading reading, MinutesWatchedQuestion question, long after, long upTo, CancellationToken ct)
    {
        await using var command = Command(reading, MinutesWatchedSql.Rows(question), question, after, upTo);
        await using var reader = await command.ExecuteReaderAsync(ct);
        List<MinutesWatchedCell> rows = [];
        while (await reader.ReadAsync(ct))
            rows.Add(Cell(reader));
        return rows;
    }

    private static NpgsqlCommand Command(ReportReading reading, string sql, MinutesWatchedQuestion question, long after, long upTo)
    {
        var (months, range) = (question.Range.WholeMonths, question.Range);
        return reading.Command(sql,
            (NpgsqlDbType.Date, range.From), (NpgsqlDbType.Date, range.Until), (NpgsqlDbType.Date, months.From), (NpgsqlDbType.Date, months.Until),
            (NpgsqlDbType.Bigint, question.PublisherId), (NpgsqlDbType.Bigint, question.BookId), (NpgsqlDbType.Text, question.Territory),
            (NpgsqlDbType.Bigint, after), (NpgsqlDbType.Bigint, upTo));
    }

    private static MinutesWatchedCell Cell(NpgsqlDataReader reader) => new(
        reader.GetFieldValue<DateOnly?>(0), reader.GetFieldValue<long?>(1), Text(reader, 2), reader.GetFieldValue<long?>(3), Text(reader, 4),
        reader.GetInt64(5), reader.GetInt64(6), reader.GetFieldValue<long?>(7), reader.GetBoolean(8), reader.GetBoolean(9));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
