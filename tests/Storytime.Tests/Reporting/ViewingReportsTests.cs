using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

public sealed class ViewingReportsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Reports = "/admin/api/v1/reports";
    private const string Range = "from=2024-02-01&to=2024-03-31";

    [Fact]
    public async Task Finishing_and_dropping_off_agree_with_a_plain_look_at_every_viewing()
    {
        var publisher = await app.PublisherAsync();
        int?[] durations = [90, 100, 61, null, 90];
        var books = new List<long>();
        foreach (var (i, duration) in durations.Index())
            books.Add(await app.BookAsync($"Tale {i}", durationSeconds: duration, video: i != 4));
        var random = new Random(4711);
        var viewings = (from day in Enumerable.Range(-5, 70)
                        from book in Enumerable.Range(0, books.Count)
                        from child in Enumerable.Range(1, 8)
                        where random.Next(3 + book) == 0
                        select new Viewing(child, new DateOnly(2024, 2, 1).AddDays(day), books[book], book == 1 || day > 30 ? publisher : null, "US", 60, 1,
                            random.Next(9) == 0 ? null : random.Next(4) == 0 ? (double)((durations[book] ?? 60) * 0.95m) : random.Next(0, 110))).ToList();
        await app.SeedAsync(viewings);
        var finance = await app.StaffAsync(AdminRole.Finance);

        foreach (var ofPublisher in new[] { false, true })
        {
            var chosen = viewings.Where(v => v.Day >= new DateOnly(2024, 2, 1) && v.Day <= new DateOnly(2024, 3, 31) && (!ofPublisher || v.Publisher == publisher)).ToList();
            var expected = chosen.GroupBy(v => v.Book).Select(g =>
            {
                var i = books.IndexOf(g.Key);
                long? finished = i == 4 || durations[i] is null ? null : g.Count(v => v.Furthest >= (double)(0.95m * durations[i]!.Value));
                return (g.Key, $"Tale {i}", g.LongCount(), finished, finished is null ? null : (decimal?)Math.Round((decimal)finished.Value / g.Count(), 4, MidpointRounding.AwayFromZero));
            }).OrderByDescending(b => b.Item3).ThenBy(b => b.Key).ToList();
            var query = $"{Range}{(ofPublisher ? $"&publisher_id={publisher}" : "")}";
            var answer = (await finance.GetAsync($"{Reports}/completion?{query}")).ShouldBe(HttpStatusCode.OK);
            answer["data"]!.AsArray().Select(r => ((long)r!["book_id"]!, (string)r["title"]!, (long)r["viewings"]!, (long?)r["finished"], (decimal?)r["finishing_rate"])).ShouldBe(expected);
            var second = (await finance.GetAsync($"{Reports}/completion?{query}&per_page=2&page=2")).ShouldBe(HttpStatusCode.OK);
            second["data"]!.AsArray().Select(r => (long)r!["book_id"]!).ShouldBe(expected.Skip(2).Take(2).Select(e => e.Key));
            ((int)second["pagination"]!["total"]!).ShouldBe(5);
            var csv = FormattableString.Invariant;
            var file = string.Concat(expected.Select(e => csv($"{e.Key},{e.Item2},{e.Item3},{e.finished},{e.Item5:0.0000}\r\n")).Prepend("book_id,title,viewings,finished,finishing_rate\r\n"));
            (await finance.GetAsync($"{Reports}/completion.csv?{query}")).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(file);
            (await finance.SendAsync(HttpMethod.Get, $"{Reports}/completion?{query}", change: r => r.Headers.Add("Accept", "text/csv"))).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(file);
        }

        foreach (var (i, book) in books.Index())
        {
            var all = viewings.Where(v => v.Book == book && v.Day >= new DateOnly(2024, 2, 1) && v.Day <= new DateOnly(2024, 3, 31)).ToList();
            var answer = (await finance.GetAsync($"{Reports}/drop_off?book_id={book}&{Range}")).ShouldBe(HttpStatusCode.OK);
            ((long)answer["book_id"]!, (string?)answer["title"], (long)answer["viewings"]!).ShouldBe((book, $"Tale {i}", all.Count));
            var duration = i == 4 ? null : durations[i];
            ((int?)answer["duration_seconds"]).ShouldBe(duration);
            var points = duration is not { } seconds ? [] : Enumerable.Range(0, 21).Select(n =>
            {
                var reached = all.Count(v => (v.Furthest ?? 0) >= (double)(5 * n * seconds / 100m));
                return (5 * n, 5 * n * seconds / 100m, (long)reached, (decimal?)Math.Round((decimal)reached / all.Count, 4, MidpointRounding.AwayFromZero));
            });
            answer["points"]!.AsArray().Select(p => ((int)p!["percent"]!, (decimal)p["position_seconds"]!, (long)p["reached"]!, (decimal?)p["share"])).ShouldBe(points);
        }
        var quiet = (await finance.GetAsync($"{Reports}/drop_off?book_id={books[0]}&from=2020-01-01&to=2020-01-02")).ShouldBe(HttpStatusCode.OK);
        ((long)quiet["viewings"]!, quiet["points"]!.AsArray().Count, quiet["points"]![0]!["share"]).ShouldBe((0, 21, null));
    }

    [Theory]
    [InlineData("completion?from=2024-02-01", "to")]
    [InlineData("completion.csv?from=2024-02-01", "to")]
    [InlineData("completion?from=2024-02-01&to=2024-02-02&publisher_id=999999999", "publisher_id")]
    [InlineData("drop_off?from=2024-02-01&to=2024-02-02", "book_id")]
    [InlineData("drop_off?from=2024-02-01&to=2024-02-02&book_id=999999999", "book_id")]
    [InlineData("drop_off?from=2024-02-03&to=2024-02-02&book_id=999999999", "from")]
    public async Task What_cannot_be_answered_says_which_value(string query, string field) =>
        (await (await app.StaffAsync(AdminRole.Finance)).GetAsync($"{Reports}/{query}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
            ["error"]!["details"]![field].ShouldNotBeNull();
}

/// <summary>When single viewings are not kept any more, and when children are erased.</summary>
public sealed class OldViewingsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Reports = "/admin/api/v1/reports";

    [Fact]
    public async Task Sums_stay_and_children_are_told_where_a_rollup_knows_them()
    {
        var publisher = await app.PublisherAsync();
        var (one, two) = (await app.BookAsync("One", publisherId: publisher), await app.BookAsync("Two", publisherId: publisher));
        await app.SeedAsync([.. from child in Enumerable.Range(1, 6)
                                from month in Enumerable.Range(1, 3)
                                from book in new[] { one, two }
                                where book == one || month == 3
                                from day in new[] { 5, 6 }
                                select new Viewing(child, new DateOnly(2024, month, day), book, publisher, "US", 60, 1, 30)]);
        await app.SqlAsync("delete from viewing_days where child_profile_id = 6; drop table viewing_days_2024_01");
        var finance = await app.StaffAsync(AdminRole.Finance);

        // An erased child stays in the sums, and in the numbers that were counted before it went.
        (await ChildrenAsync("from=2024-01-01&to=2024-03-31&group_by=month")).ShouldBe("720:6 720:6 1440:6 total 2880:-");
        (await ChildrenAsync("from=2024-01-06&to=2024-03-31&group_by=month")).ShouldBe("360:6 720:6 1440:6 total 2520:-");
        // The second book was watched in one month only, whose number is known.
        (await ChildrenAsync("from=2024-01-01&to=2024-03-31&group_by=book")).ShouldBe("2160:- 720:6 total 2880:-");
        (await ChildrenAsync("from=2024-02-01&to=2024-03-31&group_by=book")).ShouldBe("1440:5 720:6 total 2160:5");
        (await ChildrenAsync("from=2024-01-01&to=2024-03-31&group_by=day")).ShouldBe("360:6 360:6 360:6 360:6 720:6 720:6 total 2880:-");
        // Before the first day of all nothing was lost.
        (await ChildrenAsync("from=2022-01-01&to=2023-12-31&group_by=book")).ShouldBe(" total 0:0");
        // Six on one day: that many at least.
        (await ChildrenAsync("from=2024-01-01&to=2024-03-31&group_by=book&for=publisher")).ShouldBe("2160:- 720:6 total 2880:-");
        (await finance.GetAsync($"{Reports}/minutes_watched.csv?from=2024-01-01&to=2024-03-31&group_by=book")).Text.ShouldContain("One,2160,36.00,36,\r\n");

        var refused = (await finance.GetAsync($"{Reports}/completion?from=2024-01-06&to=2024-03-31")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        ((string?)refused["error"]!["details"]!["from"]![0]).ShouldBe("How far children got is kept since 2024-02-01; let from not be earlier.");
        (await finance.GetAsync($"{Reports}/drop_off?from=2024-01-05&to=2024-01-05&book_id={one}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await finance.GetAsync($"{Reports}/completion?from=2024-02-01&to=2024-03-31")).ShouldBe(HttpStatusCode.OK);
        (await finance.GetAsync($"{Reports}/completion?from=2023-01-01&to=2024-01-04")).ShouldBe(HttpStatusCode.OK);

        async Task<string> ChildrenAsync(string query)
        {
            var answer = (await finance.GetAsync($"{Reports}/minutes_watched?{query}")).ShouldBe(HttpStatusCode.OK);
            var rows = answer["data"]!.AsArray().Append(answer["totals"]!.DeepClone()).Select(r => $"{r!["seconds"]}:{((long?)r["children"] is { } n ? $"{n}" : "-")}").ToList();
            return $"{string.Join(' ', rows[..^1])} total {rows[^1]}";
        }
    }
}
