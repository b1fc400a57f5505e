using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;
using Storytime.Rights;

namespace Storytime.Catalog;

/// <param name="BookIds">1 to 500 books; one that is named twice counts once.</param>
public sealed record ChangeBookStatusesRequest(
    [Required(ErrorMessage = "book_ids are needed."), Length(1, ChangeBookStatuses.MostBooks, ErrorMessage = "Change 1 to 500 books at once.")] long[]? BookIds,
    [Required(ErrorMessage = "A status is needed: draft, active or inactive.")] BookStatus? Status);

/// <summary>Ids in their order; each that was asked for is in one of the three.</summary>
/// <param name="Unchanged">They had this status already.</param>
/// <param name="NotFound">There are no such books. The others were changed all the same.</param>
public sealed record ChangedBookStatusesResponse(BookStatus Status, IReadOnlyList<long> Changed, IReadOnlyList<long> Unchanged, IReadOnlyList<long> NotFound);

internal static class ChangeBookStatuses
{
    public const int MostBooks = 500;

    /// <summary>Gives many books one status, all in one transaction.</summary>
    [EndpointName("change_book_statuses"), NoLocation]
    public static async Task<Results<Created<ChangedBookStatusesResponse>, ApiError>> Handle(
        ChangeBookStatusesRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var (now, status, ids) = (time.Now(), request.Status!.Value, request.BookIds!.Distinct().Order().ToArray());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.HoldPublisherNamesAsync(ct);
        // In the order of their ids, so that of two changes of the same books one waits for the other, and neither for ever.
        var books = await db.Books.FromSql($"select * from books where id = any({ids}) order by id for no key update").ToListAsync(ct);
        List<long> changed = [];
        foreach (var book in books.Where(b => b.Status != status))
        {
            var before = book.Content;
            book.Update(before with { Status = status }, now);
            db.AuditEntries.Add(AuditEntry.Of(staff, "updated", ManageBooks.Subject, book.Id, before, book.Content, now));
            changed.Add(book.Id);
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        var found = books.Select(b => b.Id).ToList();
        return TypedResults.Created((string?)null, new ChangedBookStatusesResponse(status, changed, [.. found.Except(changed)], [.. ids.Except(found)]));
    }
}
