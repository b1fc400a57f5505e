using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Accounts;
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
    /// <summary>After so long no request that was under way when the erasure was asked for can write any more.</summary>
    public static readonly TimeSpan LastPassAfter = TimeSpan.FromMinutes(10);

    /// <summary>Apple is asked to revoke its tokens again and again for so long.</summary>
    public static readonly TimeSpan AskAppleFor = TimeSpan.FromDays(7);

    private static readonly TimeSpan _longestWait = TimeSpan.FromHours(6);

    public long Id { get; private set; }

    /// <summary>What the parent keeps; whoever has it may see how far the erasure is.</summary>
    public Guid Receipt { get; private set; }

    public ErasureKind Kind { get; private set; }

    /// <summary>Of <see cref="ErasureKind.Account"/>, whose attempts to play go as well. Null once it is complete.</summary>
    public long? UserId { get; private set; }

    /// <summary>Empty once it is complete.</summary>
    public long[] ChildProfileIds { get; private set; } = [];

    /// <summary>Events of transactions before this one were in the rollups when the erasure was asked for. Null once those after it are, too, and the events may go.</summary>
    public long? UsageWatermark { get; private set; }

    /// <summary>Apple's refresh tokens, encrypted, to be revoked; empty once that is done.</summary>
    public byte[][] SealedAppleTokens { get; private set; } = [];

    /// <summary>Rows that were deleted, by table, as JSON; grows with each pass.</summary>
    public string Deleted { get; private set; } = "{}";

    public DateTimeOffset RequestedAt { get; private set; }

    /// <summary>When the job is to pass next.</summary>
    public DateTimeOffset DueAt { get; private set; }

    public DateTimeOffset? CompletedAt { get; private set; }

    /// <param name="deleted">Rows that go at once, by table, as JSON.</param>
    public static Erasure Request(ErasureKind kind, User user, long[] childIds, byte[][] sealedAppleTokens, string deleted, long usageWatermark, DateTimeOffset now) => new()
    {
        // Nothing in it tells when, or which one came before.
        Receipt = Guid.NewGuid(),
        Kind = kind,
        UserId = kind == ErasureKind.Account ? user.Id : null,
        ChildProfileIds = childIds,
        UsageWatermark = usageWatermark,
        SealedAppleTokens = sealedAppleTokens,
        Deleted = deleted,
        RequestedAt = now,
        DueAt = now,
    };

    /// <summary>Apple has revoked a token, or it was asked for long enough.</summary>
    public void IsDoneWith(byte[] sealedAppleToken) => SealedAppleTokens = [.. SealedAppleTokens.Where(t => t != sealedAppleToken)];

    /// <summary>A pass has deleted all that there was. The last one ends the erasure, and with it what we know of whose it was.</summary>
    /// <param name="startedAt">When the pass began.</param>
    public void EndPass(DateTimeOffset startedAt, DateTimeOffset now)
    {
        if (startedAt < RequestedAt + LastPassAfter)
            DueAt = RequestedAt + LastPassAfter;
        else if (SealedAppleTokens.Length > 0)
            DueAt = now + TimeSpan.FromTicks(Math.Min((now - RequestedAt).Ticks, _longestWait.Ticks));
        else
            (UserId, ChildProfileIds, CompletedAt) = (null, [], now);
    }

    /// <summary>A pass could not reach all rows; there is another one.</summary>
    public void Postpone(DateTimeOffset now) => DueAt = now + LastPassAfter;

    internal sealed class Configuration : IEntityTypeConfiguration<Erasure>
    {
        public void Configure(EntityTypeBuilder<Erasure> builder)
        {
            builder.ToTable("erasures");
            builder.EnumText(e => e.Kind);
            builder.Property(e => e.Deleted).HasColumnType("jsonb");
            builder.HasIndex(e => e.Receipt).IsUnique();
            builder.HasIndex(e => e.DueAt).HasFilter("completed_at is null").HasDatabaseName("ix_erasures_due");
            builder.Check("completed_at", "completed_at >= requested_at");
            builder.Check("forgotten", "completed_at is null or (user_id is null and child_profile_ids = '{}' and usage_watermark is null and sealed_apple_tokens = '{}')");
        }
    }
}
