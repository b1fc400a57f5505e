using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Children;

/// <summary>How much and when a child may watch, day by day. What follows from it: <see cref="ScreenTimeRules"/>.</summary>
internal sealed class ScreenTime
{
    public long ChildProfileId { get; private set; }

    /// <summary>Minutes a day; null is no limit.</summary>
    public int? DailyMinutes { get; private set; }

    /// <summary>Local times in which nothing plays.</summary>
    // A list that can grow, because EF fills it; [] would be an array.
    public IReadOnlyList<QuietHours> QuietHours { get; private set; } = new List<QuietHours>();

    /// <summary>IANA name of the family's time zone; validated by <see cref="TimeZoneAttribute"/>.</summary>
    public string TimeZone { get; private set; } = "";

    /// <summary>Whether a story that is on may be watched to its end when the day's minutes run out or quiet hours begin.</summary>
    public bool FinishStory { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public static ScreenTime For(long childId) => new() { ChildProfileId = childId };

    public void Set(int? dailyMinutes, IReadOnlyList<QuietHours> quietHours, string timeZone, bool finishStory, DateTimeOffset now)
    {
        (DailyMinutes, QuietHours, TimeZone, FinishStory) = (dailyMinutes, quietHours.ToList(), timeZone, finishStory);
        UpdatedAt = now;
    }

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

/// <summary>A span of local time each day, without its end; it goes over midnight when its end is before its start. They are never the same.</summary>
internal sealed record QuietHours(TimeOnly Start, TimeOnly End);

/// <summary>What a parent said for today only: "15 more minutes", or "stop now". One for each child; a new one takes its place.</summary>
internal sealed class ScreenTimeException
{
    public long ChildProfileId { get; private set; }

    /// <summary>Added to the day's minutes.</summary>
    public int ExtraMinutes { get; private set; }

    /// <summary>Quiet hours do not hold before this time, even past <see cref="EndsAt"/>; moves by the minutes that are added or taken back. Whole seconds, as cookies are.</summary>
    public DateTimeOffset QuietLiftedUntil { get; private set; }

    /// <summary>Nothing plays until <see cref="EndsAt"/>.</summary>
    public bool Stopped { get; private set; }

    public DateTimeOffset SetAt { get; private set; }

    /// <summary>The end of the family's day in which it was said.</summary>
    public DateTimeOffset EndsAt { get; private set; }

    public static ScreenTimeException For(long childId, DateTimeOffset now) => new() { ChildProfileId = childId, QuietLiftedUntil = now };

    /// <param name="extraMinutes">In all, not on top of what was said before: saying the same again changes nothing.</param>
    /// <param name="stopped">Whether nothing plays for the rest of the day.</param>
    /// <param name="now">The moment of the request.</param>
    /// <param name="dayEndsAt">The next local midnight.</param>
    public void Say(int extraMinutes, bool stopped, DateTimeOffset now, DateTimeOffset dayEndsAt)
    {
        var added = extraMinutes - (now < EndsAt ? ExtraMinutes : 0);
        // Who gives minutes in the quiet hours, or just before, means them to be watched; who takes them back does not, and giving, taking and giving again is giving once.
        if (added > 0)
            QuietLiftedUntil = ScreenTimeRules.WholeSeconds((QuietLiftedUntil > now ? QuietLiftedUntil : now).AddMinutes(added));
        else if (QuietLiftedUntil > now)
            QuietLiftedUntil = QuietLiftedUntil.AddMinutes(added) is var earlier && earlier > now ? earlier : ScreenTimeRules.WholeSeconds(now);
        (ExtraMinutes, Stopped, SetAt, EndsAt) = (extraMinutes, stopped, now, dayEndsAt);
    }

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

/// <summary>
/// The story that a child may watch to its end although the time is up: the first one whose cookies outlive the time, until it ends. Fixed once the time is up, so that
/// it cannot be drawn out.
/// </summary>
internal sealed class StoryGrace
{
    public long ChildProfileId { get; private set; }

    public long BookId { get; private set; }

    /// <summary>Whole seconds, as cookies are.</summary>
    public DateTimeOffset EndsAt { get; private set; }

    public static StoryGrace Of(long childId, long bookId, DateTimeOffset endsAt) => new() { ChildProfileId = childId, BookId = bookId, EndsAt = endsAt };

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
