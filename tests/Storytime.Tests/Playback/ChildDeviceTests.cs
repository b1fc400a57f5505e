using System.Net;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Playback;

public sealed class ChildDeviceTests(StorytimeApp fixture) : IClassFixture<StorytimeApp>
{
    /// <summary>Time passes, and parents stay signed in.</summary>
    private readonly StorytimeApp app = fixture.With("Auth:ParentTokenLifetime", "1.00:00:00");

    [Fact]
    public async Task A_parent_sees_which_device_plays_what()
    {
        var (moon, fox) = (await app.BookAsync("Moon"), await app.BookAsync("Fox"));
        var (parent, child) = await app.FamilyAsync(moon, fox);
        var (kitchen, bedroom, idle) = (await app.HandOverAsync(parent, child), await app.HandOverAsync(parent, child), await app.HandOverAsync(parent, child));
        var (one, two) = (await kitchen.OpenAsync(child, moon), await bedroom.OpenAsync(child, fox));
        var started = app.Now;
        await kitchen.ReportAsync(child, moon, "play_start", app.Now, one, 0);
        await bedroom.ReportAsync(child, fox, "resume", app.Now, two, 12);
        app.Clock.Advance(TimeSpan.FromSeconds(40));
        await kitchen.ReportAsync(child, moon, "heartbeat", app.Now, one, 40.5);
        (await idle.GetAsync($"/api/v1/children/{child}/library")).ShouldBe(HttpStatusCode.OK);

        var devices = await ListAsync(parent, child);

        devices.Select(Playing).ShouldBe([null, (fox, "Fox", started, 12), (moon, "Moon", started, 40.5)]);
        devices.Select(d => Time(d["last_seen_at"])).ShouldBe([null, started, app.Now]);
        devices.ShouldAllBe(d => d["ended_at"] == null && d["revoked_at"] == null);
    }

    [Theory]
    [InlineData("play_start", true)]
    [InlineData("resume", true)]
    [InlineData("heartbeat", true)]
    [InlineData("pause", false)]
    [InlineData("play_end", false)]
    public async Task The_newest_event_says_whether_it_plays_for_ninety_seconds(string type, bool plays)
    {
        var (parent, child, device, book) = await FamilyWithDeviceAsync();
        var session = await device.OpenAsync(child, book);
        await device.ReportAsync(child, book, "heartbeat", app.Now.AddSeconds(-1), session, 3);
        await device.ReportAsync(child, book, type, app.Now, session, 4);
        (await PlayingAsync(parent, child)).HasValue.ShouldBe(plays);
        app.Clock.Advance(TimeSpan.FromSeconds(90));
        (await PlayingAsync(parent, child)).HasValue.ShouldBe(plays);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await PlayingAsync(parent, child)).ShouldBeNull();
    }

    [Fact]
    public async Task Old_events_that_come_late_change_nothing()
    {
        var (parent, child, device, book) = await FamilyWithDeviceAsync();
        var session = await device.OpenAsync(child, book);
        await device.ReportAsync(child, book, "heartbeat", app.Now, session, 50);
        await device.ReportAsync(child, book, "pause", app.Now.AddSeconds(-20), session, 30);
        ((await PlayingAsync(parent, child))?.Position).ShouldBe(50);
    }

    [Fact]
    public async Task A_device_that_was_just_let_play_counts_as_playing_until_it_says_otherwise()
    {
        var (parent, child, device, book) = await FamilyWithDeviceAsync();
        await device.OpenAsync(child, book);
        (await PlayingAsync(parent, child)).ShouldBe((book, "The Moon Boat", app.Now, null));
        app.Clock.Advance(TimeSpan.FromSeconds(91));
        (await PlayingAsync(parent, child)).ShouldBeNull("nothing was heard of it");
    }

    [Fact]
    public async Task A_permission_that_is_renewed_says_nothing_new()
    {
        var (parent, child, device, book) = await FamilyWithDeviceAsync();
        var first = await device.OpenAsync(child, book);
        var started = app.Now;
        await device.ReportAsync(child, book, "play_start", started, first, 0);
        for (var renewal = 0; renewal < 3; renewal++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(4));
            await device.ReportAsync(child, book, "heartbeat", app.Now, first, 100);
            await device.OpenAsync(child, book);
        }
        app.Clock.Advance(TimeSpan.FromSeconds(60));
        await device.ReportAsync(child, book, "heartbeat", app.Now, first, 160);
        (await PlayingAsync(parent, child)).ShouldBe((book, "The Moon Boat", started, 160), "its events may still name the first permission");

        await device.ReportAsync(child, book, "pause", app.Now.AddSeconds(1), first, 161);
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        await device.OpenAsync(child, book);
        (await PlayingAsync(parent, child)).ShouldBeNull("it is renewed in a pause");
    }

    [Fact]
    public async Task Another_book_takes_the_place_of_the_first_and_a_permission_that_ran_out_plays_nothing()
    {
        var (parent, child, device, moon) = await FamilyWithDeviceAsync();
        var fox = await app.BookAsync("Fox");
        await parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = fox });
        var session = await device.OpenAsync(child, moon);
        await device.ReportAsync(child, moon, "heartbeat", app.Now, session);
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        var next = await device.OpenAsync(child, fox);
        ((await PlayingAsync(parent, child))?.Book).ShouldBe(fox);
        app.Clock.Advance(TimeSpan.FromMinutes(14));
        await device.ReportAsync(child, fox, "heartbeat", app.Now, next);
        ((await PlayingAsync(parent, child))?.Book).ShouldBe(fox);
        app.Clock.Advance(TimeSpan.FromSeconds(61));
        (await PlayingAsync(parent, child)).ShouldBeNull();
    }

    [Fact]
    public async Task A_device_that_was_taken_back_plays_nothing_and_can_be_left_out()
    {
        var (parent, child, device, book) = await FamilyWithDeviceAsync();
        await device.OpenAsync(child, book);
        var gone = (await ListAsync(parent, child))[0]["id"]!;
        await app.HandOverAsync(parent, child);
        (await parent.DeleteAsync($"/api/v1/children/{child}/child_sessions/{gone}")).ShouldBe(HttpStatusCode.NoContent);

        var all = await ListAsync(parent, child);
        all.Count.ShouldBe(2);
        Playing(all[1]).ShouldBeNull();
        (Time(all[1]["ended_at"]), Time(all[1]["revoked_at"])).ShouldBe((app.Now, app.Now));
        (await ListAsync(parent, child, "?live=true")).Select(d => (long)d["id"]!).ShouldBe([(long)all[0]["id"]!]);
        (await ListAsync(parent, child, "?live=false")).Select(d => (long)d["id"]!).ShouldBe([(long)all[1]["id"]!]);
        (await parent.GetAsync($"/api/v1/children/{child}/child_sessions?live=maybe")).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task A_device_can_be_given_another_name()
    {
        var (parent, child, _, _) = await FamilyWithDeviceAsync();
        var address = $"/api/v1/children/{child}/child_sessions/{(await ListAsync(parent, child))[0]["id"]}";
        ((string?)(await parent.PatchAsync(address, new { device_name = "Kitchen iPad" })).ShouldBe(HttpStatusCode.OK)["device_name"]).ShouldBe("Kitchen iPad");
        foreach (var wrong in new object[] { new { }, new { device_name = (string?)null }, new { device_name = "  " }, new { device_name = new string('x', 101) } })
            (await parent.PatchAsync(address, wrong)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["device_name"].ShouldNotBeNull();
        ((string?)(await ListAsync(parent, child))[0]["device_name"]).ShouldBe("Kitchen iPad");

        var stranger = await app.ParentAsync();
        var foreign = (await stranger.PatchAsync(address, new { device_name = "Mine" })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        foreign.Text.ShouldBe((await stranger.PatchAsync("/api/v1/children/1/child_sessions/999999999", new { device_name = "Mine" })).Text);
        (await stranger.GetAsync($"/api/v1/children/{child}/child_sessions")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        var sibling = await parent.ChildAsync("Ben");
        (await parent.PatchAsync(address.Replace($"/{child}/", $"/{sibling}/"), new { device_name = "Mine" })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    private async Task<(ApiClient Parent, long Child, ApiClient Device, long Book)> FamilyWithDeviceAsync()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        return (parent, child, await app.HandOverAsync(parent, child), book);
    }

    private static async Task<List<JsonObject>> ListAsync(ApiClient parent, long child, string query = "") =>
        [.. (await parent.GetAsync($"/api/v1/children/{child}/child_sessions{query}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(d => d!.AsObject())];

    private static async Task<(long Book, string Title, DateTimeOffset Since, double? Position)?> PlayingAsync(ApiClient parent, long child) => Playing((await ListAsync(parent, child))[0]);

    private static (long Book, string Title, DateTimeOffset Since, double? Position)? Playing(JsonObject device) =>
        device["playing"] is { } p ? ((long)p["book_id"]!, (string)p["title"]!, Time(p["since"])!.Value, (double?)p["position_seconds"]) : null;

    private static DateTimeOffset? Time(JsonNode? json) => json is null ? null : DateTimeOffset.Parse((string)json!, null);
}
