using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Rights;

/// <summary>What a rights window must keep to, with a sentence for each way to miss it. Overlap is PostgreSQL's to find; here it is only explained.</summary>
internal static class RightsWindowRules
{
    public static ApiError? CheckRange(RightsWindow window) =>
        window.StartAt < window.EndAt ? null : ApiError.Invalid("end_at", "A window must end after it starts.");

    /// <summary>
    /// Locks books until the transaction ends, before a window of theirs is written: their publisher stays what is looked at, and two windows of
    /// one book are written one after the other, because two that run into each other in the exclusion constraint wait for each other. After the
    /// window itself, whose row nobody waits for who has a book.
    /// </summary>
    public static Task LockBooksAsync(StorytimeDb db, long[] ids, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select from books where id = any({ids}) order by id for no key update", ct);

    /// <summary>Of a book that is locked: whether it is there, and of the publisher who gives the window.</summary>
    public static async Task<ApiError?> CheckBookAsync(StorytimeDb db, RightsWindow window, CancellationToken ct)
    {
        var publisherKnown = await db.Publishers.AnyAsync(p => p.Id == window.PublisherId, ct);
        var book = await db.Books.Where(b => b.Id == window.BookId).Select(b => new { b.PublisherId }).SingleOrDefaultAsync(ct);

        var problems = new List<(string, string)>();
        if (!publisherKnown)
            problems.Add(("publisher_id", $"There is no publisher {window.PublisherId}."));
        if (book is null)
            problems.Add(("book_id", $"There is no book {window.BookId}."));
        if (problems.Count == 0 && book!.PublisherId != window.PublisherId)
        {
            problems.Add(("publisher_id", book.PublisherId is { } owner
                ? $"Book {window.BookId} is of publisher {owner}, so publisher {window.PublisherId} cannot give rights to it."
                : $"Book {window.BookId} has no publisher: Storytime owns it, so it needs no rights window."));
        }
        return problems.Count == 0 ? null : ApiError.Invalid([.. problems]);
    }

    /// <summary>Stores a window with all else that was changed.</summary>
    /// <returns>Which window it would overlap, the transaction rolled back; null when it is stored.</returns>
    public static async Task<ApiError?> SaveAsync(StorytimeDb db, RightsWindow window, IDbContextTransaction transaction, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return null;
        }
        catch (DbUpdateException e) when (e.Violates(RightsWindow.NoOverlap))
        {
            await transaction.RollbackAsync(ct);
            return await DescribeOverlapAsync(db, window, ct);
        }
    }

    /// <summary>Names the window in the way, so that an editor can go and change it.</summary>
    private static async Task<ApiError> DescribeOverlapAsync(StorytimeDb db, RightsWindow window, CancellationToken ct)
    {
        var other = await db.RightsWindows.AsNoTracking()
            .Where(w => w.BookId == window.BookId && w.Territory == window.Territory && w.Id != window.Id)
            .Where(w => w.StartAt < window.EndAt && window.StartAt < w.EndAt)
            .OrderBy(w => w.StartAt).FirstOrDefaultAsync(ct);
        const string rule = "Windows of one book and territory may not overlap";
        return other is null
            ? ApiError.Conflict($"{rule}. Try again.")
            : new ApiError(409, "conflict",
                $"{rule}, and window {other.Id} holds from {Rfc3339.Format(other.StartAt)} to {Rfc3339.Format(other.EndAt)} in {other.Territory}.",
                new Dictionary<string, object?> { ["rights_window_id"] = other.Id });
    }
}
