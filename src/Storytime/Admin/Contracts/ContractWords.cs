using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Admin.Contracts;

/// <summary>A contract as people talk of it.</summary>
internal static class ContractWords
{
    public static string Of(PaymentModel model) => model switch
    {
        PaymentModel.FlatFee => "Flat fee",
        PaymentModel.RevShare => "Share of revenue",
        PaymentModel.Hybrid => "Share and fee",
    };

    /// <summary><c>15.00 % of revenue; USD 500.00 a month; at least USD 1,000.00 over the term</c></summary>
    public static string Terms(ContractResponse contract) => string.Join("; ", Parts(contract));

    /// <summary><c>2026-01-01 to 2026-12-31</c></summary>
    public static string Days(ContractResponse contract) => $"{Platform.Days.Format(contract.StartDate)} to {Platform.Days.Format(contract.EndDate)}";

    private static IEnumerable<string> Parts(ContractResponse contract)
    {
        if (contract.RevShareBps is { } share)
            yield return $"{LineReason.Percent(share)} of revenue";
        if (contract.FlatFeeCents is { } fee)
            yield return $"{Money.Format(fee, contract.Currency)} a month";
        if (contract.MinimumGuaranteeCents is { } guarantee)
            yield return $"at least {Money.Format(guarantee, contract.Currency)} {(contract.MinimumGuaranteeBasis == GuaranteeBasis.Monthly ? "a month" : "over the term, paid ahead")}";
    }
}
