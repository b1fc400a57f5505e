using System.Net;
using CsCheck;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

public sealed class ResumePositionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private sealed record Event(int Second, int? Position);

    /// <summary>Few moments, so that many events share one.</summary>
    private static readonly Gen<Event[]> _events =
        Gen.Select(Gen.Int[0, 4], Gen.Frequency((4, Gen.Int[0, 60].Select(p => (int?)p)), (1, Gen.Const((int?)null))), (second, position) => new Event(second, position)).Array[1, 12];

    private static readonly Gen<(Event[], int, int, int, int)> _sample = Gen.Select(_events, Gen.Int, Gen.Int, Gen.Int[1, 5], Gen.Int[1, 5]);

    [Fact]
    public async Task The_newest_event_decides_in_whatever_order_and_batches_events_arrive()
    {
        var book = await app.BookAsync(durationSeconds: 90);
        var (parent, child) = await app.FamilyAsync(book);
        await _sample.SampleAsync(async sample =>
        {
            var (events, oneOrder, otherOrder, oneSize, otherSize) = sample;
            var newest = events.Where(e => e.Position is not null).OrderByDescending(e => e.Second).ThenByDescending(e => e.Position).FirstOrDefault();
            (await SendAsync(events, oneOrder, oneSize)).ShouldBe(newest?.Position ?? 0);
            (await SendAsync(events, otherOrder, otherSize)).ShouldBe(newest?.Position ?? 0);
        }, iter: 100, threads: 1);

        async Task<double> SendAsync(Event[] events, int order, int size)
        {
            await app.SqlAsync($"delete from resume_positions where child_profile_id = {child}");
            var shuffled = events.ToArray();
            new Random(order).Shuffle(shuffled);
            foreach (var batch in shuffled.Chunk(size))
            {
                var body = batch.Select(e => new
                {
                    child_id = child,
                    book_id = book,
                    event_type = "heartbeat",
                    event_id = Guid.NewGuid(),
                    position_seconds = e.Position,
                    occurred_at = app.Now.AddSeconds(e.Second - 60).ToString("o"),
                });
                ((int)(await parent.PostAsync("/api/v1/usage_events", new { events = body })).ShouldBe(HttpStatusCode.OK)["accepted"]!).ShouldBe(batch.Length);
            }
            return (double)(await parent.GetAsync($"/api/v1/children/{child}/library"))["data"]![0]!["resume_position_seconds"]!;
        }
    }
}
