using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Catalog;

public sealed class CatalogTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = "/api/v1/catalog/books";

    [Fact]
    public async Task A_parent_sees_active_books_with_all_their_members_and_no_others()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync("Catalog House");
        var id = await editor.BookAsync("Seen Once", b => { b["publisher_id"] = publisher; b["description"] = "A tale."; });
        await app.ReadyVideoAsync(id, seconds: 95);
        await editor.WindowAsync(publisher, id, app.Now.AddDays(-1), app.Now.AddDays(1));
        var draft = await editor.BookAsync("Seen Draft", b => b["status"] = "draft");
        var inactive = await editor.BookAsync("Seen Inactive", b => b["status"] = "inactive");
        var parent = await app.ParentAsync();

        var one = await parent.GetAsync($"{Path}/{id}");
        one.ShouldBe(HttpStatusCode.OK).Text.ShouldBe(
            $$"""{"id":{{id}},"title":"Seen Once","author":"Ada Reed","description":"A tale.","age_min":2,"age_max":6,"language":"en","cover_image_url":null,"publisher":{"id":{{publisher}},"name":"Catalog House"},"duration_seconds":95,"playable":true}""");
        var list = await parent.GetAsync($"{Path}?q=seen");
        list["data"]!.AsArray().Select(b => b!.ToJsonString()).ShouldBe([one.Text]);
        list["pagination"]!.ToJsonString().ShouldBe("""{"page":1,"per_page":25,"total":1,"total_pages":1}""");
        foreach (var hidden in new[] { draft, inactive, 987654 })
            (await parent.GetAsync($"{Path}/{hidden}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Playable_depends_on_the_family_s_country_the_window_the_publisher_and_the_video()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync("Playable House");
        var id = await editor.BookAsync("Perhaps", b => b["publisher_id"] = publisher);
        var (american, british) = (await app.ParentAsync("US"), await app.ParentAsync("GB"));

        (await PlayableAsync(american, id)).ShouldBeFalse("no window, no video");
        await editor.WindowAsync(publisher, id, app.Now, app.Now.AddHours(1), "GB");
        (await PlayableAsync(british, id)).ShouldBeFalse("no video");
        await app.ReadyVideoAsync(id);
        (await PlayableAsync(british, id)).ShouldBeTrue();
        (await PlayableAsync(american, id)).ShouldBeFalse("no window for the country");
        await editor.PatchAsync($"/admin/api/v1/publishers/{publisher}", new { status = "inactive" });
        (await PlayableAsync(british, id)).ShouldBeFalse("publisher inactive");
        await editor.PatchAsync($"/admin/api/v1/books/{id}", """{ "publisher_id": null }""");
        (await PlayableAsync(american, id)).ShouldBeTrue("self-owned");
    }

    [Fact]
    public async Task Without_words_all_books_are_listed_by_title_and_filters_combine()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync("Filter Fable House");
        var b = await editor.BookAsync("Beta", x => { x["publisher_id"] = publisher; x["age_min"] = 3; x["age_max"] = 5; x["language"] = "pt-BR"; });
        var a = await editor.BookAsync("Alpha", x => { x["publisher_id"] = publisher; x["age_min"] = 5; x["age_max"] = 8; x["language"] = "pt"; });
        var c = await editor.BookAsync("Gamma", x => { x["publisher_id"] = publisher; x["age_min"] = 0; x["age_max"] = 18; });
        var parent = await app.ParentAsync();
        var of = $"{Path}?publisher={publisher}";

        Ids(await parent.GetAsync(of)).ShouldBe([a, b, c]);
        Ids(await parent.GetAsync($"{of}&q=%20%20")).ShouldBe([a, b, c]);
        Ids(await parent.GetAsync($"{Path}?publisher=fable+HOUSE")).ShouldBe([a, b, c]);
        Ids(await parent.GetAsync($"{of}&age=5")).ShouldBe([a, b, c]);
        Ids(await parent.GetAsync($"{of}&age=4")).ShouldBe([b, c]);
        Ids(await parent.GetAsync($"{of}&age=9")).ShouldBe([c]);
        Ids(await parent.GetAsync($"{of}&language=pt")).ShouldBe([a, b]);
        Ids(await parent.GetAsync($"{of}&language=PT-br")).ShouldBe([b]);
        Ids(await parent.GetAsync($"{of}&language=pt&age=8&q=alp")).ShouldBe([a]);
        Ids(await parent.GetAsync($"{of}&age=9&q=beta")).ShouldBeEmpty();
        Ids(await parent.GetAsync($"{Path}?publisher=987654")).ShouldBeEmpty();
        Ids(await parent.GetAsync($"{Path}?publisher=99999999999999999999999")).ShouldBeEmpty();
        Ids(await parent.GetAsync($"{Path}?publisher=%25%00%5C")).ShouldBeEmpty();
        Ids(await parent.GetAsync($"{of}&language=%00")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("age=nine", 400)]
    [InlineData("age=-1", 422)]
    [InlineData("age=19", 422)]
    [InlineData("page=0", 422)]
    [InlineData("per_page=101", 422)]
    [InlineData("page=x", 400)]
    public async Task A_filter_that_cannot_be_used_is_refused(string query, int status)
    {
        var answer = await (await app.ParentAsync()).GetAsync($"{Path}?{query}");
        answer.ShouldBeError((HttpStatusCode)status, status == 400 ? "invalid_request" : "validation_failed");
        answer.Text.ShouldContain(query.Split('=')[0]);
    }

    [Fact]
    public async Task The_catalog_is_for_parents_only()
    {
        var id = await (await app.EditorAsync()).BookAsync("Guarded");
        var parent = await app.ParentAsync();
        var child = await app.HandOverAsync(parent, await parent.ChildAsync());
        foreach (var path in new[] { Path, $"{Path}/{id}" })
        {
            (await parent.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
            (await child.GetAsync(path)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
            (await app.Client().GetAsync(path)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
            (await (await app.StaffAsync(AdminRole.Admin)).GetAsync(path)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        }
    }

    [Fact]
    public async Task A_parent_s_token_outlives_its_account_without_a_fault()
    {
        var parent = await app.ParentAsync();
        var me = await parent.GetAsync("/api/v1/me");
        await app.SqlAsync($"delete from users where id = {me["id"]}");
        ((int)(await parent.GetAsync(Path)).Status).ShouldBeLessThan(500);
    }

    private static async Task<bool> PlayableAsync(ApiClient parent, long id)
    {
        var one = (bool)(await parent.GetAsync($"{Path}/{id}"))["playable"]!;
        var listed = (await parent.GetAsync($"{Path}?q=perhaps"))["data"]!.AsArray().Single(b => (long)b!["id"]! == id);
        ((bool)listed!["playable"]!).ShouldBe(one);
        return one;
    }

    private static long[] Ids(Answer answer) => [.. answer.ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(b => (long)b!["id"]!)];
}
