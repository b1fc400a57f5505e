using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using Storytime.Catalog;
using Storytime.Rights;
using Storytime.Tests.Testing;
using Span = Storytime.Platform.Span;

namespace Storytime.Tests.Rights;

public sealed class RightsCalendarTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = "/admin/api/v1/rights_calendar";
    private const long Owner = 1, Former = 2;
    private static readonly DateTimeOffset _zero = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Windows in days from the first one; those of a territory do not overlap, as the database has it.</summary>
    private static readonly Gen<(string Territory, long Publisher, int Start, int End)[]> _windows =
        Gen.Select(Gen.OneOf("US", "GB", RightsWindow.Global), Gen.Frequency((4, Owner), (1, Former)), Gen.Int[-5, 25], Gen.Int[1, 12])
            .Select((territory, publisher, start, length) => (territory, publisher, start, start + length)).Array[0, 8]
            .Select(all => all.Where((w, i) => !all.Take(i).Any(o => o.territory == w.territory && o.start < w.Item4 && w.start < o.Item4)).ToArray());

    [Fact]
    public void Gaps_and_overlaps_are_those_of_a_grid_on_which_each_day_is_looked_at_alone() =>
        Gen.Select(_windows, Gen.Enum<BookStatus>(), Gen.Int[0, 20]).Sample((windows, status, today) =>
        {
            var range = new Span(_zero, _zero.AddDays(20));
            var rows = RightsCalendar.Of(
                status, Owner, [.. windows.Select(w => RightsWindow.Create(w.Publisher, 7, _zero.AddDays(w.Start), _zero.AddDays(w.End), w.Territory, _zero))],
                null, range, _zero.AddDays(today));

            string[] everywhere = windows.Length == 0 ? [RightsWindow.Global] : [];
            rows.Select(r => r.Territory).Order(StringComparer.Ordinal).ShouldBe(windows.Select(w => w.Territory).Concat(everywhere).Distinct().Order(StringComparer.Ordinal));
            foreach (var row in rows)
            {
                for (var day = 0; day < 20; day++)
                {
                    var own = windows.Any(w => Holds(w, row.Territory, day));
                    var global = windows.Any(w => Holds(w, RightsWindow.Global, day));
                    On(row.Gaps, day).ShouldBe(status == BookStatus.Active && !own && !global, $"gap of {row.Territory} on day {day}");
                    On(row.Overlaps, day).ShouldBe(row.Territory != RightsWindow.Global && own && global, $"overlap of {row.Territory} on day {day}");
                    row.Windows.Any(w => w.StartAt <= At(day) && At(day) < w.EndAt).ShouldBe(windows.Any(w => w.Territory == row.Territory && w.Start <= day && day < w.End));
                }
                row.Gaps.ShouldAllBe(g => g.Past == (g.EndAt <= At(today)));
                row.Windows.ShouldAllBe(w => w.StartAt >= range.Start && w.EndAt <= range.End && w.StartAt < w.EndAt && w.WindowStartsAt <= w.StartAt && w.EndAt <= w.WindowEndsAt);
            }

            static bool Holds((string Territory, long Publisher, int Start, int End) w, string territory, int day) =>
                w.Publisher == Owner && w.Territory == territory && w.Start <= day && day < w.End;
            static bool On(IReadOnlyList<CalendarSpan> spans, int day) => spans.Any(s => s.StartAt <= At(day) && At(day) < s.EndAt);
        });

    [Fact]
    public async Task A_book_has_its_windows_by_territory_cut_to_the_range_with_gaps_and_overlaps()
    {
        var editor = await app.EditorAsync();
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync("Gapped", publisher);
        var us = await editor.WindowAsync(publisher, book, Day("2030-01-01"), Day("2030-03-01"), "US");
        var next = await editor.WindowAsync(publisher, book, Day("2030-03-11"), Day("2031-01-01"), "US");
        var global = await editor.WindowAsync(publisher, book, Day("2030-06-01"), Day("2030-07-01"));

        var row = Row(await editor.GetAsync($"{Path}?publisher_id={publisher}&from=2030-02-01&to=2030-06-30"), book);

        row["territories"]!.AsArray().Select(t => (string?)t!["territory"]).ShouldBe(["GLOBAL", "US"]);
        var inUs = row["territories"]![1]!;
        inUs["windows"]!.AsArray().Select(w => $"{w!["id"]} {w["start_at"]} {w["end_at"]} {w["window_ends_at"]} {w["counts"]}").ShouldBe([
            $"{us} 2030-02-01T00:00:00Z 2030-03-01T00:00:00Z 2030-03-01T00:00:00Z true",
            $"{next} 2030-03-11T00:00:00Z 2030-07-01T00:00:00Z 2031-01-01T00:00:00Z true",
        ]);
        SpansOf(inUs, "gaps").ShouldBe(["2030-03-01T00:00:00Z 2030-03-11T00:00:00Z"]);
        SpansOf(inUs, "overlaps").ShouldBe(["2030-06-01T00:00:00Z 2030-07-01T00:00:00Z"]);
        ((long)row["territories"]![0]!["windows"]![0]!["id"]!).ShouldBe(global);
        SpansOf(row["territories"]![0]!, "gaps").ShouldBe(["2030-02-01T00:00:00Z 2030-06-01T00:00:00Z"]);

        var germany = Row(await editor.GetAsync($"{Path}?q=gapped&from=2030-02-01&to=2030-06-30&territory=de"), book)["territories"]!.AsArray();
        germany.Select(t => (string?)t!["territory"]).ShouldBe(["GLOBAL", "DE"]);
        SpansOf(germany[1]!, "gaps").ShouldBe(["2030-02-01T00:00:00Z 2030-06-01T00:00:00Z"]);
    }

    [Fact]
    public async Task What_a_former_publisher_gave_is_shown_but_does_not_count()
    {
        var editor = await app.EditorAsync();
        var (former, owner) = (await app.PublisherAsync(), await app.PublisherAsync());
        var book = await app.BookAsync("Handed over", former);
        await editor.WindowAsync(former, book, Day("2030-01-01"), Day("2031-01-01"));
        (await editor.PatchAsync($"/admin/api/v1/books/{book}", new { publisher_id = owner })).ShouldBe(HttpStatusCode.OK);

        var everywhere = Row(await editor.GetAsync($"{Path}?publisher_id={owner}&from=2030-05-01&to=2030-05-31"), book)["territories"]![0]!;

        ((bool)everywhere["windows"]![0]!["counts"]!).ShouldBeFalse();
        SpansOf(everywhere, "gaps").ShouldBe(["2030-05-01T00:00:00Z 2030-06-01T00:00:00Z"]);
    }

    [Fact]
    public async Task Books_come_by_page_and_those_of_Storytime_itself_or_that_are_no_longer_active_have_no_gaps()
    {
        var editor = await app.EditorAsync();
        var publisher = await app.PublisherAsync();
        var (active, draft) = (await app.BookAsync("Calendar A", publisher), await app.BookAsync("Calendar B", publisher, BookStatus.Draft));
        var own = await app.BookAsync("Calendar C");

        var all = await editor.GetAsync($"{Path}?q=calendar&per_page=1");
        ((int)all.ShouldBe(HttpStatusCode.OK)["pagination"]!["total"]!).ShouldBe(2);
        var page = await editor.GetAsync($"{Path}?q=calendar&per_page=1&page=2");
        all["data"]!.AsArray().Concat(page["data"]!.AsArray()).Select(b => (long)b!["book_id"]!).ShouldBe([active, draft], ignoreOrder: true);
        all.Text.ShouldNotContain($"\"book_id\":{own},");

        var one = (await editor.GetAsync($"{Path}?book_id={draft}")).ShouldBe(HttpStatusCode.OK);
        one["data"]!.AsArray().Select(b => (long)b!["book_id"]!).ShouldBe([draft]);
        (await editor.GetAsync($"{Path}?book_id={own}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().ShouldBeEmpty();

        var whole = await editor.GetAsync($"{Path}?publisher_id={publisher}");
        Row(whole, active)["territories"]![0]!["gaps"]!.AsArray().Count.ShouldBe(1);
        Row(whole, draft)["territories"]![0]!["gaps"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("from=2030-02-30", "from")]
    [InlineData("to=soon", "to")]
    [InlineData("from=2030-02-02&to=2030-02-01", "from")]
    [InlineData("from=2030-01-01&to=2035-01-01", "from")]
    [InlineData("territory=UK", "territory")]
    public async Task A_range_or_territory_that_makes_no_sense_is_told_so(string query, string field) =>
        (await (await app.EditorAsync()).GetAsync($"{Path}?{query}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")["error"]!["details"]![field].ShouldNotBeNull();

    private static JsonNode Row(Answer answer, long book) => answer.ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Single(b => (long)b!["book_id"]! == book)!;

    private static IEnumerable<string> SpansOf(JsonNode territory, string member) => territory[member]!.AsArray().Select(s => $"{s!["start_at"]} {s["end_at"]}");

    private static DateTimeOffset At(int day) => _zero.AddDays(day);

    private static DateTimeOffset Day(string day) => DateTimeOffset.Parse(day + "T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
}
