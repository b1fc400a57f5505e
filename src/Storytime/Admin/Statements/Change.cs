using System.Globalization;
using Storytime.Reporting;

namespace Storytime.Admin.Statements;

/// <summary>A difference to the month before, in words and with its sign.</summary>
internal static class Change
{
    /// <summary><c>+1,234.00 (+12.5 %)</c>; <c>no difference</c></summary>
    public static string Text(AmountChange change, string currency) => change.DifferenceCents == 0
        ? "no difference"
        : Signed(change.DifferenceCents, currency) + (change.DifferencePercent is { } percent ? $" ({percent.ToString("+#,0.0;-#,0.0;0.0", CultureInfo.InvariantCulture)} %)" : "");

    public static string Signed(long cents, string currency) => (cents > 0 ? "+" : "") + Money.Number(cents, currency);
}
