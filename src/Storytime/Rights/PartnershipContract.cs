using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Rights;

public enum PaymentModel
{
    FlatFee,
    RevShare,
    Hybrid,
}

public enum ContractStatus
{
    Draft,
    Active,
    Expired,
    Terminated,
}

/// <summary>Whether a minimum guarantee is owed every month or once over the whole term (an advance that is recouped).</summary>
public enum GuaranteeBasis
{
    Monthly,
    Term,
}

/// <summary>What a publisher is paid, and for which days.</summary>
internal sealed class PartnershipContract
{
    public long Id { get; private set; }

    public long PublisherId { get; private set; }

    public string ContractName { get; private set; } = "";

    public DateOnly StartDate { get; private set; }

    /// <summary>The last day that the contract holds.</summary>
    public DateOnly EndDate { get; private set; }

    public PaymentModel PaymentModel { get; private set; }

    /// <summary>Share of the revenue in basis points: 1500 is 15.00 %.</summary>
    public int? RevShareBps { get; private set; }

    /// <summary>Cents a month.</summary>
    public long? FlatFeeCents { get; private set; }

    public long? MinimumGuaranteeCents { get; private set; }

    public GuaranteeBasis? MinimumGuaranteeBasis { get; private set; }

    /// <summary>ISO 4217.</summary>
    public string Currency { get; private set; } = "";

    public string? Notes { get; private set; }

    public ContractStatus Status { get; private set; }

    /// <summary>The last day that a terminated contract holds, if that is before <see cref="EndDate"/>. It may lie before the start: then it never held.</summary>
    public DateOnly? TerminatedOn { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public ContractContent Content => new(
        PublisherId, ContractName, StartDate, EndDate, PaymentModel, RevShareBps, FlatFeeCents,
        MinimumGuaranteeCents, MinimumGuaranteeBasis, Currency, Notes, Status, TerminatedOn);

    /// <summary>The last day that the contract holds. Before <see cref="StartDate"/>: it never held.</summary>
    public DateOnly LastDay => LastDayOf(EndDate, TerminatedOn);

    /// <summary>Whether this day is paid under the contract. What a draft says is not agreed yet.</summary>
    public bool HoldsOn(DateOnly day) => Status != ContractStatus.Draft && StartDate <= day && day <= LastDay;

    /// <summary>Whether any of these days is.</summary>
    /// <param name="last">Not before <paramref name="first"/>.</param>
    public bool HoldsIn(DateOnly first, DateOnly last) => Status != ContractStatus.Draft && StartDate <= LastDay && StartDate <= last && LastDay >= first;

    public static DateOnly LastDayOf(DateOnly end, DateOnly? terminatedOn) => terminatedOn < end ? terminatedOn.Value : end;

    public static PartnershipContract Create(ContractContent content, DateTimeOffset now)
    {
        var contract = new PartnershipContract { CreatedAt = now };
        contract.Update(content, now);
        return contract;
    }

    /// <param name="content">As <see cref="ContractChange"/> lets it become.</param>
    public void Update(ContractContent content, DateTimeOffset now)
    {
        (PublisherId, ContractName, Notes) = (content.PublisherId, content.ContractName, content.Notes);
        (StartDate, EndDate) = (content.StartDate, content.EndDate);
        (PaymentModel, Currency) = (content.PaymentModel, content.Currency);
        (RevShareBps, FlatFeeCents) = (content.RevShareBps, content.FlatFeeCents);
        (MinimumGuaranteeCents, MinimumGuaranteeBasis) = (content.MinimumGuaranteeCents, content.MinimumGuaranteeBasis);
        (Status, TerminatedOn) = (content.Status, content.TerminatedOn);
        UpdatedAt = now;
    }

    /// <summary>After its last day. It counts for the days that it held all the same.</summary>
    public void Expire(DateTimeOffset now) => (Status, UpdatedAt) = (ContractStatus.Expired, now);

    internal sealed class Configuration : IEntityTypeConfiguration<PartnershipContract>
    {
        public void Configure(EntityTypeBuilder<PartnershipContract> builder)
        {
            builder.ToTable("partnership_contracts");
            builder.Ignore(c => c.Content);
            builder.Ignore(c => c.LastDay);
            builder.EnumText(c => c.PaymentModel);
            builder.EnumText(c => c.Status);
            builder.EnumText(c => c.MinimumGuaranteeBasis);
            builder.Property(c => c.Currency).HasMaxLength(3).IsFixedLength();
            builder.HasOne<Publisher>().WithMany().HasForeignKey(c => c.PublisherId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(c => new { c.PublisherId, c.StartDate });
            builder.Check("terminated_on", "(terminated_on is not null) = (status = 'terminated')");
            builder.Check("dates", "start_date <= end_date");
            builder.Check("currency", "currency ~ '^[A-Z]{3}$'");
            builder.Check("rev_share_bps", "rev_share_bps between 0 and 10000");
            builder.Check("flat_fee_cents", "flat_fee_cents >= 0");
            builder.Check("minimum_guarantee", "minimum_guarantee_cents >= 0 and (minimum_guarantee_cents is null) = (minimum_guarantee_basis is null)");
            builder.Check("money", """
                case payment_model
                    when 'flat_fee' then flat_fee_cents is not null and rev_share_bps is null
                    when 'rev_share' then rev_share_bps is not null and flat_fee_cents is null
                    else rev_share_bps is not null and flat_fee_cents is not null
                end
                """);
        }
    }
}

/// <summary>What finance decides about a contract.</summary>
internal sealed record ContractContent(
    long PublisherId, string ContractName, DateOnly StartDate, DateOnly EndDate, PaymentModel PaymentModel, int? RevShareBps, long? FlatFeeCents,
    long? MinimumGuaranteeCents, GuaranteeBasis? MinimumGuaranteeBasis, string Currency, string? Notes, ContractStatus Status, DateOnly? TerminatedOn);

internal static class PartnershipContractQueries
{
    /// <summary>The contracts that hold on any of these days (<see cref="PartnershipContract.HoldsIn"/>).</summary>
    /// <param name="last">Not before <paramref name="first"/>.</param>
    public static IQueryable<PartnershipContract> HoldingOn(this IQueryable<PartnershipContract> contracts, DateOnly first, DateOnly last) => contracts.Where(c =>
        c.Status != ContractStatus.Draft && c.StartDate <= last && c.EndDate >= first
        // One that was terminated before it started never held, however many days are asked for.
        && (c.TerminatedOn == null || (c.TerminatedOn >= first && c.TerminatedOn >= c.StartDate)));

    /// <summary>The same as a condition of SQL, on any day of a month.</summary>
    /// <param name="month">The parameter with its first day, such as <c>$1</c>; never a caller's text.</param>
    public static string HoldsInMonthSql(string month) => $"""
        status <> 'draft' and start_date < ({month} + interval '1 month')::date and least(end_date, terminated_on) >= greatest(start_date, {month})
        """;
}
