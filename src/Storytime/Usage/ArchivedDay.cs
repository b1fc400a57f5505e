using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Usage;

/// <summary>A day whose events are in the archive; they do not change any more.</summary>
internal sealed class ArchivedDay
{
    public DateOnly Day { get; private set; }

    /// <summary>Events of the day, without those of its lead-in.</summary>
    public long Events { get; private set; }

    public long SizeBytes { get; private set; }

    public DateTimeOffset ArchivedAt { get; private set; }

    public static ArchivedDay Of(DateOnly day, long events, long sizeBytes, DateTimeOffset now) => new() { Day = day, Events = events, SizeBytes = sizeBytes, ArchivedAt = now };

    internal sealed class Configuration : IEntityTypeConfiguration<ArchivedDay>
    {
        public void Configure(EntityTypeBuilder<ArchivedDay> builder)
        {
            builder.ToTable("archived_days");
            builder.HasKey(d => d.Day);
        }
    }
}

/// <summary>
/// What the hashes that stand for children in a month of the archive are made with. Random, and deleted when no day of the month is going to be written any more: from then on
/// nobody can tell whose they were.
/// </summary>
internal sealed class ArchiveKey
{
    /// <summary>First day of the month.</summary>
    public DateOnly Month { get; private set; }

    /// <summary>32 random bytes.</summary>
    public byte[] Key { get; private set; } = [];

    public static ArchiveKey For(DateOnly month, byte[] key) => new() { Month = month, Key = key };

    internal sealed class Configuration : IEntityTypeConfiguration<ArchiveKey>
    {
        public void Configure(EntityTypeBuilder<ArchiveKey> builder)
        {
            builder.ToTable("archive_keys");
            builder.HasKey(k => k.Month);
            builder.Check("month", "extract(day from month) = 1");
            builder.Check("key", "length(key) = 32");
        }
    }
}
