using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Library;

internal static class RemoveLibraryItem
{
    /// <summary>Takes a book off a child's shelf. Cookies that were handed out run out by themselves, within minutes.</summary>
    [EndpointName("remove_library_item")]
    public static async Task<Results<NoContent, ApiError>> Handle(long id, long bookId, Parent parent, StorytimeDb db, CancellationToken ct)
    {
        var children = db.ChildrenOf(parent);
        var removed = await db.LibraryItems
            .Where(i => i.ChildProfileId == id && i.BookId == bookId && children.Any(c => c.Id == i.ChildProfileId)).ExecuteDeleteAsync(ct);
        return removed > 0 ? TypedResults.NoContent() : ApiError.NotFound("book on this child's shelf");
    }
}
