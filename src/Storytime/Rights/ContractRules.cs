using Storytime.Platform.Errors;

namespace Storytime.Rights;

/// <summary>What the terms of a contract must keep to, with what to do about each way to miss it. The database has the same as check constraints.</summary>
internal static class ContractRules
{
    /// <summary>A thousand million, in cents: more is a slip.</summary>
    public const long MostCents = 100_000_000_000;

    public static ApiError? Check(ContractContent content)
    {
        List<(string, string)> problems = [.. Problems(content)];
        return problems.Count == 0 ? null : ApiError.Invalid([.. problems]);
    }

    private static IEnumerable<(string Field, string Message)> Problems(ContractContent content)
    {
        if (content.EndDate < content.StartDate)
            yield return ("end_date", "end_date is the last day of the contract, so it must not be before start_date.");

        var (share, fee) = (content.RevShareBps is not null, content.FlatFeeCents is not null);
        switch (content.PaymentModel)
        {
            case PaymentModel.FlatFee when share:
                yield return ("rev_share_bps", "A contract that pays a flat fee has no share: leave rev_share_bps out (null clears it), or let payment_model be hybrid.");
                break;
            case PaymentModel.RevShare when fee:
                yield return ("flat_fee_cents", "A contract that pays a share has no fee: leave flat_fee_cents out (null clears it), or let payment_model be hybrid.");
                break;
        }
        if (content.PaymentModel != PaymentModel.RevShare && !fee)
            yield return ("flat_fee_cents", "A contract that pays a fee needs it: give flat_fee_cents, the cents a month, or let payment_model be rev_share.");
        if (content.PaymentModel != PaymentModel.FlatFee && !share)
            yield return ("rev_share_bps", "A contract that pays a share needs it: give rev_share_bps (1500 is 15 %), or let payment_model be flat_fee.");

        if (content is { MinimumGuaranteeCents: not null, MinimumGuaranteeBasis: null })
            yield return ("minimum_guarantee_basis", "A guarantee needs a basis: give minimum_guarantee_basis, monthly or term.");
        if (content is { MinimumGuaranteeCents: null, MinimumGuaranteeBasis: not null })
            yield return ("minimum_guarantee_cents", "A guarantee needs an amount: give minimum_guarantee_cents, or leave minimum_guarantee_basis out (null clears it).");
    }
}
