using System.Net;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

public sealed class ActivityTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    /// <summary>Noon of the day before today, UTC.</summary>
    private DateTimeOffset Yesterday => new(app.Now.UtcDateTime.Date.AddHours(-12), TimeSpan.Zero);

    [Fact]
    public async Task A_parent_sees_minutes_and_plays_of_the_last_seven_days_by_day_and_by_book()
    {
        var (moon, fox) = (await app.BookAsync("Moon"), await app.BookAsync("Fox"));
        var (parent, child) = await app.FamilyAsync(moon, fox);
        await parent.WatchAsync(child, moon, Yesterday, Yesterday.AddMinutes(4));
        await parent.WatchAsync(child, fox, Yesterday.AddHours(1), Yesterday.AddHours(1).AddSeconds(100));
        await parent.WatchAsync(child, moon, Yesterday.AddDays(-2), Yesterday.AddDays(-2).AddMinutes(10));
        await parent.WatchAsync(child, moon, Yesterday.AddDays(-7), Yesterday.AddDays(-7).AddMinutes(30));

        var answer = (await parent.GetAsync($"/api/v1/children/{child}/activity")).ShouldBe(HttpStatusCode.OK);

        var today = DateOnly.FromDateTime(app.Now.UtcDateTime);
        ((string?)answer["from"], (string?)answer["to"], (string?)answer["time_zone"]).ShouldBe(($"{today.AddDays(-6):yyyy-MM-dd}", $"{today:yyyy-MM-dd}", "UTC"));
        Days(answer).ShouldBe([(0, 0), (0, 0), (0, 0), (600, 1), (0, 0), (340, 2), (0, 0)]);
        ((string?)answer["days"]![5]!["date"]).ShouldBe($"{today.AddDays(-1):yyyy-MM-dd}");
        ((int)answer["days"]![5]!["minutes"]!).ShouldBe(6, "340 seconds, rounded");
        answer["days"]![5]!["books"]!.AsArray().Select(b => ((long)b!["book_id"]!, (string?)b["title"], (int)b["seconds"]!, (int)b["plays"]!))
            .ShouldBe([(moon, "Moon", 240, 1), (fox, "Fox", 100, 1)]);
        answer["books"]!.AsArray().Select(b => ((long)b!["book_id"]!, (int)b["minutes"]!, (int)b["plays"]!, DateTimeOffset.Parse((string)b["last_watched_at"]!, null)))
            .ShouldBe([(moon, 14, 2, Yesterday.AddMinutes(4)), (fox, 2, 1, Yesterday.AddHours(1).AddSeconds(100))]);
        (answer["totals"]!.ToJsonString()).ShouldBe("""{"minutes":16,"seconds":940,"plays":3}""");
    }

    [Fact]
    public async Task Time_belongs_to_the_local_day_in_which_it_passes_and_a_play_to_that_in_which_it_began()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var midnight = new DateTimeOffset(app.Now.UtcDateTime.Date.AddDays(-3), TimeSpan.Zero);
        await parent.WatchAsync(child, book, midnight.AddSeconds(-70), midnight.AddSeconds(100));
        Days(await ReadAsync(parent, child, midnight.AddDays(-1), midnight, "UTC")).ShouldBe([(70, 1), (100, 0)]);
        // Half past five in the morning there.
        Days(await ReadAsync(parent, child, midnight.AddDays(-1), midnight, "Asia/Kolkata")).ShouldBe([(0, 0), (170, 1)]);
        // The evening before there.
        Days(await ReadAsync(parent, child, midnight.AddDays(-1), midnight, "America/New_York")).ShouldBe([(170, 1), (0, 0)]);
    }

    [Fact]
    public async Task Without_a_time_zone_the_days_are_those_of_the_childs_screen_time()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        await app.SqlAsync($"""
            insert into screen_times (child_profile_id, quiet_hours, time_zone, finish_story, updated_at) values ({child}, '[]', 'Pacific/Kiritimati', false, now()) returning 1
            """);
        var answer = await parent.GetAsync($"/api/v1/children/{child}/activity");
        ((string?)answer["time_zone"], (string?)answer["to"]).ShouldBe(("Pacific/Kiritimati", $"{app.Now.AddHours(14):yyyy-MM-dd}"));
        ((string?)(await parent.GetAsync($"/api/v1/children/{child}/activity?time_zone=Europe/Berlin"))["time_zone"]).ShouldBe("Europe/Berlin");
    }

    [Theory]
    // 25 hours: from 22:00 UTC the evening before until 23:00 UTC.
    [InlineData("Europe/Berlin", "2025-10-26", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z")]
    // 23 hours.
    [InlineData("Europe/Berlin", "2025-03-30", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z")]
    // The clock goes from midnight to one o'clock: there is no midnight.
    [InlineData("America/Havana", "2025-03-09", "2025-03-09T05:00:00Z", "2025-03-10T04:00:00Z")]
    public async Task A_day_on_which_the_clock_is_changed_has_all_its_hours_and_no_other(string zone, string day, string start, string end)
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync();
        var (first, last) = (DateTimeOffset.Parse(start, null), DateTimeOffset.Parse(end, null));
        var heartbeats = Enumerable.Range(-2, (int)(last - first).TotalMinutes + 4).Select(minute => (book, (long?)null, "heartbeat", first.AddMinutes(minute))).ToList();
        await app.StoreEventsAsync(child, heartbeats);
        var answer = await parent.GetAsync($"/api/v1/children/{child}/activity?from={day}&to={day}&time_zone={zone}");
        Days(answer.ShouldBe(HttpStatusCode.OK)).ShouldBe([((int)(last - first).TotalSeconds, 0)]);
    }

    /// <summary>It went from one side of the date line to the other.</summary>
    [Fact]
    public async Task A_day_that_a_country_skipped_is_empty_and_the_next_one_whole()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync();
        var start = new DateTimeOffset(2011, 12, 31, 0, 0, 0, TimeSpan.FromHours(14)).ToUniversalTime();
        await app.StoreEventsAsync(child, [.. Enumerable.Range(-10, 30).Select(minute => (book, (long?)null, "heartbeat", start.AddMinutes(minute)))]);
        var answer = (await parent.GetAsync($"/api/v1/children/{child}/activity?from=2011-12-29&to=2011-12-31&time_zone=Pacific/Apia")).ShouldBe(HttpStatusCode.OK);
        Days(answer).ShouldBe([(600, 0), (0, 0), (1230, 0)]);
    }

    [Fact]
    public async Task What_plays_on_two_devices_at_the_same_time_counts_once()
    {
        var (moon, fox) = (await app.BookAsync(), await app.BookAsync());
        var (parent, child) = await app.FamilyAsync(moon, fox);
        var (one, two, three) = (await parent.OpenAsync(child, moon), await parent.OpenAsync(child, moon), await parent.OpenAsync(child, fox));
        await parent.WatchAsync(child, moon, Yesterday, Yesterday.AddMinutes(5), one);
        await parent.WatchAsync(child, moon, Yesterday.AddMinutes(3), Yesterday.AddMinutes(8), two);
        await parent.WatchAsync(child, fox, Yesterday.AddMinutes(6), Yesterday.AddMinutes(10), three);
        var answer = await ReadAsync(parent, child, Yesterday, Yesterday);
        Days(answer).ShouldBe([(600, 3)], "by the clock on the wall");
        answer["books"]!.AsArray().Select(b => ((long)b!["book_id"]!, (int)b["seconds"]!)).ShouldBe([(moon, 480), (fox, 240)], "by the book");
        ((int)answer["totals"]!["seconds"]!).ShouldBe(600);
    }

    [Fact]
    public async Task Time_that_has_not_passed_yet_does_not_count_but_the_play_does()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        await parent.ReportAsync(child, book, "play_start", app.Now);
        var day = app.Now;
        Days(await ReadAsync(parent, child, day, day)).ShouldBe([(0, 1)]);
    }

    [Fact]
    public async Task Only_the_childs_own_events_count_and_books_that_left_the_shelf_do()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var sibling = await parent.ChildAsync("Ben");
        await parent.PostAsync($"/api/v1/children/{sibling}/library_items", new { book_id = book });
        await parent.WatchAsync(sibling, book, Yesterday, Yesterday.AddMinutes(9));
        await parent.WatchAsync(child, book, Yesterday, Yesterday.AddMinutes(2));
        await parent.DeleteAsync($"/api/v1/children/{child}/library_items/{book}");
        Days(await ReadAsync(parent, child, Yesterday, Yesterday)).ShouldBe([(120, 1)]);

        var stranger = await app.ParentAsync();
        var foreign = (await stranger.GetAsync($"/api/v1/children/{child}/activity")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        foreign.Text.ShouldBe((await stranger.GetAsync("/api/v1/children/999999999/activity")).Text);
    }

    [Theory]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2025-1-5", "from")]
    [InlineData("to=25.02.2026", "to")]
    [InlineData("to=", "to")]
    [InlineData("from=1999-12-31&to=2000-01-05", "from")]
    [InlineData("to=0001-01-01", "to")]
    [InlineData("to=9999-12-31", "to")]
    [InlineData("from=2025-06-02&to=2025-06-01", "from")]
    [InlineData("from=2025-01-01&to=2025-04-03", "from")]
    [InlineData("time_zone=", "time_zone")]
    [InlineData("time_zone=Mars/Olympus", "time_zone")]
    [InlineData("time_zone=Eastern%20Standard%20Time", "time_zone")]
    // Noda Time's own; no device knows it.
    [InlineData("time_zone=UTC%2B01:30", "time_zone")]
    public async Task Days_that_cannot_be_shown_are_422_by_field(string query, string field)
    {
        var (parent, child) = await app.FamilyAsync();
        var answer = (await parent.GetAsync($"/api/v1/children/{child}/activity?{query}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        ((string)answer.Json["error"]!["details"]![field]![0]!).ShouldEndWith(".");
    }

    [Fact]
    public async Task Ninety_two_days_may_be_asked_for_and_tomorrow_may_not()
    {
        var (parent, child) = await app.FamilyAsync();
        (await parent.GetAsync($"/api/v1/children/{child}/activity?from=2025-01-01&to=2025-04-02")).ShouldBe(HttpStatusCode.OK)["days"]!.AsArray().Count.ShouldBe(92);
        (await parent.GetAsync($"/api/v1/children/{child}/activity?to={app.Now.AddDays(1):yyyy-MM-dd}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
    }

    private static async Task<Answer> ReadAsync(ApiClient parent, long child, DateTimeOffset from, DateTimeOffset to, string zone = "UTC") =>
        (await parent.GetAsync($"/api/v1/children/{child}/activity?from={from:yyyy-MM-dd}&to={to:yyyy-MM-dd}&time_zone={zone}")).ShouldBe(HttpStatusCode.OK);

    private static IEnumerable<(int Seconds, int Plays)> Days(Answer answer) =>
        answer["days"]!.AsArray().Select((JsonNode? day) => ((int)day!["seconds"]!, (int)day["plays"]!));
}
