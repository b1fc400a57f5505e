using System.Net;
using Storytime.Catalog;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Catalog;

public sealed class ChangeBookStatusesTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = "/admin/api/v1/book_status_changes";

    [Fact]
    public async Task Each_book_is_changed_or_has_the_status_already_or_is_not_there_and_each_change_is_in_the_audit_trail()
    {
        var editor = await app.EditorAsync();
        var (draft, active, inactive) = (await app.BookAsync(status: BookStatus.Draft), await app.BookAsync(), await app.BookAsync(status: BookStatus.Inactive));

        var answer = await editor.PostAsync(Path, new { book_ids = new[] { inactive, draft, 987654321, active, draft }, status = "active" });

        answer.ShouldBe(HttpStatusCode.Created);
        answer["changed"]!.AsArray().Select(n => (long)n!).ShouldBe([draft, inactive]);
        answer["unchanged"]!.AsArray().Select(n => (long)n!).ShouldBe([active]);
        answer["not_found"]!.AsArray().Select(n => (long)n!).ShouldBe([987654321]);
        (await app.SqlAsync($"select count(*) from books where id in ({draft}, {active}, {inactive}) and status = 'active'")).ShouldBe(3L);
        (await app.SqlAsync($"""
            select string_agg(concat_ws(' ', subject_id, action, before ->> 'status', after ->> 'status', after ->> 'title'), '; ' order by subject_id) from audit_entries
            where subject_type = 'book' and subject_id in ({draft}, {active}, {inactive})
            """)).ShouldBe($"{draft} updated draft active The Moon Boat; {inactive} updated inactive active The Moon Boat");
    }

    [Fact]
    public async Task Books_leave_the_catalog_together()
    {
        var (editor, parent) = (await app.EditorAsync(), await app.ParentAsync());
        long[] books = [await app.BookAsync("Leaving one"), await app.BookAsync("Leaving two")];
        (await parent.GetAsync("/api/v1/catalog/books?q=leaving"))["data"]!.AsArray().Count.ShouldBe(2);
        (await editor.PostAsync(Path, new { book_ids = books, status = "inactive" })).ShouldBe(HttpStatusCode.Created);
        (await parent.GetAsync("/api/v1/catalog/books?q=leaving"))["data"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_at_once_that_name_the_same_books_in_other_orders_are_all_answered()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync();
        var books = new List<long>();
        for (var i = 0; i < 12; i++)
            books.Add(await app.BookAsync($"Contested {i}", publisher, video: false));
        for (var round = 0; round < 10; round++)
        {
            var forwards = books.Skip(round % 5).ToArray();
            var answers = await Task.WhenAll(
                editor.PostAsync(Path, new { book_ids = forwards, status = "draft" }),
                editor.PostAsync(Path, new { book_ids = forwards.Reverse(), status = "inactive" }),
                editor.PostAsync(Path, new { book_ids = books.OrderBy(b => b % 5).ToArray(), status = "active" }),
                editor.PatchAsync($"/admin/api/v1/publishers/{publisher}", new { name = $"House {round}" }),
                editor.PatchAsync($"/admin/api/v1/books/{books[^1]}", new { title = $"Contested at last {round}" }));
            foreach (var answer in answers)
                answer.Status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Created);
            (await app.SqlAsync($"select count(distinct status) from books where id = any(array[{string.Join(',', forwards)}]::bigint[])")).ShouldBe(1L, "One change is wholly before or after another.");
        }
    }

    [Theory]
    [InlineData("""{ "status": "active" }""", "book_ids")]
    [InlineData("""{ "book_ids": [], "status": "active" }""", "book_ids")]
    [InlineData("""{ "book_ids": [1] }""", "status")]
    public async Task A_body_that_says_too_little_changes_nothing(string body, string field) =>
        (await (await app.EditorAsync()).PostAsync(Path, body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")["error"]!["details"]![field].ShouldNotBeNull();

    [Fact]
    public async Task Five_hundred_books_are_taken_and_one_more_is_not()
    {
        var editor = await app.EditorAsync();
        var ids = Enumerable.Range(0, ChangeBookStatuses.MostBooks).Select(n => 900_000_000L + n).ToArray();
        (await editor.PostAsync(Path, new { book_ids = ids, status = "active" })).ShouldBe(HttpStatusCode.Created)["not_found"]!.AsArray().Count.ShouldBe(500);
        (await editor.PostAsync(Path, new { book_ids = ids.Append(1), status = "active" })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
    }
}
