using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Storytime.Platform;

namespace Storytime.Rights;

/// <summary>What a publisher is paid, and for which days. Amounts are in the currency's smallest unit by ISO 4217 (cents of USD, whole JPY).</summary>
/// <param name="StartDate">The first day, in UTC.</param>
/// <param name="EndDate">The last day, which counts too.</param>
/// <param name="RevShareBps">Share of the revenue in basis points: 1500 is 15.00 %.</param>
/// <param name="FlatFeeCents">What is paid a month.</param>
/// <param name="TerminatedOn">The last day of a contract that was terminated; the day before its start if it never held.</param>
/// <param name="Overlaps">Ids of other contracts of the publisher, drafts too, that have days in common with this one.</param>
public sealed record ContractResponse(
    long Id, long PublisherId, string PublisherName, string ContractName, DateOnly StartDate, DateOnly EndDate, PaymentModel PaymentModel, int? RevShareBps, long? FlatFeeCents,
    long? MinimumGuaranteeCents, GuaranteeBasis? MinimumGuaranteeBasis, string Currency, string? Notes, ContractStatus Status, DateOnly? TerminatedOn,
    IReadOnlyList<long> Overlaps, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="StartDate">The first day, in UTC.</param>
/// <param name="EndDate">The last day, which counts too.</param>
/// <param name="RevShareBps">Share of the revenue in basis points (1500 is 15.00 %), of <c>rev_share</c> and <c>hybrid</c>.</param>
/// <param name="FlatFeeCents">What is paid a month, of <c>flat_fee</c> and <c>hybrid</c>.</param>
/// <param name="MinimumGuaranteeCents">With <c>minimum_guarantee_basis</c>: what is paid at least, every month or over the term.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Status"><c>draft</c>, which it is when it is not given, or <c>active</c>.</param>
public sealed record CreateContractRequest(
    [Required(ErrorMessage = "A publisher is needed.")] long? PublisherId,
    [Required(ErrorMessage = "A name is needed."), Text(200)] string? ContractName,
    [Required(ErrorMessage = "A first day is needed."), Day] DateOnly? StartDate,
    [Required(ErrorMessage = "A last day is needed."), Day] DateOnly? EndDate,
    [Required(ErrorMessage = "A payment model is needed: flat_fee, rev_share or hybrid.")] PaymentModel? PaymentModel,
    [Required(ErrorMessage = "A currency is needed."), Currency] string? Currency,
    [Bps] int? RevShareBps = null,
    [Cents(ContractRules.MostCents)] long? FlatFeeCents = null,
    [Cents(ContractRules.MostCents)] long? MinimumGuaranteeCents = null,
    GuaranteeBasis? MinimumGuaranteeBasis = null,
    [Text(10_000)] string? Notes = null,
    ContractStatus? Status = null)
{
    internal ContractContent ToContent() => new(
        PublisherId!.Value, ContractName!.Trim(), StartDate!.Value, EndDate!.Value, PaymentModel!.Value, RevShareBps, FlatFeeCents,
        MinimumGuaranteeCents, MinimumGuaranteeBasis, Currency!.ToUpperInvariant(), Notes?.Trim(), Status ?? ContractStatus.Draft, null);
}

/// <summary>
/// Only the members that are given change; <c>null</c> clears <c>notes</c>, <c>rev_share_bps</c> and <c>flat_fee_cents</c>, and for either member of a guarantee
/// the whole guarantee.
/// </summary>
public sealed record UpdateContractRequest
{
    /// <summary>Of a draft only.</summary>
    public long? PublisherId { get; init; }

    [Text(200)]
    public string? ContractName { get; init; }

    [Day]
    public DateOnly? StartDate { get; init; }

    [Day]
    public DateOnly? EndDate { get; init; }

    public PaymentModel? PaymentModel { get; init; }

    [Bps]
    public int? RevShareBps { get; init { field = value; RevShareBpsIsGiven = true; } }

    [Cents(ContractRules.MostCents)]
    public long? FlatFeeCents { get; init { field = value; FlatFeeCentsIsGiven = true; } }

    [Cents(ContractRules.MostCents)]
    public long? MinimumGuaranteeCents { get; init { field = value; GuaranteeCentsIsGiven = true; } }

    public GuaranteeBasis? MinimumGuaranteeBasis { get; init { field = value; GuaranteeBasisIsGiven = true; } }

    [Currency]
    public string? Currency { get; init; }

    [Text(10_000)]
    public string? Notes { get; init { field = value; NotesIsGiven = true; } }

    /// <summary><c>active</c> for a draft; <c>terminated</c> for a draft or an active contract.</summary>
    public ContractStatus? Status { get; init; }

    /// <summary>With <c>status: terminated</c>: the last day that the contract holds; today when it is not given.</summary>
    [Day]
    public DateOnly? TerminatedOn { get; init; }

    internal bool RevShareBpsIsGiven { get; private init; }

    internal bool FlatFeeCentsIsGiven { get; private init; }

    internal bool GuaranteeCentsIsGiven { get; private init; }

    internal bool GuaranteeBasisIsGiven { get; private init; }

    internal bool NotesIsGiven { get; private init; }

    /// <summary>All but the status: whether that may become what it should is for <see cref="ContractChange"/> to say.</summary>
    internal ContractContent AppliedTo(ContractContent before)
    {
        var (cents, basis) = (MinimumGuaranteeCents, MinimumGuaranteeBasis) switch
        {
            (null, null) when GuaranteeCentsIsGiven || GuaranteeBasisIsGiven => (null, null),
            _ => (
                GuaranteeCentsIsGiven ? MinimumGuaranteeCents : before.MinimumGuaranteeCents,
                GuaranteeBasisIsGiven ? MinimumGuaranteeBasis : before.MinimumGuaranteeBasis),
        };
        return before with
        {
            PublisherId = PublisherId ?? before.PublisherId,
            ContractName = ContractName?.Trim() ?? before.ContractName,
            StartDate = StartDate ?? before.StartDate,
            EndDate = EndDate ?? before.EndDate,
            PaymentModel = PaymentModel ?? before.PaymentModel,
            RevShareBps = RevShareBpsIsGiven ? RevShareBps : before.RevShareBps,
            FlatFeeCents = FlatFeeCentsIsGiven ? FlatFeeCents : before.FlatFeeCents,
            MinimumGuaranteeCents = cents,
            MinimumGuaranteeBasis = basis,
            Currency = Currency?.ToUpperInvariant() ?? before.Currency,
            Notes = NotesIsGiven ? Notes?.Trim() : before.Notes,
        };
    }
}

public sealed record ContractFilter
{
    /// <summary>Part of the name.</summary>
    [FromQuery(Name = "q"), StringLength(200, ErrorMessage = "q has at most 200 characters.")]
    public string? Q { get; init; }

    [FromQuery(Name = "publisher_id")]
    public long? PublisherId { get; init; }

    [FromQuery(Name = "status"), Word<ContractStatus>]
    public string? Status { get; init; }

    /// <summary>Only contracts that hold on this day, such as <c>2026-02-25</c>; drafts never do.</summary>
    [FromQuery(Name = "holds_on"), Day]
    public string? HoldsOn { get; init; }
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class BpsAttribute : RangeAttribute
{
    public BpsAttribute() : base(0, 10_000) => ErrorMessage = "A share is a whole number of basis points from 0 to 10000, which is all of it: 1500 is 15 %.";
}
