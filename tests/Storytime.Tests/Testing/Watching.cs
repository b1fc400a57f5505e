using System.Net;
using Npgsql;
using NpgsqlTypes;

namespace Storytime.Tests.Testing;

/// <summary>What a child watches, as its player reports it.</summary>
public static class Watching
{
    /// <summary>Asks to play, as a player does, and gives the id of the playback session.</summary>
    public static async Task<long> OpenAsync(this ApiClient device, long child, long book) =>
        (long)(await device.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book })).ShouldBe(HttpStatusCode.Created)["id"]!;

    public static async Task ReportAsync(
        this ApiClient device, long child, long book, string type, DateTimeOffset at, long? session = null, double? position = null) =>
        (await device.PostAsync("/api/v1/usage_events",
            new { child_id = child, book_id = book, event_type = type, occurred_at = at.ToString("o"), playback_session_id = session, position_seconds = position }))
        .ShouldBe(HttpStatusCode.Created);

    /// <summary>Starts, beats every 30 seconds and ends.</summary>
    public static async Task WatchAsync(this ApiClient device, long child, long book, DateTimeOffset from, DateTimeOffset until, long? session = null)
    {
        var beats = Enumerable.Range(1, 10_000).Select(n => from.AddSeconds(30 * n)).TakeWhile(at => at < until).Select(at => ("heartbeat", at));
        var events = beats.Prepend(("play_start", from)).Append(("play_end", until))
            .Select(e => new { child_id = child, book_id = book, event_type = e.Item1, occurred_at = e.Item2.ToString("o"), playback_session_id = session }).ToArray();
        ((int)(await device.PostAsync("/api/v1/usage_events", new { events })).ShouldBe(HttpStatusCode.OK)["accepted"]!).ShouldBe(events.Length);
    }

    /// <summary>Events straight into the table, also of times that the API would not take any more. Their ids are in the order of the list.</summary>
    public static async Task StoreEventsAsync(this StorytimeApp app, long child, IReadOnlyList<(long Book, long? Session, string Type, DateTimeOffset At)> events)
    {
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync();
        await using var batch = new NpgsqlBatch(connection);
        var partitions = new NpgsqlBatchCommand("select ensure_month_partition('usage_events', month) from unnest($1) as month");
        partitions.Parameters.Add(new() { Value = events.Select(e => new DateOnly(e.At.UtcDateTime.Year, e.At.UtcDateTime.Month, 1)).Distinct().ToArray() });
        var insert = new NpgsqlBatchCommand("""
            insert into usage_events (child_profile_id, event_id, book_id, playback_session_id, event_type, occurred_at, created_at)
            select $1, lpad(to_hex(n), 32, '0')::uuid, book, session, type, at, at from unnest($2, $3, $4, $5) with ordinality as e(book, session, type, at, n)
            """);
        insert.Parameters.Add(new() { Value = child });
        insert.Parameters.Add(new() { Value = events.Select(e => e.Book).ToArray() });
        insert.Parameters.Add(new() { Value = events.Select(e => e.Session).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        insert.Parameters.Add(new() { Value = events.Select(e => e.Type).ToArray() });
        insert.Parameters.Add(new() { Value = events.Select(e => e.At.ToUniversalTime()).ToArray() });
        batch.BatchCommands.Add(partitions);
        batch.BatchCommands.Add(insert);
        await batch.ExecuteNonQueryAsync();
    }
}
