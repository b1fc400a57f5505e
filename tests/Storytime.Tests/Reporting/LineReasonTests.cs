using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Tests.Reporting;

public sealed class LineReasonTests
{
    private static readonly StatementContract _held = new(
        1, "Backlist", new(2025, 1, 1), new(2026, 12, 31), null, new(2026, 1, 16), new(2026, 1, 31), 16, 31, PaymentModel.Hybrid, 2500, 50_000, 58_125, GuaranteeBasis.Monthly,
        3_600, 25_000, 25_806, 30_000, null);

    [Fact]
    public void A_share_of_one_book_is_pool_seconds_and_rate() =>
        Of(_held, new(StatementLineKind.RevenueShare, 1, 9, null, "Owls", 3_600, 12, 25_000))
            .ShouldBe("USD 10,000.00 revenue × 3,600 s of 36,000 s × 25.00 % = USD 250.00.");

    [Fact]
    public void A_share_of_one_of_several_books_is_its_part_of_the_contracts() =>
        Of(_held, new(StatementLineKind.RevenueShare, 1, 9, null, "Owls", 1_200, 12, 8_334))
            .ShouldBe("USD 10,000.00 revenue × 3,600 s of 36,000 s × 25.00 % = USD 250.00; of this the part for 1,200 s of 3,600 s, by largest remainder.");

    [Fact]
    public void A_share_without_a_pool_says_that_none_was_entered() =>
        Of(_held with { RevenueShareCents = 0 }, new(StatementLineKind.RevenueShare, 1, 9, null, "Owls", 1_200, 12, 0), c => c with { Facts = c.Facts with { PoolCents = null } })
            .ShouldBe("No revenue in USD was entered for this month.");

    [Theory]
    [InlineData(16, "USD 500.00 a month × 16 of 31 days = USD 258.06.")]
    [InlineData(31, "USD 500.00 a month, held on all 31 days.")]
    public void A_fee_is_by_days_held(int days, string reason) =>
        Of(_held with { DaysHeld = days }, new(StatementLineKind.FlatFee, 1, null, null, "Backlist", 0, null, 25_806)).ShouldBe(reason);

    [Theory]
    [InlineData(0, 25_806, 4_194, "Guarantee of USD 581.25 a month × 16 of 31 days = USD 300.00; USD 300.00 − USD 258.06 earned = USD 41.94.")]
    [InlineData(1_000, 25_806, 3_194, "Guarantee of USD 581.25 a month × 16 of 31 days = USD 300.00; USD 300.00 − USD 268.06 earned (share USD 10.00 + fee USD 258.06) = USD 31.94.")]
    public void A_guarantee_is_what_earnings_lack_to_it(long share, long fee, long cents, string reason) =>
        Of(_held with { RevenueShareCents = share, FeeCents = fee }, new(StatementLineKind.MonthlyGuarantee, 1, null, null, "Backlist", 0, null, cents)).ShouldBe(reason);

    [Theory]
    [InlineData(0, 100_000, "Guarantee of USD 1,000.00 over the term from 1 January 2025 to 31 December 2026, paid ahead: USD 1,000.00.")]
    [InlineData(40_000, 60_000, "Guarantee of USD 1,000.00 over the term from 1 January 2025 to 31 December 2026, paid ahead; − USD 400.00 advanced before = USD 600.00.")]
    public void An_advance_is_the_guarantee_less_what_was_advanced(long before, long cents, string reason) =>
        Of(Term(new(0, 0, before, before, 100_000)), new(StatementLineKind.Advance, 1, null, null, "Backlist", 0, null, cents)).ShouldBe(reason);

    [Theory]
    [InlineData(-12_000, 0, 12_000, 88_000, "Of USD 120.00 earned since the last statement USD 120.00 is kept back against the advance: earned USD 120.00 of the advance of USD 1,000.00; USD 880.00 still to be earned.")]
    [InlineData(-5_000, 95_000, 112_000, 0, "Of USD 170.00 earned since the last statement USD 50.00 is kept back against the advance: earned USD 1,120.00 of the advance of USD 1,000.00; USD 0.00 still to be earned.")]
    public void Recoupment_tells_what_is_earned_and_what_is_not_yet(long cents, long before, long earned, long left, string reason) =>
        Of(Term(new(before, earned, 100_000, 100_000, left)), new(StatementLineKind.Recoupment, 1, null, null, "Backlist", 0, null, cents)).ShouldBe(reason);

    [Fact]
    public void An_adjustment_tells_seconds_and_money_before_and_now() =>
        Of(_held, new(StatementLineKind.Adjustment, 1, null, new(2025, 12, 1), "Backlist", 60, null, 121))
            .ShouldBe("December 2025, late usage: before 100 s of 2,000 s and USD 10.00 earned; now 160 s of 2,060 s and USD 11.21; difference USD 1.21.");

    [Fact]
    public void Usage_that_nobody_pays_says_so() =>
        Of(_held, new(StatementLineKind.Usage, null, 9, null, "Owls", 1_200, null, 0)).ShouldBe("1,200 s watched; no contract pays it by the minute.");

    [Theory]
    [InlineData(123_456, "USD", "USD 1,234.56")]
    [InlineData(-25_806, "EUR", "EUR -258.06")]
    [InlineData(1_234, "JPY", "JPY 1,234")]
    [InlineData(-5, "KRW", "KRW -5")]
    [InlineData(1_234_567, "BHD", "BHD 1,234.567")]
    [InlineData(12_345, "CLF", "CLF 1.2345")]
    [InlineData(7, "USD", "USD 0.07")]
    [InlineData(long.MinValue, "USD", "USD -92,233,720,368,547,758.08")]
    public void Money_has_the_decimals_of_its_currency(long cents, string currency, string text) => Money.Format(cents, currency).ShouldBe(text);

    private static StatementContract Term(StatementTerm term) => _held with { MinimumGuaranteeCents = 100_000, MinimumGuaranteeBasis = GuaranteeBasis.Term, Term = term };

    private static string Of(StatementContract contract, StatementContentLine line, Func<StatementContent, StatementContent>? change = null)
    {
        var facts = new StatementFacts("Owl House", null, null, 1_000_000, 36_000, 3_600, [contract], [new(new(2025, 12, 1), 1, 100, 160, 2_000, 2_060, 1_000, 1_121)]);
        var content = new StatementContent(1, new(2026, 1, 1), "USD", facts, [line], line.AmountCents);
        return LineReason.Of(change?.Invoke(content) ?? content, line);
    }
}
