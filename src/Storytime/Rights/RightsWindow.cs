using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Rights;

/// <summary>
/// From <see cref="StartAt"/> until before <see cref="EndAt"/> the book may be played in the territory. Windows of one book and territory never overlap.
/// </summary>
internal sealed class RightsWindow
{
    /// <summary>Territory that holds in every country.</summary>
    public const string Global = "GLOBAL";

    /// <summary>Name of the exclusion constraint made by the migration.</summary>
    public const string NoOverlap = "ex_rights_windows_overlap";

    public long Id { get; private set; }

    public long PublisherId { get; private set; }

    public long BookId { get; private set; }

    public DateTimeOffset StartAt { get; private set; }

    public DateTimeOffset EndAt { get; private set; }

    /// <summary><c>GLOBAL</c> or an ISO 3166-1 alpha-2 country.</summary>
    public string Territory { get; private set; } = Global;

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public static RightsWindow Create(long publisherId, long bookId, DateTimeOffset startAt, DateTimeOffset endAt, string territory, DateTimeOffset now)
    {
        var window = new RightsWindow { CreatedAt = now };
        window.Update(publisherId, bookId, startAt, endAt, territory, now);
        return window;
    }

    public void Update(long publisherId, long bookId, DateTimeOffset startAt, DateTimeOffset endAt, string territory, DateTimeOffset now)
    {
        (PublisherId, BookId, Territory) = (publisherId, bookId, territory.ToUpperInvariant());
        (StartAt, EndAt) = (startAt.Stored(), endAt.Stored());
        UpdatedAt = now;
    }

    internal sealed class Configuration : IEntityTypeConfiguration<RightsWindow>
    {
        public void Configure(EntityTypeBuilder<RightsWindow> builder)
        {
            builder.ToTable("rights_windows");
            builder.HasOne<Publisher>().WithMany().HasForeignKey(w => w.PublisherId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<Book>().WithMany().HasForeignKey(w => w.BookId).OnDelete(DeleteBehavior.Restrict);
            // With all that says whether it holds: many books are asked for at once.
            builder.HasIndex(w => new { w.BookId, w.Territory }).IncludeProperties(w => new { w.PublisherId, w.StartAt, w.EndAt });
            builder.HasIndex(w => w.PublisherId);
            builder.HasIndex(w => new { w.StartAt, w.Id });
            // What ends soon.
            builder.HasIndex(w => w.EndAt);
            builder.Check("range", "start_at < end_at");
            builder.Check("territory", "territory = 'GLOBAL' or territory ~ '^[A-Z]{2}$'");
        }
    }
}

internal static class RightsWindowQueries
{
    /// <summary>The windows that hold at this moment, wherever that is.</summary>
    public static IQueryable<RightsWindow> HoldingAt(this IQueryable<RightsWindow> windows, DateTimeOffset time) =>
        windows.Where(w => w.StartAt <= time && time < w.EndAt);

    /// <summary>Those that count for a family in this country, whenever they hold.</summary>
    public static IQueryable<RightsWindow> In(this IQueryable<RightsWindow> windows, string country) =>
        windows.Where(w => w.Territory == country || w.Territory == RightsWindow.Global);
}
