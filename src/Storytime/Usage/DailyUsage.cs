using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Usage;

/// <summary>What was watched of a book on one UTC day in one territory; holds no child.</summary>
internal sealed class DailyUsage
{
    public long Id { get; private set; }

    public DateOnly Day { get; private set; }

    public long BookId { get; private set; }

    public long? PublisherId { get; private set; }

    public string Territory { get; private set; } = "";

    public long SecondsWatched { get; private set; }

    public int Plays { get; private set; }

    public int Children { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<DailyUsage>
    {
        public void Configure(EntityTypeBuilder<DailyUsage> builder)
        {
            builder.ToTable("daily_usages");
            builder.HasIndex(u => new { u.Day, u.BookId, u.PublisherId, u.Territory }).IsUnique().AreNullsDistinct(false);
            builder.HasIndex(u => new { u.PublisherId, u.Day });
            builder.HasIndex(u => new { u.BookId, u.Day });
            builder.Check("counts", "seconds_watched >= 0 and plays >= 0 and children >= 0");
        }
    }
}
