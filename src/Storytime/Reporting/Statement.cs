using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Platform.Auth;
using Storytime.Rights;

namespace Storytime.Reporting;

public enum StatementStatus
{
    Draft,
    Issued,
}

/// <summary>What one publisher is owed for one month in one currency. A draft is recomputed; an issued one never changes, a trigger in the database sees to that.</summary>
internal sealed class PublisherStatement
{
    public long Id { get; private set; }

    public long PublisherId { get; private set; }

    /// <summary>First day of the month.</summary>
    public DateOnly Month { get; private set; }

    public string Currency { get; private set; } = "";

    public StatementStatus Status { get; private set; }

    public long TotalCents { get; private set; }

    /// <summary>What the lines were computed from, as JSON: a <see cref="StatementFacts"/>. Contract terms stand here as they were, whatever becomes of the contract.</summary>
    public string Facts { get; private set; } = "{}";

    /// <summary>SHA-256 of the canonical content; set when issued.</summary>
    public byte[]? ContentHash { get; private set; }

    /// <summary>The canonical content itself, as it was when issued; set then. What is added to the form later does not touch it.</summary>
    public string? CanonicalContent { get; private set; }

    public DateTimeOffset? IssuedAt { get; private set; }

    public long? IssuedByAdminId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public List<StatementLine> Lines { get; } = [];

    public static PublisherStatement Draft(StatementContent content, DateTimeOffset now)
    {
        var statement = new PublisherStatement { PublisherId = content.PublisherId, Month = content.Month, Currency = content.Currency, CreatedAt = now };
        statement.Recompute(content, now);
        return statement;
    }

    /// <summary>A draft becomes what is computed now. The lines, which must be loaded, are only replaced when they differ.</summary>
    public void Recompute(StatementContent content, DateTimeOffset now)
    {
        UpdatedAt = now;
        if (Id != 0 && StatementHash.Of(Content()).AsSpan().SequenceEqual(StatementHash.Of(content)))
            return;
        (TotalCents, Facts) = (content.TotalCents, JsonSerializer.Serialize(content.Facts, StatementJson.Default.StatementFacts));
        Lines.Clear();
        Lines.AddRange(content.Lines.Select((line, i) => StatementLine.Of(i + 1, line)));
    }

    /// <summary>For good. Its lines must be stored before: the database takes none of an issued statement.</summary>
    public void Issue(StatementContent content, Staff staff, DateTimeOffset now)
    {
        (Status, IssuedAt, IssuedByAdminId, UpdatedAt) = (StatementStatus.Issued, now, staff.AdminId, now);
        var canonical = StatementHash.Canonical(content);
        (CanonicalContent, ContentHash) = (Encoding.UTF8.GetString(canonical), SHA256.HashData(canonical));
    }

    /// <summary>What is stored. The lines must be loaded.</summary>
    public StatementContent Content() => new(
        PublisherId, Month, Currency, JsonSerializer.Deserialize(Facts, StatementJson.Default.StatementFacts)!, [.. Lines.OrderBy(l => l.Position).Select(l => l.Content())], TotalCents);

    internal sealed class Configuration : IEntityTypeConfiguration<PublisherStatement>
    {
        public void Configure(EntityTypeBuilder<PublisherStatement> builder)
        {
            builder.ToTable("publisher_statements");
            builder.EnumText(s => s.Status);
            builder.Property(s => s.Facts).HasColumnType("jsonb");
            builder.Property(s => s.Currency).HasMaxLength(3).IsFixedLength();
            builder.HasOne<Publisher>().WithMany().HasForeignKey(s => s.PublisherId).OnDelete(DeleteBehavior.Restrict);
            builder.HasMany(s => s.Lines).WithOne().HasForeignKey(l => l.StatementId);
            builder.HasIndex(s => new { s.PublisherId, s.Month, s.Currency }).IsUnique();
            builder.HasIndex(s => s.Month);
            // What is not issued yet, and up to when it is; the rows themselves are wide.
            builder.HasIndex(s => new { s.Status, s.Month, s.PublisherId, s.Currency });
            builder.Check("month", "extract(day from month) = 1");
            builder.Check("currency", "currency ~ '^[A-Z]{3}$'");
            builder.Check("issued", "(status = 'issued') = (issued_at is not null and content_hash is not null and canonical_content is not null)");
        }
    }
}

public enum StatementLineKind
{
    /// <summary>A book's part of the revenue: the contract's share of the pool, by seconds.</summary>
    RevenueShare,

    /// <summary>A contract's fee for the month, by days held.</summary>
    FlatFee,

    /// <summary>What a contract's earnings lack to its monthly guarantee.</summary>
    MonthlyGuarantee,

    /// <summary>A contract's guarantee over its term, paid ahead.</summary>
    Advance,

    /// <summary>Earnings kept back (negative) until they have made up for the advance.</summary>
    Recoupment,

    /// <summary>The difference that usage which came in late makes to an issued statement of an earlier month.</summary>
    Adjustment,

    /// <summary>A book's usage that no contract pays by the minute; its amount is 0.</summary>
    Usage,
}

/// <summary>One line of a statement.</summary>
internal sealed class StatementLine
{
    public long Id { get; private set; }

    public long StatementId { get; private set; }

    public int Position { get; private set; }

    public StatementLineKind Kind { get; private set; }

    /// <summary>Null for usage that no contract pays.</summary>
    public long? ContractId { get; private set; }

    /// <summary>Null for lines that are about no single book (a flat fee, a guarantee).</summary>
    public long? BookId { get; private set; }

    /// <summary>First day of the earlier month that an adjustment is for.</summary>
    public DateOnly? ForMonth { get; private set; }

    /// <summary>The book's title or the contract's name, as it was.</summary>
    public string Description { get; private set; } = "";

    public long SecondsWatched { get; private set; }

    /// <summary>Distinct children that watched the book in the month; null where they are fewer than 5, so that nobody can be told from the number, and where it is no book.</summary>
    public int? Children { get; private set; }

    public long AmountCents { get; private set; }

    public static StatementLine Of(int position, StatementContentLine line) => new()
    {
        Position = position,
        Kind = line.Kind,
        ContractId = line.ContractId,
        BookId = line.BookId,
        ForMonth = line.ForMonth,
        Description = line.Description,
        SecondsWatched = line.SecondsWatched,
        Children = line.Children,
        AmountCents = line.AmountCents,
    };

    public StatementContentLine Content() => new(Kind, ContractId, BookId, ForMonth, Description, SecondsWatched, Children, AmountCents);

    internal sealed class Configuration : IEntityTypeConfiguration<StatementLine>
    {
        public void Configure(EntityTypeBuilder<StatementLine> builder)
        {
            builder.ToTable("statement_lines");
            builder.EnumText(l => l.Kind);
            builder.HasOne<Book>().WithMany().HasForeignKey(l => l.BookId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<PartnershipContract>().WithMany().HasForeignKey(l => l.ContractId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(l => new { l.StatementId, l.Position }).IsUnique();
            // Of an adjustment it is a difference.
            builder.Check("seconds_watched", "seconds_watched >= 0 or kind = 'adjustment'");
            builder.Check("children", $"children >= {SmallCells.Fewest}");
            builder.Check("for_month", "(for_month is not null) = (kind = 'adjustment') and extract(day from for_month) = 1");
        }
    }
}
