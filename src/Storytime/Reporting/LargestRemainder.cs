using System.Numerics;

namespace Storytime.Reporting;

/// <summary>Whole cents from exact fractions, in integers only: no floating point, nothing that overflows unseen.</summary>
internal static class LargestRemainder
{
    /// <summary>Half a cent and more goes up. Neither argument may be negative.</summary>
    public static long HalfUp(BigInteger numerator, BigInteger denominator) => checked((long)((2 * numerator + denominator) / (2 * denominator)));

    /// <summary>
    /// Splits a total that was rounded from the sum of the parts: each gets the whole cents of its exact amount, and the cents that are left go to those with
    /// the largest remainders, of equal ones to that with the lower id. So no part is a cent or more away from its exact amount.
    /// </summary>
    /// <param name="parts">By id, the numerators of the exact amounts.</param>
    /// <param name="denominator">That of all of them.</param>
    public static Dictionary<long, long> Split(long totalCents, IReadOnlyDictionary<long, BigInteger> parts, BigInteger denominator)
    {
        var cents = parts.ToDictionary(p => p.Key, p => checked((long)(p.Value / denominator)));
        var left = totalCents - cents.Values.Sum();
        foreach (var (id, _) in parts.OrderByDescending(p => p.Value % denominator).ThenBy(p => p.Key).Take(checked((int)left)))
            cents[id]++;
        return cents;
    }
}
