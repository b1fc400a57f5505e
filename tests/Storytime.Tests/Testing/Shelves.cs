using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Testing;

/// <summary>Makes publishers, books, rights windows and videos that are ready.</summary>
public static class Shelves
{
    public static async Task<long> PublisherAsync(this ApiClient editor, string name = "Owl House", string status = "active") =>
        (long)(await editor.PostAsync("/admin/api/v1/publishers", new { name, status })).ShouldBe(HttpStatusCode.Created)["id"]!;

    /// <param name="change">Members that differ from those of a plain, active, self-owned book.</param>
    public static async Task<long> BookAsync(this ApiClient editor, string title = "The Moon Forgot", Action<JsonObject>? change = null) =>
        (long)(await editor.PostAsync("/admin/api/v1/books", NewBook(title, change))).ShouldBe(HttpStatusCode.Created)["id"]!;

    public static JsonObject NewBook(string title = "The Moon Forgot", Action<JsonObject>? change = null)
    {
        var book = new JsonObject
        {
            ["title"] = title, ["author"] = "Ada Reed", ["description"] = "", ["age_min"] = 2, ["age_max"] = 6, ["language"] = "en", ["status"] = "active",
        };
        change?.Invoke(book);
        return book;
    }

    public static async Task<long> WindowAsync(
        this ApiClient editor, long publisherId, long bookId, DateTimeOffset start, DateTimeOffset end, string territory = "GLOBAL") =>
        (long)(await editor.PostAsync("/admin/api/v1/rights_windows", new { publisher_id = publisherId, book_id = bookId, start_at = start, end_at = end, territory }))
            .ShouldBe(HttpStatusCode.Created)["id"]!;

    /// <summary>Behind the app's back: an asset that is ready and plays.</summary>
    public static async Task<long> ReadyVideoAsync(this StorytimeApp app, long bookId, int seconds = 60) =>
        (long)(await app.SqlAsync(string.Create(CultureInfo.InvariantCulture, $"""
            with asset as (
                insert into video_assets (book_id, version, master_s3_key, filename, size_bytes, hls_base_path, hls_manifest_path, duration_seconds,
                    processing_status, attempt, created_by_admin_id, created_at, updated_at, ready_at)
                select {bookId}, 1 + count(*), 'masters/{Guid.NewGuid()}/a.mp4', 'a.mp4', 1, 'books/{bookId}/hls/', 'books/{bookId}/hls/index.m3u8', {seconds},
                    'ready', 1, 1, now(), now(), now()
                from video_assets where book_id = {bookId}
                returning id)
            update books set playing_asset_id = asset.id from asset where books.id = {bookId} returning asset.id
            """)))!;
}
