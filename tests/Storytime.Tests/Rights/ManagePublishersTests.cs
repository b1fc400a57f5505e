using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

public sealed class ManagePublishersTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = "/admin/api/v1/publishers";

    [Fact]
    public async Task An_editor_creates_a_publisher_and_reads_it()
    {
        var editor = await app.EditorAsync();
        var created = await editor.PostAsync(Path, new { name = "  Owl House ", billing_email = "bills@owl.example", contact_name = "Olive" });

        created.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location!.ToString().ShouldBe($"{Path}/{created["id"]}");
        ((string?)created["name"]).ShouldBe("Owl House");
        ((string?)created["status"]).ShouldBe("active");
        ((string?)created["created_at"]).ShouldEndWith("Z");
        var read = await editor.GetAsync($"{Path}/{created["id"]}");
        read.ShouldBe(HttpStatusCode.OK).Text.ShouldBe(created.Text);
    }

    [Fact]
    public async Task A_patch_changes_only_what_is_given_and_null_clears_what_may_be_empty()
    {
        var editor = await app.EditorAsync();
        var id = (long)(await editor.PostAsync(Path, new { name = "Fox Press", billing_email = "a@fox.example", contact_name = "Felix" }))["id"]!;

        var renamed = await editor.PatchAsync($"{Path}/{id}", new { name = "Fox & Co" });
        ((string?)renamed.ShouldBe(HttpStatusCode.OK)["name"]).ShouldBe("Fox & Co");
        ((string?)renamed["billing_email"]).ShouldBe("a@fox.example");
        ((string?)renamed["contact_name"]).ShouldBe("Felix");

        var cleared = await editor.PatchAsync($"{Path}/{id}", """{ "billing_email": null, "status": "inactive", "name": null }""");
        cleared.ShouldBe(HttpStatusCode.OK)["billing_email"].ShouldBeNull();
        ((string?)cleared["contact_name"]).ShouldBe("Felix");
        ((string?)cleared["status"]).ShouldBe("inactive");
        ((string?)cleared["name"]).ShouldBe("Fox & Co");
    }

    [Theory]
    [InlineData("""{ }""", "name")]
    [InlineData("""{ "name": "  " }""", "name")]
    [InlineData("""{ "name": "A", "billing_email": "nobody" }""", "billing_email")]
    [InlineData("""{ "name": "A", "contact_name": "" }""", "contact_name")]
    public async Task A_value_that_cannot_be_accepted_is_answered_by_field_and_nothing_changes(string body, string field)
    {
        var editor = await app.EditorAsync();
        var id = await editor.PublisherAsync("Steady");
        var entries = await app.SqlAsync("select count(*) from audit_entries");

        var create = await editor.PostAsync(Path, body);
        create.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldNotBeNull();
        if (body != "{ }")
        {
            var patch = await editor.PatchAsync($"{Path}/{id}", body);
            patch.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldNotBeNull();
        }
        ((string?)(await editor.GetAsync($"{Path}/{id}"))["name"]).ShouldBe("Steady");
        (await app.SqlAsync("select count(*) from audit_entries")).ShouldBe(entries);
    }

    [Fact]
    public async Task A_name_of_more_than_200_characters_and_an_unknown_status_are_refused()
    {
        var editor = await app.EditorAsync();
        (await editor.PostAsync(Path, new { name = new string('x', 201) })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await editor.PostAsync(Path, new { name = new string('x', 200) })).ShouldBe(HttpStatusCode.Created);
        var answer = await editor.PostAsync(Path, new { name = "A", status = "asleep" });
        answer.ShouldBeError(HttpStatusCode.BadRequest, "invalid_request").Text.ShouldContain("active, inactive");
    }

    [Fact]
    public async Task The_list_is_by_name_with_search_status_and_pages()
    {
        var editor = await app.EditorAsync();
        foreach (var (name, status) in new[] { ("Zèbre 100%_", "active"), ("Zebra Nine", "inactive"), ("Zebra Arts", "active") })
            await editor.PublisherAsync(name, status);

        Names(await editor.GetAsync($"{Path}?q=zebr")).ShouldBe(["Zebra Arts", "Zebra Nine", "Zèbre 100%_"]);
        Names(await editor.GetAsync($"{Path}?q=zebr&status=inactive")).ShouldBe(["Zebra Nine"]);
        Names(await editor.GetAsync($"{Path}?q=0%25_")).ShouldBe(["Zèbre 100%_"]);
        Names(await editor.GetAsync($"{Path}?q=%5C")).ShouldBeEmpty();
        var page = await editor.GetAsync($"{Path}?q=zebr&page=2&per_page=2");
        Names(page).ShouldBe(["Zèbre 100%_"]);
        page["pagination"]!.ToJsonString().ShouldBe("""{"page":2,"per_page":2,"total":3,"total_pages":2}""");
        (await editor.GetAsync($"{Path}?q={new string('q', 201)}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await editor.GetAsync($"{Path}?status=asleep")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
            .Json["error"]!["details"]!["status"]![0]!.ToString().ShouldBe("This must be one of: active, inactive.");
        (await editor.GetAsync($"{Path}?page=0")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
    }

    [Fact]
    public async Task Every_change_leaves_an_audit_entry_with_before_and_after()
    {
        var editor = await app.EditorAsync();
        var id = await editor.PublisherAsync("Before");
        await editor.PatchAsync($"{Path}/{id}", new { name = "After" });
        await editor.PatchAsync($"{Path}/{id}", new { name = "After" });

        (await app.SqlAsync($"""
            select string_agg(concat_ws(' ', action, before ->> 'name', '→', after ->> 'name'), '; ' order by id)
            from audit_entries where subject_type = 'publisher' and subject_id = {id}
            """)).ShouldBe("created → Before; updated Before → After");
        (await app.SqlAsync($"select count(*) from audit_entries a join admin_users u on u.id = a.admin_id where a.subject_id = {id} and subject_type = 'publisher' and u.role = 'editor'"))
            .ShouldBe(2L);
    }

    [Fact]
    public async Task Members_that_a_caller_may_not_set_have_no_effect()
    {
        var editor = await app.EditorAsync();
        var created = await editor.PostAsync(Path, new { name = "Plain", id = 999_999, created_at = "2001-01-01T00:00:00Z", what = 1 });
        ((long)created.ShouldBe(HttpStatusCode.Created)["id"]!).ShouldNotBe(999_999);
        ((string?)created["created_at"]).ShouldNotStartWith("2001");
        var patched = await editor.PatchAsync($"{Path}/{created["id"]}", new { id = 999_999, name_is_given = true, billing_email_is_given = true });
        ((long)patched.ShouldBe(HttpStatusCode.OK)["id"]!).ShouldBe((long)created["id"]!);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        var editor = await app.EditorAsync();
        (await editor.GetAsync($"{Path}/987654")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await editor.PatchAsync($"{Path}/987654", new { name = "A" })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Finance_reads_publishers_but_does_not_change_them()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        var id = await (await app.StaffAsync(AdminRole.Admin)).PublisherAsync();
        (await finance.GetAsync(Path)).ShouldBe(HttpStatusCode.OK);
        (await finance.GetAsync($"{Path}/{id}")).ShouldBe(HttpStatusCode.OK);
        (await finance.PostAsync(Path, new { name = "A" })).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await finance.PatchAsync($"{Path}/{id}", new { name = "A" })).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
    }

    private static string[] Names(Answer answer) => [.. answer.ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(p => (string)p!["name"]!)];
}
