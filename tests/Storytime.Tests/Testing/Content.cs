using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Storytime.Admin;
using Storytime.Catalog;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Rights;
using Storytime.Videos;

namespace Storytime.Tests.Testing;

/// <summary>
/// Makes publishers, books, rights windows and videos: straight through the domain where a test only needs them (<c>app.BookAsync()</c>), by the
/// API where it is about how they come to be (<c>editor.BookAsync()</c>).
/// </summary>
public static class Content
{
    /// <summary>An active, self-owned book with a ready video; options make it something else.</summary>
    public static async Task<long> BookAsync(
        this StorytimeApp app, string title = "The Moon Boat", long? publisherId = null, BookStatus status = BookStatus.Active, bool video = true, int? durationSeconds = 90)
    {
        var id = await app.InDatabaseAsync(async db =>
        {
            var book = Book.Create(new BookContent(title, "Ada Reed", "A boat sails over the roofs.", 3, 7, "en", publisherId, status), app.Clock.Now());
            db.Books.Add(book);
            await db.SaveChangesAsync();
            return book.Id;
        });
        if (video)
            await app.ReadyVideoAsync(id, durationSeconds);
        return id;
    }

    /// <summary>A new version that is ready and plays.</summary>
    public static Task<long> ReadyVideoAsync(this StorytimeApp app, long bookId, int? seconds = 60) => app.InDatabaseAsync(async db =>
    {
        var now = app.Clock.Now();
        var admin = AdminUser.Create($"uploader-{Guid.NewGuid():N}@storytime.example", AdminRole.Editor, now);
        db.AdminUsers.Add(admin);
        await db.SaveChangesAsync();
        var upload = Upload.Start(
            new Staff(admin.Id, AdminRole.Editor), UploadKind.MasterVideo, $"masters/{Guid.NewGuid()}/a.mp4", new UploadFile("a.mp4", "video/mp4", 1000, null), UploadMethod.Put, now, TimeSpan.FromHours(1));
        var version = 1 + await db.VideoAssets.CountAsync(a => a.BookId == bookId);
        var asset = VideoAsset.Create(upload, bookId, version, new MasterObject(1000, "etag", null, null), null, admin.Id, now);
        asset.Submitted(Guid.NewGuid().ToString(), now);
        asset.Complete(seconds, now);
        db.VideoAssets.Add(asset);
        await db.SaveChangesAsync();
        PlayingAssets.Switch(await db.Books.Include(b => b.PlayingAsset).SingleAsync(b => b.Id == bookId), asset, now);
        await db.SaveChangesAsync();
        return asset.Id;
    });

    public static Task<long> PublisherAsync(this StorytimeApp app, PublisherStatus status = PublisherStatus.Active) => app.InDatabaseAsync(async db =>
    {
        var publisher = Publisher.Create("Lantern Press", null, null, status, app.Clock.Now());
        db.Publishers.Add(publisher);
        await db.SaveChangesAsync();
        return publisher.Id;
    });

    public static Task WindowAsync(this StorytimeApp app, long publisherId, long bookId, DateTimeOffset startAt, DateTimeOffset endAt, string territory = "GLOBAL") =>
        app.InDatabaseAsync(async db =>
        {
            db.RightsWindows.Add(RightsWindow.Create(publisherId, bookId, startAt, endAt, territory, app.Clock.Now()));
            await db.SaveChangesAsync();
        });

    /// <summary>A parent, a child, and the books on its shelf.</summary>
    public static async Task<(ApiClient Parent, long ChildId)> FamilyAsync(this StorytimeApp app, params long[] shelf)
    {
        var parent = await app.ParentAsync();
        var child = await parent.ChildAsync();
        foreach (var book in shelf)
            (await parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
        return (parent, child);
    }

    public static async Task<long> PublisherAsync(this ApiClient editor, string name = "Owl House", string status = "active") =>
        (long)(await editor.PostAsync("/admin/api/v1/publishers", new { name, status })).ShouldBe(HttpStatusCode.Created)["id"]!;

    /// <param name="change">Members that differ from those of a plain, active, self-owned book.</param>
    public static async Task<long> BookAsync(this ApiClient editor, string title = "The Moon Forgot", Action<JsonObject>? change = null) =>
        (long)(await editor.PostAsync("/admin/api/v1/books", NewBook(title, change))).ShouldBe(HttpStatusCode.Created)["id"]!;

    public static JsonObject NewBook(string title = "The Moon Forgot", Action<JsonObject>? change = null)
    {
        var book = new JsonObject
        {
            ["title"] = title,
            ["author"] = "Ada Reed",
            ["description"] = "",
            ["age_min"] = 2,
            ["age_max"] = 6,
            ["language"] = "en",
            ["status"] = "active",
        };
        change?.Invoke(book);
        return book;
    }

    public static async Task<long> WindowAsync(
        this ApiClient editor, long publisherId, long bookId, DateTimeOffset start, DateTimeOffset end, string territory = "GLOBAL") =>
        (long)(await editor.PostAsync("/admin/api/v1/rights_windows", new { publisher_id = publisherId, book_id = bookId, start_at = start, end_at = end, territory }))
            .ShouldBe(HttpStatusCode.Created)["id"]!;
}
