using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>Computes statements: a pure function of what is watched and agreed. The rules, with an example worked by hand, are in docs/statements.md.</summary>
internal static class StatementCalculation
{
    /// <summary>The order of the input's lists makes no difference.</summary>
    public static StatementContent Compute(StatementInput input)
    {
        var late = LateUsage.Find(input.Earlier).ToLookup(l => l.Terms.Id);
        var held = input.Contracts.Select(c => c.For(input.Month)).Where(c => c.DaysHeld > 0).ToDictionary(c => c.Id);
        ContractSection[] sections =
        [
            .. held.Keys.Union(late.Select(l => l.Key)).Order()
                .Select(id => ContractSection.Of(held.GetValueOrDefault(id) ?? Ended(id, input), input, [.. late[id]])),
        ];
        StatementContentLine[] lines = [.. sections.SelectMany(s => s.Lines), .. UnpaidUsage(input, held.Values)];
        var publisher = input.Publisher;
        return new StatementContent(
            publisher.Id, input.Month, input.Currency,
            new StatementFacts(
                publisher.Name, publisher.ContactName, publisher.BillingEmail, input.PoolCents, input.AllSeconds, input.Usage.Sum(u => u.Seconds),
                [.. sections.Select(s => s.Contract)], [.. late.SelectMany(l => l).Select(l => l.Adjustment).OrderBy(a => a.Month).ThenBy(a => a.ContractId)]),
            lines, lines.Sum(l => l.AmountCents));
    }

    /// <summary>A contract that holds no more, but whose earlier months change: the last terms it was paid by.</summary>
    private static StatementContract Ended(long contractId, StatementInput input)
    {
        var last = input.Earlier.OrderBy(m => m.Month).SelectMany(m => m.Contracts).Last(c => c.Terms.Id == contractId).Terms;
        return last with { FirstDay = null, LastDay = null, DaysHeld = 0, DaysInMonth = Months.EndOf(input.Month).Day };
    }

    /// <summary>What was watched on days that no contract pays by the minute.</summary>
    private static IEnumerable<StatementContentLine> UnpaidUsage(StatementInput input, IEnumerable<StatementContract> contracts)
    {
        StatementContract[] sharing = [.. contracts.Where(ContractEarnings.HasShare)];
        var unpaid = input.Usage.Where(u => !sharing.Any(c => c.FirstDay <= u.Day && u.Day <= c.LastDay));
        return WatchedBook.On(unpaid).Select(b => b.Line(input, StatementLineKind.Usage, contractId: null, cents: 0));
    }
}
