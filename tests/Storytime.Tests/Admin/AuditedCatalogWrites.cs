using System.Net;
using Storytime.Catalog;
using Storytime.Platform.Auth;
using Storytime.Tests.Platform;
using Storytime.Tests.Testing;
using Storytime.Tests.Videos;
using static Storytime.Tests.Admin.AuditedCall;

namespace Storytime.Tests.Admin;

/// <summary>Publishers, books with their covers, and rights windows.</summary>
internal static class AuditedCatalogWrites
{
    private static readonly byte[] _png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, .. new byte[100]];

    public static readonly AuditedWrite[] All =
    [
        new("POST /admin/api/v1/publishers", AdminRole.Editor, "created publisher", null, (_, _) =>
            Task.FromResult(Making(new { name = "Owl House" }, new { name = "Owl House", status = "active" }))),
        new("PATCH /admin/api/v1/publishers/{id}", AdminRole.Editor, "updated publisher", 200, async (host, _) =>
            Changing(await host.App.PublisherAsync(), new { name = "Owl House" }, new { name = "Lantern Press" }, new { name = "Owl House" })),

        new("POST /admin/api/v1/books", AdminRole.Editor, "created book", null, (_, _) =>
            Task.FromResult(Making(Content.NewBook("Moon"), new { title = "Moon", status = "active" }))),
        new("PATCH /admin/api/v1/books/{id}", AdminRole.Editor, "updated book", 200, async (_, editor) =>
            Changing(await editor.BookAsync("Moon"), new { title = "Sun", age_max = 7 }, new { title = "Moon", age_max = 6 }, new { title = "Sun", age_max = 7 })),
        new("POST /admin/api/v1/book_status_changes", AdminRole.Editor, "updated book", 201, async (host, editor) =>
        {
            // Of one that has the status already, and of one that is not there, there is nothing to tell.
            var (active, inactive) = (await editor.BookAsync(), await host.App.BookAsync(status: BookStatus.Inactive, video: false));
            var body = new { book_ids = new[] { active, inactive, 8_999_999_999_999_999 }, status = "inactive" };
            return Changing(active, body, new { status = "active" }, new { status = "inactive" }) with { Ids = [] };
        }),

        new("POST /admin/api/v1/books/{id}/cover", AdminRole.Editor, "created upload", null, async (_, editor) =>
            Making(Picture, new { kind = "cover", filename = "moon.png", size_bytes = _png.Length }, await editor.BookAsync())),
        new("PUT /admin/api/v1/books/{id}/cover", AdminRole.Editor, "updated book", 409, async (_, editor) =>
        {
            var book = await editor.BookAsync();
            return Changing(book, new { cover_s3_key = await SendPictureAsync(editor, book) }, new { cover_s3_key = (string?)null }, new { cover_s3_key = Some });
        }),
        new("DELETE /admin/api/v1/books/{id}/cover", AdminRole.Editor, "updated book", 204, async (_, editor) =>
        {
            var book = await editor.BookAsync();
            (await editor.PutAsync($"/admin/api/v1/books/{book}/cover", new { cover_s3_key = await SendPictureAsync(editor, book) })).ShouldBe(HttpStatusCode.OK);
            return Changing(book, null, new { cover_s3_key = Some }, new { cover_s3_key = (string?)null });
        }),

        new("POST /admin/api/v1/rights_windows", AdminRole.Editor, "created rights_window", 409, async (host, editor) =>
        {
            var publisher = await host.App.PublisherAsync();
            var book = await editor.BookAsync(change: b => b["publisher_id"] = publisher);
            return Making(new { publisher_id = publisher, book_id = book, start_at = host.App.Now, end_at = host.App.Now.AddDays(9) }, new { book_id = book, territory = "GLOBAL" });
        }),
        new("PATCH /admin/api/v1/rights_windows/{id}", AdminRole.Editor, "updated rights_window", 200, async (host, editor) =>
            Changing(await WindowAsync(host, editor), new { territory = "DE" }, new { territory = "GLOBAL" }, new { territory = "DE" })),
        new("DELETE /admin/api/v1/rights_windows/{id}", AdminRole.Editor, "deleted rights_window", 404, async (host, editor) =>
            Ending(await WindowAsync(host, editor), new { territory = "GLOBAL", book_id = Some })),
    ];

    private static object Picture => new { filename = "moon.png", content_type = "image/png", size = _png.Length };

    private static async Task<string> SendPictureAsync(ApiClient editor, long book)
    {
        var upload = (await editor.PostAsync($"/admin/api/v1/books/{book}/cover", Picture)).ShouldBe(HttpStatusCode.Created);
        (await VideoHost.PutAsync(upload.Json, _png)).ShouldBe(HttpStatusCode.OK);
        return (string)upload["cover_s3_key"]!;
    }

    private static async Task<long> WindowAsync(AccessHost host, ApiClient editor)
    {
        var publisher = await host.App.PublisherAsync();
        var book = await editor.BookAsync(change: b => b["publisher_id"] = publisher);
        return await editor.WindowAsync(publisher, book, host.App.Now, host.App.Now.AddDays(9));
    }
}
