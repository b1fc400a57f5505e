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

    /// <summary>How far the device's clock was behind ours (negative: ahead), in milliseconds and with the time on the way in it. Null when the client did not say when it sent.</summary>
    public long? ClockSkewMs { get; private set; }

    /// <summary>Who owned the book when the event came in, and is paid for it. Null when nobody but us did.</summary>
    public long? PublisherId { get; private set; }

    /// <summary>Country of the family when the event came in: ISO 3166-1 alpha-2; <c>ZZ</c> where it is not known.</summary>
    public string Territory { get; private set; } = "";

    /// <summary>The transaction that stored it (<c>pg_current_xact_id()</c>): by it the roll-up knows what it has not seen, and what may still be under way.</summary>
    public long TransactionId { get; private set; }

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
            builder.Property(e => e.Territory).HasMaxLength(2).IsFixedLength().HasDefaultValue("ZZ");
            builder.Property(e => e.TransactionId).HasDefaultValueSql("pg_current_xact_id()::text::bigint");
            // Nearly free to keep, and all that the roll-up needs: transactions follow each other as the pages do.
            builder.HasIndex(e => e.TransactionId).HasMethod("brin").HasStorageParameter("autosummarize", true);
            // All children's days: the nightly check, the archive, and what keeps a month from being dropped.
            builder.HasIndex(e => e.OccurredAt).HasMethod("brin").HasStorageParameter("autosummarize", true);
            builder.Check("position_seconds", "position_seconds between 0 and 86400");
            builder.Check("territory", "territory ~ '^[A-Z]{2}$'");
        }
    }
}
