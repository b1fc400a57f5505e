using System.Globalization;
using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

public sealed class ManageRightsWindowsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = "/admin/api/v1/rights_windows";
    private static readonly DateTimeOffset _may = Day("2026-05-01"), _june = Day("2026-06-01"), _july = Day("2026-07-01");

    [Fact]
    public async Task An_editor_creates_reads_changes_and_deletes_a_window()
    {
        var (editor, publisher, book) = await BookAsync();
        var created = await editor.PostAsync(Path, new { publisher_id = publisher, book_id = book, start_at = "2026-05-01T02:00:00+02:00", end_at = "2026-06-01T00:00:00Z" });

        created.ShouldBe(HttpStatusCode.Created);
        var id = (long)created["id"]!;
        created.Headers.Location!.ToString().ShouldBe($"{Path}/{id}");
        ((string?)created["territory"]).ShouldBe("GLOBAL");
        ((string?)created["start_at"]).ShouldBe("2026-05-01T00:00:00Z");
        (await editor.GetAsync($"{Path}/{id}")).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(created.Text);

        var patched = await editor.PatchAsync($"{Path}/{id}", new { territory = "gb" });
        ((string?)patched.ShouldBe(HttpStatusCode.OK)["territory"]).ShouldBe("GB");
        ((string?)patched["start_at"]).ShouldBe("2026-05-01T00:00:00Z");

        (await editor.DeleteAsync($"{Path}/{id}")).ShouldBe(HttpStatusCode.NoContent);
        (await editor.GetAsync($"{Path}/{id}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await editor.DeleteAsync($"{Path}/{id}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await editor.PatchAsync($"{Path}/{id}", new { territory = "US" })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await app.SqlAsync($"select string_agg(concat_ws(' ', action, before ->> 'territory', after ->> 'territory'), '; ' order by id) from audit_entries where subject_type = 'rights_window' and subject_id = {id}"))
            .ShouldBe("created GLOBAL; updated GLOBAL GB; deleted GB");
    }

    [Fact]
    public async Task Windows_of_one_book_and_territory_may_touch_but_not_overlap_and_the_answer_names_the_one_in_the_way()
    {
        var (editor, publisher, book) = await BookAsync();
        var first = await editor.WindowAsync(publisher, book, _may, _june);

        var overlapping = await editor.PostAsync(Path, Window(publisher, book, _june.AddSeconds(-1), _july));
        overlapping.ShouldBeError(HttpStatusCode.Conflict, "conflict");
        ((string?)overlapping["error"]!["message"]).ShouldBe(
            $"Windows of one book and territory may not overlap, and window {first} holds from 2026-05-01T00:00:00Z to 2026-06-01T00:00:00Z in GLOBAL.");
        ((long)overlapping["error"]!["details"]!["rights_window_id"]!).ShouldBe(first);

        var touching = await editor.WindowAsync(publisher, book, _june, _july);
        await editor.WindowAsync(publisher, book, _may, _july, "US");

        var stretched = await editor.PatchAsync($"{Path}/{touching}", new { start_at = _may });
        stretched.ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain($"window {first} holds");
        ((string?)(await editor.GetAsync($"{Path}/{touching}"))["start_at"]).ShouldBe("2026-06-01T00:00:00Z");
        (await app.SqlAsync($"select count(*) from audit_entries where subject_type = 'rights_window' and subject_id = {touching}")).ShouldBe(1L);
    }

    [Fact]
    public async Task Of_many_windows_created_at_once_only_one_is_made_and_the_others_are_told_why()
    {
        var (editor, publisher, book) = await BookAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => editor.PostAsync(Path, Window(publisher, book, _may.AddMinutes(i), _june))));

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Where(a => a.Status != HttpStatusCode.Created).ShouldAllBe(a => a.ErrorCode == "conflict");
    }

    [Theory]
    [InlineData("publisher_id", null)]
    [InlineData("publisher_id", 987654L)]
    [InlineData("book_id", null)]
    [InlineData("book_id", 987654L)]
    [InlineData("start_at", null)]
    [InlineData("end_at", null)]
    [InlineData("end_at", "2026-05-01T00:00:00Z")]
    [InlineData("end_at", "2026-04-30T23:59:59Z")]
    [InlineData("end_at", "2026-05-01T00:00:00.0000009Z")]
    [InlineData("territory", "UK")]
    [InlineData("territory", "USA")]
    [InlineData("territory", "")]
    public async Task A_value_that_cannot_be_accepted_is_answered_by_field_and_nothing_changes(string field, object? value)
    {
        var (editor, publisher, book) = await BookAsync();
        var id = await editor.WindowAsync(publisher, book, _may, _june, "FR");
        var body = new Dictionary<string, object?>
        {
            ["publisher_id"] = publisher,
            ["book_id"] = book,
            ["start_at"] = _may,
            ["end_at"] = _june,
            ["territory"] = "US",
            [field] = value,
        };
        var entries = await app.SqlAsync("select count(*) from audit_entries");

        (await editor.PostAsync(Path, body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldNotBeNull();
        if (value is not null)
        {
            (await editor.PatchAsync($"{Path}/{id}", body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
                .Json["error"]!["details"]![field].ShouldNotBeNull();
        }
        ((string?)(await editor.GetAsync($"{Path}/{id}"))["territory"]).ShouldBe("FR");
        (await app.SqlAsync("select count(*) from audit_entries")).ShouldBe(entries);
    }

    [Fact]
    public async Task A_window_is_given_by_the_publisher_of_the_book_and_a_self_owned_book_needs_none()
    {
        var (editor, _, book) = await BookAsync();
        var other = await editor.PublisherAsync("Other House");
        var selfOwned = await editor.BookAsync("Our own");

        foreach (var body in new[] { Window(other, book, _may, _june), Window(other, selfOwned, _may, _june) })
            (await editor.PostAsync(Path, body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["publisher_id"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_window_of_a_former_publisher_can_be_ended_early_but_gives_no_rights_any_more()
    {
        var (editor, former, book) = await BookAsync();
        var id = await editor.WindowAsync(former, book, app.Now.AddDays(-1), app.Now.AddDays(1));
        ((bool)(await editor.GetAsync($"/admin/api/v1/books/{book}"))["has_rights_now"]!).ShouldBeTrue();

        var present = await editor.PublisherAsync("Present House");
        await editor.PatchAsync($"/admin/api/v1/books/{book}", new { publisher_id = present });

        ((bool)(await editor.GetAsync($"/admin/api/v1/books/{book}"))["has_rights_now"]!).ShouldBeFalse();
        (await editor.PatchAsync($"{Path}/{id}", new { end_at = app.Now })).ShouldBe(HttpStatusCode.OK);
        await editor.WindowAsync(present, book, app.Now, app.Now.AddDays(1));
    }

    [Fact]
    public async Task The_list_is_filtered_by_book_publisher_and_moment_and_has_pages()
    {
        var (editor, publisher, book) = await BookAsync();
        var may = await editor.WindowAsync(publisher, book, _may, _june);
        var june = await editor.WindowAsync(publisher, book, _june, _july);
        var other = await editor.BookAsync("Second", b => b["publisher_id"] = publisher);
        var us = await editor.WindowAsync(publisher, other, _may, _july, "US");

        Ids(await editor.GetAsync($"{Path}?publisher_id={publisher}")).ShouldBe([may, us, june]);
        Ids(await editor.GetAsync($"{Path}?book_id={book}")).ShouldBe([may, june]);
        Ids(await editor.GetAsync($"{Path}?book_id={book}&holds_at=2026-05-31T23:59:59Z")).ShouldBe([may]);
        Ids(await editor.GetAsync($"{Path}?book_id={book}&holds_at=2026-06-01T00:00:00Z")).ShouldBe([june]);
        Ids(await editor.GetAsync($"{Path}?book_id={book}&holds_at=2026-07-01T00:00:00Z")).ShouldBeEmpty();
        Ids(await editor.GetAsync($"{Path}?publisher_id={publisher}&page=2&per_page=2")).ShouldBe([june]);
        (await editor.GetAsync($"{Path}?holds_at=yesterday")).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task Only_editors_and_admins_see_and_change_windows()
    {
        var (editor, publisher, book) = await BookAsync();
        var id = await editor.WindowAsync(publisher, book, _may, _june);
        (await (await app.StaffAsync(AdminRole.Admin)).GetAsync($"{Path}/{id}")).ShouldBe(HttpStatusCode.OK);
        foreach (var (client, status, code) in new[]
        {
            (await app.StaffAsync(AdminRole.Finance), HttpStatusCode.Forbidden, "forbidden"),
            (await app.ParentAsync(), HttpStatusCode.Unauthorized, "unauthenticated"),
            (app.Client(), HttpStatusCode.Unauthorized, "unauthenticated"),
        })
        {
            (await client.GetAsync(Path)).ShouldBeError(status, code);
            (await client.GetAsync($"{Path}/{id}")).ShouldBeError(status, code);
            (await client.PostAsync(Path, Window(publisher, book, _june, _july))).ShouldBeError(status, code);
            (await client.PatchAsync($"{Path}/{id}", new { territory = "US" })).ShouldBeError(status, code);
            (await client.DeleteAsync($"{Path}/{id}")).ShouldBeError(status, code);
        }
    }

    private async Task<(ApiClient Editor, long Publisher, long Book)> BookAsync()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync();
        return (editor, publisher, await editor.BookAsync(change: b => b["publisher_id"] = publisher));
    }

    private static object Window(long publisher, long book, DateTimeOffset start, DateTimeOffset end) =>
        new { publisher_id = publisher, book_id = book, start_at = start, end_at = end };

    private static long[] Ids(Answer answer) => [.. answer.ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(w => (long)w!["id"]!)];

    private static DateTimeOffset Day(string day) => DateTimeOffset.Parse(day + "T00:00:00Z", CultureInfo.InvariantCulture);
}
