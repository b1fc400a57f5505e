using System.Collections.Concurrent;
using CsCheck;
using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Tests.Reporting;

/// <summary>Statements of random ledgers, held against an oracle that works them out from the definitions in fractions.</summary>
public sealed class StatementCalculationTests
{
    private const int Ledgers = 10_000;

    [Fact]
    public void Every_number_of_ten_thousand_random_ledgers_is_that_of_the_oracle()
    {
        // What must have occurred for this to say anything.
        ConcurrentDictionary<string, int> seen = [];
        Gen.Int.Sample(seed =>
        {
            var (ledger, oracle, issued) = (new Ledger(seed), new StatementOracle(), new IssuedStatements());
            while (ledger.Next())
            {
                var content = StatementCalculation.Compute(issued.Input(ledger));
                var expected = oracle.Next(ledger);

                content.Lines.ShouldBe(expected.Lines);
                content.Facts.Contracts.ShouldBe(expected.Contracts);
                content.Facts.Adjustments.ShouldBe(expected.Adjustments);
                content.TotalCents.ShouldBe(content.Lines.Sum(l => l.AmountCents));
                (content.Facts.PoolCents, content.Facts.AllSeconds).ShouldBe((ledger.Now.Pool, ledger.Now.All));
                content.Facts.PublisherSeconds.ShouldBe(ledger.Now.Ours.Values.Sum());
                foreach (var contract in content.Facts.Contracts)
                    content.Lines.Where(l => l.Kind == StatementLineKind.RevenueShare && l.ContractId == contract.Id).Sum(l => l.AmountCents)
                        .ShouldBe(contract.RevenueShareCents);

                // Lists in another order, as a database may give them.
                StatementHash.Of(StatementCalculation.Compute(issued.Input(ledger))).ShouldBe(StatementHash.Of(content));

                issued.Add(content);
                foreach (var contract in content.Facts.Contracts.Where(c => c.Term is not null))
                    issued.Paid(contract.Id).ShouldBe(Math.Max(contract.GuaranteeCents!.Value, contract.Term!.EarnedCents));
                foreach (var trait in Traits(content))
                    seen.AddOrUpdate(trait, 1, (_, n) => n + 1);
            }
        }, iter: Ledgers);

        foreach (var trait in Enum.GetNames<StatementLineKind>().Concat(["negative", "ended", "raised", "lowered", "leap", "recouped", "no contract", "no pool"]))
            seen.GetValueOrDefault(trait).ShouldBeGreaterThan(100, trait);
    }

    private static IEnumerable<string> Traits(StatementContent content) =>
    [
        .. content.Lines.Select(l => l.Kind.ToString()).Distinct(),
        .. new (string Name, bool Holds)[]
        {
            ("negative", content.TotalCents < 0),
            ("ended", content.Facts.Contracts.Any(c => c.DaysHeld == 0)),
            ("raised", content.Facts.Adjustments.Any(a => a.EarnedCents > a.EarnedBeforeCents)),
            ("lowered", content.Facts.Adjustments.Any(a => a.EarnedCents < a.EarnedBeforeCents)),
            ("leap", content.Facts.Contracts.Any(c => c.DaysInMonth == 29)),
            ("recouped", content.Facts.Contracts.Any(c => c.GuaranteeCents > 0 && c.Term is { EarnedBeforeCents: > 0, UnrecoupedCents: 0 })),
            ("no contract", content.Facts.Contracts.Count == 0),
            ("no pool", content.Facts.PoolCents is null),
        }.Where(t => t.Holds).Select(t => t.Name),
    ];

    private static readonly Gen<(long Pool, long Others, (int Bps, long Seconds)[] Contracts)> _month = Gen.Select(
        Gen.OneOf(Gen.Long[0, 1_000], Gen.Long[0, 10_000_000_000_000]), Gen.OneOf(Gen.Const(0L), Gen.Long[0, 1_000_000_000_000]),
        Gen.Select(Gen.OneOf(Gen.Const(10_000), Gen.Int[0, 10_000]), Gen.OneOf(Gen.Long[0, 10], Gen.Long[0, 1_000_000_000_000])).Array[1, 30]);

    /// <summary>
    /// Of contracts that do not overlap, with at most 100 % each: the exact shares add up to at most the pool, and each is rounded up by half a cent at most.
    /// </summary>
    [Fact]
    public void The_shares_of_all_publishers_exceed_the_pool_by_no_more_than_half_a_cent_for_each_contract() => _month.Sample(month =>
    {
        var all = month.Others + month.Contracts.Sum(c => c.Seconds);
        var shares = month.Contracts.Select((c, i) => StatementCalculation.Compute(new Example
        {
            Pool = month.Pool,
            All = all,
            Contracts = [Example.Contract(i + 1, PaymentModel.RevShare, bps: c.Bps)],
            Usage = [new BookDay(1, Example.June, c.Seconds)],
        }.Input()).TotalCents);
        (2 * (shares.Sum() - month.Pool)).ShouldBeLessThanOrEqualTo(month.Contracts.Length);
    }, iter: 2_000);
}
