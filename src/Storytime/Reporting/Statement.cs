using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>The revenue of one month that publishers with a revenue share have a part in, as entered by finance.</summary>
internal sealed class RevenuePeriod
{
    /// <summary>First day of the month.</summary>
    public DateOnly Month { get; private set; }

    public long AmountCents { get; private set; }

    /// <summary>ISO 4217.</summary>
    public string Currency { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RevenuePeriod>
    {
        public void Configure(EntityTypeBuilder<RevenuePeriod> builder)
        {
            builder.ToTable("revenue_periods");
            builder.HasKey(p => p.Month);
            builder.Property(p => p.Currency).HasMaxLength(3).IsFixedLength();
            builder.Check("month", "extract(day from month) = 1");
            builder.Check("amount_cents", "amount_cents >= 0");
            builder.Check("currency", "currency ~ '^[A-Z]{3}$'");
        }
    }
}

public enum StatementStatus
{
    Draft,
    Issued,
}

/// <summary>What one publisher is owed for one month in one currency. A draft is recomputed; an issued one never changes.</summary>
internal sealed class PublisherStatement
{
    public long Id { get; private set; }

    public long PublisherId { get; private set; }

    /// <summary>First day of the month.</summary>
    public DateOnly Month { get; private set; }

    public string Currency { get; private set; } = "";

    public StatementStatus Status { get; private set; }

    public long TotalCents { get; private set; }

    /// <summary>SHA-256 of the canonical content; set when issued.</summary>
    public byte[]? ContentHash { get; private set; }

    public DateTimeOffset? IssuedAt { get; private set; }

    public long? IssuedByAdminId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public List<StatementLine> Lines { get; } = [];

    internal sealed class Configuration : IEntityTypeConfiguration<PublisherStatement>
    {
        public void Configure(EntityTypeBuilder<PublisherStatement> builder)
        {
            builder.ToTable("publisher_statements");
            builder.EnumText(s => s.Status);
            builder.Property(s => s.Currency).HasMaxLength(3).IsFixedLength();
            builder.HasOne<Publisher>().WithMany().HasForeignKey(s => s.PublisherId).OnDelete(DeleteBehavior.Restrict);
            builder.HasMany(s => s.Lines).WithOne().HasForeignKey(l => l.StatementId);
            builder.HasIndex(s => new { s.PublisherId, s.Month, s.Currency }).IsUnique();
            builder.HasIndex(s => s.Month);
            builder.Check("month", "extract(day from month) = 1");
            builder.Check("currency", "currency ~ '^[A-Z]{3}$'");
            builder.Check("issued", "(status = 'issued') = (issued_at is not null and content_hash is not null)");
        }
    }
}

/// <summary>One line of a statement.</summary>
internal sealed class StatementLine
{
    public long Id { get; private set; }

    public long StatementId { get; private set; }

    public int Position { get; private set; }

    /// <summary>Null for lines that are about no single book (a flat fee, a guarantee).</summary>
    public long? BookId { get; private set; }

    public string Description { get; private set; } = "";

    public long SecondsWatched { get; private set; }

    public long AmountCents { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<StatementLine>
    {
        public void Configure(EntityTypeBuilder<StatementLine> builder)
        {
            builder.ToTable("statement_lines");
            builder.HasOne<Book>().WithMany().HasForeignKey(l => l.BookId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(l => new { l.StatementId, l.Position }).IsUnique();
            builder.Check("seconds_watched", "seconds_watched >= 0");
        }
    }
}
