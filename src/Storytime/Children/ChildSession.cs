using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Children;

/// <summary>A device that was handed over to a child: its token may read the shelf, play from it and report what was watched.</summary>
internal sealed class ChildSession
{
    public long Id { get; private set; }

    public long ChildProfileId { get; private set; }

    public string? DeviceName { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public DateTimeOffset? RevokedAt { get; private set; }

    public static ChildSession Start(long childId, string? deviceName, DateTimeOffset now, TimeSpan lifetime) => new()
    {
        ChildProfileId = childId,
        DeviceName = deviceName,
        CreatedAt = now,
        // A token counts whole seconds; the row and the token must end at the same moment.
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds()),
    };

    public void Rename(string deviceName) => DeviceName = deviceName;

    public void Revoke(DateTimeOffset now) => RevokedAt ??= now;

    internal sealed class Configuration : IEntityTypeConfiguration<ChildSession>
    {
        public void Configure(EntityTypeBuilder<ChildSession> builder)
        {
            builder.ToTable("child_sessions");
            builder.HasOne<ChildProfile>().WithMany().HasForeignKey(s => s.ChildProfileId);
            builder.HasIndex(s => s.ChildProfileId);
            builder.Check("device_name", "length(device_name) between 1 and 100");
            builder.Check("expires_at", "expires_at > created_at");
        }
    }
}

internal static class ChildSessionQueries
{
    /// <summary>The devices that a parent handed to their own children, ended ones included.</summary>
    public static IQueryable<ChildSession> ChildSessionsOf(this StorytimeDb db, Parent parent) => db.ChildSessionsOf(parent.UserId);

    /// <summary>The devices of all children of an account, ended ones included.</summary>
    public static IQueryable<ChildSession> ChildSessionsOf(this StorytimeDb db, long userId) =>
        db.ChildSessions.Where(s => db.ChildProfiles.Any(c => c.Id == s.ChildProfileId && c.UserId == userId));

    public static IQueryable<ChildSession> LiveAt(this IQueryable<ChildSession> sessions, DateTimeOffset now) =>
        sessions.Where(s => s.RevokedAt == null && s.ExpiresAt > now);
}
