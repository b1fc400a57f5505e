using System.Net;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class BookHistoryTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task What_was_done_to_a_book_its_windows_and_its_videos_comes_newest_first()
    {
        var (editor, publisher) = (await app.EditorAsync(), await app.PublisherAsync());
        var book = await editor.BookAsync("Moon", b => b["publisher_id"] = publisher);
        var kept = await editor.WindowAsync(publisher, book, app.Now.AddDays(1), app.Now.AddDays(9));
        await app.SqlAsync($"insert into audit_entries (action, subject_type, subject_id, created_at) values ('expired', 'publisher', {book}, now())");
        var video = await app.ReadyVideoAsync(book);
        await app.SqlAsync($"insert into audit_entries (action, subject_type, subject_id, created_at) values ('retried', 'video_asset', {video}, timestamptz '2100-01-01Z')");

        var entries = await HistoryAsync(editor, book);

        entries.Select(e => $"{e!["action"]} {e["subject_type"]} {e["subject_id"]}").ShouldBe([$"retried video_asset {video}", $"created rights_window {kept}", $"created book {book}"]);
        ((string?)entries[1]!["after"]!["territory"]).ShouldBe("GLOBAL");
    }

    [Fact]
    public async Task A_window_that_was_deleted_is_still_told_of_by_its_own_book_and_by_no_other()
    {
        var (editor, publisher) = (await app.EditorAsync(), await app.PublisherAsync());
        var (book, other) = (await editor.BookAsync("Moon", b => b["publisher_id"] = publisher), await editor.BookAsync("Sun", b => b["publisher_id"] = publisher));
        var gone = await editor.WindowAsync(publisher, book, app.Now.AddDays(1), app.Now.AddDays(9));
        (await editor.DeleteAsync($"/admin/api/v1/rights_windows/{gone}")).ShouldBe(HttpStatusCode.NoContent);

        (await HistoryAsync(editor, book)).Select(e => $"{e!["action"]} {e["subject_type"]}").ShouldBe(["deleted rights_window", "created rights_window", "created book"]);
        (await HistoryAsync(editor, other)).Select(e => (string?)e!["action"]).ShouldBe(["created"]);
    }

    [Fact]
    public async Task A_book_that_is_not_there_has_no_history() =>
        (await (await app.EditorAsync()).GetAsync("/admin/api/v1/books/987654321/history")).ShouldBeError(HttpStatusCode.NotFound, "not_found");

    private static async Task<JsonArray> HistoryAsync(ApiClient staff, long book) =>
        (await staff.GetAsync($"/admin/api/v1/books/{book}/history")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray();
}
