using Storytime.Admin.Shell;
using Storytime.Platform;

namespace Storytime.Admin.Dashboard;

/// <summary>A heap of work on the start page.</summary>
/// <param name="Done">What to say when there is none.</param>
/// <param name="Href">The page that has all of it; null when each has a page of its own.</param>
public sealed record Need(string Title, int Count, string Done, string? Href, IReadOnlyList<NeedItem> First);

/// <param name="Note">What there is to say of it; may be null.</param>
public sealed record NeedItem(string Text, string? Note, string Href);

/// <summary>The dashboard's lists as cards: only those that the caller's role has.</summary>
internal static class Needs
{
    public static IEnumerable<Need> Of(DashboardResponse desk)
    {
        IEnumerable<Need> ofCatalog = desk.Catalog is { } catalog ? OfCatalog(catalog) : [];
        IEnumerable<Need> ofMoney = desk.Money is { } money ? OfMoney(money) : [];
        // What waits goes before what is done.
        return ofCatalog.Concat(ofMoney).OrderByDescending(n => n.Count > 0);
    }

    private static IEnumerable<Need> OfCatalog(DashboardCatalog catalog) =>
    [
        new("Failed videos", catalog.FailedVideos.Total, "No video failed.", "/admin/videos?status=failed", [.. catalog.FailedVideos.First.Select(Video)]),
        new("Stuck videos", catalog.StuckVideos.Total, "No video is stuck.", "/admin/videos?stuck=true", [.. catalog.StuckVideos.First.Select(Video)]),
        new("Rights that end within 30 days", catalog.EndingRights.Total, "No rights of an active book end soon.", "/admin/rights",
            [.. catalog.EndingRights.First.Select(w => new NeedItem(w.Title, $"{w.Territory}, ends {Show.Time(w.EndAt)}", Book(w.BookId)))]),
        new("Active books without rights", catalog.BooksWithoutRights.Total, "Every active book has rights somewhere.", "/admin/books?status=active&without_rights=true",
            [.. catalog.BooksWithoutRights.First.Select(b => new NeedItem(b.Title, null, Book(b.BookId)))]),
        new("Active books without a video", catalog.BooksWithoutVideo.Total, "Every active book has a video that plays.", "/admin/books?status=active&without_video=true",
            [.. catalog.BooksWithoutVideo.First.Select(b => new NeedItem(b.Title, null, Book(b.BookId)))]),
    ];

    private static IEnumerable<Need> OfMoney(DashboardMoney money) =>
    [
        new("Statements to issue", money.UnissuedStatements.Sum(m => m.Publishers.Total), "Every statement of the last twelve months is issued.", "/admin/statements",
            [.. money.UnissuedStatements.Select(m => new NeedItem(
                m.Month, $"{Show.Count(m.Publishers.Total, "publisher")}, {(m.Drafts == 0 ? "no draft yet" : Show.Count(m.Drafts, "draft"))}", $"/admin/statements?month={m.Month}"))]),
        new("Revenue that is missing", money.MissingRevenue.Count, "The revenue of every month that needs it is entered.", "/admin/revenue",
            [.. money.MissingRevenue.Select(m => new NeedItem(
                $"{m.Month}, {m.Currency}", $"{Show.Count(m.Publishers, "publisher")} {(m.Publishers == 1 ? "waits" : "wait")} for it", "/admin/revenue"))]),
        new("Contracts that end within 60 days", money.EndingContracts.Total, "No active contract ends soon.", "/admin/contracts?status=active",
            [.. money.EndingContracts.First.Select(c => new NeedItem(
                c.ContractName, $"{c.PublisherName}, last day {Days.Format(c.EndDate)}", $"/admin/contracts/{c.ContractId}"))]),
    ];

    private static NeedItem Video(DashboardVideo v) => new(v.Title, $"{v.Problem ?? Json.Name(v.Status)} (since {Show.Time(v.Since)})", $"/admin/videos/{v.VideoAssetId}");

    private static string Book(long id) => $"/admin/books/{id}";
}
