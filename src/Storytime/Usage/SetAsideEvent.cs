using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Accounts;
using Storytime.Children;
using Storytime.Data;

namespace Storytime.Usage;

/// <summary>An event that was not taken, as it was sent, so that somebody can find out why minutes are missing. Kept for 30 days.</summary>
internal sealed class SetAsideEvent
{
    public long Id { get; private set; }

    /// <summary>Whose token it came with.</summary>
    public long UserId { get; private set; }

    /// <summary>The child that it names, when that is a child of this account.</summary>
    public long? ChildProfileId { get; private set; }

    /// <summary>The code that the client was told: <c>validation_failed</c>, <c>too_old</c>, <c>conflict</c>, …</summary>
    public string Code { get; private set; } = "";

    public string Message { get; private set; } = "";

    /// <summary>The JSON as it was sent, cut after 2,000 characters; empty unless it names a child of this account.</summary>
    public string Body { get; private set; } = "";

    public DateTimeOffset ReceivedAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SetAsideEvent>
    {
        public void Configure(EntityTypeBuilder<SetAsideEvent> builder)
        {
            builder.ToTable("set_aside_events");
            builder.HasOne<User>().WithMany().HasForeignKey(e => e.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<ChildProfile>().WithMany().HasForeignKey(e => e.ChildProfileId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(e => new { e.UserId, e.ReceivedAt });
            builder.HasIndex(e => e.ReceivedAt);
            builder.Check("body", "length(body) <= 2000");
        }
    }
}
