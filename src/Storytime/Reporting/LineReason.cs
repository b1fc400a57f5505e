using System.Globalization;

namespace Storytime.Reporting;

/// <summary>Why a line of a statement has its amount: a sentence with every number that makes it.</summary>
internal static class LineReason
{
    public static string Of(StatementContent content, StatementContentLine line)
    {
        return line.Kind switch
        {
            StatementLineKind.Usage => $"{Seconds(line.SecondsWatched)} watched; no contract pays it by the minute.",
            StatementLineKind.Adjustment => Adjustment(content, line),
            StatementLineKind.RevenueShare => RevenueShare(Terms(), line),
            StatementLineKind.FlatFee => $"{PartOfMonth(Terms().FlatFeeCents ?? 0, Terms(), line.AmountCents)}.",
            StatementLineKind.MonthlyGuarantee => MonthlyGuarantee(Terms(), line),
            StatementLineKind.Advance => Advance(Terms(), line),
            StatementLineKind.Recoupment => Recoupment(Terms(), line),
        };

        StatementContract Terms() => content.Facts.Contracts.First(c => c.Id == line.ContractId);

        string Amount(long cents) => Money.Format(cents, content.Currency);

        string RevenueShare(StatementContract contract, StatementContentLine line)
        {
            if (content.Facts.PoolCents is not { } pool)
                return $"No revenue in {content.Currency} was entered for this month.";
            var share = $"{Amount(pool)} revenue × {Seconds(contract.Seconds)} of {Seconds(content.Facts.AllSeconds)} × "
                + $"{Percent(contract.RevShareBps ?? 0)} = {Amount(contract.RevenueShareCents)}";
            return line.SecondsWatched == contract.Seconds && line.AmountCents == contract.RevenueShareCents
                ? $"{share}."
                : $"{share}; of this the part for {Seconds(line.SecondsWatched)} of {Seconds(contract.Seconds)}, by largest remainder.";
        }

        string PartOfMonth(long monthly, StatementContract contract, long result) => contract.DaysHeld == contract.DaysInMonth
            ? $"{Amount(monthly)} a month, held on all {contract.DaysInMonth} days"
            : $"{Amount(monthly)} a month × {contract.DaysHeld} of {contract.DaysInMonth} days = {Amount(result)}";

        string MonthlyGuarantee(StatementContract contract, StatementContentLine line)
        {
            var guarantee = contract.GuaranteeCents ?? 0;
            return $"Guarantee of {PartOfMonth(contract.MinimumGuaranteeCents ?? 0, contract, guarantee)}; {Amount(guarantee)} − {Earned(contract)} = {Amount(line.AmountCents)}.";
        }

        string Earned(StatementContract contract) => (contract.RevenueShareCents, contract.FeeCents) switch
        {
            (not 0, not 0) => $"{Amount(contract.RevenueShareCents + contract.FeeCents)} earned (share {Amount(contract.RevenueShareCents)} + fee {Amount(contract.FeeCents)})",
            _ => $"{Amount(contract.RevenueShareCents + contract.FeeCents)} earned",
        };

        string Advance(StatementContract contract, StatementContentLine line)
        {
            var guarantee = $"Guarantee of {Amount(contract.MinimumGuaranteeCents ?? 0)} over the term "
                + $"from {Day(contract.StartDate)} to {Day(contract.TerminatedOn ?? contract.EndDate)}, paid ahead";
            return contract.Term is { AdvancedBeforeCents: not 0 and var before }
                ? $"{guarantee}; − {Amount(before)} advanced before = {Amount(line.AmountCents)}."
                : $"{guarantee}: {Amount(line.AmountCents)}.";
        }

        string Recoupment(StatementContract contract, StatementContentLine line)
        {
            if (contract.Term is not { } term)
                return $"{Amount(line.AmountCents)} against the advance.";
            var month = $"Of {Amount(term.EarnedCents - term.EarnedBeforeCents)} earned since the last statement {Amount(line.AmountCents < 0 ? -line.AmountCents : line.AmountCents)} "
                + (line.AmountCents <= 0 ? "is kept back against the advance" : "is given back");
            return $"{month}: earned {Amount(term.EarnedCents)} of the advance of {Amount(contract.MinimumGuaranteeCents ?? 0)}; {Amount(term.UnrecoupedCents)} still to be earned.";
        }

        string Adjustment(StatementContent content, StatementContentLine line)
        {
            var month = line.ForMonth is { } first ? Month(first) : "An earlier month";
            if (content.Facts.Adjustments.FirstOrDefault(a => a.Month == line.ForMonth && a.ContractId == line.ContractId) is not { } a)
                return $"{month}: {Amount(line.AmountCents)} for {Seconds(line.SecondsWatched)} that came in late.";
            return $"{month}, late usage: before {Seconds(a.SecondsBefore)} of {Seconds(a.AllSecondsBefore)} and {Amount(a.EarnedBeforeCents)} earned; "
                + $"now {Seconds(a.Seconds)} of {Seconds(a.AllSeconds)} and {Amount(a.EarnedCents)}; difference {Amount(line.AmountCents)}.";
        }
    }

    /// <summary><c>3,600 s</c></summary>
    public static string Seconds(long seconds) => seconds.ToString("N0", CultureInfo.InvariantCulture) + " s";

    /// <summary><c>25.00 %</c> of 2500 basis points.</summary>
    public static string Percent(int bps) => (bps / 100m).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    public static string Day(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    public static string Month(DateOnly month) => month.ToString("MMMM yyyy", CultureInfo.InvariantCulture);
}
