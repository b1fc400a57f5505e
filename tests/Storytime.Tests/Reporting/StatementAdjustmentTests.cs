using Storytime.Reporting;
using Storytime.Rights;
using static Storytime.Tests.Reporting.Example;

namespace Storytime.Tests.Reporting;

/// <summary>What usage that came in late does to the next statement.</summary>
public sealed class StatementAdjustmentTests
{
    private static readonly DateOnly _may = new(2026, 5, 1);
    private static readonly ContractTerms _share = Contract(1, PaymentModel.RevShare, bps: 10_000);

    [Fact]
    public void The_earlier_month_is_computed_again_with_its_own_pool_and_terms()
    {
        // A thousand cents for 10 of 100 seconds; now 20 of 110. That the contract pays half since June changes nothing in May.
        var changed = _share with { RevShareBps = 5_000, Name = "New name" };
        Example june = new() { Pool = 50, Contracts = [changed], Earlier = [May(_share, 1_000, (10, 20), (100, 110), 100)] };
        var content = june.Compute();
        content.Lines.ShouldBe([new(StatementLineKind.Adjustment, 1, null, _may, "Contract 1", 10, null, 82)]);
        content.Facts.Adjustments.ShouldBe([new(_may, 1, 10, 20, 100, 110, 100, 182)]);
    }

    [Fact]
    public void Late_usage_of_others_lowers_a_share_and_the_total_may_be_negative()
    {
        var content = new Example { Contracts = [_share], Earlier = [May(_share, 1_000, (10, 10), (100, 200), 100)] }.Compute();
        content.Lines.ShouldBe([new(StatementLineKind.Adjustment, 1, null, _may, "Contract 1", 0, null, -50)]);
        content.TotalCents.ShouldBe(-50);
    }

    [Fact]
    public void What_a_monthly_guarantee_had_covered_is_not_paid_twice()
    {
        var guaranteed = _share with { MinimumGuaranteeCents = 150, MinimumGuaranteeBasis = GuaranteeBasis.Monthly };
        new Example { Earlier = [May(guaranteed, 1_000, (10, 14), (100, 100), 150)] }.Compute().Lines.ShouldBeEmpty();
        new Example { Earlier = [May(guaranteed, 1_000, (10, 16), (100, 100), 150)] }.Compute().TotalCents.ShouldBe(10);
    }

    [Fact]
    public void Less_than_a_cent_is_no_adjustment()
    {
        var content = new Example { Earlier = [May(_share, 100, (1_000, 1_001), (10_000, 10_000), 10)] }.Compute();
        content.Lines.ShouldBeEmpty();
        content.Facts.Contracts.ShouldBeEmpty();
        content.Facts.Adjustments.ShouldBeEmpty();
    }

    [Fact]
    public void An_adjustment_of_a_contract_that_has_ended_goes_through_its_recoupment()
    {
        var ended = _share with { EndDate = new(2026, 5, 31), MinimumGuaranteeCents = 120, MinimumGuaranteeBasis = GuaranteeBasis.Term };
        var content = new Example { Terms = new() { [1] = new(100, 120, 120) }, Earlier = [May(ended, 1_000, (10, 15), (100, 100), 100)] }.Compute();
        content.Lines.Select(l => (l.Kind, l.AmountCents)).ShouldBe([(StatementLineKind.Adjustment, 50), (StatementLineKind.Recoupment, -20)]);
        content.Facts.Contracts.ShouldBe(
            [ended.For(June) with { DaysHeld = 0, GuaranteeCents = 120, Term = new StatementTerm(100, 150, 120, 120, 0) }]);
    }

    /// <summary>The month that changes may be from before the guarantee was raised.</summary>
    [Fact]
    public void The_guarantee_of_a_contract_that_has_ended_is_what_was_advanced()
    {
        var ended = _share with { EndDate = new(2026, 5, 31), MinimumGuaranteeCents = 100, MinimumGuaranteeBasis = GuaranteeBasis.Term };
        var content = new Example { Terms = new() { [1] = new(100, 120, 120) }, Earlier = [May(ended, 1_000, (10, 11), (100, 100), 100)] }.Compute();
        content.Lines.Select(l => (l.Kind, l.AmountCents)).ShouldBe([(StatementLineKind.Adjustment, 10), (StatementLineKind.Recoupment, -10)]);
        content.Facts.Contracts.Single().Term.ShouldBe(new StatementTerm(100, 110, 120, 120, 10));
    }

    [Fact]
    public void Of_several_months_the_oldest_comes_first()
    {
        var april = May(_share, 1_000, (10, 11), (100, 100), 100) with { Month = new(2026, 4, 1) };
        new Example { Earlier = [May(_share, 1_000, (10, 12), (100, 100), 100), april] }.Compute()
            .Lines.Select(l => (l.ForMonth, l.AmountCents)).ShouldBe([(new(2026, 4, 1), 10), (_may, 20)]);
    }

    private static EarlierMonth May(ContractTerms terms, long pool, (long Before, long Now) seconds, (long Before, long Now) all, long earned) =>
        new(_may, pool, all.Now, [new EarlierContract(terms.For(_may), seconds.Before, all.Before, seconds.Now, earned)]);
}
