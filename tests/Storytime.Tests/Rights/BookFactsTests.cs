using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Catalog;
using Storytime.Rights;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

public sealed class BookFactsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private static readonly Gen<string> _territory = Gen.OneOf("US", "GB", RightsWindow.Global);

    /// <summary>Windows of one publisher and territory that do not overlap, though they may touch; hours from now.</summary>
    private static readonly Gen<(int Start, int End)[]> _spans =
        Gen.Int[-4, 4].HashSet[0, 6].Select(hours => hours.Order().ToArray())
            .SelectMany(hours => Gen.Bool.Array[hours.Length].Select(kept =>
                hours.Zip(hours.Skip(1)).Where((_, i) => kept[i]).Select(pair => (pair.First, pair.Second)).ToArray()));

    private static readonly Gen<(PublisherStatus?, BookStatus, (string, bool, (int, int)[])[])> _book = Gen.Select(
        Gen.OneOf<PublisherStatus?>(PublisherStatus.Active, PublisherStatus.Inactive, null),
        Gen.Enum<BookStatus>(),
        Gen.Select(_territory, Gen.Frequency((4, true), (1, false)), _spans).Array[0, 3]
            .Select(all => all.DistinctBy(w => w.Item1).ToArray()));

    [Fact]
    public async Task The_facts_from_SQL_agree_with_a_plain_look_at_the_windows() => await _book.SampleAsync(async sample =>
    {
        var (publisherStatus, status, territories) = sample;
        var now = app.Now;
        await app.InDatabaseAsync(async db =>
        {
            var publisher = publisherStatus is { } s ? Publisher.Create("Owl House", null, null, s, now) : null;
            var former = Publisher.Create("Former House", null, null, PublisherStatus.Active, now);
            db.AddRange(new object?[] { publisher, former }.OfType<object>());
            await db.SaveChangesAsync();
            var book = Book.Create(new BookContent("Moon", "A", "", 2, 6, "en", publisher?.Id, status), now);
            db.Add(book);
            await db.SaveChangesAsync();
            var windows = territories.SelectMany(t => t.Item3.Select(span => RightsWindow.Create(
                t.Item2 && publisher is not null ? publisher.Id : former.Id, book.Id, now.AddHours(span.Item1), now.AddHours(span.Item2), t.Item1, now))).ToArray();
            db.AddRange(windows);
            await db.SaveChangesAsync();

            foreach (var country in new[] { "US", "GB", "FR" })
            {
                var row = await db.Books.Where(b => b.Id == book.Id).WithFacts(db, country, now).SingleAsync();
                row.Facts.ShouldBe(Twin(book, publisher, windows, country, now), $"in {country}");
                row.LeavingAt(now).ShouldBe(EndOfChain(publisher, windows, country, now), $"in {country}");
            }

            // From memory it is the same, at every moment and on the very edges.
            var cache = app.Services.GetRequiredService<BookCache>();
            var version = await db.CatalogVersions.Select(v => v.Version).SingleAsync();
            var cached = (await cache.GetAsync(version, [book.Id], TestContext.Current.CancellationToken))[book.Id];
            foreach (var country in new[] { "US", "GB", "FR" })
            {
                for (var hour = -5; hour <= 5; hour++)
                    cached.In(country, now.AddHours(hour)).ShouldBe(await db.Books.Where(b => b.Id == book.Id).WithFacts(db, country, now.AddHours(hour)).SingleAsync(), $"in {country}, {hour} h");
            }
        });
    }, iter: 150, threads: 1);

    private static BookFacts Twin(Book book, Publisher? publisher, RightsWindow[] windows, string country, DateTimeOffset now)
    {
        var counting = windows.Where(w => w.PublisherId == publisher?.Id && (w.Territory == country || w.Territory == "GLOBAL")).ToArray();
        DateTimeOffset? end = null, start = null;
        foreach (var window in counting)
        {
            if (window.StartAt <= now && now < window.EndAt && (end is null || window.EndAt > end))
                end = window.EndAt;
            if (window.StartAt > now && (start is null || window.StartAt < start))
                start = window.StartAt;
        }
        return new BookFacts(book.Status == BookStatus.Active, publisher is not null, publisher?.Status == PublisherStatus.Active,
            end, start, counting.Any(w => w.EndAt <= now), VideoIsReady: false);
    }

    /// <summary>Goes from window to window for as long as one holds.</summary>
    private static DateTimeOffset? EndOfChain(Publisher? publisher, RightsWindow[] windows, string country, DateTimeOffset now)
    {
        var end = now;
        while (windows.FirstOrDefault(w => w.PublisherId == publisher?.Id && (w.Territory == country || w.Territory == "GLOBAL") && w.StartAt <= end && end < w.EndAt) is { } window)
            end = window.EndAt;
        return end == now ? null : end;
    }

    [Fact]
    public async Task A_book_is_ready_when_its_playing_asset_is()
    {
        var now = app.Now;
        await app.InDatabaseAsync(async db =>
        {
            var book = Book.Create(new BookContent("Ready", "A", "", 2, 6, "en", null, BookStatus.Active), now);
            db.Add(book);
            await db.SaveChangesAsync();
            var assetId = await app.ReadyVideoAsync(book.Id, seconds: 61);

            var row = await db.Books.Where(b => b.Id == book.Id).WithFacts(db, "US", now).SingleAsync();

            row.VideoIsReady.ShouldBeTrue();
            row.DurationSeconds.ShouldBe(61);
            row.PlayingAssetId.ShouldBe(assetId);
            row.HlsManifestPath.ShouldBe($"books/{book.Id}/hls/index.m3u8");
            Entitlement.Decide(row.Facts).ShouldBe(new Decision(null, null, null));
        });
    }

    [Fact]
    public async Task The_facts_of_many_books_come_from_one_statement() => await app.InDatabaseAsync(db =>
    {
        var sql = db.Books.Where(b => b.Status == BookStatus.Active).OrderBy(b => b.Title).WithFacts(db, "US", app.Now).Take(3).ToQueryString();
        sql.ShouldContain("LEFT JOIN publishers");
        sql.ShouldContain("LIMIT");
        sql.ShouldNotContain("search_vector");
        return Task.CompletedTask;
    });
}
