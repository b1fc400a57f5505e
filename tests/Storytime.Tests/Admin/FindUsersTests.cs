using System.Net;
using System.Text.Json.Nodes;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class FindUsersTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private readonly StorytimeApp _app = app.With("Auth:AdminTokenLifetime", "100.00:00:00");

    [Fact]
    public async Task A_parent_is_found_by_a_part_of_the_address_in_whatever_case_and_every_character_stands_for_itself()
    {
        var word = $"w{Guid.NewGuid():N}";
        string[] emails = [$"100%_off.{word}@example.com", $"o'brien.{word}@example.com", $"plain.{word}@example.com", $"MiXed.{word}@Example.com"];
        foreach (var email in emails)
            await SupportFamily.RegisterAsync(_app, email);
        var admin = await _app.AdminAsync();
        (string Q, string[] Expected)[] searches =
        [
            (word.ToUpperInvariant(), [.. emails]),
            ($"%_off.{word}", [emails[0]]),
            ($"_off.{word}", [emails[0]]),
            ("%", [emails[0]]),
            ("_", [emails[0]]),
            ("'", [emails[1]]),
            ($"o'brien.{word}@example.com", [emails[1]]),
            ($"  mixed.{word}@EXAMPLE.com ", [emails[3]]),
            ($"x%{word}", []),
            ("\\", []),
            ($"{word}' or '1'='1", []),
        ];
        foreach (var (q, expected) in searches)
            (await SearchAsync(admin, q)).Select(u => (string)u!["email"]!).ShouldBe(expected, ignoreOrder: true, q);
    }

    [Fact]
    public async Task What_is_found_counts_children_and_live_sessions_and_names_nobody()
    {
        var family = await SupportFamily.RegisterAsync(_app);
        var (mia, leo) = (await family.Parent.ChildAsync("Mia Marlow"), await family.Parent.ChildAsync("Leo Marlow"));
        await family.HandOverAsync(_app, mia);
        var (_, ended) = await family.HandOverAsync(_app, leo);
        (await family.Parent.DeleteAsync($"/api/v1/children/{leo}/child_sessions/{ended}")).ShouldBe(HttpStatusCode.NoContent);
        (await _app.Client().PostAsync("/api/v1/auth/login", new { email = family.Email, password = Families.Password })).ShouldBe(HttpStatusCode.OK);

        var admin = await _app.AdminAsync();
        var found = (await SearchAsync(admin, family.Email)).ShouldHaveSingleItem()!;
        found.AsObject().Select(m => m.Key).ShouldBe(["id", "email", "country", "created_at", "children", "live_sessions", "live_child_sessions"]);
        ((long)found["id"]!, (int)found["children"]!, (int)found["live_sessions"]!, (int)found["live_child_sessions"]!).ShouldBe((family.UserId, 2, 2, 1));
        // Child mode ends by itself after 30 days, a parent's session after 60.
        _app.Clock.Advance(TimeSpan.FromDays(61));
        var later = (await SearchAsync(admin, family.Email))[0]!;
        ((int)later["live_sessions"]!, (int)later["live_child_sessions"]!).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Everybody_is_listed_in_pages_where_nothing_is_asked_for()
    {
        for (var i = 0; i < 3; i++)
            await SupportFamily.RegisterAsync(_app);
        var admin = await _app.AdminAsync();
        var all = (long)(await _app.SqlAsync("select count(*) from users"))!;
        var ids = new HashSet<long>();
        for (var page = 1; page <= (all + 1) / 2; page++)
            ids.UnionWith((await admin.GetAsync($"{SupportFamily.Users}?q=%20&per_page=2&page={page}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(u => (long)u!["id"]!));
        ids.Count.ShouldBe((int)all);
    }

    [Fact]
    public async Task A_question_that_is_too_long_is_refused() =>
        (await (await _app.AdminAsync()).GetAsync($"{SupportFamily.Users}?q={new string('a', 255)}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");

    [Theory]
    [InlineData(AdminRole.Editor)]
    [InlineData(AdminRole.Finance)]
    public async Task Families_are_none_of_other_roles_business(AdminRole role) =>
        (await (await _app.StaffAsync(role)).GetAsync($"{SupportFamily.Users}?q=a")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");

    private static async Task<JsonArray> SearchAsync(ApiClient admin, string q) =>
        (await admin.GetAsync($"{SupportFamily.Users}?q={Uri.EscapeDataString(q)}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray();
}
