using System.Net;
using System.Text.Json.Nodes;
using Storytime.Catalog;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

/// <summary>"Why could this child not play that book yesterday at 19:40?"</summary>
public sealed class EntitlementTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private readonly StorytimeApp _app = app.With("Auth:AdminTokenLifetime", "100.00:00:00").With("Auth:ParentTokenLifetime", "100.00:00:00");

    [Fact]
    public async Task Yesterdays_refusal_is_found_with_its_reason_and_what_holds_today()
    {
        _app.MoveTo("19:30");
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var device = await _app.HandOverAsync(parent, child);
        await parent.LimitAsync(child, null, quiet: ["19:30-06:30"]);
        _app.MoveTo("19:40");
        var asked = _app.Now;
        (await device.PlayAsync(child, book)).ShouldBeError(HttpStatusCode.Forbidden, "quiet_hours");
        _app.MoveTo("10:00");
        var admin = await _app.AdminAsync();

        var then = await ExplainAsync(admin, child, book, asked.AddMinutes(4));
        Refusal(then["answer"]).ShouldBe("quiet_hours");
        ((DateTimeOffset)then["answer"]!["retry_at"]!).ShouldBe(asked.Date.AddDays(1).AddHours(6.5));
        Refusal(Rule(then, "quiet_hours")).ShouldBe("quiet_hours");
        ((string?)Rule(then, "quiet_hours")["as_of"]).ShouldBe("then");
        ((string?)then["attempts"]!.AsArray().ShouldHaveSingleItem()!["refusal"]).ShouldBe("quiet_hours");
        ((string?)then["facts"]!["screen_time"]!["local_time"]).ShouldBe($"{asked:yyyy-MM-dd}T19:44:00+00:00");
        ((bool)then["facts"]!["screen_time"]!["quiet_hours"]!).ShouldBeTrue();
        ((bool)then["now"]!["granted"]!).ShouldBeTrue();
        (await ExplainAsync(admin, child, book, asked.AddMinutes(11)))["attempts"]!.AsArray().ShouldBeEmpty();

        // Once the parent has changed the setting, what holds is not what held, and that is said.
        await parent.LimitAsync(child, null);
        var changed = await ExplainAsync(admin, child, book, asked);
        ((bool)changed["answer"]!["granted"]!).ShouldBeTrue();
        ((string?)Rule(changed, "quiet_hours")["as_of"], (DateTimeOffset)Rule(changed, "quiet_hours")["changed_at"]!).ShouldBe(("now", _app.Now));
        ((string?)changed["attempts"]![0]!["refusal"]).ShouldBe("quiet_hours");
    }

    [Fact]
    public async Task Rights_windows_and_minutes_are_those_of_the_moment()
    {
        _app.MoveTo("12:00");
        var now = _app.Now;
        var publisher = await _app.PublisherAsync();
        var book = await _app.BookAsync(publisherId: publisher);
        await _app.WindowAsync(publisher, book, now.AddDays(-30), now.AddHours(10));
        await _app.WindowAsync(publisher, book, now.AddDays(-30), now.AddDays(30), "FR");
        var (parent, child) = await _app.FamilyAsync(book);
        await parent.WatchedAsync(child, book, now.AddMinutes(-60), now.AddMinutes(-30));
        await parent.LimitAsync(child, 30);
        _app.MoveTo("09:00");
        var admin = await _app.AdminAsync();

        var (before, after, today) = (await ExplainAsync(admin, child, book, now.AddMinutes(-45)), await ExplainAsync(admin, child, book, now), await ExplainAsync(admin, child, book, null));
        ((bool)before["answer"]!["granted"]!, (long)before["facts"]!["screen_time"]!["watched_seconds"]!).ShouldBe((true, 900));
        Refusal(after["answer"]).ShouldBe("daily_limit_reached");
        ((long)after["facts"]!["screen_time"]!["watched_seconds"]!, (long)after["facts"]!["screen_time"]!["remaining_seconds"]!).ShouldBe((1800, 0));
        ((DateTimeOffset)Rule(after, "rights_window")["until"]!).ShouldBe(now.AddHours(10));
        ((string?)Rule(after, "rights_window")["as_of"]).ShouldBe("then");
        var window = after["facts"]!["rights_windows"]!.AsArray().ShouldHaveSingleItem()!;
        ((bool)window["holds"]!, (string?)window["territory"]).ShouldBe((true, "GLOBAL"));
        Refusal(today["answer"]).ShouldBe("rights_expired");
        today["now"].ShouldBeNull();
        ((bool)Rule(today, "daily_limit")["granted"]!).ShouldBeTrue();
        today["rules"]!.AsArray().Select(r => (string?)r!["as_of"]).Distinct().ShouldBe(["now"]);
    }

    [Fact]
    public async Task Every_rule_answers_for_itself_in_the_order_in_which_playback_asks()
    {
        _app.MoveTo("20:00");
        var publisher = await _app.PublisherAsync(Storytime.Rights.PublisherStatus.Inactive);
        var book = await _app.BookAsync(publisherId: publisher, status: BookStatus.Inactive, video: false);
        var (parent, child) = await _app.FamilyAsync();
        await parent.LimitAsync(child, 0, quiet: ["19:00-07:00"]);
        var answer = await ExplainAsync(await _app.AdminAsync(), child, book, null);
        answer["rules"]!.AsArray().Select(r => ((string)r!["rule"]!, Refusal(r))).ShouldBe([
            ("ownership", null), ("library", "book_not_in_library"), ("book_status", "book_inactive"), ("rights_window", "rights_unavailable"), ("publisher", "rights_unavailable"),
            ("video", "video_not_ready"), ("quiet_hours", "quiet_hours"), ("daily_limit", "daily_limit_reached"),
        ]);
        Refusal(answer["answer"]).ShouldBe("book_not_in_library");
        answer["rules"]!.AsArray().Skip(1).ShouldAllBe(r => ((string?)r!["message"])!.EndsWith('.'));
    }

    [Fact]
    public async Task What_a_parent_said_later_is_no_reason_for_what_was_before()
    {
        _app.MoveTo("15:00");
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var before = _app.Now.AddMinutes(-1);
        await parent.TodayAsync(child, new { stopped = true });
        var admin = await _app.AdminAsync();
        Refusal((await ExplainAsync(admin, child, book, null))["answer"]).ShouldBe("daily_limit_reached");
        var then = await ExplainAsync(admin, child, book, before);
        ((bool)then["answer"]!["granted"]!).ShouldBeTrue();
        // Something else may have been said before it.
        ((string?)Rule(then, "daily_limit")["as_of"]).ShouldBe("now");
        Refusal(then["now"]).ShouldBe("daily_limit_reached");
    }

    [Fact]
    public async Task Todays_story_that_may_be_finished_is_no_excuse_for_yesterday()
    {
        _app.MoveTo("20:00");
        var book = await _app.BookAsync(durationSeconds: 1800);
        var (parent, child) = await _app.FamilyAsync(book);
        await parent.LimitAsync(child, null, finishStory: true, quiet: ["20:00-06:30"]);
        var yesterday = _app.Now.AddMinutes(5);
        _app.MoveTo("19:55");
        await parent.OpenAsync(child, book);
        var today = _app.Now.AddMinutes(10);
        _app.MoveTo("20:05");
        var admin = await _app.AdminAsync();
        var finishing = await ExplainAsync(admin, child, book, today);
        ((bool)finishing["answer"]!["granted"]!, (bool)Rule(finishing, "quiet_hours")["granted"]!, (bool)finishing["facts"]!["screen_time"]!["quiet_hours"]!).ShouldBe((true, true, true));
        ((long)finishing["facts"]!["screen_time"]!["finishing_book_id"]!).ShouldBe(book);
        Refusal((await ExplainAsync(admin, child, book, yesterday))["answer"]).ShouldBe("quiet_hours");
    }

    [Fact]
    public async Task A_strangers_try_is_shown_beside_the_familys_own()
    {
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var stranger = await SupportFamily.RegisterAsync(_app);
        (await stranger.Parent.PlayAsync(child, book)).ShouldBe(HttpStatusCode.NotFound);
        await parent.OpenAsync(child, book);
        var attempts = (await ExplainAsync(await _app.AdminAsync(), child, book, null))["attempts"]!.AsArray();
        attempts.Select(a => ((bool)a!["granted"]!, (long)a["user_id"]! == stranger.UserId)).ShouldBe([(true, false), (false, true)]);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_what_is_missing_is_asked_for()
    {
        var admin = await _app.AdminAsync();
        var (_, child) = await _app.FamilyAsync();
        (await admin.GetAsync($"/admin/api/v1/entitlements?child_id={child}&book_id=999999")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await admin.GetAsync("/admin/api/v1/entitlements?child_id=999999&book_id=1")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        var empty = (await admin.GetAsync("/admin/api/v1/entitlements")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        empty["error"]!["details"]!.AsObject().Select(d => d.Key).ShouldBe(["child_id", "book_id"], ignoreOrder: true);
        foreach (var at in new[] { "1999-12-31T23:59:59Z", "2101-01-01T00:00:00Z", "9999-12-31T23:59:59Z" })
            (await admin.GetAsync($"/admin/api/v1/entitlements?child_id={child}&book_id=1&at={at}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await admin.GetAsync($"/admin/api/v1/entitlements?child_id={child}&book_id=1&at=yesterday")).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");
    }

    private static string? Refusal(JsonNode? answer) => (string?)answer!["refusal"];

    private static JsonNode Rule(Answer answer, string rule) => answer["rules"]!.AsArray().Single(r => (string?)r!["rule"] == rule)!;

    private static async Task<Answer> ExplainAsync(ApiClient admin, long child, long book, DateTimeOffset? at) =>
        (await admin.GetAsync($"/admin/api/v1/entitlements?child_id={child}&book_id={book}{(at is { } time ? $"&at={SupportStaff.Query(time)}" : "")}")).ShouldBe(HttpStatusCode.OK);
}
