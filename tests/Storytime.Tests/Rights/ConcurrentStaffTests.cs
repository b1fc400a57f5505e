using System.Net;
using Npgsql;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

/// <summary>Editors who work on one publisher and its books at the same moment: everybody is answered, nobody with a deadlock.</summary>
public sealed class ConcurrentStaffTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const int Rounds = 20;
    private const string Publishers = "/admin/api/v1/publishers", Books = "/admin/api/v1/books", Windows = "/admin/api/v1/rights_windows";

    [Fact]
    public async Task A_publisher_is_renamed_while_windows_of_its_books_are_made_and_its_books_are_edited()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync();
        var books = new List<long>();
        for (var i = 0; i < 6; i++)
            books.Add(await editor.BookAsync($"Book {i}", b => b["publisher_id"] = publisher));

        for (var round = 0; round < Rounds; round++)
        {
            var (start, name) = (app.Now.AddDays(round), $"Name {round}");
            var answers = await Task.WhenAll([
                editor.PatchAsync($"{Publishers}/{publisher}", new { name }),
                .. books.Select(book => editor.PostAsync(Windows, new { publisher_id = publisher, book_id = book, start_at = start, end_at = start.AddHours(1) })),
                .. books.Select(book => editor.PatchAsync($"{Books}/{book}", new { description = name })),
            ]);
            foreach (var answer in answers)
                answer.Status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Created);
            await NoBookKeepsAnOldNameAsync(publisher);
        }
    }

    [Fact]
    public async Task A_book_that_is_added_or_moved_while_its_publisher_is_renamed_is_found_by_the_new_name()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var moved = await editor.BookAsync("Moved");
            var (name, id) = ($"Renamed {round}", publisher);
            await Task.WhenAll([
                editor.PatchAsync($"{Publishers}/{publisher}", new { name }),
                editor.PatchAsync($"{Books}/{moved}", new { publisher_id = publisher }),
                .. Enumerable.Range(0, 4).Select(i => editor.BookAsync($"Added {i}", b => b["publisher_id"] = id)),
            ]);
            await NoBookKeepsAnOldNameAsync(publisher);
        }
    }

    [Fact]
    public async Task Of_two_windows_that_are_stretched_over_each_other_one_gives_way()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync();
        var book = await editor.BookAsync("Contested", b => b["publisher_id"] = publisher);
        var (start, end) = (app.Now, app.Now.AddDays(30));
        var first = await editor.WindowAsync(publisher, book, start, start.AddDays(1));
        var last = await editor.WindowAsync(publisher, book, end.AddDays(-1), end);
        // A third window that is never finished lies in the way of both, so that both are on their way when it goes.
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var third = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var insert = new NpgsqlCommand($"""
            insert into rights_windows (publisher_id, book_id, start_at, end_at, territory, created_at, updated_at)
            select publisher_id, book_id, start_at + interval '12 days', end_at + interval '12 days', territory, now(), now() from rights_windows where id = {first}
            """, connection))
            await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var stretched = Task.WhenAll(
            editor.PatchAsync($"{Windows}/{first}", new { end_at = start.AddDays(20) }),
            editor.PatchAsync($"{Windows}/{last}", new { start_at = start.AddDays(10) }));
        await app.WaitersAsync(2);
        await third.RollbackAsync(TestContext.Current.CancellationToken);

        (await stretched).Select(a => a.Status).Order().ShouldBe([HttpStatusCode.OK, HttpStatusCode.Conflict]);
    }

    [Fact]
    public async Task Windows_that_change_places_between_two_books_do_not_wait_for_each_other_for_ever()
    {
        var editor = await app.EditorAsync();
        var publisher = await editor.PublisherAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var one = await editor.BookAsync("One", b => b["publisher_id"] = publisher);
            var two = await editor.BookAsync("Two", b => b["publisher_id"] = publisher);
            var (start, end) = (app.Now, app.Now.AddDays(1));
            var first = await editor.WindowAsync(publisher, one, start, end);
            var second = await editor.WindowAsync(publisher, two, start, end);
            var answers = await Task.WhenAll(
                editor.PatchAsync($"{Windows}/{first}", new { book_id = two }),
                editor.PatchAsync($"{Windows}/{second}", new { book_id = one }),
                editor.DeleteAsync($"{Windows}/{second}"));
            foreach (var answer in answers)
                ((int)answer.Status).ShouldBeLessThan(500, answer.Text);
        }
    }

    private async Task NoBookKeepsAnOldNameAsync(long publisher) =>
        (await app.SqlAsync($"""
            select count(*) from books b join publishers p on p.id = b.publisher_id
            where p.id = {publisher} and position(lower(p.name) in b.search_text) = 0
            """)).ShouldBe(0L);
}
