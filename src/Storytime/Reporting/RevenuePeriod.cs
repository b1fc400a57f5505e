using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>
/// The revenue of one month that publishers with a revenue share have a part in, as entered by finance: one pool for each currency in which a contract pays a share.
/// </summary>
internal sealed class RevenuePeriod
{
    /// <summary>First day of the month.</summary>
    public DateOnly Month { get; private set; }

    public long AmountCents { get; private set; }

    /// <summary>ISO 4217.</summary>
    public string Currency { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public static RevenuePeriod Enter(DateOnly month, long amountCents, string currency, DateTimeOffset now) =>
        new() { Month = month, AmountCents = amountCents, Currency = currency, CreatedAt = now, UpdatedAt = now };

    public void Correct(long amountCents, DateTimeOffset now) => (AmountCents, UpdatedAt) = (amountCents, now);

    internal sealed class Configuration : IEntityTypeConfiguration<RevenuePeriod>
    {
        public void Configure(EntityTypeBuilder<RevenuePeriod> builder)
        {
            builder.ToTable("revenue_periods");
            builder.HasKey(p => new { p.Month, p.Currency });
            builder.Property(p => p.Currency).HasMaxLength(3).IsFixedLength();
            builder.Check("month", "extract(day from month) = 1");
            builder.Check("amount_cents", "amount_cents >= 0");
            builder.Check("currency", "currency ~ '^[A-Z]{3}$'");
        }
    }
}

internal static class RevenueLock
{
    /// <summary>
    /// Waits for its turn at the revenue of a month in a currency, and has it until the transaction ends: statements that are issued from it and changes of it
    /// come one after the other. To be taken before the pool is read, and in a transaction that sees what others have committed meanwhile (read committed).
    /// </summary>
    /// <param name="month">First day of the month.</param>
    public static Task LockRevenueAsync(this StorytimeDb db, DateOnly month, string currency, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({$"revenue-{Months.Format(month)}-{currency}"}, 0))", ct);
}
