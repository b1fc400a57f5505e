using System.Net;
using NodaTime;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Playback;

/// <summary>Screen time is enforced by the cookies: they end when the time does, and there are none afterwards.</summary>
public sealed class ScreenTimePlaybackTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    /// <summary>Tests move the clock further than a parent's token lives else.</summary>
    private readonly StorytimeApp _app = app.With("Auth:ParentTokenLifetime", "1.00:00:00");

    [Fact]
    public async Task Cookies_end_with_the_days_minutes_to_the_second_whatever_device_and_book_used_them()
    {
        _app.MoveTo("12:00");
        long[] books = [await _app.BookAsync(), await _app.BookAsync()];
        var (parent, child) = await _app.FamilyAsync(books);
        ApiClient[] devices = [await _app.HandOverAsync(parent, child), await _app.HandOverAsync(parent, child)];
        await parent.LimitAsync(child, 30);
        await devices[0].WatchedAsync(child, books[0], _app.Now.AddMinutes(-40), _app.Now.AddMinutes(-30));
        // Two devices at once use the minutes once: ten more, and 7.3 seconds.
        await devices[0].WatchedAsync(child, books[0], _app.Now.AddMinutes(-20), _app.Now.AddMinutes(-12));
        await devices[1].WatchedAsync(child, books[1], _app.Now.AddMinutes(-18), _app.Now.AddMinutes(-10).AddSeconds(7.3));

        foreach (var caller in devices.Append(parent))
            ExpiresAt(await caller.PlayAsync(child, books[1])).ShouldBe(_app.Now.AddSeconds((10 * 60) - 8));

        _app.Clock.Advance(TimeSpan.FromMinutes(10));
        await devices[1].WatchedAsync(child, books[1], _app.Now.AddSeconds(-592), _app.Now);
        foreach (var device in devices)
            await RefusedAsync(device, child, books[0], "daily_limit_reached", _app.Now.Date.AddDays(1));
        _app.MoveTo("00:00");
        ExpiresAt(await devices[0].PlayAsync(child, books[0])).ShouldBe(_app.Now.AddMinutes(15));
    }

    [Fact]
    public async Task Cookies_end_when_quiet_hours_begin_and_the_refusal_tells_when_they_end()
    {
        _app.MoveTo("19:50");
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var device = await _app.HandOverAsync(parent, child);
        await parent.LimitAsync(child, 60, quiet: ["20:00-06:30"]);
        ExpiresAt(await device.PlayAsync(child, book)).ShouldBe(_app.Now.AddMinutes(10));
        _app.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(300));
        ExpiresAt(await device.PlayAsync(child, book)).ShouldBe(_app.Now.AddMilliseconds(300));
        _app.Clock.Advance(TimeSpan.FromMilliseconds(300));
        await RefusedAsync(device, child, book, "quiet_hours", _app.Now.AddHours(10.5).DateTime);
        (await _app.SqlAsync($"select string_agg(granted || ' ' || coalesce(refusal, ''), '; ' order by id) from playback_attempts where child_profile_id = {child}"))
            .ShouldBe("true ; true ; false quiet_hours");
        // What a parent changes holds at once.
        await parent.LimitAsync(child, 60);
        (await device.PlayAsync(child, book)).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_day_that_is_used_up_stays_so_when_quiet_hours_end_and_no_minutes_at_all_have_no_next_time()
    {
        _app.MoveTo("12:00");
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        await parent.WatchedAsync(child, book, _app.Now.AddMinutes(-60), _app.Now.AddMinutes(-30));
        await parent.LimitAsync(child, 30, quiet: ["11:00-13:00", "22:00-07:00"]);
        await RefusedAsync(parent, child, book, "quiet_hours", _app.Now.Date.AddDays(1).AddHours(7));
        await parent.LimitAsync(child, 0);
        await RefusedAsync(parent, child, book, "daily_limit_reached", null);
    }

    [Fact]
    public async Task A_story_is_finished_and_no_other_one_begun_and_rewinding_does_not_draw_it_out()
    {
        _app.MoveTo("19:40");
        var (story, other) = (await _app.BookAsync(durationSeconds: 1800), await _app.BookAsync(durationSeconds: 1800));
        var (parent, child) = await _app.FamilyAsync(story, other);
        ApiClient[] devices = [await _app.HandOverAsync(parent, child), await _app.HandOverAsync(parent, child)];
        await parent.LimitAsync(child, null, finishStory: true, quiet: ["20:00-06:30"]);
        var began = _app.Now;
        // Cookies end before the time does: nothing needs to be noted yet.
        ExpiresAt(await devices[0].PlayAsync(child, story)).ShouldBe(began.AddMinutes(15));
        (await GraceAsync(child)).ShouldBeNull();
        _app.Clock.Advance(TimeSpan.FromMinutes(10));
        await devices[0].WatchedAsync(child, story, began, _app.Now);
        ExpiresAt(await devices[0].PlayAsync(child, story)).ShouldBe(began.AddMinutes(25));
        (await GraceAsync(child)).ShouldBe($"{story} {began.AddMinutes(30):HH:mm:ss}");

        _app.MoveTo("20:00");
        foreach (var device in devices)
        {
            ExpiresAt(await device.PlayAsync(child, story)).ShouldBe(began.AddMinutes(30));
            await RefusedAsync(device, child, other, "quiet_hours", _app.Now.AddHours(10.5).DateTime);
        }
        var shelf = (await devices[0].GetAsync($"/api/v1/children/{child}/library"))["data"]!.AsArray();
        shelf.Select(b => ((long)b!["id"]!, (bool)b["playable"]!, (string?)b["unavailable_reason"])).ShouldBe([(other, false, "quiet_hours"), (story, true, null)]);

        _app.Clock.Advance(TimeSpan.FromMinutes(5));
        await devices[0].WatchedAsync(child, story, _app.Now.AddSeconds(-30), _app.Now, position: 30);
        ExpiresAt(await devices[0].PlayAsync(child, story)).ShouldBe(began.AddMinutes(30));
        _app.Clock.Advance(TimeSpan.FromMinutes(5));
        await RefusedAsync(devices[0], child, story, "quiet_hours", _app.Now.Date.AddDays(1).AddHours(6.5));
    }

    [Fact]
    public async Task Who_asks_for_a_story_when_the_time_is_up_has_none_to_finish()
    {
        _app.MoveTo("20:00");
        var book = await _app.BookAsync(durationSeconds: 1800);
        var (parent, child) = await _app.FamilyAsync(book);
        await parent.LimitAsync(child, null, finishStory: true, quiet: ["20:00-06:30"]);
        await RefusedAsync(parent, child, book, "quiet_hours", _app.Now.AddHours(10.5).DateTime);
        (await GraceAsync(child)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_devices_that_ask_at_once_exactly_one_story_is_the_one_to_finish()
    {
        _app.MoveTo("19:55");
        var books = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _app.BookAsync(durationSeconds: 1800)));
        var (parent, child) = await _app.FamilyAsync(books);
        await parent.LimitAsync(child, null, finishStory: true, quiet: ["20:00-06:30"]);
        var granted = (await Task.WhenAll(books.Select(b => parent.PlayAsync(child, b)))).Select(ExpiresAt).ToList();
        var finished = granted.IndexOf(_app.Now.AddMinutes(15));
        granted.Where((_, i) => i != finished).ShouldAllBe(end => end == _app.Now.AddMinutes(5));
        _app.MoveTo("20:00");
        var later = await Task.WhenAll(books.Select(b => parent.PlayAsync(child, b)));
        later.Select(a => a.Status == HttpStatusCode.Created).ShouldBe(books.Select((_, i) => i == finished));
    }

    [Fact]
    public async Task Stories_that_are_asked_for_in_the_last_minutes_do_not_all_outlive_the_time_and_the_first_one_does()
    {
        _app.MoveTo("19:55");
        var (first, other) = (await _app.BookAsync(durationSeconds: 900), await _app.BookAsync(durationSeconds: 900));
        var (parent, child) = await _app.FamilyAsync(first, other);
        await parent.LimitAsync(child, null, finishStory: true, quiet: ["20:00-06:30"]);
        ExpiresAt(await parent.PlayAsync(child, first)).ShouldBe(_app.Now.AddMinutes(15));
        _app.Clock.Advance(TimeSpan.FromMinutes(2));
        ExpiresAt(await parent.PlayAsync(child, other)).ShouldBe(_app.Now.AddMinutes(3));
        // Of the same book it may move, as long as there is time.
        ExpiresAt(await parent.PlayAsync(child, first)).ShouldBe(_app.Now.AddMinutes(15));
        (await GraceAsync(child)).ShouldBe($"{first} 20:12:00");
        // Once it has run out, the next story may be the one.
        _app.MoveTo("20:12");
        await parent.LimitAsync(child, null, finishStory: true, quiet: ["20:20-06:30"]);
        ExpiresAt(await parent.PlayAsync(child, other)).ShouldBe(_app.Now.AddMinutes(15));
        (await GraceAsync(child)).ShouldBe($"{other} 20:27:00");
    }

    [Fact]
    public async Task Stop_now_stops_the_story_too_and_more_minutes_let_it_go_on()
    {
        _app.MoveTo("12:00");
        var book = await _app.BookAsync(durationSeconds: 1800);
        var (parent, child) = await _app.FamilyAsync(book);
        await parent.LimitAsync(child, 10, finishStory: true);
        (await parent.PlayAsync(child, book)).ShouldBe(HttpStatusCode.Created);
        (await GraceAsync(child)).ShouldBe($"{book} 12:30:00");
        await parent.TodayAsync(child, new { stopped = true });
        await RefusedAsync(parent, child, book, "daily_limit_reached", _app.Now.Date.AddDays(1));
        await parent.TodayAsync(child, new { extra_minutes = 15 });
        (await parent.PlayAsync(child, book)).ShouldBe(HttpStatusCode.Created);
        await parent.LimitAsync(child, 10);
        await parent.WatchedAsync(child, book, _app.Now.AddMinutes(-20), _app.Now);
        ExpiresAt(await parent.PlayAsync(child, book)).ShouldBe(_app.Now.AddMinutes(5));
    }

    [Fact]
    public async Task On_the_day_on_which_clocks_go_forward_the_hour_that_is_skipped_is_never_quiet()
    {
        var spring = Spring("America/New_York");
        _app.Clock.SetUtcNow(spring.AddMinutes(-15));
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        await parent.LimitAsync(child, 60, timeZone: "America/New_York", quiet: ["02:00-03:00"]);
        var today = await parent.TodayAsync(child);
        ((DateTimeOffset)today["day_ends_at"]!).ShouldBe(spring.AddHours(21));
        ((DateTimeOffset)today["playable_until"]!).ShouldBe(_app.Now.AddMinutes(60));
        ExpiresAt(await parent.PlayAsync(child, book)).ShouldBe(_app.Now.AddMinutes(15));

        await parent.LimitAsync(child, 60, timeZone: "America/New_York", quiet: ["01:30-03:30"]);
        await RefusedAsync(parent, child, book, "quiet_hours", spring.AddMinutes(30).DateTime);
        await parent.LimitAsync(child, 60, timeZone: "America/New_York", quiet: ["02:30-03:30"]);
        ExpiresAt(await parent.PlayAsync(child, book)).ShouldBe(spring);
    }

    [Fact]
    public async Task A_book_whose_rights_end_first_ends_with_them()
    {
        _app.MoveTo("12:00");
        var publisher = await _app.PublisherAsync();
        var book = await _app.BookAsync(publisherId: publisher);
        await _app.WindowAsync(publisher, book, _app.Now.AddDays(-1), _app.Now.AddSeconds(100));
        var (parent, child) = await _app.FamilyAsync(book);
        await parent.LimitAsync(child, 10, finishStory: true);
        ExpiresAt(await parent.PlayAsync(child, book)).ShouldBe(_app.Now.AddSeconds(100));
    }

    /// <summary>When clocks are put forward next.</summary>
    private DateTimeOffset Spring(string timeZone) => DateTimeZoneProviders.Tzdb[timeZone]
        .GetZoneIntervals(Instant.FromDateTimeOffset(_app.Now.AddDays(1)), Instant.FromDateTimeOffset(_app.Now.AddDays(400)))
        .First(i => i.Savings > Offset.Zero && i.Start > Instant.FromDateTimeOffset(_app.Now.AddDays(1))).Start.ToDateTimeOffset();

    private async Task<object?> GraceAsync(long child) =>
        await _app.SqlAsync($"select book_id || ' ' || to_char(ends_at at time zone 'UTC', 'HH24:MI:SS') from story_graces where child_profile_id = {child}");

    private static async Task RefusedAsync(ApiClient caller, long child, long book, string code, DateTime? retryAt)
    {
        var answer = (await caller.PlayAsync(child, book)).ShouldBeError(HttpStatusCode.Forbidden, code);
        var details = answer.Json["error"]!["details"]!;
        (((DateTimeOffset?)details["retry_at"])?.UtcDateTime).ShouldBe(retryAt);
        ((string?)details["parent_action"], (string?)details["kid_message_key"]).ShouldBe(("change_screen_time", "kid." + code));
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    private static DateTimeOffset ExpiresAt(Answer answer) => (DateTimeOffset)answer.ShouldBe(HttpStatusCode.Created)["expires_at"]!;
}
