using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Parquet;
using Parquet.Schema;

namespace Storytime.Usage;

/// <summary>
/// One day's events as Parquet, with what reaches into the day: those of the 90 seconds before it (<c>lead_in</c>), so that its minutes can be worked out from this file
/// alone. Children and sessions stand there as keyed hashes; what an event is known by, its metadata and its arrival do not. Columns are explained in docs/analytics.md.
/// </summary>
internal sealed class ArchiveFile(NpgsqlDataSource database)
{
    /// <summary>Rows that are in memory at once.</summary>
    private const int RowGroup = 50_000;

    private const int HashBytes = 16;

    private static readonly ParquetOptions _options = new() { CompressionMethod = CompressionMethod.Snappy };

    private static readonly DataField<long> _seq = new("seq");
    private static readonly DateTimeDataField _occurredAt = new("occurred_at", DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, isNullable: false);
    /// <summary>
    /// Of the same column, for its values, which are written as what they are stored as: of times the library stores the least and the greatest as milliseconds, by which engines
    /// pass over the row groups that they should read (https://github.com/aloneguid/parquet-dotnet/issues/769).
    /// </summary>
    private static readonly DataField _occurredAtMicros = new ParquetSchema(new DataField<long>(_occurredAt.Name)).DataFields[0];
    private static readonly DataField<long> _dayMicros = new("day_micros");
    private static readonly DataField<bool> _leadIn = new("lead_in");
    private static readonly DataField<string> _child = new("child", nullable: false);
    private static readonly DataField<string> _session = new("session", nullable: true);
    private static readonly DataField<long> _bookId = new("book_id");
    private static readonly DataField<long?> _publisherId = new("publisher_id");
    private static readonly DataField<string> _territory = new("territory", nullable: false);
    private static readonly DataField<string> _eventType = new("event_type", nullable: false);
    private static readonly DataField<double?> _positionSeconds = new("position_seconds");
    private static readonly DataField<long?> _clockSkewMinutes = new("clock_skew_minutes");

    private static readonly ParquetSchema _schema = new(
        _seq, _occurredAt, _dayMicros, _leadIn, _child, _session, _bookId, _publisherId, _territory, _eventType, _positionSeconds, _clockSkewMinutes);

    /// <summary>
    /// Of children that are being erased nothing is archived; their events go piece by piece. The lead-in stands in the file of the day before too, at the end of a month with
    /// other hashes, so it has no more than minutes are worked out from. In milliseconds a clock's skew would tell devices apart. Dates stand for midnight UTC, as the
    /// connections are set to.
    /// </summary>
    private const string EventsSql = $"""
        select occurred_at, child_profile_id, playback_session_id, book_id, publisher_id, territory, event_type,
            case when occurred_at >= $1::timestamptz then position_seconds end, case when occurred_at >= $1::timestamptz then round(clock_skew_ms / 60000.0)::bigint end
        from usage_events e
        where {WatchTime.BearsUponDay}
            and exists (select from child_profiles c where c.id = e.child_profile_id)
        order by occurred_at, event_id
        """;

    private readonly record struct Row(
        long Seq, DateTime OccurredAt, long DayMicros, string Child, string? Session, long BookId, long? PublisherId, string Territory,
        string EventType, double? PositionSeconds, long? ClockSkewMinutes);

    /// <summary>Writes a day as it is in the database now; in memory is a part of it.</summary>
    /// <param name="key">Of the day's month, for its lead-in too: so that a child is one child in the file.</param>
    /// <param name="to">Seekable.</param>
    /// <returns>Numbers of rows, and of events among them that are of the day itself.</returns>
    public async Task<(long Rows, long Events)> WriteAsync(DateOnly day, byte[] key, Stream to, CancellationToken ct)
    {
        await using var command = database.CreateCommand(EventsSql);
        command.CommandTimeout = 600;
        command.Parameters.Add(new() { Value = day });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await using var writer = await ParquetWriter.CreateAsync(_schema, to, _options, cancellationToken: ct);
        var midnight = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        List<Row> rows = [];
        var (count, events) = (0L, 0L);
        while (await reader.ReadAsync(ct))
        {
            var row = Read(reader, count++, midnight, key);
            events += row.DayMicros >= 0 ? 1 : 0;
            rows.Add(row);
            if (rows.Count == RowGroup)
                await WriteAsync(writer, rows, ct);
        }
        if (rows.Count > 0)
            await WriteAsync(writer, rows, ct);
        return (count, events);
    }

    private static Row Read(NpgsqlDataReader reader, long seq, DateTime midnight, byte[] key)
    {
        var at = reader.GetDateTime(0);
        return new(seq, at, (at - midnight).Ticks / TimeSpan.TicksPerMicrosecond, Hash(key, "child", reader.GetInt64(1)),
            reader.IsDBNull(2) ? null : Hash(key, "session", reader.GetInt64(2)), reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetInt64(4),
            reader.GetString(5), reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetDouble(7), reader.IsDBNull(8) ? null : reader.GetInt64(8));
    }

    private static string Hash(byte[] key, string what, long id) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what}:{id}"))).AsSpan(0, HashBytes));

    private static async Task WriteAsync(ParquetWriter writer, List<Row> rows, CancellationToken ct)
    {
        using var group = writer.CreateRowGroup();
        await group.WriteAsync<long>(_seq, Column(r => r.Seq), cancellationToken: ct);
        await group.WriteAsync<long>(_occurredAtMicros, Column(r => (r.OccurredAt - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond), cancellationToken: ct);
        await group.WriteAsync<long>(_dayMicros, Column(r => r.DayMicros), cancellationToken: ct);
        await group.WriteAsync<bool>(_leadIn, Column(r => r.DayMicros < 0), cancellationToken: ct);
        await group.WriteAsync(_child, Column(r => r.Child));
        await group.WriteAsync(_session, Column(r => r.Session)!);
        await group.WriteAsync<long>(_bookId, Column(r => r.BookId), cancellationToken: ct);
        await group.WriteAsync<long>(_publisherId, Column(r => r.PublisherId), cancellationToken: ct);
        await group.WriteAsync(_territory, Column(r => r.Territory));
        await group.WriteAsync(_eventType, Column(r => r.EventType));
        await group.WriteAsync<double>(_positionSeconds, Column(r => r.PositionSeconds), cancellationToken: ct);
        await group.WriteAsync<long>(_clockSkewMinutes, Column(r => r.ClockSkewMinutes), cancellationToken: ct);
        group.CompleteValidate();
        rows.Clear();

        T[] Column<T>(Func<Row, T> of) => [.. rows.Select(of)];
    }
}
