using CsCheck;
using Storytime.Admin.Shell;
using Storytime.Reporting;

namespace Storytime.Tests.Admin;

public sealed class AmountTests
{
    private static readonly Gen<string> _currencies = Gen.OneOf("USD", "EUR", "JPY", "KRW", "BHD", "TND", "CLF");

    [Fact]
    public void What_is_shown_of_an_amount_is_read_back_as_the_same_cents() =>
        Gen.Select(Gen.Long[0, long.MaxValue], _currencies).Sample((cents, currency) =>
        {
            Amounts.Parse(Amounts.Text(cents, currency), currency).ShouldBe((cents, null));
            // As statements show it, with commas.
            Amounts.Parse(Money.Number(cents, currency), currency).ShouldBe((cents, null));
        });

    [Fact]
    public void What_was_typed_is_shown_as_the_same_number() =>
        Gen.Select(Gen.Long[0, 1_000_000_000_000], Gen.Int[0, 4], Gen.Int[0, 9_999], _currencies).Sample((whole, decimals, part, currency) =>
        {
            var text = decimals == 0 ? $"{whole}" : $"{whole}.{$"{part:D4}"[..decimals]}";
            var (cents, problem) = Amounts.Parse(text, currency);
            if (problem is null)
                decimal.Parse(Amounts.Text(cents, currency), System.Globalization.CultureInfo.InvariantCulture).ShouldBe(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
            // Only what would have to be rounded is refused.
            (problem is null).ShouldBe(text.Contains('.', StringComparison.Ordinal) is false || text.Split('.')[1].TrimEnd('0').Length <= Money.Digits(currency));
        });

    [Fact]
    public void A_share_in_per_cent_is_read_back_as_the_same_basis_points() =>
        Gen.Int[0, 10_000].Sample(bps => Amounts.ParsePercent(Amounts.Percent(bps)).ShouldBe((bps, null)));

    [Theory]
    [InlineData("1,234.5", "USD", 123_450)]
    [InlineData(" 12 ", "USD", 1_200)]
    [InlineData("0.07", "USD", 7)]
    [InlineData("1234", "JPY", 1_234)]
    [InlineData("1.5", "BHD", 1_500)]
    [InlineData("3.00", "JPY", 3)]
    public void Amounts_are_read_by_the_decimals_of_their_currency(string text, string currency, long cents) => Amounts.Parse(text, currency).ShouldBe((cents, null));

    [Theory]
    [InlineData("1,23", "USD", "point")]
    [InlineData("12,34.5", "USD", "point")]
    [InlineData("1.234,56", "USD", "point")]
    [InlineData("-5", "USD", "point")]
    [InlineData("1e3", "USD", "point")]
    [InlineData(".5", "USD", "point")]
    [InlineData("5.", "USD", "point")]
    [InlineData("١٢", "USD", "point")]
    [InlineData("1.234", "USD", "2 decimals")]
    [InlineData("1.5", "JPY", "no decimals")]
    [InlineData("92233720368547758.08", "USD", "more than")]
    public void What_could_be_misread_is_refused_with_a_sentence(string text, string currency, string word)
    {
        var (cents, problem) = Amounts.Parse(text, currency);
        cents.ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain(word);
    }

    [Theory]
    [InlineData("15", 1_500)]
    [InlineData("12.5 %", 1_250)]
    [InlineData("0.01%", 1)]
    [InlineData("100", 10_000)]
    public void Shares_are_typed_in_per_cent(string text, int bps) => Amounts.ParsePercent(text).ShouldBe((bps, null));

    [Theory]
    [InlineData("100.01", "at most")]
    [InlineData("1.234", "two decimals")]
    [InlineData("1,5", "per cent")]
    [InlineData("%", "per cent")]
    public void What_is_no_share_is_refused(string text, string word)
    {
        var (bps, problem) = Amounts.ParsePercent(text);
        bps.ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain(word);
    }

    [Fact]
    public void An_empty_field_is_no_amount_and_no_problem()
    {
        Amounts.Parse("  ", "USD").ShouldBe((null, null));
        Amounts.ParsePercent(null).ShouldBe((null, null));
        Amounts.Text(null, "USD").ShouldBe("");
        Amounts.Percent(null).ShouldBe("");
    }
}
