namespace Storytime.Reporting;

/// <summary>An earlier month in which a contract earns something else than was accounted for, because usage came in after its statement was issued.</summary>
/// <param name="Terms">As that month's statement has them.</param>
internal sealed record LateUsage(StatementContract Terms, StatementAdjustment Adjustment)
{
    /// <summary>
    /// The months that change, oldest first. Each is computed again as a whole instead of patched by what came in: usage of other publishers' books changes a
    /// share as well, and roundings do not add up. A change of less than a cent is none; it is found again when it grows.
    /// </summary>
    public static IReadOnlyList<LateUsage> Find(IEnumerable<EarlierMonth> months) =>
    [
        .. from month in months
           from contract in month.Contracts
           let earned = ContractEarnings.Of(contract.Terms, month.PoolCents, contract.Seconds, month.AllSeconds).Cents
           where earned != contract.EarnedBeforeCents
           orderby month.Month, contract.Terms.Id
           select new LateUsage(contract.Terms, new StatementAdjustment(
               month.Month, contract.Terms.Id, contract.SecondsBefore, contract.Seconds, contract.AllSecondsBefore, month.AllSeconds,
               contract.EarnedBeforeCents, earned)),
    ];

    public StatementContentLine Line() => new(
        StatementLineKind.Adjustment, Terms.Id, BookId: null, Adjustment.Month, Terms.Name,
        Adjustment.Seconds - Adjustment.SecondsBefore, Children: null, checked(Adjustment.EarnedCents - Adjustment.EarnedBeforeCents));
}
