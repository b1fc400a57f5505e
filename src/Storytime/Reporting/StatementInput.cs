using Storytime.Platform;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>All that a statement is computed from, read from the rollups, the contracts and the statements that were issued before.</summary>
/// <param name="Month">First day of the month.</param>
/// <param name="PoolCents">The month's revenue in this currency; null when none was entered.</param>
/// <param name="AllSeconds">Seconds watched in the month of all books there are.</param>
/// <param name="Usage">Of the publisher's books, one entry for each book and day with usage.</param>
/// <param name="Books">Title, and distinct children in the month, of each book in <paramref name="Usage"/>.</param>
/// <param name="Contracts">In this currency: those that hold on any day of the month.</param>
/// <param name="Terms">
/// What earlier statements say of each contract, whatever its guarantee was then: it may be one over the term by now. A contract that is not in it has no earlier statement.
/// </param>
/// <param name="Earlier">Months with an issued statement whose usage may have changed since.</param>
internal sealed record StatementInput(
    StatementPublisher Publisher, DateOnly Month, string Currency, long? PoolCents, long AllSeconds,
    IReadOnlyList<BookDay> Usage, IReadOnlyDictionary<long, BookOfMonth> Books, IReadOnlyList<ContractTerms> Contracts,
    IReadOnlyDictionary<long, TermHistory> Terms, IReadOnlyList<EarlierMonth> Earlier);

internal sealed record StatementPublisher(long Id, string Name, string? ContactName, string? BillingEmail);

internal readonly record struct BookDay(long BookId, DateOnly Day, long Seconds);

internal sealed record BookOfMonth(string Title, int Children);

/// <param name="TerminatedOn">The last day that a terminated contract holds, if that is before <paramref name="EndDate"/>.</param>
internal sealed record ContractTerms(
    long Id, string Name, DateOnly StartDate, DateOnly EndDate, DateOnly? TerminatedOn, PaymentModel PaymentModel, int? RevShareBps, long? FlatFeeCents,
    long? MinimumGuaranteeCents, GuaranteeBasis? MinimumGuaranteeBasis)
{
    /// <summary>The terms as a statement of this month has them, before anything is earned.</summary>
    public StatementContract For(DateOnly month)
    {
        var monthEnd = Months.EndOf(month);
        var end = PartnershipContract.LastDayOf(EndDate, TerminatedOn);
        var (first, last) = (StartDate > month ? StartDate : month, end < monthEnd ? end : monthEnd);
        var held = Math.Max(0, last.DayNumber - first.DayNumber + 1);
        return new StatementContract(
            Id, Name, StartDate, EndDate, TerminatedOn, held > 0 ? first : null, held > 0 ? last : null, held, monthEnd.Day,
            PaymentModel, RevShareBps, FlatFeeCents, MinimumGuaranteeCents, MinimumGuaranteeBasis,
            Seconds: 0, RevenueShareCents: 0, FeeCents: 0, GuaranteeCents: null, Term: null);
    }
}

/// <summary>What issued statements of earlier months have for a contract: earned (shares, fees, adjustments), advanced, and paid in all.</summary>
internal sealed record TermHistory(long EarnedCents, long AdvancedCents, long PaidCents);

/// <summary>A month with an issued statement.</summary>
/// <param name="PoolCents">As that statement has it.</param>
/// <param name="AllSeconds">As the rollups have it now.</param>
internal sealed record EarlierMonth(DateOnly Month, long? PoolCents, long AllSeconds, IReadOnlyList<EarlierContract> Contracts);

/// <param name="Terms">As that month's statement has them.</param>
/// <param name="SecondsBefore">The contract's seconds as they were last accounted for.</param>
/// <param name="AllSecondsBefore">All seconds of the month as they were then.</param>
/// <param name="Seconds">Seconds of the publisher's books on the days held, as the rollups have them now.</param>
/// <param name="EarnedBeforeCents">Share, fee and monthly guarantee of that month, with the adjustments that were made since.</param>
internal sealed record EarlierContract(StatementContract Terms, long SecondsBefore, long AllSecondsBefore, long Seconds, long EarnedBeforeCents);
