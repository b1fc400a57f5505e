using System.Net;
using System.Text.Json.Nodes;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Catalog;

public sealed class ManageBooksTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = "/admin/api/v1/books";

    [Fact]
    public async Task An_editor_creates_a_book_and_reads_it()
    {
        var editor = await app.EditorAsync();
        var created = await editor.PostAsync(Path, Content.NewBook(" Night Train ", b => { b.Remove("status"); b.Remove("description"); b["language"] = "pt-BR"; }));

        created.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location!.ToString().ShouldBe($"{Path}/{created["id"]}");
        ((string?)created["title"]).ShouldBe("Night Train");
        ((string?)created["status"]).ShouldBe("draft");
        ((string?)created["description"]).ShouldBe("");
        ((string?)created["language"]).ShouldBe("pt-BR");
        foreach (var member in new[] { "publisher_id", "cover_image_url", "playing_asset_id", "duration_seconds" })
        {
            created.Json.AsObject().ContainsKey(member).ShouldBeTrue(member);
            created[member].ShouldBeNull();
        }
        ((bool)created["has_rights_now"]!).ShouldBeTrue();
        (await editor.GetAsync($"{Path}/{created["id"]}")).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(created.Text);
    }

    [Fact]
    public async Task A_patch_changes_only_what_is_given_and_null_makes_a_book_self_owned()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync();
        var id = await editor.BookAsync("Old", b => b["publisher_id"] = publisher);

        var renamed = await editor.PatchAsync($"{Path}/{id}", new { title = "New" });
        ((string?)renamed.ShouldBe(HttpStatusCode.OK)["title"]).ShouldBe("New");
        ((string?)renamed["author"]).ShouldBe("Ada Reed");
        ((long)renamed["publisher_id"]!).ShouldBe(publisher);
        ((bool)renamed["has_rights_now"]!).ShouldBeFalse();

        var freed = await editor.PatchAsync($"{Path}/{id}", """{ "publisher_id": null }""");
        freed.ShouldBe(HttpStatusCode.OK)["publisher_id"].ShouldBeNull();
        ((string?)freed["title"]).ShouldBe("New");
        ((bool)freed["has_rights_now"]!).ShouldBeTrue();

        (await editor.PatchAsync($"{Path}/{id}", "{}")).ShouldBe(HttpStatusCode.OK)["publisher_id"].ShouldBeNull();
        ((int)(await editor.PatchAsync($"{Path}/{id}", new { age_min = 6 })).ShouldBe(HttpStatusCode.OK)["age_min"]!).ShouldBe(6);
    }

    [Theory]
    [InlineData("title", null)]
    [InlineData("title", " ")]
    [InlineData("author", null)]
    [InlineData("author", "")]
    [InlineData("age_min", null)]
    [InlineData("age_min", -1)]
    [InlineData("age_max", null)]
    [InlineData("age_max", 19)]
    [InlineData("age_max", 1)]
    [InlineData("language", null)]
    [InlineData("language", "English")]
    [InlineData("language", "")]
    [InlineData("language", "EN")]
    [InlineData("language", "en\n")]
    [InlineData("publisher_id", 987654)]
    public async Task A_value_that_cannot_be_accepted_is_answered_by_field_and_nothing_changes(string field, object? value)
    {
        var editor = await app.EditorAsync();
        var id = await editor.BookAsync("Steady");
        var entries = await app.SqlAsync("select count(*) from audit_entries");
        var body = Content.NewBook("Changed", b => b[field] = JsonValue.Create(value));

        (await editor.PostAsync(Path, body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldNotBeNull();
        if (value is not null)
        {
            (await editor.PatchAsync($"{Path}/{id}", body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
                .Json["error"]!["details"]![field].ShouldNotBeNull();
        }
        ((string?)(await editor.GetAsync($"{Path}/{id}"))["title"]).ShouldBe("Steady");
        (await app.SqlAsync("select count(*) from audit_entries")).ShouldBe(entries);
    }

    [Fact]
    public async Task Texts_are_bounded_and_an_unknown_status_is_answered_with_the_known_ones()
    {
        var editor = await app.EditorAsync();
        (await editor.PostAsync(Path, Content.NewBook(new string('t', 301)))).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await editor.PostAsync(Path, Content.NewBook(new string('é', 300), b => b["description"] = string.Concat(Enumerable.Repeat("ünïcode ", 1250))))).ShouldBe(HttpStatusCode.Created);
        (await editor.PostAsync(Path, Content.NewBook("T", b => b["description"] = new string('d', 10_001)))).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await editor.PostAsync(Path, Content.NewBook("a\0b"))).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");
        var answer = await editor.PostAsync(Path, Content.NewBook("T", b => b["status"] = "published"));
        answer.ShouldBeError(HttpStatusCode.BadRequest, "invalid_request").Text.ShouldContain("draft, active, inactive");
    }

    [Fact]
    public async Task Members_that_a_caller_may_not_set_have_no_effect()
    {
        var editor = await app.EditorAsync();
        var id = await editor.BookAsync("Mine");
        var assetId = await app.ReadyVideoAsync(id, seconds: 75);
        var patched = await editor.PatchAsync($"{Path}/{id}", new
        {
            id = 1,
            playing_asset_id = (long?)null,
            cover_image_url = "https://evil.example/x.png",
            created_at = "2001-01-01T00:00:00Z",
            has_rights_now = false,
            search_text = "x",
        });
        ((long)patched.ShouldBe(HttpStatusCode.OK)["id"]!).ShouldBe(id);
        ((long)patched["playing_asset_id"]!).ShouldBe(assetId);
        ((int)patched["duration_seconds"]!).ShouldBe(75);
        patched["cover_image_url"].ShouldBeNull();
        ((bool)patched["has_rights_now"]!).ShouldBeTrue();
        ((string?)patched["created_at"]).ShouldNotStartWith("2001");
    }

    [Fact]
    public async Task The_list_is_filtered_by_words_status_publisher_missing_rights_and_missing_video()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync("Listing House");
        var draft = await editor.BookAsync("Lantern A", b => { b["publisher_id"] = publisher; b["status"] = "draft"; });
        var covered = await editor.BookAsync("Lantern B", b => b["publisher_id"] = publisher);
        var own = await editor.BookAsync("Lantern C");
        await editor.WindowAsync(publisher, covered, app.Now.AddDays(-1), app.Now.AddDays(1), "FR");
        await editor.WindowAsync(publisher, draft, app.Now.AddDays(-2), app.Now.AddDays(-1));
        await app.ReadyVideoAsync(covered);

        Ids(await editor.GetAsync($"{Path}?q=lantern")).ShouldBe([draft, covered, own]);
        Ids(await editor.GetAsync($"{Path}?q=lantern&status=draft")).ShouldBe([draft]);
        Ids(await editor.GetAsync($"{Path}?publisher_id={publisher}")).ShouldBe([draft, covered]);
        Ids(await editor.GetAsync($"{Path}?q=lantern&without_rights=true")).ShouldBe([draft]);
        Ids(await editor.GetAsync($"{Path}?q=lantern&without_video=true")).ShouldBe([draft, own]);
        Ids(await editor.GetAsync($"{Path}?q=lantern&without_rights=false&without_video=false")).ShouldBe([draft, covered, own]);
        Ids(await editor.GetAsync($"{Path}?q=lantern&page=2&per_page=2")).ShouldBe([own]);
        ((bool)(await editor.GetAsync($"{Path}/{covered}"))["has_rights_now"]!).ShouldBeTrue();
        ((bool)(await editor.GetAsync($"{Path}/{draft}"))["has_rights_now"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_change_leaves_an_audit_entry_with_before_and_after_and_a_patch_that_changes_nothing_leaves_none()
    {
        var editor = await app.EditorAsync();
        var id = await editor.BookAsync("First");
        await editor.PatchAsync($"{Path}/{id}", new { title = "Second", status = "inactive" });
        await editor.PatchAsync($"{Path}/{id}", new { title = "Second" });

        (await app.SqlAsync($"""
            select string_agg(concat_ws(' ', action, before ->> 'title', before ->> 'status', '→', after ->> 'title', after ->> 'status'), '; ' order by id)
            from audit_entries where subject_type = 'book' and subject_id = {id}
            """)).ShouldBe("created → First active; updated First active → Second inactive");
    }

    [Fact]
    public async Task Two_patches_at_once_cannot_turn_an_age_range_around()
    {
        var editor = await app.EditorAsync();
        var id = await editor.BookAsync("Ages");
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => editor.PatchAsync($"{Path}/{id}", i % 2 == 0 ? new { age_min = 6 } : (object)new { age_max = 3 })));
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK || a.Status == HttpStatusCode.UnprocessableEntity);
        (await app.SqlAsync($"select age_min <= age_max from books where id = {id}")).ShouldBe(true);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        var editor = await app.EditorAsync();
        (await editor.GetAsync($"{Path}/987654")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await editor.PatchAsync($"{Path}/987654", new { title = "A" })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Only_editors_and_admins_see_and_change_books()
    {
        var id = await (await app.StaffAsync(AdminRole.Admin)).BookAsync();
        foreach (var (client, status, code) in new[]
        {
            (await app.StaffAsync(AdminRole.Finance), HttpStatusCode.Forbidden, "forbidden"),
            (await app.ParentAsync(), HttpStatusCode.Unauthorized, "unauthenticated"),
            (app.Client(), HttpStatusCode.Unauthorized, "unauthenticated"),
        })
        {
            (await client.GetAsync(Path)).ShouldBeError(status, code);
            (await client.GetAsync($"{Path}/{id}")).ShouldBeError(status, code);
            (await client.PostAsync(Path, Content.NewBook())).ShouldBeError(status, code);
            (await client.PatchAsync($"{Path}/{id}", new { title = "A" })).ShouldBeError(status, code);
        }
    }

    private static long[] Ids(Answer answer) => [.. answer.ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(b => (long)b!["id"]!)];
}
