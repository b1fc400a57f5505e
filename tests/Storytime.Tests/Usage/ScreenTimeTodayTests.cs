using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

public sealed class ScreenTimeTodayTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    /// <summary>Tests move the clock further than a parent's token lives else.</summary>
    private readonly StorytimeApp _app = app.With("Auth:ParentTokenLifetime", "1.00:00:00");

    [Fact]
    public async Task The_state_of_today_tells_what_was_watched_and_what_is_left()
    {
        _app.MoveTo("12:00");
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        await parent.LimitAsync(child, 60, quiet: ["20:00-06:30", "12:40-13:00"]);
        // Yesterday's minutes are yesterday's.
        await parent.WatchedAsync(child, book, _app.Now.AddHours(-12.5), _app.Now.AddHours(-11.75));
        await parent.WatchedAsync(child, book, _app.Now.AddMinutes(-10), _app.Now.AddMinutes(-3));

        var today = await parent.TodayAsync(child);

        today.Json.AsObject().Select(m => m.Key).ShouldBe(
        [
            "time_zone", "day_ends_at", "watched_seconds", "daily_minutes", "extra_minutes", "stopped", "remaining_seconds", "quiet_now", "quiet_until", "quiet_lifted_until",
            "playable", "unavailable_reason", "playable_until", "next_playable_at",
        ]);
        ((string?)today["time_zone"], (long)today["watched_seconds"]!, (int?)today["daily_minutes"], (long?)today["remaining_seconds"]).ShouldBe(("UTC", 22 * 60, 60, 38 * 60));
        ((bool)today["playable"]!, (bool)today["quiet_now"]!).ShouldBe((true, false));
        Time(today, "playable_until").ShouldBe(_app.Now.AddMinutes(38));
        Time(today, "day_ends_at").ShouldBe(_app.Now.AddHours(12));

        _app.Clock.Advance(TimeSpan.FromMinutes(45));
        today = await parent.TodayAsync(child);
        ((bool)today["playable"]!, (string?)today["unavailable_reason"], (bool)today["quiet_now"]!).ShouldBe((false, "quiet_hours", true));
        Time(today, "quiet_until").ShouldBe(_app.Now.AddMinutes(15));
        Time(today, "next_playable_at").ShouldBe(_app.Now.AddMinutes(15));
        today["playable_until"].ShouldBeNull();
    }

    [Fact]
    public async Task More_minutes_lift_quiet_hours_by_what_is_added_and_saying_it_again_changes_nothing()
    {
        _app.MoveTo("12:00");
        var (parent, child) = await _app.FamilyAsync();
        await parent.LimitAsync(child, 60, quiet: ["11:00-14:00"]);
        var today = await parent.TodayAsync(child, new { extra_minutes = 15 });
        ((int)today["extra_minutes"]!, (bool)today["playable"]!, (long?)today["remaining_seconds"]).ShouldBe((15, true, 75 * 60));
        Time(today, "quiet_lifted_until").ShouldBe(_app.Now.AddMinutes(15));
        Time(today, "playable_until").ShouldBe(_app.Now.AddMinutes(15));

        _app.Clock.Advance(TimeSpan.FromMinutes(5));
        (await parent.TodayAsync(child, new { extra_minutes = 15 })).Text.ShouldBe(today.Text);
        Time(await parent.TodayAsync(child, new { extra_minutes = 30 }), "quiet_lifted_until").ShouldBe(_app.Now.AddMinutes(25));
        Time(await parent.TodayAsync(child, new { extra_minutes = 10 }), "quiet_lifted_until").ShouldBe(_app.Now.AddMinutes(5));

        (await parent.DeleteAsync($"/api/v1/children/{child}/screen_time/today")).ShouldBe(HttpStatusCode.NoContent);
        (await parent.DeleteAsync($"/api/v1/children/{child}/screen_time/today")).ShouldBe(HttpStatusCode.NoContent);
        today = await parent.TodayAsync(child);
        ((int)today["extra_minutes"]!, (bool)today["quiet_now"]!, today["quiet_lifted_until"]).ShouldBe((0, true, null));
    }

    [Fact]
    public async Task Minutes_that_are_taken_back_and_given_again_lift_quiet_hours_once()
    {
        _app.MoveTo("12:00");
        var (parent, child) = await _app.FamilyAsync();
        await parent.LimitAsync(child, 60, quiet: ["11:00-15:00"]);
        await parent.TodayAsync(child, new { extra_minutes = 60 });
        _app.Clock.Advance(TimeSpan.FromMinutes(20) + TimeSpan.FromMilliseconds(300));
        // Twenty of them are over; no more can be taken back than what is left.
        var today = await parent.TodayAsync(child, new { extra_minutes = 0 });
        ((bool)today["playable"]!, (string?)today["unavailable_reason"], today["quiet_lifted_until"]).ShouldBe((false, "quiet_hours", null));
        var again = await parent.TodayAsync(child, new { extra_minutes = 60 });
        Time(again, "quiet_lifted_until").ShouldBe(_app.Now.AddMinutes(60).AddMilliseconds(-300));
    }

    [Fact]
    public async Task What_is_said_and_what_is_taken_back_at_once_come_one_after_the_other()
    {
        var (parent, child) = await _app.FamilyAsync();
        for (var round = 0; round < 30; round++)
        {
            var said = Task.WhenAll(Enumerable.Range(0, 3).Select(n => parent.TodayAsync(child, new { extra_minutes = 5 + n + (round % 3) })));
            (await parent.DeleteAsync($"/api/v1/children/{child}/screen_time/today")).ShouldBe(HttpStatusCode.NoContent);
            await said;
        }
    }

    [Fact]
    public async Task An_exception_ends_with_the_day_but_lifted_quiet_hours_hold_past_midnight()
    {
        _app.MoveTo("23:50");
        var (parent, child) = await _app.FamilyAsync();
        await parent.LimitAsync(child, 60, quiet: ["23:00-06:00"]);
        Time(await parent.TodayAsync(child, new { extra_minutes = 15 }), "playable_until").ShouldBe(_app.Now.AddMinutes(15));
        _app.Clock.Advance(TimeSpan.FromMinutes(12));
        var today = await parent.TodayAsync(child);
        ((int)today["extra_minutes"]!, (bool)today["playable"]!, (long?)today["remaining_seconds"]).ShouldBe((0, true, 60 * 60));
        _app.Clock.Advance(TimeSpan.FromMinutes(2.9));
        ((bool)(await parent.TodayAsync(child))["playable"]!).ShouldBeTrue();
        _app.Clock.Advance(TimeSpan.FromMinutes(0.1));
        ((string?)(await parent.TodayAsync(child))["unavailable_reason"]).ShouldBe("quiet_hours");
    }

    [Fact]
    public async Task A_child_without_screen_time_can_be_stopped_until_its_local_midnight()
    {
        _app.MoveTo("12:00");
        var (parent, child) = await _app.FamilyAsync();
        var today = await parent.TodayAsync(child);
        ((string?)today["time_zone"], (bool)today["playable"]!, today["remaining_seconds"], today["playable_until"]).ShouldBe(("UTC", true, null, null));
        Time(await parent.GetAsync($"/api/v1/children/{child}/screen_time/today?time_zone=Asia/Kathmandu"), "day_ends_at").ShouldBe(_app.Now.AddHours(12 - 5.75));

        today = await parent.TodayAsync(child, new { stopped = true, time_zone = "Asia/Kathmandu" });
        ((bool)today["stopped"]!, (bool)today["playable"]!, (string?)today["unavailable_reason"], (long?)today["remaining_seconds"]).ShouldBe((true, false, "daily_limit_reached", 0));
        Time(today, "next_playable_at").ShouldBe(_app.Now.AddHours(12 - 5.75));
        Time(today, "day_ends_at").ShouldBe(_app.Now.AddHours(12 - 5.75));
        // Said again without it: not stopped any more.
        ((bool)(await parent.TodayAsync(child, new { }))["playable"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Fifteen_more_minutes_from_two_phones_at_once_are_fifteen()
    {
        _app.MoveTo("12:00");
        var (parent, child) = await _app.FamilyAsync();
        await parent.LimitAsync(child, 60, quiet: ["11:00-14:00"]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => parent.TodayAsync(child, new { extra_minutes = 15 })));
        foreach (var answer in answers)
            Time(answer, "quiet_lifted_until").ShouldBe(_app.Now.AddMinutes(15));
    }

    [Theory]
    [InlineData("""{"extra_minutes":-1}""", "extra_minutes")]
    [InlineData("""{"extra_minutes":1441}""", "extra_minutes")]
    [InlineData("""{"time_zone":"Eastern Standard Time"}""", "time_zone")]
    public async Task A_bad_value_is_422_by_field_and_changes_nothing(string body, string field)
    {
        var (parent, child) = await _app.FamilyAsync();
        var before = await parent.TodayAsync(child, new { extra_minutes = 7 });
        (await parent.SendAsync(HttpMethod.Put, $"/api/v1/children/{child}/screen_time/today", body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
            .Json["error"]!["details"]!.AsObject().Select(p => p.Key).ShouldBe([field]);
        (await parent.GetAsync($"/api/v1/children/{child}/screen_time/today?time_zone=nowhere")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
            .Json["error"]!["details"]!["time_zone"].ShouldNotBeNull();
        (await parent.TodayAsync(child)).Text.ShouldBe(before.Text);
    }

    [Theory]
    [InlineData("""{"extra_minutes":"15"}""")]
    [InlineData("""{"stopped":"yes"}""")]
    public async Task A_value_of_the_wrong_type_is_400(string body)
    {
        var (parent, child) = await _app.FamilyAsync();
        (await parent.SendAsync(HttpMethod.Put, $"/api/v1/children/{child}/screen_time/today", body)).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");
    }

    private static DateTimeOffset? Time(Answer answer, string member) => (DateTimeOffset?)answer[member];
}
