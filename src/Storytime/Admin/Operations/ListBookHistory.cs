using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Rights;

namespace Storytime.Admin.Operations;

internal static class ListBookHistory
{
    /// <summary>What staff did to a book, to its rights windows, those that were deleted too, and to its videos, newest first.</summary>
    [EndpointName("list_book_history")]
    public static async Task<Results<Ok<Page<AuditEntryResponse>>, ApiError>> Handle(long id, [AsParameters] PageQuery page, Staff staff, StorytimeDb db, CancellationToken ct)
    {
        if (!await db.Books.AnyAsync(b => b.Id == id, ct))
            return ApiError.NotFound(ManageBooks.Subject);
        var entries = db.AuditEntries.VisibleTo(staff);
        // Of a window that is gone only its last entry knows the book.
        var ofBook = $$"""{"book_id": {{id}}}""";
        var deleted = db.AuditEntries
            .Where(e => e.SubjectType == ManageRightsWindows.Subject && e.Action == "deleted" && EF.Functions.JsonContains(e.Before!, ofBook)).Select(e => e.SubjectId);
        var windows = db.RightsWindows.Where(w => w.BookId == id).Select(w => w.Id).Union(deleted);
        var videos = db.VideoAssets.Where(a => a.BookId == id).Select(a => a.Id);
        return TypedResults.Ok(await db.ReadAuditAsync(
            entries.Where(e => (e.SubjectType == ManageBooks.Subject && e.SubjectId == id)
                || (e.SubjectType == ManageRightsWindows.Subject && windows.Contains(e.SubjectId))
                || (e.SubjectType == AuditTrail.Video && videos.Contains(e.SubjectId))),
            page, ct));
    }
}
