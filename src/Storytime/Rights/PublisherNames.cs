using Microsoft.EntityFrameworkCore;
using Storytime.Data;

namespace Storytime.Rights;

/// <summary>
/// A book keeps the name of its publisher in the text that is searched, so who writes a book must not pass somebody who changes a name: the one would
/// not see the name, the other not the book. Triggers see to that with an advisory lock, many books at a time or one rename; a handler that locks a row
/// itself asks for its turn before it, because who has a row and waits for a turn can be waited for.
/// </summary>
internal static class PublisherNames
{
    /// <summary>Until the transaction ends no name of a publisher changes.</summary>
    public static Task HoldPublisherNamesAsync(this StorytimeDb db, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select hold_publisher_names()", ct);

    /// <summary>Until the transaction ends nobody else changes a name, or the text of a book.</summary>
    public static Task ChangePublisherNamesAsync(this StorytimeDb db, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select change_publisher_names()", ct);
}
