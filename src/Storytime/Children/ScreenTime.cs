using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Children;

/// <summary>How much and when a child may watch.</summary>
internal sealed class ScreenTime
{
    public long ChildProfileId { get; private set; }

    /// <summary>Minutes a day; null is no limit.</summary>
    public int? DailyMinutes { get; private set; }

    /// <summary>Local times in which nothing plays.</summary>
    public IReadOnlyList<QuietHours> QuietHours { get; private set; } = [];

    /// <summary>IANA name of the family's time zone.</summary>
    public string TimeZone { get; private set; } = "";

    /// <summary>Whether a story that is on may be watched to its end when the day's minutes run out or quiet hours begin.</summary>
    public bool FinishStory { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ScreenTime>
    {
        public void Configure(EntityTypeBuilder<ScreenTime> builder)
        {
            builder.ToTable("screen_times");
            builder.HasKey(s => s.ChildProfileId);
            builder.Property(s => s.ChildProfileId).ValueGeneratedNever();
            builder.OwnsMany(s => s.QuietHours, q => q.ToJson());
            builder.Check("daily_minutes", "daily_minutes between 0 and 1440");
        }
    }
}

/// <summary>A span of local time each day; it goes over midnight when its end is not after its start.</summary>
public sealed record QuietHours(TimeOnly Start, TimeOnly End);

/// <summary>What a parent said for today only: "15 more minutes", or "stop now". One for each child; a new one takes its place.</summary>
internal sealed class ScreenTimeException
{
    public long ChildProfileId { get; private set; }

    /// <summary>Added to the day's minutes.</summary>
    public int ExtraMinutes { get; private set; }

    /// <summary>Quiet hours do not hold before this time; moves on by the minutes that are added.</summary>
    public DateTimeOffset QuietLiftedUntil { get; private set; }

    /// <summary>Nothing plays until <see cref="EndsAt"/>.</summary>
    public bool Stopped { get; private set; }

    public DateTimeOffset SetAt { get; private set; }

    /// <summary>The end of the family's day in which it was said.</summary>
    public DateTimeOffset EndsAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ScreenTimeException>
    {
        public void Configure(EntityTypeBuilder<ScreenTimeException> builder)
        {
            builder.ToTable("screen_time_exceptions");
            builder.HasKey(e => e.ChildProfileId);
            builder.Property(e => e.ChildProfileId).ValueGeneratedNever();
            builder.HasOne<ChildProfile>().WithOne().HasForeignKey<ScreenTimeException>(e => e.ChildProfileId);
            builder.Check("extra_minutes", "extra_minutes between 0 and 1440");
            builder.Check("ends_at", "ends_at > set_at");
        }
    }
}

/// <summary>The story that a child may watch to its end although the time is up; fixed once the time is up, so that it cannot be drawn out.</summary>
internal sealed class StoryGrace
{
    public long ChildProfileId { get; private set; }

    public long BookId { get; private set; }

    public DateTimeOffset EndsAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<StoryGrace>
    {
        public void Configure(EntityTypeBuilder<StoryGrace> builder)
        {
            builder.ToTable("story_graces");
            builder.HasKey(g => g.ChildProfileId);
            builder.Property(g => g.ChildProfileId).ValueGeneratedNever();
            builder.HasOne<ChildProfile>().WithOne().HasForeignKey<StoryGrace>(g => g.ChildProfileId);
        }
    }
}
