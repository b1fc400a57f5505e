using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>The report, from whichever rollups it takes, against a plain look at every single viewing.</summary>
public sealed class MinutesWatchedModelTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const int Days = 130;
    private static readonly DateOnly _first = new(2023, 11, 20);
    private static readonly string[] _groups = ["day", "month", "publisher", "book", "day,publisher", "publisher,month", "day,book", "month,book"];

    private static readonly string[] _territories = ["US", "GB", "ZZ", "FR"];

    private sealed record Cell(string? Time, long? Publisher, long? Book, long? Seconds, long? Plays, long? Children);

    private sealed record Question(DateOnly From, DateOnly To, string GroupBy, int Publisher, int Book, string? Territory, bool ForPublisher);

    private static readonly Gen<(DateOnly From, DateOnly To)> _range = Gen.OneOf(
        Gen.Select(Gen.Int[-20, Days + 5], Gen.Int[0, 120], (from, length) => (_first.AddDays(from), _first.AddDays(from + length))),
        // Whole months.
        Gen.Select(Gen.Int[-1, 4], Gen.Int[1, 4], (from, length) => (new DateOnly(2023, 11, 1).AddMonths(from), new DateOnly(2023, 11, 1).AddMonths(from + length).AddDays(-1))));

    private static readonly Gen<Question> _question = Gen.Select(
        _range, Gen.Int[0, _groups.Length - 1].Select(i => _groups[i]), Gen.Frequency((2, Gen.Const(-1)), (1, Gen.Int[0, 2])), Gen.Frequency((2, Gen.Const(-1)), (1, Gen.Int[0, 5])),
        Gen.Frequency((3, Gen.Const((string?)null)), (1, Gen.Int[0, 3].Select(i => (string?)_territories[i]))), Gen.Frequency((2, Gen.Const(false)), (1, Gen.Const(true))),
        (range, group, publisher, book, territory, isForPublisher) => new Question(range.From, range.To, group, publisher, book, territory, isForPublisher));

    [Fact]
    public async Task The_report_and_its_CSV_agree_with_a_plain_look_at_every_viewing()
    {
        var (publishers, books, viewings) = await SeedAsync();
        var finance = await app.StaffAsync(AdminRole.Finance);
        var (rowsSeen, hiddenSeen) = (0, 0);
        await _question.SampleAsync(async question =>
        {
            long? publisher = question.Publisher < 0 ? null : publishers[question.Publisher];
            long? book = question.Book < 0 ? null : books[question.Book];
            var chosen = viewings.Where(v => v.Day >= question.From && v.Day <= question.To && (publisher is null || v.Publisher == publisher)
                && (book is null || v.Book == book) && (question.Territory is null || v.Territory == question.Territory)).ToList();
            var expected = Expected(chosen, question.GroupBy);
            var address = FormattableString.Invariant($"/admin/api/v1/reports/minutes_watched?from={question.From:yyyy-MM-dd}&to={question.To:yyyy-MM-dd}&group_by={question.GroupBy}")
                + (publisher is null ? "" : $"&publisher_id={publisher}") + (book is null ? "" : $"&book_id={book}") + (question.Territory is null ? "" : $"&territory={question.Territory}")
                + (question.ForPublisher ? "&for=publisher" : "");
            var (actual, totals) = await ReadAsync(finance, address);
            rowsSeen += actual.Count;
            if (!question.ForPublisher)
            {
                actual.ShouldBe(expected, address);
                Numbers(totals).ShouldBe(Sum(chosen));
            }
            else
            {
                hiddenSeen += actual.Count(a => a.Children is null);
                ShouldHideEnough(actual, expected, address);
                Numbers(totals).ShouldBe(Sum(chosen) is (_, _, > 0 and < 5) ? (null, null, null) : Sum(chosen), address);
            }
            (await finance.GetAsync(address.Replace("minutes_watched?", "minutes_watched.csv?", StringComparison.Ordinal))).ShouldBe(HttpStatusCode.OK)
                .Text.ShouldBe(Csv(actual, expected, question.GroupBy), address);
        }, iter: 250, threads: 1);
        rowsSeen.ShouldBeGreaterThan(5_000);
        hiddenSeen.ShouldBeGreaterThan(100);
    }

    private static List<Cell> Expected(List<Viewing> viewings, string groupBy)
    {
        var words = groupBy.Split(',');
        var (byPublisher, byBook) = (words.Contains("publisher") || words.Contains("book"), words.Contains("book"));
        return [.. viewings.GroupBy(v => (Time: Time(v.Day), Publisher: byPublisher ? v.Publisher : null, Book: byBook ? v.Book : (long?)null))
            .Select(g => new Cell(g.Key.Time, g.Key.Publisher, g.Key.Book, g.Sum(v => v.Seconds), g.Sum(v => v.Plays), g.Select(v => v.Child).Distinct().Count()))
            .OrderBy(c => c.Time, StringComparer.Ordinal).ThenByDescending(c => c.Seconds).ThenBy(c => c.Book).ThenBy(c => c.Publisher ?? long.MaxValue)];

        string? Time(DateOnly day) => words.Contains("day") ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : words.Contains("month") ? day.ToString("yyyy-MM", CultureInfo.InvariantCulture) : null;
    }

    private static (long?, long?, long?) Sum(List<Viewing> viewings) => (viewings.Sum(v => v.Seconds), viewings.Sum(v => v.Plays), viewings.Select(v => v.Child).Distinct().Count());

    private static (long?, long?, long?) Numbers(JsonNode totals)
    {
        if ((bool)totals["hidden"]!)
            totals["minutes"].ShouldBeNull();
        else
            ((decimal)totals["minutes"]!).ShouldBe(Math.Round((long)totals["seconds"]! / 60m, 2, MidpointRounding.AwayFromZero));
        return ((long?)totals["seconds"], (long?)totals["plays"], (long?)totals["children"]);
    }

    private static void ShouldHideEnough(List<Cell> actual, List<Cell> expected, string address)
    {
        var byKey = actual.ToDictionary(c => (c.Time, c.Publisher, c.Book));
        byKey.Count.ShouldBe(expected.Count, address);
        var hidden = expected.Where(c => byKey[(c.Time, c.Publisher, c.Book)].Children is null).ToList();
        expected.Except(hidden).Where(c => byKey[(c.Time, c.Publisher, c.Book)] != c || c.Children < 5).ShouldBeEmpty(address);
        byKey.Values.Where(c => c.Children is null && (c.Seconds ?? c.Plays) is not null).ShouldBeEmpty(address);
        // What the totals less all that is shown leave over is of five children at least, whoever is in the small ones.
        if (hidden.Count > 0 && hidden.Count < expected.Count)
            hidden.Max(c => c.Children)!.Value.ShouldBeGreaterThanOrEqualTo(5, address);
        // No more than it takes: one that is not small, with those that are.
        hidden.Count(c => c.Children >= 5).ShouldBeLessThanOrEqualTo(1, address);
        if (hidden.Count > 0)
            hidden.Min(c => c.Children)!.Value.ShouldBeLessThan(5, address);
        // The place of what is hidden does not tell how much it is.
        foreach (var group in actual.GroupBy(c => c.Time))
            group.SkipWhile(c => c.Children is not null).ShouldAllBe(c => c.Children == null, address);
    }

    private string Csv(List<Cell> rows, List<Cell> expected, string groupBy)
    {
        var children = expected.ToDictionary(c => (c.Time, c.Publisher, c.Book), c => c.Children);
        var words = groupBy.Split(',');
        var (time, isByBook, isByPublisher) = (words.FirstOrDefault(w => w is "day" or "month"), words.Contains("book"), words.Contains("publisher"));
        string[] header = [.. time is null ? [] : (string[])[time], .. isByBook || isByPublisher ? (string[])["publisher_id", "publisher_name"] : [],
            .. isByBook ? (string[])["book_id", "title"] : [], "seconds", "minutes", "plays", "children"];
        var lines = rows.Select(r => string.Join(',', (string[])
        [
            .. time is null ? [] : (string[])[r.Time!],
            .. isByBook || isByPublisher ? (string[])[$"{r.Publisher}", r.Publisher is null ? "" : "Lantern Press"] : [],
            .. isByBook ? (string[])[$"{r.Book}", _titles[r.Book!.Value]] : [],
            .. r.Children is null
                ? (string[])["hidden", "hidden", "hidden", children[(r.Time, r.Publisher, r.Book)] < 5 ? "<5" : "hidden"]
                : [$"{r.Seconds}", Math.Round(r.Seconds!.Value / 60m, 2, MidpointRounding.AwayFromZero).ToString("0.00", CultureInfo.InvariantCulture), $"{r.Plays}", $"{r.Children}"],
        ]));
        // Without the byte order mark, which reading it as text takes away.
        return string.Concat(lines.Prepend(string.Join(',', header)).Select(l => l + "\r\n"));
    }

    private static async Task<(List<Cell> Rows, JsonNode Totals)> ReadAsync(ApiClient finance, string address)
    {
        List<Cell> rows = [];
        for (var page = 1; ; page++)
        {
            var answer = (await finance.GetAsync($"{address}&per_page=100&page={page}")).ShouldBe(HttpStatusCode.OK);
            rows.AddRange(answer["data"]!.AsArray().Select(r => new Cell(
                (string?)r!["day"] ?? (string?)r["month"], (long?)r["publisher_id"], (long?)r["book_id"], (long?)r["seconds"], (long?)r["plays"], (long?)r["children"])));
            if (page >= (int)answer["pagination"]!["total_pages"]!)
            {
                rows.Count.ShouldBe((int)answer["pagination"]!["total"]!);
                return (rows, answer["totals"]!);
            }
        }
    }

    private readonly Dictionary<long, string> _titles = [];

    /// <summary>Three publishers and six books, one of which is ours alone and one of which changes hands; few children, who watch again and again in two countries.</summary>
    private async Task<(long[] Publishers, long[] Books, List<Viewing> Viewings)> SeedAsync()
    {
        long[] publishers = [await app.PublisherAsync(), await app.PublisherAsync(), await app.PublisherAsync()];
        var books = new long[6];
        for (var i = 0; i < books.Length; i++)
            _titles[books[i] = await app.BookAsync($"Tale {i}", video: false)] = $"Tale {i}";
        var random = new Random(4711);
        List<Viewing> viewings = [];
        for (var day = 0; day < Days; day++)
        {
            foreach (var (i, book) in books.Index())
            {
                long? publisher = i == 0 ? null : i == 5 && day > 58 ? publishers[0] : publishers[i % 3];
                var viewers = Enumerable.Range(1, 30).Where(_ => random.Next(100) < 4 * i + 2);
                viewings.AddRange(viewers.Select(child => new Viewing(
                    child, _first.AddDays(day), book, publisher, child % 5 == 0 ? "GB" : random.Next(40) == 0 ? "ZZ" : "US", 1 + random.Next(3000), random.Next(4))));
            }
        }
        await app.SeedAsync(viewings);
        return (publishers, books, viewings);
    }
}
