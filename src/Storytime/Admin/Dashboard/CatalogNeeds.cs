using Microsoft.EntityFrameworkCore;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Videos;

namespace Storytime.Admin.Dashboard;

/// <param name="FailedVideos">Those that no later version of the book has replaced, the latest first.</param>
/// <param name="StuckVideos">Nothing moved for an hour; the longest first.</param>
/// <param name="EndingRights">Windows of active books that end within 30 days and that no other one continues, neither of the same territory nor of <c>GLOBAL</c>; the next end first.</param>
/// <param name="BooksWithoutRights">Active books that play nowhere now, because no rights window holds.</param>
/// <param name="BooksWithoutVideo">Active books of which no video plays.</param>
public sealed record DashboardCatalog(
    DashboardList<DashboardVideo> FailedVideos,
    DashboardList<DashboardVideo> StuckVideos,
    DashboardList<DashboardWindow> EndingRights,
    DashboardList<DashboardBook> BooksWithoutRights,
    DashboardList<DashboardBook> BooksWithoutVideo);

/// <param name="Problem">Why it failed, or why MediaConvert does not have it yet; null where nothing is known.</param>
/// <param name="Since">When it failed, or when it was found to be stuck.</param>
public sealed record DashboardVideo(long VideoAssetId, long BookId, string Title, ProcessingStatus Status, string? Problem, DateTimeOffset Since);

public sealed record DashboardWindow(long RightsWindowId, long BookId, string Title, string Territory, DateTimeOffset EndAt);

/// <summary>What editors have to see to.</summary>
internal static class CatalogNeeds
{
    private static readonly TimeSpan _soon = TimeSpan.FromDays(30);

    public static async Task<DashboardCatalog> ReadAsync(StorytimeDb db, DateTimeOffset now, CancellationToken ct)
    {
        var active = db.Books.Where(b => b.Status == BookStatus.Active);
        return new DashboardCatalog(
            await Failed(db).FirstAsync(ct),
            await Stuck(db).FirstAsync(ct),
            await EndingAsync(db, now, ct),
            await active.WithoutRights(db, now).OrderBy(b => b.Title).ThenBy(b => b.Id).Select(b => new DashboardBook(b.Id, b.Title)).FirstAsync(ct),
            await active.WithoutVideo().OrderBy(b => b.Title).ThenBy(b => b.Id).Select(b => new DashboardBook(b.Id, b.Title)).FirstAsync(ct));
    }

    private static IQueryable<DashboardVideo> Failed(StorytimeDb db) =>
        from asset in db.VideoAssets
        where asset.ProcessingStatus == ProcessingStatus.Failed && !db.VideoAssets.Any(a => a.BookId == asset.BookId && a.Version > asset.Version)
        join book in db.Books on asset.BookId equals book.Id
        orderby asset.Id descending
        select new DashboardVideo(asset.Id, book.Id, book.Title, asset.ProcessingStatus, asset.ErrorMessage, asset.UpdatedAt);

    private static IQueryable<DashboardVideo> Stuck(StorytimeDb db) =>
        from asset in db.VideoAssets
        where (asset.ProcessingStatus == ProcessingStatus.Uploaded || asset.ProcessingStatus == ProcessingStatus.Processing) && asset.StuckAt != null
        join book in db.Books on asset.BookId equals book.Id
        orderby asset.StuckAt, asset.Id
        select new DashboardVideo(asset.Id, book.Id, book.Title, asset.ProcessingStatus, asset.SubmitProblem, asset.StuckAt!.Value);

    /// <summary>
    /// Counted in the same pass. One question for each of the two territories, and books only of what is left: together they made a prepared plan take the index that
    /// forbids overlaps, at four times the cost.
    /// </summary>
    private static async Task<DashboardList<DashboardWindow>> EndingAsync(StorytimeDb db, DateTimeOffset now, CancellationToken ct)
    {
        var windows = await db.Database.SqlQuery<EndingWindow>($"""
            with ending as materialized (
                select id, book_id, publisher_id, territory, end_at from rights_windows w
                where end_at > {now} and end_at <= {now + _soon} and not exists (
                    select from rights_windows n where n.book_id = w.book_id and n.territory = w.territory
                        and n.publisher_id = w.publisher_id and n.start_at <= w.end_at and w.end_at < n.end_at)
                and not exists (
                    select from rights_windows n where n.book_id = w.book_id and n.territory = 'GLOBAL'
                        and n.publisher_id = w.publisher_id and n.start_at <= w.end_at and w.end_at < n.end_at)
            )
            select w.id, w.book_id, b.title, w.territory, w.end_at, (count(*) over ())::int as total
            from ending w join books b on b.id = w.book_id and b.publisher_id = w.publisher_id and b.status = 'active'
            order by w.end_at, w.id limit {ReadDashboard.First}
            """).ToListAsync(ct);
        return new DashboardList<DashboardWindow>(
            windows.Count == 0 ? 0 : windows[0].Total, [.. windows.Select(w => new DashboardWindow(w.Id, w.BookId, w.Title, w.Territory, w.EndAt))]);
    }

    private sealed record EndingWindow(long Id, long BookId, string Title, string Territory, DateTimeOffset EndAt, int Total);
}
