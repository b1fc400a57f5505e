using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Usage;

/// <summary>
/// What one child watched of one book on one UTC day, worked out from its events; all sums for reports and statements are sums of these rows. Partitioned by month of
/// <see cref="Day"/>, kept and erased like the events. There is a row only where something was watched or begun.
/// </summary>
internal sealed class ViewingDay
{
    public long ChildProfileId { get; private set; }

    public DateOnly Day { get; private set; }

    public long BookId { get; private set; }

    /// <summary>Of the day's first event, like <see cref="Territory"/>: a child's day with a book counts for one publisher in one territory.</summary>
    public long? PublisherId { get; private set; }

    public string Territory { get; private set; } = "";

    /// <summary>By <see cref="WatchTime"/>, rounded to whole seconds (half up), so that all sums are exact.</summary>
    public int SecondsWatched { get; private set; }

    /// <summary>Number of <c>play_start</c>.</summary>
    public int Plays { get; private set; }

    /// <summary>The furthest position that an event of the day named, in seconds.</summary>
    public double? FurthestSeconds { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ViewingDay>
    {
        public void Configure(EntityTypeBuilder<ViewingDay> builder)
        {
            builder.ToTable("viewing_days");
            builder.HasKey(v => new { v.ChildProfileId, v.Day, v.BookId });
            builder.Property(v => v.Territory).HasMaxLength(2).IsFixedLength();
            // How far children get in a book.
            builder.HasIndex(v => new { v.BookId, v.Day });
            builder.Check("counts", "seconds_watched between 0 and 86400 and plays >= 0 and seconds_watched + plays > 0");
        }
    }
}
