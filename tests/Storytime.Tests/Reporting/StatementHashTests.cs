using System.Text;
using System.Text.Json;
using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Tests.Reporting;

/// <summary>
/// Pins the canonical form byte by byte. If this fails, the hashes of statements that were issued can no longer be made from what is stored: do not change
/// what is expected here, change the code back (or keep both forms).
/// </summary>
public sealed class StatementHashTests
{
    private static readonly StatementContent _content = new(
        3, new DateOnly(2026, 6, 1), "EUR",
        new StatementFacts(
            "Éditions \"Hibou\" & <Fils> + 🦉 株式会社", null, "a\\b/c@example.com", 1_000_000, 700_000, 57_000,
            [
                new StatementContract(
                    1, "Line\nbreak\tand \u0001\u007f\u2028", new DateOnly(2026, 6, 16), new DateOnly(2027, 6, 15), null,
                    new DateOnly(2026, 6, 16), new DateOnly(2026, 6, 30), 15, 30,
                    PaymentModel.Hybrid, 3_000, 20_000, 53_000, GuaranteeBasis.Monthly, 37_000, 15_857, 10_000, 26_500, null),
                new StatementContract(
                    2, "", new DateOnly(2026, 1, 1), new DateOnly(2026, 5, 31), new DateOnly(2026, 5, 2), null, null, 0, 30,
                    PaymentModel.RevShare, 1_000, null, 50_000, GuaranteeBasis.Term, 0, 0, 0, 50_000, new StatementTerm(-1, 2, 50_000, 50_000, 49_998)),
            ],
            [new StatementAdjustment(new DateOnly(2026, 5, 1), 2, 5, 10, 20, 30, -1, 2)]),
        [
            new StatementContentLine(StatementLineKind.RevenueShare, 1, 11, null, "Mond", 25_000, 8, 10_714),
            new StatementContentLine(StatementLineKind.Adjustment, 2, null, new DateOnly(2026, 5, 1), "", -5, null, 3),
        ],
        10_717);

    /// <summary>Text that no editor shows; it is not escaped.</summary>
    private const string Unseen = "\u007f\u2028";

    /// <summary>One line; broken here to be read.</summary>
    private static readonly string _canonical = $$$"""
        {"publisher_id":3,"month":"2026-06-01","currency":"EUR","facts":{"publisher_name":"Éditions \"Hibou\" & <Fils> + 🦉 株式会社","contact_name":null,
        "billing_email":"a\\b/c@example.com","pool_cents":1000000,"all_seconds":700000,"publisher_seconds":57000,"contracts":[
        {"id":1,"name":"Line\nbreak\tand \u0001{{{Unseen}}}","start_date":"2026-06-16","end_date":"2027-06-15","terminated_on":null,
        "first_day":"2026-06-16","last_day":"2026-06-30","days_held":15,"days_in_month":30,"payment_model":"hybrid","rev_share_bps":3000,
        "flat_fee_cents":20000,"minimum_guarantee_cents":53000,"minimum_guarantee_basis":"monthly",
        "seconds":37000,"revenue_share_cents":15857,"fee_cents":10000,"guarantee_cents":26500,"term":null},
        {"id":2,"name":"","start_date":"2026-01-01","end_date":"2026-05-31","terminated_on":"2026-05-02","first_day":null,"last_day":null,
        "days_held":0,"days_in_month":30,"payment_model":"rev_share","rev_share_bps":1000,"flat_fee_cents":null,"minimum_guarantee_cents":50000,
        "minimum_guarantee_basis":"term","seconds":0,"revenue_share_cents":0,"fee_cents":0,"guarantee_cents":50000,
        "term":{"earned_before_cents":-1,"earned_cents":2,"advanced_before_cents":50000,"paid_before_cents":50000,"unrecouped_cents":49998}}],
        "adjustments":[{"month":"2026-05-01","contract_id":2,"seconds_before":5,"seconds":10,"all_seconds_before":20,"all_seconds":30,
        "earned_before_cents":-1,"earned_cents":2}]},"lines":[
        {"kind":"revenue_share","contract_id":1,"book_id":11,"for_month":null,"description":"Mond","seconds_watched":25000,"children":8,"amount_cents":10714},
        {"kind":"adjustment","contract_id":2,"book_id":null,"for_month":"2026-05-01","description":"","seconds_watched":-5,"children":null,"amount_cents":3}],
        "total_cents":10717}
        """.Replace("\n", "", StringComparison.Ordinal);

    [Fact]
    public void The_canonical_form_is_these_bytes() =>
        Encoding.UTF8.GetString(StatementHash.Canonical(_content)).ShouldBe(_canonical);

    [Fact]
    public void The_hash_is_this_one() =>
        Convert.ToHexStringLower(StatementHash.Of(_content)).ShouldBe("c9c89d0e9d1dd6a553b5a3eb4ed671a9e66dc679f04253dd11a2fbddbe0eaed9");

    [Fact]
    public void It_is_JSON_that_reads_back_as_the_same_statement()
    {
        var read = JsonSerializer.Deserialize(StatementHash.Canonical(_content), StatementJson.Default.StatementContent)!;
        read.Facts.Contracts.ShouldBe(_content.Facts.Contracts);
        read.Facts.Adjustments.ShouldBe(_content.Facts.Adjustments);
        read.Lines.ShouldBe(_content.Lines);
        StatementHash.Of(read).ShouldBe(StatementHash.Of(_content));
    }

    [Fact]
    public void Every_number_and_every_word_changes_the_hash()
    {
        StatementContent[] others =
        [
            _content with { TotalCents = 10_718 },
            _content with { Currency = "USD" },
            _content with { Facts = _content.Facts with { PoolCents = null } },
            _content with { Facts = _content.Facts with { PublisherName = "Hibou" } },
            _content with { Lines = [_content.Lines[1], _content.Lines[0]] },
        ];
        others.Append(_content).Select(c => Convert.ToHexStringLower(StatementHash.Of(c))).ShouldBeUnique();
    }
}
