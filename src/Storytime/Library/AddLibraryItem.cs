using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Library;

public sealed record AddLibraryItemRequest([Required(ErrorMessage = "A book_id is needed.")] long? BookId);

public sealed record LibraryItemResponse(long ChildId, long BookId, DateTimeOffset AddedAt);

internal static class AddLibraryItem
{
    /// <summary>Puts a book of the catalog on a child's shelf. 201 when it is new there, 200 when it was there already.</summary>
    [EndpointName("add_library_item")]
    public static async Task<Results<Created<LibraryItemResponse>, Ok<LibraryItemResponse>, ApiError>> Handle(
        long id, AddLibraryItemRequest request, Parent parent, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        if (!await db.ChildrenOf(parent).AnyAsync(c => c.Id == id, ct))
            return ApiError.NotFound("child");
        var bookId = request.BookId!.Value;
        // Usually once through; again only when the same book is put there or taken off at this very moment.
        for (var tries = 0; tries < 10; tries++)
        {
            if (await db.LibraryItems.AsNoTracking().SingleOrDefaultAsync(i => i.ChildProfileId == id && i.BookId == bookId, ct) is { } there)
                return TypedResults.Ok(ToResponse(there));
            if (!await db.Books.AnyAsync(b => b.Id == bookId && b.Status == BookStatus.Active, ct))
                return ApiError.NotFound("book in the catalog");
            var item = LibraryItem.Add(id, bookId, parent, time.Now());
            db.LibraryItems.Add(item);
            try
            {
                await db.SaveChangesAsync(ct);
                return TypedResults.Created($"/api/v1/children/{id}/library", ToResponse(item));
            }
            catch (DbUpdateException e) when (e.Violates(LibraryItem.UniqueBook))
            {
                db.ChangeTracker.Clear();
            }
        }
        return ApiError.Conflict("This book is being put on and taken off the shelf at the same time. Try again.");
    }

    private static LibraryItemResponse ToResponse(LibraryItem item) => new(item.ChildProfileId, item.BookId, item.CreatedAt);
}
