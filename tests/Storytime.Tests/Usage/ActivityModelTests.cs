using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Usage;

public sealed class ActivityModelTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private sealed record Event(long Book, long? Session, string Type, int Second);

    private static readonly Gen<Event> _event = Gen.Select(
        Gen.Long[1, 2], Gen.OneOf<long?>(null, 7, 8), Gen.Frequency((4, "heartbeat"), (2, "play_start"), (1, "resume"), (2, "pause"), (1, "play_end")), Gen.Int[0, 1200],
        (book, session, type, second) => new Event(book, session, type, second));

    private static readonly Gen<(Event[] Events, int[] Days, int Now)> _history =
        Gen.Select(_event.Array[0, 60], Gen.Int[100, 1100].HashSet[2, 5].Select(d => d.Order().ToArray()), Gen.Int[0, 1500]);

    /// <summary>Seconds are counted one by one here: no intervals, no unions.</summary>
    [Fact]
    public async Task Minutes_and_plays_agree_with_a_plain_count_of_seconds()
    {
        var activity = app.Services.GetRequiredService<Activity>();
        var start = new DateTimeOffset(app.Now.UtcDateTime.Date.AddDays(-10), TimeSpan.Zero);
        var child = 1_000_000L;
        await _history.SampleAsync(async history =>
        {
            var (events, days, now) = history;
            var id = Interlocked.Increment(ref child);
            await app.StoreEventsAsync(id, [.. events.Select(e => (e.Book, e.Session, e.Type, start.AddSeconds(e.Second)))]);
            var rows = await activity.ReadAsync(id, [.. days.Select(d => start.AddSeconds(d))], start.AddSeconds(now), CancellationToken.None);
            rows.OrderBy(r => r.Day).ThenBy(r => r.BookId ?? 0).Select(r => (r.Day, r.BookId, r.Seconds, r.Plays, (int)(r.LastAt - start).TotalSeconds))
                .ShouldBe(Count(events, days, now));
        }, iter: 400, threads: 1);
    }

    private static IEnumerable<(int, long?, double, int, int)> Count(Event[] events, int[] days, int now)
    {
        var watched = events.Select((e, index) => (e, index)).GroupBy(x => (x.e.Book, x.e.Session)).SelectMany(session =>
        {
            var inOrder = session.OrderBy(x => x.e.Second).ThenBy(x => Closes(x.e)).ThenBy(x => x.index).Select(x => x.e).ToList();
            return inOrder.SelectMany((e, i) => Closes(e) ? [] : Enumerable.Range(e.Second, 90)
                .TakeWhile(second => i + 1 == inOrder.Count || second < inOrder[i + 1].Second).Where(second => second < now).Select(second => (e.Book, second)));
        }).ToHashSet();
        for (var day = 0; day + 1 < days.Length; day++)
        {
            var (from, until) = (days[day], days[day + 1]);
            foreach (long? book in new long?[] { null, 1, 2 })
            {
                var seconds = watched.Where(w => (book is null || w.Book == book) && w.second >= from && w.second < until).Select(w => w.second).ToHashSet();
                var plays = events.Where(e => e.Type == "play_start" && (book is null || e.Book == book) && e.Second >= from && e.Second < until).Select(e => e.Second).ToList();
                if (seconds.Count + plays.Count > 0)
                    yield return (day, book, seconds.Count, plays.Count, seconds.Select(s => s + 1).Concat(plays).Max());
            }
        }
    }

    private static bool Closes(Event e) => e.Type is "pause" or "play_end";
}
