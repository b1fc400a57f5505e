using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Usage;

/// <summary>What a <see cref="UsageTotal"/> is the total of.</summary>
public enum UsageGrain
{
    Day,
    PublisherDay,
    Month,
    PublisherMonth,

    /// <summary>A month of a book under one publisher.</summary>
    BookMonth,
}

/// <summary>
/// Sums of <see cref="DailyUsage"/> that reports and statements ask for most, and numbers of children, which sums of sums cannot give: a child that watched on two days is
/// one child in the month. Holds no child.
/// </summary>
internal sealed class UsageTotal
{
    public long Id { get; private set; }

    public UsageGrain Grain { get; private set; }

    /// <summary>The day, or the first day of the month.</summary>
    public DateOnly StartsOn { get; private set; }

    /// <summary>Null for all publishers together, and, where the grain has a publisher, for books that nobody but us owns.</summary>
    public long? PublisherId { get; private set; }

    public long? BookId { get; private set; }

    public long SecondsWatched { get; private set; }

    public int Plays { get; private set; }

    /// <summary>Distinct children. One that is erased later stays counted.</summary>
    public int Children { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<UsageTotal>
    {
        public void Configure(EntityTypeBuilder<UsageTotal> builder)
        {
            builder.ToTable("usage_totals");
            builder.EnumText(t => t.Grain);
            builder.HasIndex(t => new { t.Grain, t.StartsOn, t.PublisherId, t.BookId }).IsUnique().AreNullsDistinct(false);
            builder.HasIndex(t => new { t.PublisherId, t.Grain, t.StartsOn });
            builder.Check("counts", "seconds_watched >= 0 and plays >= 0 and children >= 0");
            builder.Check("book_id", "(book_id is not null) = (grain = 'book_month')");
        }
    }
}

/// <summary>How far the roll-up has come; one row.</summary>
internal sealed class RollUpMark
{
    public short Id { get; private set; }

    /// <summary>Events of transactions before this one are in the rollups.</summary>
    public long Watermark { get; private set; }

    /// <summary>Of the database cluster whose transactions are meant: after a restore into another one they are counted anew.</summary>
    public long SystemIdentifier { get; private set; }

    /// <summary>When the last run began; null before the first.</summary>
    public DateTimeOffset? RolledUpAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RollUpMark>
    {
        public void Configure(EntityTypeBuilder<RollUpMark> builder)
        {
            builder.ToTable("roll_up_marks");
            builder.Property(m => m.Id).ValueGeneratedNever();
            builder.Check("one", "id = 1");
        }
    }
}
