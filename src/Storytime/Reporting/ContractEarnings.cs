using System.Numerics;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>What a contract earns in one month: for the statement of that month and, with the terms that stand in it, for its adjustments later.</summary>
/// <param name="ShareCents">Its share of the pool.</param>
/// <param name="FeeCents">Its flat fee for the days held.</param>
/// <param name="GuaranteeCents">Of a monthly guarantee: that for the days held. Of one over the term: all of it. Null where there is none.</param>
/// <param name="TopUpCents">What share and fee lack to a monthly guarantee.</param>
internal readonly record struct ContractEarnings(long ShareCents, long FeeCents, long? GuaranteeCents, long TopUpCents)
{
    public long Cents => checked(ShareCents + FeeCents + TopUpCents);

    /// <param name="seconds">Of the publisher's books on the days held.</param>
    /// <param name="allSeconds">Of all books in the month.</param>
    public static ContractEarnings Of(StatementContract terms, long? poolCents, long seconds, long allSeconds)
    {
        var share = ShareFraction(terms, poolCents, seconds, allSeconds);
        var shareCents = LargestRemainder.HalfUp(share.Numerator, share.Denominator);
        var feeCents = ForDaysHeld(terms, terms.FlatFeeCents ?? 0);
        long? guaranteeCents = terms switch
        {
            { MinimumGuaranteeBasis: GuaranteeBasis.Monthly } => ForDaysHeld(terms, terms.MinimumGuaranteeCents ?? 0),
            { MinimumGuaranteeBasis: GuaranteeBasis.Term } => terms.MinimumGuaranteeCents ?? 0,
            _ => null,
        };
        var topUpCents = terms.MinimumGuaranteeBasis == GuaranteeBasis.Monthly ? Math.Max(0, checked(guaranteeCents!.Value - shareCents - feeCents)) : 0;
        return new ContractEarnings(shareCents, feeCents, guaranteeCents, topUpCents);
    }

    /// <summary>pool × seconds ÷ all seconds × basis points ÷ 10000, exact. The denominator is the same for all books of a month, so their remainders compare.</summary>
    public static (BigInteger Numerator, BigInteger Denominator) ShareFraction(StatementContract terms, long? poolCents, long seconds, long allSeconds)
    {
        // More would pay out more than the whole pool.
        if (seconds > allSeconds)
            throw new ArgumentException($"Contract {terms.Id} has {seconds} seconds of {allSeconds}; a part cannot be larger than all.");
        return allSeconds == 0
            ? (BigInteger.Zero, BigInteger.One)
            : ((BigInteger)(poolCents ?? 0) * seconds * (terms.RevShareBps ?? 0), (BigInteger)allSeconds * 10_000);
    }

    public static bool HasShare(StatementContract terms) => terms.PaymentModel is PaymentModel.RevShare or PaymentModel.Hybrid;

    private static long ForDaysHeld(StatementContract terms, long cents) => LargestRemainder.HalfUp((BigInteger)cents * terms.DaysHeld, terms.DaysInMonth);
}
