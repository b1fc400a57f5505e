using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Children;

public sealed class ChildrenTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_parent_adds_reads_and_changes_a_child()
    {
        var parent = await app.ParentAsync();
        var created = (await parent.PostAsync("/api/v1/children", new { name = " Mia ", birth_year = 2020, avatar_url = "https://img.example.com/fox.png" })).ShouldBe(HttpStatusCode.Created);
        var id = (long)created["id"]!;
        ((string?)created["name"]).ShouldBe("Mia");
        created.Json.AsObject().Select(m => m.Key).ShouldBe(["id", "name", "avatar_url", "birth_year", "screen_time", "created_at", "updated_at"]);

        var changed = (await parent.PatchAsync($"/api/v1/children/{id}", new { name = "Mia Rose" })).ShouldBe(HttpStatusCode.OK);
        ((string?)changed["name"], (int?)changed["birth_year"]).ShouldBe(("Mia Rose", 2020));
        (await parent.GetAsync($"/api/v1/children/{id}")).Text.ShouldBe(changed.Text);
        (await parent.GetAsync("/api/v1/children"))["data"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Parent_cannot_access_other_parents_children()
    {
        var parent = await app.ParentAsync();
        var child = await parent.ChildAsync();
        var session = (long)(await parent.PostAsync($"/api/v1/children/{child}/child_sessions"))["child_session"]!["id"]!;
        var other = await app.ParentAsync();
        Answer[] answers =
        [
            await other.GetAsync($"/api/v1/children/{child}"),
            await other.PatchAsync($"/api/v1/children/{child}", new { name = "Mine" }),
            await other.PostAsync($"/api/v1/children/{child}/child_sessions"),
            await other.GetAsync($"/api/v1/children/{child}/child_sessions"),
            await other.DeleteAsync($"/api/v1/children/{child}/child_sessions/{session}"),
            await other.GetAsync($"/api/v1/children/{child}/library"),
        ];
        foreach (var answer in answers)
            answer.ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await other.GetAsync("/api/v1/children"))["data"]!.AsArray().ShouldBeEmpty();
        // What is someone else's and what is not there at all cannot be told apart.
        (await other.GetAsync("/api/v1/children/999999999")).Text.ShouldBe(answers[0].Text);
        ((string?)(await parent.GetAsync($"/api/v1/children/{child}"))["name"]).ShouldBe("Mia");
    }

    [Theory]
    [InlineData("", null, "name")]
    [InlineData("   ", null, "name")]
    [InlineData("Mia", "http://insecure.example.com/x.png", "avatar_url")]
    [InlineData("Mia", "javascript:alert(1)", "avatar_url")]
    [InlineData("Mia", "https://\"><script>", "avatar_url")]
    [InlineData("Mia", "", "avatar_url")]
    public async Task Bad_values_are_named(string name, string? avatarUrl, string field) =>
        (await (await app.ParentAsync()).PostAsync("/api/v1/children", new { name, avatar_url = avatarUrl }))
            .ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldNotBeNull();

    [Fact]
    public async Task Null_clears_what_may_be_absent_and_an_absent_member_changes_nothing()
    {
        var parent = await app.ParentAsync();
        var id = (long)(await parent.PostAsync("/api/v1/children", new { name = "Mia", birth_year = 2020, avatar_url = "https://img.example.com/fox.png" }))["id"]!;
        var same = (await parent.PatchAsync($"/api/v1/children/{id}", "{}")).ShouldBe(HttpStatusCode.OK);
        ((string?)same["name"], (int?)same["birth_year"]).ShouldBe(("Mia", 2020));
        var cleared = (await parent.PatchAsync($"/api/v1/children/{id}", """{ "name": null, "birth_year": null, "avatar_url": null }""")).ShouldBe(HttpStatusCode.OK);
        ((string?)cleared["name"], (int?)cleared["birth_year"], (string?)cleared["avatar_url"]).ShouldBe(("Mia", null, null));
        (await parent.PatchAsync($"/api/v1/children/{id}", new { name = "" })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("%201")]
    [InlineData("1.0")]
    [InlineData("99999999999999999999")]
    public async Task What_is_no_id_is_404(string id) =>
        (await (await app.ParentAsync()).GetAsync($"/api/v1/children/{id}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");

    [Fact]
    public async Task No_child_without_a_consent_on_record()
    {
        var parent = await app.ParentAsync();
        var id = (long)(await parent.GetAsync("/api/v1/me"))["id"]!;
        (await app.SqlAsync($"select terms_version || method from consent_records where user_id = {id}")).ShouldBe("2026-04-22registration");
        await app.SqlAsync($"update consent_records set withdrawn_at = granted_at + interval '1 second' where user_id = {id}");
        (await parent.PostAsync("/api/v1/children", new { name = "Mia" })).ShouldBeError(HttpStatusCode.Forbidden, "consent_required");
    }

    [Fact]
    public async Task A_child_that_is_added_while_consent_is_withdrawn_goes_with_it()
    {
        var parent = await app.ParentAsync();
        await app.SqlAsync("""
            create function wait_for_test() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(4242); return new; end $$;
            create trigger wait_for_test before insert on child_profiles for each row when (new.name = 'Late') execute function wait_for_test()
            """);
        Task<Answer> added, withdrawn;
        await using (await HeldLock.TakeAsync(app, "select pg_advisory_xact_lock(4242)"))
        {
            added = parent.PostAsync("/api/v1/children", new { name = "Late" });
            await app.WaitersAsync(1, added);
            withdrawn = parent.DeleteAsync("/api/v1/me/consents");
            await app.WaitersAsync(2, withdrawn);
        }
        (await added).ShouldBe(HttpStatusCode.Created);
        (await withdrawn).ShouldBe(HttpStatusCode.NoContent);
        (await parent.GetAsync("/api/v1/children"))["data"]!.AsArray().ShouldBeEmpty();
    }
}
