using Storytime.Catalog;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Rights;
using Storytime.Videos;

namespace Storytime.Tests.Testing;

/// <summary>Makes books straight through the domain, for tests that are not about how books come to be.</summary>
public static class Content
{
    /// <summary>An active, self-owned book with a ready video; options make it something else.</summary>
    public static async Task<long> BookAsync(
        this StorytimeApp app, string title = "The Moon Boat", long? publisherId = null, BookStatus status = BookStatus.Active, bool video = true, int? durationSeconds = 90)
    {
        return await app.InDatabaseAsync(async db =>
        {
            var now = app.Clock.Now();
            var book = Book.Create(new BookContent(title, "Ada Reed", "A boat sails over the roofs.", 3, 7, "en", publisherId, status), now);
            db.Books.Add(book);
            await db.SaveChangesAsync();
            if (video)
            {
                var upload = Upload.Start(new Staff(1, AdminRole.Editor), $"masters/{Guid.NewGuid()}/a.mp4", "a.mp4", "video/mp4", 1000, null, now, TimeSpan.FromHours(1));
                var asset = VideoAsset.Create(upload, book.Id, 1, new MasterObject(1000, "etag", null, null), 1, now);
                asset.Submitted(Guid.NewGuid().ToString(), now);
                asset.Complete(durationSeconds, now);
                db.VideoAssets.Add(asset);
                await db.SaveChangesAsync();
                db.Entry(book).Property(b => b.PlayingAssetId).CurrentValue = asset.Id;
                await db.SaveChangesAsync();
            }
            return book.Id;
        });
    }

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
            (await parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book })).ShouldBe(System.Net.HttpStatusCode.Created);
        return (parent, child);
    }
}
