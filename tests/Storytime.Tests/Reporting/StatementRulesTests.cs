using Storytime.Reporting;
using Storytime.Rights;
using static Storytime.Tests.Reporting.Example;

namespace Storytime.Tests.Reporting;

/// <summary>Each rule of docs/statements.md with numbers that can be checked in the head.</summary>
public sealed class StatementRulesTests
{
    private static readonly ContractTerms _all = Contract(1, PaymentModel.RevShare, bps: 10_000);
    private static readonly ContractTerms _fee = Contract(1, PaymentModel.FlatFee, fee: 3_000);

    [Fact]
    public void A_share_is_the_pool_by_seconds_by_basis_points() =>
        Amounts(new() { Pool = 10_000, All = 1_000, Usage = [Watched(1, 1, 300)], Contracts = [_all with { RevShareBps = 2_000 }] }).ShouldBe(["RevenueShare 600"]);

    [Fact]
    public void Half_a_cent_goes_up() =>
        Amounts(new() { Pool = 1, All = 2, Usage = [Watched(1, 1, 1)], Contracts = [_all] }).ShouldBe(["RevenueShare 1"]);

    [Fact]
    public void Less_than_half_a_cent_goes_down() =>
        Amounts(new() { Pool = 49, All = 100, Usage = [Watched(1, 1, 1)], Contracts = [_all] }).ShouldBe(["RevenueShare 0"]);

    [Fact]
    public void Cents_that_are_left_go_to_the_largest_remainders()
    {
        // 1.8, 4.5 and 2.7 cents.
        Example month = new() { Pool = 9, All = 10, Usage = [Watched(1, 1, 2), Watched(2, 1, 5), Watched(3, 1, 3)], Contracts = [_all] };
        month.Compute().Lines.Select(l => (l.Description, l.SecondsWatched, l.AmountCents)).ShouldBe([("Sun", 5, 4), ("Star", 3, 3), ("Moon", 2, 2)]);
    }

    [Fact]
    public void Of_equal_remainders_the_lower_book_id_gets_the_cent()
    {
        Example month = new() { Pool = 100, All = 3, Usage = [Watched(3, 1, 1), Watched(2, 1, 1), Watched(1, 1, 1)], Contracts = [_all] };
        month.Compute().Lines.Select(l => (l.BookId, l.AmountCents)).ShouldBe([(1, 34), (2, 33), (3, 33)]);
    }

    [Fact]
    public void Without_a_pool_a_share_is_nothing() =>
        Amounts(new() { All = 10, Usage = [Watched(1, 1, 10)], Contracts = [_all] }).ShouldBe(["RevenueShare 0"]);

    [Fact]
    public void Without_usage_there_is_no_line_and_nothing_owed() => Amounts(new() { Pool = 10_000, Contracts = [_all] }).ShouldBeEmpty();

    [Fact]
    public void Only_days_that_the_contract_holds_count() =>
        Amounts(new()
        {
            Pool = 100,
            All = 100,
            Usage = [Watched(1, 9, 1), Watched(1, 10, 20), Watched(1, 20, 30), Watched(1, 21, 4)],
            Contracts = [_all with { StartDate = new(2026, 6, 10), TerminatedOn = new(2026, 6, 20) }],
        }).ShouldBe(["RevenueShare 50", "Usage 0"]);

    [Theory]
    [InlineData("2026-06-01", "2026-12-31", null, 3_000)]
    [InlineData("2026-06-16", "2026-12-31", null, 1_500)]
    [InlineData("2026-01-01", "2026-06-10", null, 1_000)]
    [InlineData("2026-01-01", "2026-12-31", "2026-06-01", 100)]
    [InlineData("2026-06-30", "2026-06-30", null, 100)]
    [InlineData("2026-06-05", "2026-06-10", "2026-08-01", 600)]
    [InlineData("2026-06-05", "2026-12-31", "2026-06-04", 0)]
    [InlineData("2026-01-01", "2026-05-31", null, 0)]
    [InlineData("2026-07-01", "2026-12-31", null, 0)]
    public void A_fee_is_paid_by_days_held(string start, string end, string? terminated, long cents)
    {
        DateOnly? terminatedOn = terminated is null ? null : DateOnly.Parse(terminated);
        var contract = _fee with { StartDate = DateOnly.Parse(start), EndDate = DateOnly.Parse(end), TerminatedOn = terminatedOn };
        new Example { Contracts = [contract] }.Compute().TotalCents.ShouldBe(cents);
    }

    [Fact]
    public void A_leap_February_has_29_days() =>
        Amounts(new() { Month = new(2028, 2, 1), Contracts = [_fee with { FlatFeeCents = 2_900, StartDate = new(2028, 2, 29), EndDate = new(2028, 3, 5) }] })
            .ShouldBe(["FlatFee 100"]);

    [Fact]
    public void A_monthly_guarantee_pays_the_difference_for_the_days_held() =>
        // Half of 5000, less 1000 of shares and half of 1000.
        Amounts(new()
        {
            Pool = 1_000,
            All = 10,
            Usage = [Watched(1, 20, 10)],
            Contracts = [Contract(1, PaymentModel.Hybrid, 10_000, 1_000, 5_000, GuaranteeBasis.Monthly) with { StartDate = new(2026, 6, 16) }],
        }).ShouldBe(["RevenueShare 1000", "FlatFee 500", "MonthlyGuarantee 1000"]);

    [Fact]
    public void A_monthly_guarantee_that_is_earned_pays_nothing() =>
        Amounts(new() { Contracts = [_fee with { MinimumGuaranteeCents = 3_000, MinimumGuaranteeBasis = GuaranteeBasis.Monthly }] }).ShouldBe(["FlatFee 3000"]);

    [Fact]
    public void A_guarantee_over_the_term_is_paid_ahead_and_earned_back()
    {
        var contract = _fee with { MinimumGuaranteeCents = 7_000, MinimumGuaranteeBasis = GuaranteeBasis.Term };
        Amounts(new() { Contracts = [contract] }).ShouldBe(["FlatFee 3000", "Advance 7000", "Recoupment -3000"]);
        Amounts(new() { Contracts = [contract], Terms = new() { [1] = new(3_000, 7_000, 7_000) } }).ShouldBe(["FlatFee 3000", "Recoupment -3000"]);
        var third = new Example { Contracts = [contract], Terms = new() { [1] = new(6_000, 7_000, 7_000) } };
        Amounts(third).ShouldBe(["FlatFee 3000", "Recoupment -1000"]);
        third.Compute().Facts.Contracts[0].Term.ShouldBe(new StatementTerm(6_000, 9_000, 7_000, 7_000, 0));
        Amounts(new() { Contracts = [contract], Terms = new() { [1] = new(9_000, 7_000, 9_000) } }).ShouldBe(["FlatFee 3000"]);
    }

    [Fact]
    public void Contracts_that_overlap_each_pay() =>
        Amounts(new() { Pool = 100, All = 10, Usage = [Watched(1, 1, 5)], Contracts = [_all with { Id = 2, RevShareBps = 1_000 }, _all] })
            .ShouldBe(["RevenueShare 50", "RevenueShare 5"]);

    [Fact]
    public void Usage_that_only_a_flat_fee_pays_is_listed_at_nothing() =>
        Amounts(new() { Pool = 100, All = 10, Usage = [Watched(1, 1, 5)], Contracts = [_fee] }).ShouldBe(["FlatFee 3000", "Usage 0"]);

    [Theory]
    [InlineData(4, null)]
    [InlineData(5, 5)]
    public void Fewer_than_five_children_are_not_told(int children, int? told) =>
        new Example { Usage = [Watched(1, 1, 5)], All = 5, Books = new() { [1] = new("Moon", children) } }.Compute().Lines.Single().Children.ShouldBe(told);

    [Fact]
    public void A_contract_cannot_have_more_than_all_seconds() =>
        Should.Throw<ArgumentException>(() => new Example { Pool = 1, All = 1, Usage = [Watched(1, 1, 2)], Contracts = [_all] }.Compute())
            .Message.ShouldBe("Contract 1 has 2 seconds of 1; a part cannot be larger than all.");

    [Fact]
    public void The_largest_numbers_there_are_do_not_overflow() =>
        new Example { Pool = long.MaxValue, All = long.MaxValue, Usage = [Watched(1, 1, long.MaxValue)], Contracts = [_all] }
            .Compute().TotalCents.ShouldBe(long.MaxValue);

    private static string[] Amounts(Example month) => [.. month.Compute().Lines.Select(l => $"{l.Kind} {l.AmountCents}")];
}
