using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>
/// All of a statement: its canonical content, of which the hash is made. It holds no times and no ids of its own rows, so that whoever computes the statement again from the
/// same usage and terms gets the same bytes.
/// </summary>
/// <param name="PublisherId">Whom it is for.</param>
/// <param name="Month">First day of the month.</param>
/// <param name="Currency">ISO 4217; all amounts are in it.</param>
/// <param name="Facts">What it was computed from.</param>
/// <param name="Lines">In their order. Their amounts add up to the total.</param>
/// <param name="TotalCents">What is owed; negative when more was paid before than is owed now.</param>
public sealed record StatementContent(
    long PublisherId, DateOnly Month, string Currency, StatementFacts Facts, IReadOnlyList<StatementContentLine> Lines, long TotalCents);

/// <summary>What a statement was computed from.</summary>
/// <param name="PublisherName">Name and contact as they were.</param>
/// <param name="PoolCents">The month's revenue in this currency; null when none was entered.</param>
/// <param name="AllSeconds">Seconds watched in the month of all books there are.</param>
/// <param name="PublisherSeconds">Those of this publisher's books.</param>
/// <param name="Contracts">Those in this currency that hold on any day of the month, or whose earlier months are adjusted, by id.</param>
/// <param name="Adjustments">Earlier months whose issued statements late usage has changed, oldest first.</param>
public sealed record StatementFacts(
    string PublisherName, string? ContactName, string? BillingEmail, long? PoolCents, long AllSeconds, long PublisherSeconds,
    IReadOnlyList<StatementContract> Contracts, IReadOnlyList<StatementAdjustment> Adjustments);

/// <summary>A contract's terms as they were when the statement was computed, and what it earned.</summary>
/// <param name="FirstDay">The first day of the month on which it holds; null when it holds on none.</param>
/// <param name="LastDay">The last one.</param>
/// <param name="DaysHeld">Days of the month on which it holds.</param>
/// <param name="DaysInMonth">Days of the month.</param>
/// <param name="Seconds">Seconds watched of the publisher's books on the days held.</param>
/// <param name="RevenueShareCents">Its share of the pool; the sum of its lines by book.</param>
/// <param name="FeeCents">Its flat fee for the days held.</param>
/// <param name="GuaranteeCents">Of a monthly guarantee: that for the days held. Of one over the term: all of it.</param>
/// <param name="Term">Of a guarantee over the term: how far it is recouped.</param>
public sealed record StatementContract(
    long Id, string Name, DateOnly StartDate, DateOnly EndDate, DateOnly? TerminatedOn, DateOnly? FirstDay, DateOnly? LastDay, int DaysHeld, int DaysInMonth,
    PaymentModel PaymentModel, int? RevShareBps, long? FlatFeeCents, long? MinimumGuaranteeCents, GuaranteeBasis? MinimumGuaranteeBasis,
    long Seconds, long RevenueShareCents, long FeeCents, long? GuaranteeCents, StatementTerm? Term);

/// <summary>A guarantee over the term, which is paid ahead and recouped from what the contract earns: at any time the larger of guarantee and earnings is paid.</summary>
/// <param name="EarnedBeforeCents">Earned in earlier months, adjustments included.</param>
/// <param name="EarnedCents">Earned up to the end of this month.</param>
/// <param name="AdvancedBeforeCents">Advance paid in earlier months.</param>
/// <param name="PaidBeforeCents">All that was paid in earlier months.</param>
/// <param name="UnrecoupedCents">What of the advance is still to be earned after this month.</param>
public sealed record StatementTerm(long EarnedBeforeCents, long EarnedCents, long AdvancedBeforeCents, long PaidBeforeCents, long UnrecoupedCents);

/// <summary>What late usage has changed in an earlier month under one contract: computed again with the terms and the pool of that month's statement.</summary>
/// <param name="Month">First day of the earlier month.</param>
/// <param name="SecondsBefore">The contract's seconds as they were last accounted for.</param>
/// <param name="EarnedBeforeCents">What was accounted for: share, fee and monthly guarantee, adjustments included.</param>
public sealed record StatementAdjustment(
    DateOnly Month, long ContractId, long SecondsBefore, long Seconds, long AllSecondsBefore, long AllSeconds, long EarnedBeforeCents, long EarnedCents);

/// <param name="ForMonth">First day of the earlier month that an adjustment is for.</param>
/// <param name="Description">The book's title or the contract's name, as it was.</param>
/// <param name="Children">Distinct children that watched the book; null where they are fewer than 5.</param>
public sealed record StatementContentLine(
    StatementLineKind Kind, long? ContractId, long? BookId, DateOnly? ForMonth, string Description, long SecondsWatched, int? Children, long AmountCents);
