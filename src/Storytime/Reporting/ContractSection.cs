using System.Numerics;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>What a statement says about one contract.</summary>
internal sealed record ContractSection(StatementContract Contract, IReadOnlyList<StatementContentLine> Lines)
{
    /// <param name="terms">For the month of the statement.</param>
    /// <param name="late">The contract's earlier months that change, oldest first.</param>
    public static ContractSection Of(StatementContract terms, StatementInput input, IReadOnlyList<LateUsage> late)
    {
        var books = WatchedBook.On(input.Usage.Where(u => terms.FirstDay <= u.Day && u.Day <= terms.LastDay));
        var seconds = books.Sum(b => b.Seconds);
        var earned = ContractEarnings.Of(terms, input.PoolCents, seconds, input.AllSeconds);

        List<StatementContentLine> lines = [];
        if (ContractEarnings.HasShare(terms))
            lines.AddRange(ShareLines(terms, input, books, earned.ShareCents));
        Add(StatementLineKind.FlatFee, earned.FeeCents);
        Add(StatementLineKind.MonthlyGuarantee, earned.TopUpCents);
        lines.AddRange(late.Select(l => l.Line()));

        StatementTerm? term = null;
        if (terms.MinimumGuaranteeBasis == GuaranteeBasis.Term)
        {
            var history = input.Terms.GetValueOrDefault(terms.Id) ?? new TermHistory(0, 0, 0);
            // Of a contract that holds no more: as its last statement had it, which need not be the month that changes.
            if (terms.DaysHeld == 0)
                earned = earned with { GuaranteeCents = history.AdvancedCents };
            var recouped = Recoupment.Of(earned.GuaranteeCents!.Value, lines.Sum(l => l.AmountCents), history);
            term = recouped.Term;
            Add(StatementLineKind.Advance, recouped.AdvanceCents);
            Add(StatementLineKind.Recoupment, recouped.RecoupmentCents);
        }

        return new ContractSection(
            terms with { Seconds = seconds, RevenueShareCents = earned.ShareCents, FeeCents = earned.FeeCents, GuaranteeCents = earned.GuaranteeCents, Term = term },
            lines);

        void Add(StatementLineKind kind, long cents)
        {
            if (cents != 0)
                lines.Add(new StatementContentLine(kind, terms.Id, BookId: null, ForMonth: null, terms.Name, SecondsWatched: 0, Children: null, cents));
        }
    }

    private static IEnumerable<StatementContentLine> ShareLines(StatementContract terms, StatementInput input, IReadOnlyList<WatchedBook> books, long shareCents)
    {
        Dictionary<long, BigInteger> exact = [];
        var denominator = BigInteger.One;
        foreach (var book in books)
            (exact[book.BookId], denominator) = ContractEarnings.ShareFraction(terms, input.PoolCents, book.Seconds, input.AllSeconds);
        var cents = LargestRemainder.Split(shareCents, exact, denominator);
        return books.Select(b => b.Line(input, StatementLineKind.RevenueShare, terms.Id, cents[b.BookId]));
    }
}
