using Storytime.Reporting;

namespace Storytime.Tests.Reporting;

/// <summary>The statements of a ledger that were issued so far, and the input of the next one as it is read from them.</summary>
internal sealed class IssuedStatements
{
    private readonly List<StatementContent> _all = [];

    public IReadOnlyList<StatementContent> All => _all;

    public void Add(StatementContent content) => _all.Add(content);

    /// <summary>All that this contract was paid.</summary>
    public long Paid(long contractId) => Lines(contractId).Sum(l => l.AmountCents);

    /// <summary>Input for the ledger's present month; lists in a random order.</summary>
    public StatementInput Input(Ledger ledger) => new(
        new StatementPublisher(3, "Owl House", null, "owl@example.com"), ledger.Now.First, "EUR", ledger.Now.Pool, ledger.Now.All,
        ledger.Shuffled(ledger.Now.Ours.Select(u => new BookDay(u.Key.Book, u.Key.Day, u.Value))), ledger.Books, ledger.Shuffled(ledger.Contracts),
        ledger.Contracts.ToDictionary(c => c.Id, c => History(c.Id)),
        ledger.Shuffled(_all.Select(s => Earlier(s, ledger))));

    private EarlierMonth Earlier(StatementContent statement, Ledger ledger)
    {
        var month = ledger.Months.Single(m => m.First == statement.Month);
        var since = _all.SelectMany(s => s.Facts.Adjustments).Where(a => a.Month == statement.Month).ToArray();
        return new EarlierMonth(
            statement.Month, statement.Facts.PoolCents, month.All,
            ledger.Shuffled(statement.Facts.Contracts.Where(c => c.DaysHeld > 0).Select(c => new EarlierContract(
                c, since.LastOrDefault(a => a.ContractId == c.Id)?.Seconds ?? c.Seconds,
                since.LastOrDefault(a => a.ContractId == c.Id)?.AllSeconds ?? statement.Facts.AllSeconds,
                month.Ours.Where(u => u.Key.Day >= c.FirstDay && u.Key.Day <= c.LastDay).Sum(u => u.Value),
                since.LastOrDefault(a => a.ContractId == c.Id)?.EarnedCents
                    ?? statement.Lines.Where(l => l.ContractId == c.Id && IsEarned(l) && l.ForMonth is null).Sum(l => l.AmountCents)))));
    }

    private TermHistory History(long contractId) => new(
        Lines(contractId).Where(IsEarned).Sum(l => l.AmountCents),
        Lines(contractId).Where(l => l.Kind == StatementLineKind.Advance).Sum(l => l.AmountCents),
        Paid(contractId));

    private IEnumerable<StatementContentLine> Lines(long contractId) => _all.SelectMany(s => s.Lines).Where(l => l.ContractId == contractId);

    private static bool IsEarned(StatementContentLine line) => line.Kind is not (StatementLineKind.Advance or StatementLineKind.Recoupment);
}
