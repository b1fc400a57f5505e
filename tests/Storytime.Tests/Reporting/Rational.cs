using System.Numerics;

namespace Storytime.Tests.Reporting;

/// <summary>A fraction that is exact, however long it gets.</summary>
internal readonly record struct Rational(BigInteger Above, BigInteger Below) : IComparable<Rational>
{
    private static readonly Rational _half = new(1, 2);

    public static implicit operator Rational(BigInteger whole) => new(whole, 1);

    public static Rational operator +(Rational a, Rational b) => Lowest(a.Above * b.Below + b.Above * a.Below, a.Below * b.Below);

    public static Rational operator -(Rational a, Rational b) => a + new Rational(-b.Above, b.Below);

    public static Rational operator *(Rational a, Rational b) => Lowest(a.Above * b.Above, a.Below * b.Below);

    public static Rational Sum(IEnumerable<Rational> all) => all.Aggregate((Rational)BigInteger.Zero, (sum, one) => sum + one);

    /// <summary>The largest whole number that is not above it.</summary>
    public BigInteger Floor() => Above >= 0 ? Above / Below : -((-Above + Below - 1) / Below);

    public BigInteger Rounded() => (this + _half).Floor();

    public int CompareTo(Rational other) => (Above * other.Below).CompareTo(other.Above * Below);

    private static Rational Lowest(BigInteger above, BigInteger below)
    {
        var divisor = BigInteger.GreatestCommonDivisor(above, below);
        return new Rational(above / divisor, below / divisor);
    }
}
