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
    public static async Task<Results<Created<LibraryItemResponse>, Ok<LibraryItemResponse>, ApiError>> Handle(
        long id, AddLibraryItemRequest request, Parent parent, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        if (!await db.ChildrenOf(parent).AnyAsync(c => c.Id == id, ct))
            return ApiError.NotFound("child");
        var bookId = request.BookId!.Value;
        if (await FindAsync() is { } there)
            return TypedResults.Ok(there);
        if (!await db.Books.AnyAsync(b => b.Id == bookId && b.Status == BookStatus.Active, ct))
            return ApiError.NotFound("book in the catalog");

        var item = LibraryItem.Add(id, bookId, parent, time.Now());
        db.LibraryItems.Add(item);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(LibraryItem.UniqueBook))
        {
            // The same request twice at once: the other one was first.
            return TypedResults.Ok((await FindAsync())!);
        }
        return TypedResults.Created($"/api/v1/children/{id}/library", new LibraryItemResponse(id, bookId, item.CreatedAt));

        Task<LibraryItemResponse?> FindAsync() => db.LibraryItems.Where(i => i.ChildProfileId == id && i.BookId == bookId)
            .Select(i => new LibraryItemResponse(i.ChildProfileId, i.BookId, i.CreatedAt)).SingleOrDefaultAsync(ct);
    }
}

internal static class RemoveLibraryItem
{
    /// <summary>Takes a book off a child's shelf. Cookies that were handed out run out by themselves, within minutes.</summary>
    public static async Task<Results<NoContent, ApiError>> Handle(long id, long bookId, Parent parent, StorytimeDb db, CancellationToken ct)
    {
        var children = db.ChildrenOf(parent);
        var removed = await db.LibraryItems
            .Where(i => i.ChildProfileId == id && i.BookId == bookId && children.Any(c => c.Id == i.ChildProfileId)).ExecuteDeleteAsync(ct);
        return removed > 0 ? TypedResults.NoContent() : ApiError.NotFound("book on this child's shelf");
    }
}
