using System.Net;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Usage;

/// <summary>The roll-up, held against <see cref="PlainWatchTime"/>.</summary>
public sealed class RollUpModelTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const int Rounds = 20;
    private const int Children = 500;

    private long FirstOfMonth => (long)(new DateTimeOffset(app.Now.Year, app.Now.Month, 1, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).TotalMicroseconds;

    /// <summary>10,000 histories. All events of a round come in repeated, shuffled and in batches, and the roll-up runs in between.</summary>
    [Fact]
    public async Task Whatever_comes_in_in_whatever_order_and_whenever_it_is_rolled_up_the_sums_are_those_of_the_plain_model()
    {
        _ = app.Services;
        var (first, all, watched) = (1_000_000L, new List<PlainDay>(), 0);
        var round = Gen.Select(Histories.Around(FirstOfMonth).Array[Children], Gen.Int[1, 6], Gen.UInt);
        await round.SampleAsync(async (histories, runs, seed) =>
        {
            var random = new Random((int)seed);
            var events = histories.SelectMany((h, index) => h.Select(e => e with { Child = first + index })).ToArray();
            await app.AddChildrenAsync(first, Children);
            await StoreAsync(events, runs, random);
            await app.RollUpAsync();

            var expected = PlainWatchTime.Days(events);
            (await app.DaysAsync(first, first + Children - 1)).ShouldBeTheSameAs(expected);
            all.AddRange(expected);
            (await app.SumsAsync()).ShouldBeTheSameAs(PlainWatchTime.Sums(all));
            watched += expected.Select(d => d.Child).Distinct().Count();
            first += Children;
        }, iter: Rounds, threads: 1);
        watched.ShouldBeGreaterThan(Rounds * Children * 3 / 4);
        (await app.SqlAsync("select count(*) from child_profiles")).ShouldBe((long)Rounds * Children);
    }

    private async Task StoreAsync(PlainEvent[] events, int runs, Random random)
    {
        var rollUp = app.Services.GetRequiredService<RollUp>();
        var deliveries = events.Repeated(random);
        await using var connection = await app.ConnectAsync();
        foreach (var part in deliveries.Chunk((deliveries.Count / runs) + 1))
        {
            foreach (var batch in part.Chunk(random.Next(50, 2000)))
                await connection.StoreAsync([.. batch.DistinctBy(e => e.Id)]);
            await rollUp.RunAsync(wait: null, TestContext.Current.CancellationToken);
        }
    }
}

/// <summary>The same through the front door.</summary>
public sealed class ReportedRollUpTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    /// <summary>200 histories. The publisher is the one that has the book when the event comes in.</summary>
    [Fact]
    public async Task What_players_report_is_rolled_up_as_the_plain_model_says()
    {
        const int Count = 200;
        var parent = await app.ParentAsync();
        var user = (await parent.GetAsync("/api/v1/me"))["id"];
        long[] books = [await app.BookAsync("One"), await app.BookAsync("Two")];
        long?[] publishers = [null, await app.PublisherAsync(), await app.PublisherAsync()];
        await app.SqlAsync($"""
            insert into child_profiles (id, user_id, name, created_at, updated_at) select 5000 + n, {user}, 'Mia', now(), now() from generate_series(0, {Count - 1}) n;
            insert into library_items (child_profile_id, book_id, added_by_user_id, created_at) select 5000 + n, b, {user}, now() from generate_series(0, {Count - 1}) n, unnest(array[{books[0]}, {books[1]}]) b;
            insert into playback_sessions (id, child_profile_id, book_id, video_asset_id, issued_at, expires_at, created_at)
                select 100000 + n * 10 + b * 3 + s, 5000 + n, (array[{books[0]}, {books[1]}])[b], 1, now(), now() + interval '1 minute', now()
                from generate_series(0, {Count - 1}) n, generate_series(1, 2) b, generate_series(1, 2) s
            """);
        // Midnight before last, so that no clock of a player is ahead of ours.
        var midnight = (long)(new DateTimeOffset(app.Now.UtcDateTime.Date.AddDays(-3), TimeSpan.Zero) - DateTimeOffset.UnixEpoch).TotalMicroseconds;
        await Gen.Select(Histories.Around(midnight).Array[Count], Gen.UInt).SampleAsync(async (histories, seed) =>
        {
            var random = new Random((int)seed);
            var events = histories.SelectMany((h, n) => h.Select(e => e with
            {
                Child = 5000 + n,
                Book = books[e.Book - 1],
                Session = e.Session is { } s ? 100000 + (n * 10) + (e.Book * 3) + s : null,
                Territory = "US",
            })).ToArray();
            var deliveries = events.Repeated(random);
            var stored = new Dictionary<Guid, PlainEvent>();
            while (deliveries.Count > 0)
            {
                var batch = deliveries.Take(random.Next(1, 300)).ToList();
                deliveries.RemoveRange(0, batch.Count);
                if (random.Next(3) == 0)
                    await app.SqlAsync($"update books set publisher_id = {publishers[random.Next(3)]?.ToString() ?? "null"} where id = {books[random.Next(2)]}");
                var owners = ((string)(await app.SqlAsync($"select string_agg(coalesce(publisher_id::text, ''), ' ' order by id) from books"))!).Split(' ');
                foreach (var e in batch)
                    stored.TryAdd(e.Id, e with { Publisher = long.TryParse(owners[Array.IndexOf(books, e.Book)], out var owner) ? owner : null });
                (await parent.PostAsync("/api/v1/usage_events", new { events = batch.Select(Reported) })).ShouldBe(HttpStatusCode.OK)["rejected"]!.AsArray().ShouldBeEmpty();
                if (random.Next(4) == 0)
                    await app.Services.GetRequiredService<RollUp>().RunAsync(wait: null, TestContext.Current.CancellationToken);
            }
            await app.RollUpAsync();
            var expected = PlainWatchTime.Days(stored.Values);
            (await app.DaysAsync()).ShouldBeTheSameAs(expected);
            (await app.SumsAsync()).ShouldBeTheSameAs(PlainWatchTime.Sums(expected));
        }, iter: 1, threads: 1);
    }

    private static object Reported(PlainEvent e) => new
    {
        child_id = e.Child,
        book_id = e.Book,
        event_type = e.Type,
        occurred_at = DateTimeOffset.UnixEpoch.AddMicroseconds(e.At).ToString("o"),
        event_id = e.Id,
        playback_session_id = e.Session,
        position_seconds = e.Position,
    };
}
