using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Accounts;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Library;

/// <summary>A book on a child's shelf.</summary>
internal sealed class LibraryItem
{
    public const string UniqueBook = "ix_library_items_child_profile_id_book_id";

    public long Id { get; private set; }

    public long ChildProfileId { get; private set; }

    public long BookId { get; private set; }

    public long AddedByUserId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public static LibraryItem Add(long childId, long bookId, Parent parent, DateTimeOffset now) =>
        new() { ChildProfileId = childId, BookId = bookId, AddedByUserId = parent.UserId, CreatedAt = now };

    internal sealed class Configuration : IEntityTypeConfiguration<LibraryItem>
    {
        public void Configure(EntityTypeBuilder<LibraryItem> builder)
        {
            builder.ToTable("library_items");
            builder.HasOne<ChildProfile>().WithMany().HasForeignKey(i => i.ChildProfileId);
            builder.HasOne<Book>().WithMany().HasForeignKey(i => i.BookId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<User>().WithMany().HasForeignKey(i => i.AddedByUserId);
            builder.HasIndex(i => new { i.ChildProfileId, i.BookId }).IsUnique();
            // A shelf as it is shown, from the index alone.
            builder.HasIndex(i => new { i.ChildProfileId, i.CreatedAt, i.Id }).IsDescending(false, true, true).IncludeProperties(i => i.BookId);
            builder.HasIndex(i => i.BookId);
            builder.HasIndex(i => i.AddedByUserId);
        }
    }
}

/// <summary>
/// Where a child stopped in a book: of all usage events with a position, that of the newest <c>occurred_at</c>. Kept apart from the
/// shelf, so that a book that is taken off and put back goes on where it was.
/// </summary>
internal sealed class ResumePosition
{
    public long ChildProfileId { get; private set; }

    public long BookId { get; private set; }

    public double PositionSeconds { get; private set; }

    public DateTimeOffset OccurredAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ResumePosition>
    {
        public void Configure(EntityTypeBuilder<ResumePosition> builder)
        {
            builder.ToTable("resume_positions");
            builder.HasKey(p => new { p.ChildProfileId, p.BookId });
            builder.HasOne<ChildProfile>().WithMany().HasForeignKey(p => p.ChildProfileId);
            builder.HasOne<Book>().WithMany().HasForeignKey(p => p.BookId).OnDelete(DeleteBehavior.Restrict);
            builder.Check("position_seconds", "position_seconds >= 0");
        }
    }
}
