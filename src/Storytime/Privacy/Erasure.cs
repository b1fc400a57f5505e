using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Privacy;

/// <summary>What was asked to be erased.</summary>
public enum ErasureKind
{
    /// <summary>One child.</summary>
    Child,

    /// <summary>A parent's account with all its children.</summary>
    Account,

    /// <summary>All children of an account that withdrew its consent.</summary>
    ConsentWithdrawn,
}

/// <summary>
/// An erasure that was asked for. What people see is gone in the transaction that makes this row; a job erases the rest and then forgets whose it was. The row
/// is the job's outbox while <see cref="CompletedAt"/> is null, and the receipt for ever: no name, no address, only numbers of rows.
/// </summary>
internal sealed class Erasure
{
    public long Id { get; private set; }

    /// <summary>What the parent keeps; whoever has it may see how far the erasure is.</summary>
    public Guid Receipt { get; private set; }

    public ErasureKind Kind { get; private set; }

    /// <summary>Null once it is complete.</summary>
    public long? UserId { get; private set; }

    /// <summary>Empty once it is complete.</summary>
    public long[] ChildProfileIds { get; private set; } = [];

    /// <summary>Apple's refresh token, encrypted, to be revoked; null once that is done.</summary>
    public byte[]? SealedAppleToken { get; private set; }

    /// <summary>Rows that were deleted, by kind of data, as JSON.</summary>
    public string Deleted { get; private set; } = "{}";

    public DateTimeOffset RequestedAt { get; private set; }

    public DateTimeOffset? CompletedAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Erasure>
    {
        public void Configure(EntityTypeBuilder<Erasure> builder)
        {
            builder.ToTable("erasures");
            builder.EnumText(e => e.Kind);
            builder.Property(e => e.Deleted).HasColumnType("jsonb");
            builder.HasIndex(e => e.Receipt).IsUnique();
            builder.HasIndex(e => e.RequestedAt).HasFilter("completed_at is null").HasDatabaseName("ix_erasures_due");
            builder.Check("completed_at", "completed_at >= requested_at");
            builder.Check("forgotten", "completed_at is null or (user_id is null and child_profile_ids = '{}' and sealed_apple_token is null)");
        }
    }
}
