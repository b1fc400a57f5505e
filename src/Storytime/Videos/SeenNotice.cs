using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Storytime.Videos;

/// <summary>An SNS message that had its effect, so that a replay of it has none. Kept for as long as a message of its age would be believed.</summary>
internal sealed class SeenNotice
{
    public string MessageId { get; private set; } = "";

    public DateTimeOffset SeenAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SeenNotice>
    {
        public void Configure(EntityTypeBuilder<SeenNotice> builder)
        {
            builder.ToTable("seen_notices");
            builder.HasKey(n => n.MessageId);
            builder.HasIndex(n => n.SeenAt);
        }
    }
}
