using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Usage;

/// <summary>Minutes watched, by SQL and by a plain strip of tenths of seconds.</summary>
public sealed class WatchTimeTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const int Cases = 400;
    private const int Tick = 10;
    private const int Longest = 90 * Tick;
    private const int Span = 40 * 60 * Tick;

    private sealed record Reported(int At, UsageEventType Type, long Book, long? Session, Guid Id);

    /// <summary>Many at the same moment, many just 90 seconds apart; two books, and sessions that run at the same time.</summary>
    private static readonly Gen<Reported> _event = Gen.Select(
        Gen.Frequency((2, Gen.Int[0, Span]), (3, Gen.Int[0, Span / 300].Select(n => n * 300))),
        Gen.Frequency((2, Gen.Const(UsageEventType.Heartbeat)), (3, Gen.Enum<UsageEventType>())),
        Gen.Long[1, 2],
        Gen.Frequency((1, Gen.Const((long?)null)), (2, Gen.Long[1, 2].Select(s => (long?)s))),
        Gen.Guid,
        (at, type, book, session, id) => new Reported(at, type, book, session, id));

    private static readonly Gen<(Reported[] Events, int From, int Until)> _case = Gen.Select(_event.Array[0, 40], Gen.Int[-Span / 4, Span], Gen.Int[1, Span], (e, from, length) => (e, from, from + length));

    private long _children;

    [Fact]
    public async Task The_seconds_from_SQL_agree_with_a_plain_strip() => await _case.Array[Cases].SampleAsync(async cases =>
    {
        var start = new DateTimeOffset(app.Now.Year, app.Now.Month, 10, 12, 0, 0, TimeSpan.Zero);
        var first = _children;
        _children += Cases;
        await StoreAsync(cases.Select(c => c.Events), first, start);
        var watchTime = app.Services.GetRequiredService<WatchTime>();
        var watchedAtAll = 0;
        foreach (var ((events, from, until), child) in cases.Select((c, index) => (c, first + index)))
        {
            var seconds = await watchTime.SecondsAsync(child, start.AddMilliseconds(100 * from), start.AddMilliseconds(100 * until), CancellationToken.None);
            var ticks = Plain(events, from, until);
            seconds.ShouldBe((double)ticks / Tick, 0.000001, $"{string.Join("; ", events.OrderBy(e => e.At))} in {from}..{until}");
            watchedAtAll += ticks > 0 ? 1 : 0;
        }
        watchedAtAll.ShouldBeGreaterThan(Cases / 2);
    }, iter: 1, threads: 1);

    /// <summary>Colours the strip under each event that opens time, to the next event of its session or for 90 seconds, and counts what is coloured.</summary>
    private static int Plain(Reported[] events, int from, int until)
    {
        var watched = new HashSet<int>();
        foreach (var session in events.GroupBy(e => (e.Book, e.Session)))
        {
            var all = session.ToList();
            foreach (var open in all.Where(e => !Closes(e)))
            {
                // At one moment those that close come last: nothing is watched then.
                var end = all.Where(e => e.At > open.At || (e.At == open.At && Closes(e))).Select(e => e.At).Append(open.At + Longest).Min();
                for (var tick = open.At; tick < Math.Min(end, open.At + Longest); tick++)
                    watched.Add(tick);
            }
        }
        return watched.Count(t => from <= t && t < until);
    }

    private static bool Closes(Reported e) => e.Type is UsageEventType.Pause or UsageEventType.PlayEnd;

    /// <summary>Each case is a child of its own.</summary>
    private async Task StoreAsync(IEnumerable<Reported[]> cases, long first, DateTimeOffset start)
    {
        _ = app.Client();
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync();
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, playback_session_id, created_at) from stdin (format binary)");
        foreach (var (events, index) in cases.Select((events, index) => (events, index)))
        {
            foreach (var e in events)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(first + index, NpgsqlDbType.Bigint);
                await copy.WriteAsync(e.Book, NpgsqlDbType.Bigint);
                await copy.WriteAsync(e.Id, NpgsqlDbType.Uuid);
                await copy.WriteAsync(Storytime.Platform.Json.Name(e.Type), NpgsqlDbType.Text);
                await copy.WriteAsync(start.AddMilliseconds(100 * e.At), NpgsqlDbType.TimestampTz);
                if (e.Session is { } session)
                    await copy.WriteAsync(session, NpgsqlDbType.Bigint);
                else
                    await copy.WriteNullAsync();
                await copy.WriteAsync(start, NpgsqlDbType.TimestampTz);
            }
        }
        await copy.CompleteAsync();
    }
}
