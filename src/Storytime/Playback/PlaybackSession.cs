using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;
using Storytime.Rights;

namespace Storytime.Playback;

/// <summary>One time that cookies were handed out. Partitioned by <see cref="IssuedAt"/>; no foreign keys, see ADR 4.</summary>
internal sealed class PlaybackSession
{
    public long Id { get; private set; }

    public long ChildProfileId { get; private set; }

    public long BookId { get; private set; }

    public long VideoAssetId { get; private set; }

    /// <summary>The device in child mode; null when the parent's own token asked.</summary>
    public long? ChildSessionId { get; private set; }

    public DateTimeOffset IssuedAt { get; private set; }

    /// <summary>When the cookies end.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>The policy that was signed, as JSON.</summary>
    public string? CloudfrontPolicy { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PlaybackSession>
    {
        public void Configure(EntityTypeBuilder<PlaybackSession> builder)
        {
            builder.ToTable("playback_sessions");
            builder.HasKey(s => new { s.Id, s.IssuedAt });
            // Whether a child ever played a book: asked by every batch of usage events.
            builder.HasIndex(s => new { s.ChildProfileId, s.BookId, s.IssuedAt });
            builder.Check("expires_at", "expires_at > issued_at");
        }
    }
}

/// <summary>One try to play, granted or refused. Partitioned by <see cref="CreatedAt"/>; no foreign keys, see ADR 4.</summary>
internal sealed class PlaybackAttempt
{
    public long Id { get; private set; }

    public long UserId { get; private set; }

    public long ChildProfileId { get; private set; }

    public long BookId { get; private set; }

    public long? ChildSessionId { get; private set; }

    public bool Granted { get; private set; }

    /// <summary>Null when granted, or when the child is not the caller's (then <see cref="Granted"/> is false).</summary>
    public PlaybackRefusal? Refusal { get; private set; }

    public long? PlaybackSessionId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PlaybackAttempt>
    {
        public void Configure(EntityTypeBuilder<PlaybackAttempt> builder)
        {
            builder.ToTable("playback_attempts");
            builder.HasKey(a => new { a.Id, a.CreatedAt });
            builder.EnumText(a => a.Refusal);
            builder.HasIndex(a => new { a.ChildProfileId, a.CreatedAt });
            // Support reads some days of all children; rows come in the order of time, so this costs a write next to nothing.
            builder.HasIndex(a => a.CreatedAt).HasMethod("brin").HasStorageParameter("autosummarize", true);
            // What a parent asked for of other families' children is erased with the parent.
            builder.HasIndex(a => a.UserId);
            builder.Check("granted", "granted = (playback_session_id is not null) and (not granted or refusal is null)");
        }
    }
}
