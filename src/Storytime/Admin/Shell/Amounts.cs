using System.Globalization;
using System.Numerics;
using Storytime.Reporting;

namespace Storytime.Admin.Shell;

/// <summary>Amounts and shares as people type them. Whole numbers all the way: nothing is ever rounded, because nobody would see it.</summary>
internal static class Amounts
{
    private const string HowTo = "Write it with a point before the decimals, such as 1234.56; commas only part the thousands.";

    /// <returns>What goes into a field: <c>1234.50</c> of 123450 cents. Empty for none.</returns>
    public static string Text(long? cents, string currency) =>
        cents is { } amount ? Money.Major(amount, currency).ToString(Money.Pattern(currency), CultureInfo.InvariantCulture) : "";

    /// <returns>The amount in the currency's smallest unit; null for an empty text, and where there is a problem.</returns>
    public static (long? Cents, string? Problem) Parse(string? text, string currency)
    {
        var digits = Money.Digits(currency);
        if (string.IsNullOrWhiteSpace(text))
            return (null, null);
        if (Scaled(text, digits, out var isTooFine) is { } cents)
            return cents <= long.MaxValue ? ((long)cents, null) : (null, "This is more than any amount can be.");
        return (null, !isTooFine ? $"This is no amount. {HowTo}" : digits == 0 ? $"{currency} has no decimals: write a whole number." : $"{currency} has {digits} decimals, not more.");
    }

    /// <returns>What goes into a field: <c>15</c> of 1500 basis points, <c>12.5</c> of 1250. Empty for none.</returns>
    public static string Percent(int? bps) => bps is { } share ? (share / 100m).ToString("0.##", CultureInfo.InvariantCulture) : "";

    /// <returns>Basis points; null for an empty text, and where there is a problem.</returns>
    public static (int? Bps, string? Problem) ParsePercent(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return (null, null);
        if (Scaled(text.TrimEnd().TrimEnd('%'), 2, out var isTooFine) is { } bps)
            return bps <= 10_000 ? ((int)bps, null) : (null, "A share is at most 100 per cent.");
        return (null, isTooFine ? "A share has two decimals, not more." : "This is no share. Write it in per cent, such as 15 or 12.5.");
    }

    /// <summary>The number without its point, filled up to so many decimals. Null for what is none, or would have to be rounded.</summary>
    private static BigInteger? Scaled(string text, int decimals, out bool isTooFine)
    {
        isTooFine = false;
        var (whole, part) = text.Trim().Split('.') switch { [var w] => (w, ""), [var w, { Length: > 0 } p] => (w, p), _ => ("", "") };
        if (!IsWhole(whole) || !part.All(char.IsAsciiDigit) || text.Length > 40)
            return null;
        part = part.TrimEnd('0');
        isTooFine = part.Length > decimals;
        return isTooFine ? null : BigInteger.Parse(whole.Replace(",", "", StringComparison.Ordinal) + part.PadRight(decimals, '0'), CultureInfo.InvariantCulture);
    }

    /// <summary>Digits, with or without commas; with them every group but the first has three.</summary>
    private static bool IsWhole(string text) => text.Split(',') is var groups && groups.All(g => g.Length > 0 && g.All(char.IsAsciiDigit))
        && (groups.Length == 1 || (groups[0].Length <= 3 && groups.Skip(1).All(g => g.Length == 3)));
}
