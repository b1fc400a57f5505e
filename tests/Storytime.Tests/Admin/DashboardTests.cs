using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Storytime.Catalog;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class DashboardTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Theory]
    [InlineData(AdminRole.Admin, true, true)]
    [InlineData(AdminRole.Editor, true, false)]
    [InlineData(AdminRole.Finance, false, true)]
    public async Task A_role_has_its_own_parts_and_all_have_what_was_watched(AdminRole role, bool catalog, bool money)
    {
        var dashboard = await ReadAsync(role);
        (dashboard["catalog"] is not null, dashboard["money"] is not null).ShouldBe((catalog, money));
        dashboard["watching"]!["days"]!.AsArray().Count.ShouldBe(30);
    }

    [Fact]
    public async Task Active_books_without_rights_or_video_need_a_person_and_others_do_not()
    {
        var publisher = await app.PublisherAsync();
        var (without, with) = (await app.BookAsync("A 1", publisher), await app.BookAsync("A 2", publisher));
        var (own, draft) = (await app.BookAsync("A 3", video: false), await app.BookAsync("A 4", publisher, BookStatus.Draft, video: false));
        await app.WindowAsync(publisher, with, app.Now.AddDays(-1), app.Now.AddYears(1));
        await app.WindowAsync(publisher, without, app.Now.AddDays(1), app.Now.AddYears(1));

        var catalog = (await ReadAsync(AdminRole.Editor))["catalog"]!;

        Of([without, with, own, draft], catalog["books_without_rights"]!, "book_id").ShouldBe([without]);
        Of([without, with, own, draft], catalog["books_without_video"]!, "book_id").ShouldBe([own]);
    }

    [Fact]
    public async Task Rights_that_end_within_30_days_are_named_unless_another_window_continues()
    {
        var publisher = await app.PublisherAsync();
        async Task<long> Book(BookStatus status, params (string Territory, int Start, int End)[] windows)
        {
            var book = await app.BookAsync("B", publisher, status, video: false);
            foreach (var (territory, start, end) in windows)
                await app.WindowAsync(publisher, book, app.Now.AddDays(start), app.Now.AddDays(end), territory);
            return book;
        }
        var ending = await Book(BookStatus.Active, ("US", -5, 20));
        long[] others =
        [
            await Book(BookStatus.Active, ("US", -5, 31)),
            await Book(BookStatus.Active, ("US", -5, -1)),
            await Book(BookStatus.Draft, ("US", -5, 20)),
            await Book(BookStatus.Active, ("US", -5, 20), ("US", 20, 60)),
            await Book(BookStatus.Active, ("US", -5, 20), ("GLOBAL", -5, 60)),
        ];
        var gap = await Book(BookStatus.Active, ("US", -5, 21), ("US", 22, 60), ("GB", -5, 60));

        var windows = (await ReadAsync(AdminRole.Editor))["catalog"]!["ending_rights"]!;

        Of([ending, gap, .. others], windows, "book_id").ShouldBe([ending, gap]);
        ((string?)windows["first"]!.AsArray().Single(w => (long)w!["book_id"]! == ending)!["end_at"]).ShouldBe(Storytime.Platform.Rfc3339.Format(app.Now.AddDays(20)));
    }

    [Fact]
    public async Task Videos_that_failed_or_are_stuck_are_named_until_a_later_version_is_there()
    {
        var (broken, mended, waiting) = (await app.BookAsync("C 1"), await app.BookAsync("C 2"), await app.BookAsync("C 3"));
        await app.SqlAsync($"""
            update books set playing_asset_id = null where id in ({broken}, {mended}, {waiting});
            update video_assets set processing_status = 'failed', hls_manifest_path = null, error_code = '1040', error_message = 'The file has no video.' where book_id in ({broken}, {mended});
            update video_assets set processing_status = 'processing', hls_manifest_path = null, stuck_at = now() where book_id = {waiting};
            """);
        await app.ReadyVideoAsync(mended);

        var catalog = (await ReadAsync(AdminRole.Admin))["catalog"]!;

        var failed = catalog["failed_videos"]!;
        Of([broken, mended, waiting], failed, "book_id").ShouldBe([broken]);
        ((string?)failed["first"]!.AsArray().Single(v => (long)v!["book_id"]! == broken)!["problem"]).ShouldBe("The file has no video.");
        Of([broken, mended, waiting], catalog["stuck_videos"]!, "book_id").ShouldBe([waiting]);
    }

    [Fact]
    public async Task Ten_are_shown_and_all_are_counted()
    {
        var before = (int)(await ReadAsync(AdminRole.Editor))["catalog"]!["books_without_video"]!["total"]!;
        for (var i = 0; i < 12; i++)
            await app.BookAsync($"D {i}", video: false);
        var books = (await ReadAsync(AdminRole.Editor))["catalog"]!["books_without_video"]!;
        ((int)books["total"]!).ShouldBe(before + 12);
        books["first"]!.AsArray().Count.ShouldBe(10);
    }

    [Fact]
    public async Task Months_that_are_over_wait_for_their_statements_until_these_or_later_ones_are_issued()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        var (publisher, other) = (await app.PublisherAsync(), await app.PublisherAsync());
        var start = Month(-3);
        var contract = await finance.ContractAsync(publisher, c => (c["status"], c["start_date"], c["end_date"], c["currency"]) = ("active", Day(start.AddDays(9)), Day(Today.AddDays(50)), "SEK"));
        await finance.ContractAsync(other, c => (c["status"], c["start_date"], c["end_date"]) = ("draft", Day(start), Day(Today.AddDays(50))));
        await app.SqlAsync($"insert into publisher_statements (publisher_id, month, currency, status, total_cents, created_at, updated_at) values ({publisher}, '{Day(Month(-1))}', 'SEK', 'draft', 0, now(), now())");

        var money = (await ReadAsync(AdminRole.Finance))["money"]!;
        Months(money, publisher).ShouldBe([Name(-1), Name(-2), Name(-3)]);
        Months(money, other).ShouldBeEmpty();
        var latest = money["unissued_statements"]!.AsArray().Single(m => (string?)m!["month"] == Name(-1))!;
        ((long)latest["publishers"]!["first"]!.AsArray().Single(p => (long)p!["publisher_id"]! == publisher)!["statement_id"]!).ShouldBeGreaterThan(0);
        ((int)latest["drafts"]!).ShouldBe(1);
        Missing(money, "SEK").ShouldBe([$"{Name(-1)} 1", $"{Name(-2)} 1", $"{Name(-3)} 1"]);
        Of([contract], money["ending_contracts"]!, "contract_id").ShouldBe([contract]);

        // That of three months ago can be issued no more: statements are issued in order.
        await app.SqlAsync($"""
            insert into publisher_statements (publisher_id, month, currency, status, total_cents, issued_at, content_hash, canonical_content, created_at, updated_at)
            values ({publisher}, '{Day(Month(-2))}', 'SEK', 'issued', 0, now(), sha256('a'), 'a', now(), now());
            insert into revenue_periods (month, amount_cents, currency, created_at, updated_at) values ('{Day(Month(-1))}', 1, 'SEK', now(), now())
            """);
        money = (await ReadAsync(AdminRole.Finance))["money"]!;
        Months(money, publisher).ShouldBe([Name(-1)]);
        Missing(money, "SEK").ShouldBeEmpty();
    }

    [Fact]
    public async Task Minutes_plays_and_children_come_by_day_and_books_by_their_minutes()
    {
        var (first, second) = (await app.BookAsync("E 1"), await app.BookAsync("E 2"));
        await app.SqlAsync($"""
            insert into usage_totals (grain, starts_on, seconds_watched, plays, children, updated_at) values
                ('day', '{Day(Today)}', 90, 3, 2, now()), ('day', '{Day(Today.AddDays(-29))}', 600, 4, 4, now()), ('day', '{Day(Today.AddDays(-30))}', 6000, 9, 9, now());
            insert into daily_usages (day, book_id, territory, seconds_watched, plays, children, updated_at) values
                ('{Day(Today)}', {first}, 'US', 300, 1, 1, now()), ('{Day(Today.AddDays(-29))}', {second}, 'US', 200, 1, 1, now()), ('{Day(Today.AddDays(-3))}', {second}, 'GB', 200, 2, 1, now()),
                ('{Day(Today.AddDays(-30))}', {first}, 'US', 9000, 1, 1, now());
            """);

        var watching = (await ReadAsync(AdminRole.Editor))["watching"]!;

        var days = watching["days"]!.AsArray();
        days.Select(d => (string?)d!["day"]).ShouldBe(Enumerable.Range(0, 30).Select(n => Day(Today.AddDays(n - 29))));
        $"{days[^1]!["minutes"]} {days[^1]!["plays"]} {days[^1]!["children"]}".ShouldBe("1.5 3 2");
        ((decimal)days[0]!["minutes"]!).ShouldBe(10);
        ((decimal)days[1]!["minutes"]!).ShouldBe(0);
        watching["top_books"]!.AsArray().Select(b => $"{b!["title"]} {b["minutes"]} {b["plays"]}").ShouldBe(["E 2 6.67 3", "E 1 5 1"]);
    }

    private DateOnly Today => DateOnly.FromDateTime(app.Now.UtcDateTime);

    private DateOnly Month(int months) => new DateOnly(Today.Year, Today.Month, 1).AddMonths(months);

    private string Name(int months) => Month(months).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private async Task<JsonNode> ReadAsync(AdminRole role) => (await (await app.StaffAsync(role)).GetAsync("/admin/api/v1/dashboard")).ShouldBe(HttpStatusCode.OK).Json;

    /// <summary>Those of ours that are in the list, in its order; other tests have theirs.</summary>
    private static IEnumerable<long> Of(long[] ours, JsonNode list, string id) => list["first"]!.AsArray().Select(row => (long)row![id]!).Where(ours.Contains);

    private static IEnumerable<string> Months(JsonNode money, long publisher) => money["unissued_statements"]!.AsArray()
        .Where(m => m!["publishers"]!["first"]!.AsArray().Any(p => (long)p!["publisher_id"]! == publisher)).Select(m => (string)m!["month"]!);

    private static IEnumerable<string> Missing(JsonNode money, string currency) =>
        money["missing_revenue"]!.AsArray().Where(m => (string?)m!["currency"] == currency).Select(m => $"{m!["month"]} {m["publishers"]}");
}
