using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Accounts;

/// <summary>A device on which a parent signed in. All refresh tokens that descend from that sign-in are its family, and end with it.</summary>
internal sealed class ParentSession
{
    public const int LongestDeviceName = 100;

    public Guid Id { get; private set; }

    public long UserId { get; private set; }

    /// <summary>What the app calls the device; without that, the head of its user agent.</summary>
    public string? DeviceName { get; private set; }

    /// <summary>
    /// Keyed hash of the client's network address (<see cref="Pseudonyms"/>) at its last sign-in or refresh: from where an owner is at home, wrong passwords that
    /// others try from elsewhere do not lock them out.
    /// </summary>
    public byte[] AddressHash { get; private set; } = [];

    /// <summary>When the parent gave a password (or Apple's word); deleting an account wants this to be recent.</summary>
    public DateTimeOffset SignedInAt { get; private set; }

    public DateTimeOffset LastUsedAt { get; private set; }

    public DateTimeOffset? RevokedAt { get; private set; }

    public static ParentSession Start(long userId, string? deviceName, byte[] addressHash, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        UserId = userId,
        DeviceName = deviceName,
        AddressHash = addressHash,
        SignedInAt = now,
        LastUsedAt = now,
    };

    public void Use(byte[] addressHash, DateTimeOffset now) => (AddressHash, LastUsedAt) = (addressHash, now);

    public void Revoke(DateTimeOffset now) => RevokedAt ??= now;

    internal sealed class Configuration : IEntityTypeConfiguration<ParentSession>
    {
        public void Configure(EntityTypeBuilder<ParentSession> builder)
        {
            builder.ToTable("parent_sessions");
            builder.Property(s => s.Id).ValueGeneratedNever();
            builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId);
            builder.HasIndex(s => s.UserId);
            builder.Check("device_name", $"length(device_name) between 1 and {LongestDeviceName}");
        }
    }
}

internal static class ParentSessionQueries
{
    /// <summary>The devices on which somebody is signed in: not ended, and with a refresh token that is good still.</summary>
    public static IQueryable<ParentSession> LiveSessions(this StorytimeDb db, DateTimeOffset now) =>
        db.ParentSessions.Where(s => s.RevokedAt == null && db.RefreshTokens.Any(t => t.SessionId == s.Id && t.SpentAt == null && t.ExpiresAt > now));
}
