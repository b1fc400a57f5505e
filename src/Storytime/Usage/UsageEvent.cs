using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Usage;

public enum UsageEventType
{
    PlayStart,
    Pause,
    Resume,
    PlayEnd,
    Heartbeat,
}

/// <summary>
/// What a player reported. Partitioned by month of <see cref="OccurredAt"/>; no foreign keys, see ADR 4. The key is what makes a
/// repeated event count once.
/// </summary>
internal sealed class UsageEvent
{
    public long Id { get; private set; }

    public long ChildProfileId { get; private set; }

    public long BookId { get; private set; }

    /// <summary>The client's, or made here when it gave none.</summary>
    public Guid EventId { get; private set; }

    public UsageEventType EventType { get; private set; }

    public double? PositionSeconds { get; private set; }

    public DateTimeOffset OccurredAt { get; private set; }

    public long? PlaybackSessionId { get; private set; }

    /// <summary>Device, app version and the like, as the client sent it.</summary>
    public string? Metadata { get; private set; }

    /// <summary>When the server received it.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<UsageEvent>
    {
        public void Configure(EntityTypeBuilder<UsageEvent> builder)
        {
            builder.ToTable("usage_events");
            builder.HasKey(e => new { e.ChildProfileId, e.EventId, e.OccurredAt });
            builder.EnumText(e => e.EventType);
            builder.Property(e => e.Metadata).HasColumnType("jsonb");
            // A child's day: what it watched of its minutes, and its activity.
            builder.HasIndex(e => new { e.ChildProfileId, e.OccurredAt });
            builder.Check("position_seconds", "position_seconds between 0 and 86400");
        }
    }
}

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
