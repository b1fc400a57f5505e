using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Testing;

/// <summary>Screen time through the API, and the events of a player that watches.</summary>
public static class ScreenTimes
{
    /// <summary>The next time that it is so late by UTC: a test of minutes must not begin just before midnight.</summary>
    public static void MoveTo(this StorytimeApp app, string timeOfDay)
    {
        var time = TimeOnly.ParseExact(timeOfDay, "HH:mm", CultureInfo.InvariantCulture).ToTimeSpan();
        var at = new DateTimeOffset(app.Now.Date, TimeSpan.Zero) + time;
        app.Clock.SetUtcNow(at > app.Now ? at : at.AddDays(1));
    }

    /// <param name="quiet">Spans such as <c>20:00-06:30</c>.</param>
    public static async Task<Answer> LimitAsync(this ApiClient parent, long child, int? dailyMinutes, bool finishStory = false, string timeZone = "UTC", params string[] quiet) =>
        (await parent.SendAsync(HttpMethod.Put, $"/api/v1/children/{child}/screen_time", new
        {
            daily_minutes = dailyMinutes,
            quiet_hours = quiet.Select(q => new { start = q.Split('-')[0], end = q.Split('-')[1] }),
            time_zone = timeZone,
            finish_story = finishStory,
        })).ShouldBe(HttpStatusCode.OK);

    public static async Task<Answer> TodayAsync(this ApiClient parent, long child, object? say = null) => (say is null
        ? await parent.GetAsync($"/api/v1/children/{child}/screen_time/today")
        : await parent.SendAsync(HttpMethod.Put, $"/api/v1/children/{child}/screen_time/today", say)).ShouldBe(HttpStatusCode.OK);

    public static Task<Answer> PlayAsync(this ApiClient caller, long child, long book) =>
        caller.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book });

    /// <summary>Reports that a book was watched, as a player does.</summary>
    /// <param name="position">Where in the book it was at the end; by default as far as it was watched.</param>
    public static async Task WatchedAsync(this ApiClient caller, long child, long book, DateTimeOffset from, DateTimeOffset until, double? position = null)
    {
        var seconds = (until - from).TotalSeconds;
        var events = Enumerable.Range(0, (int)Math.Ceiling(seconds / 60)).Select(minute => Event(minute == 0 ? "play_start" : "heartbeat", minute * 60))
            .Append(Event("play_end", seconds)).ToList();
        foreach (var batch in events.Chunk(500))
            ((int)(await caller.PostAsync("/api/v1/usage_events", new JsonObject { ["events"] = new JsonArray([.. batch]) })).ShouldBe(HttpStatusCode.OK)["accepted"]!).ShouldBe(batch.Length);

        JsonObject Event(string type, double at) => new()
        {
            ["child_id"] = child,
            ["book_id"] = book,
            ["event_type"] = type,
            ["position_seconds"] = (position ?? seconds) - seconds + at is > 0 and var p ? p : 0,
            ["occurred_at"] = from.AddSeconds(at).ToString("o", CultureInfo.InvariantCulture),
            ["event_id"] = Guid.NewGuid().ToString(),
        };
    }
}
