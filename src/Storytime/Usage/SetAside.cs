using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Usage;

/// <summary>Keeps what was rejected, so that somebody can find out why minutes are missing.</summary>
internal sealed partial class SetAside(NpgsqlDataSource database, ILogger<SetAside> log)
{
    /// <summary>Of an account in a UTC day: a client that sends nonsense must not fill the disk.</summary>
    public const int MostPerDay = 1_000;

    /// <summary>Characters (UTF-16) of an event.</summary>
    public const int LongestBody = 2_000;

    /// <summary>
    /// The account's rows are counted one request at a time. It is also the first that an erasure locks, and all that is locked here, so neither waits for the other with
    /// something in hand, and no child goes between our look at it and the insert.
    /// </summary>
    private const string LockSql = "select from users where id = $1 for no key update";

    /// <summary>
    /// Only what names a child of the account is kept with its content: it goes with the child. Anything else may be of a child that was erased, or of another family's that
    /// will be, whose data nobody would find.
    /// </summary>
    private const string InsertSql = """
        with before as (
            select count(*)::int as rows
            from (select from set_aside_events where user_id = $1 and received_at >= $2 and received_at < $3 limit $9) as today
        ), kept as (
            insert into set_aside_events (user_id, child_profile_id, code, message, body, received_at)
            select u.id, own.id, r.code, r.message,
                case when own.id is null then '' else r.body end, $4
            from unnest($5, $6, $7, $8) with ordinality as r(child_id, code, message, body, place)
            join users u on u.id = $1 left join child_profiles own on own.id = r.child_id and own.user_id = u.id
            order by r.place limit (select $9 - rows from before)
            returning 1
        )
        select rows, rows + (select count(*)::int from kept) from before
        """;

    /// <param name="userId">Whose token they came with.</param>
    /// <param name="events">As they were sent.</param>
    /// <param name="rejected">By <see cref="RejectedUsageEvent.Index"/> of <paramref name="events"/>.</param>
    public async Task KeepAsync(long userId, JsonElement[] events, List<RejectedUsageEvent> rejected, DateTimeOffset now, CancellationToken ct)
    {
        var codes = rejected.CountBy(r => r.Code).OrderBy(c => c.Key).Select(c => $"{Json.Name(c.Key)} {c.Value}");
        Log.Rejected(log, userId, rejected.Count, events.Length, string.Join(", ", codes));

        var day = Days.StartOf(Days.Of(now));
        await using var batch = database.CreateBatch();
        var turn = new NpgsqlBatchCommand(LockSql);
        turn.Parameters.Add(new() { Value = userId });
        batch.BatchCommands.Add(turn);
        var insert = new NpgsqlBatchCommand(InsertSql);
        batch.BatchCommands.Add(insert);
        insert.Parameters.Add(new() { Value = userId });
        insert.Parameters.Add(new() { Value = day });
        insert.Parameters.Add(new() { Value = day.AddDays(1) });
        insert.Parameters.Add(new() { Value = now });
        insert.Parameters.AddArray(NpgsqlDbType.Bigint, rejected.Select(r => r.ChildId));
        insert.Parameters.AddArray(NpgsqlDbType.Text, rejected.Select(r => Json.Name(r.Code)));
        insert.Parameters.AddArray(NpgsqlDbType.Text, rejected.Select(r => r.Message));
        insert.Parameters.AddArray(NpgsqlDbType.Text, rejected.Select(r => Body(events[r.Index])));
        insert.Parameters.Add(new() { Value = MostPerDay });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        await reader.ReadAsync(ct);
        // Once a day: by the request that takes the last places.
        if (reader.GetInt32(0) < MostPerDay && reader.GetInt32(1) == MostPerDay)
            Log.Full(log, userId, MostPerDay);
    }

    /// <summary>The JSON as it was sent. Bytes that are no UTF-8 become U+FFFD, and what is cut is cut between characters.</summary>
    private static string Body(JsonElement json)
    {
        var bytes = JsonMarshal.GetRawUtf8Value(json);
        // A character has at most 3 bytes (two have 4), so the end of these is behind the cut.
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, (3 * LongestBody) + 3)]);
        return text.Length <= LongestBody ? text : text[..(char.IsHighSurrogate(text[LongestBody - 1]) ? LongestBody - 1 : LongestBody)];
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Account {UserId}: {Rejected} of {Events} usage events were rejected ({Codes})")]
        public static partial void Rejected(ILogger logger, long userId, int rejected, int events, string codes);

        [LoggerMessage(LogLevel.Warning, "Account {UserId} had {Most} usage events rejected today; further ones are answered, but not kept")]
        public static partial void Full(ILogger logger, long userId, int most);
    }
}
