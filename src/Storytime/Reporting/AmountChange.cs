namespace Storytime.Reporting;

/// <summary>An amount held against the one of the month before.</summary>
/// <param name="PreviousCents">That of the month before.</param>
/// <param name="DifferenceCents">This one less that one.</param>
/// <param name="DifferencePercent">The difference in per cent of the amount before, to one decimal; null where that was 0.</param>
public sealed record AmountChange(long PreviousCents, long DifferenceCents, decimal? DifferencePercent)
{
    internal static AmountChange Of(long cents, long previousCents) => new(previousCents, checked(cents - previousCents), Percent(cents, previousCents));

    /// <summary>Of a credit, too, less is a negative per cent.</summary>
    private static decimal? Percent(long cents, long previousCents) =>
        previousCents == 0 ? null : Math.Round(100m * ((decimal)cents - previousCents) / Math.Abs((decimal)previousCents), 1, MidpointRounding.AwayFromZero);
}
