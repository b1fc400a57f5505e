using System.Net;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Children;

public sealed class ScreenTimeTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string All = """{"daily_minutes":60,"quiet_hours":[{"start":"20:00","end":"06:30"},{"start":"12:00","end":"13:15"}],"time_zone":"America/New_York","finish_story":true}""";

    [Fact]
    public async Task Screen_time_is_set_replaced_as_a_whole_and_lifted()
    {
        var (parent, child) = await app.FamilyAsync();
        ShouldBe(await parent.GetAsync($"/api/v1/children/{child}"), null);

        var set = (await PutAsync(parent, child, All)).ShouldBe(HttpStatusCode.OK);
        ShouldBe(set, All);
        (await parent.GetAsync($"/api/v1/children/{child}")).Text.ShouldBe(set.Text);
        (await parent.GetAsync("/api/v1/children"))["data"]![0]!.ToJsonString().ShouldBe(set.Json.ToJsonString());
        ShouldBe(await parent.PatchAsync($"/api/v1/children/{child}", new { name = "Mia Rose" }), All);

        ShouldBe((await PutAsync(parent, child, """{"time_zone":"Asia/Kathmandu"}""")).ShouldBe(HttpStatusCode.OK),
            """{"daily_minutes":null,"quiet_hours":[],"time_zone":"Asia/Kathmandu","finish_story":false}""");
        ShouldBe(await PutAsync(parent, child, All), All);

        (await parent.DeleteAsync($"/api/v1/children/{child}/screen_time")).ShouldBe(HttpStatusCode.NoContent);
        ShouldBe(await parent.GetAsync($"/api/v1/children/{child}"), null);
        (await parent.DeleteAsync($"/api/v1/children/{child}/screen_time")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("""{"time_zone":"UTC","daily_minutes":-1}""", "daily_minutes")]
    [InlineData("""{"time_zone":"UTC","daily_minutes":1441}""", "daily_minutes")]
    [InlineData("""{"daily_minutes":60}""", "time_zone")]
    [InlineData("""{"time_zone":null}""", "time_zone")]
    [InlineData("""{"time_zone":""}""", "time_zone")]
    [InlineData("""{"time_zone":"Eastern Standard Time"}""", "time_zone")]
    [InlineData("""{"time_zone":"america/new_york"}""", "time_zone")]
    [InlineData("""{"time_zone":"UTC+01:30"}""", "time_zone")]
    [InlineData("""{"time_zone":"Mars/Olympus"}""", "time_zone")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[{"start":"20:00","end":"20:00"}]}""", "quiet_hours")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[null]}""", "quiet_hours")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[{"end":"06:00"}]}""", "quiet_hours")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[{"start":"01:00","end":"02:00"},{"start":"20:00"}]}""", "quiet_hours")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[{"start":"20:00","end":"24:00"}]}""", "quiet_hours")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[{"start":"7:00","end":"08:00"}]}""", "quiet_hours")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[{"start":"07:00:00","end":"08:00"}]}""", "quiet_hours")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[{"start":"07:00\n","end":"08:00"}]}""", "quiet_hours")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[{"start":"07:60","end":"08:00"}]}""", "quiet_hours")]
    public async Task A_bad_value_is_422_by_field_and_changes_nothing(string body, string field)
    {
        var (parent, child) = await app.FamilyAsync();
        await PutAsync(parent, child, All);
        var answer = (await PutAsync(parent, child, body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        var problems = answer.Json["error"]!["details"]!.AsObject();
        problems.Select(p => p.Key).ShouldBe([field]);
        if (field == "time_zone")
            ((string)problems[field]![0]!).ShouldContain("America/New_York");
        ShouldBe(await parent.GetAsync($"/api/v1/children/{child}"), All);
    }

    [Fact]
    public async Task There_are_at_most_ten_quiet_hours()
    {
        var (parent, child) = await app.FamilyAsync();
        await parent.LimitAsync(child, null, quiet: [.. Enumerable.Range(10, 10).Select(h => $"{h}:00-{h}:30")]);
        var eleven = string.Join(",", Enumerable.Range(10, 11).Select(h => $$"""{"start":"{{h}}:00","end":"{{h}}:30"}"""));
        (await PutAsync(parent, child, $$"""{"time_zone":"UTC","quiet_hours":[{{eleven}}]}""")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await parent.GetAsync($"/api/v1/children/{child}"))["screen_time"]!["quiet_hours"]!.AsArray().Count.ShouldBe(10);
    }

    [Theory]
    [InlineData("""{"time_zone":"UTC","daily_minutes":"60"}""")]
    [InlineData("""{"time_zone":"UTC","daily_minutes":1.5}""")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":"20:00"}""")]
    [InlineData("""{"time_zone":"UTC","quiet_hours":[{"start":20,"end":"06:30"}]}""")]
    [InlineData("""{"time_zone":"UTC","finish_story":1}""")]
    [InlineData("""{"time_zone":5}""")]
    [InlineData("[]")]
    public async Task A_value_of_the_wrong_type_is_400_and_changes_nothing(string body)
    {
        var (parent, child) = await app.FamilyAsync();
        (await PutAsync(parent, child, body)).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");
        ShouldBe(await parent.GetAsync($"/api/v1/children/{child}"), null);
    }

    [Fact]
    public async Task Of_requests_at_the_same_time_one_comes_last_as_a_whole()
    {
        var (parent, child) = await app.FamilyAsync();
        await Task.WhenAll(Enumerable.Range(1, 20).Select(n => parent.LimitAsync(child, n, quiet: [$"{n:00}:00-{n:00}:30"])));
        var set = (await parent.GetAsync($"/api/v1/children/{child}"))["screen_time"]!;
        ((string?)set["quiet_hours"]![0]!["start"]).ShouldBe($"{(int)set["daily_minutes"]!:00}:00");
    }

    [Fact]
    public async Task Another_familys_screen_time_is_404_and_a_childs_token_403()
    {
        var (parent, child) = await app.FamilyAsync();
        await parent.LimitAsync(child, 60);
        await parent.TodayAsync(child, new { extra_minutes = 5 });
        var device = await app.HandOverAsync(parent, child);
        var stranger = await app.ParentAsync();
        foreach (var (method, path, body) in new[]
        {
            ("PUT", "", All), ("DELETE", "", null), ("GET", "/today", null), ("PUT", "/today", """{"stopped":true}"""), ("DELETE", "/today", null),
        })
        {
            var foreign = (await stranger.SendAsync(new HttpMethod(method), $"/api/v1/children/{child}/screen_time{path}", body)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
            (await stranger.SendAsync(new HttpMethod(method), $"/api/v1/children/999999999/screen_time{path}", body)).Text.ShouldBe(foreign.Text);
            (await device.SendAsync(new HttpMethod(method), $"/api/v1/children/{child}/screen_time{path}", body)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        }
        var today = await parent.TodayAsync(child);
        ((int?)today["daily_minutes"], (int)today["extra_minutes"]!, (bool)today["stopped"]!).ShouldBe((60, 5, false));
    }

    private static Task<Answer> PutAsync(ApiClient parent, long child, string body) => parent.SendAsync(HttpMethod.Put, $"/api/v1/children/{child}/screen_time", body);

    private static void ShouldBe(Answer child, string? screenTime) =>
        (child.ShouldBe(HttpStatusCode.OK)["screen_time"]?.ToJsonString()).ShouldBe(screenTime is null ? null : JsonNode.Parse(screenTime)!.ToJsonString());
}
