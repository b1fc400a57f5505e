using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

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
