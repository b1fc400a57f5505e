namespace Storytime.Reporting;

/// <summary>
/// A guarantee over the term is paid ahead, with the contract's first statement; what the contract earns is then kept back until it has made up for it.
/// At any time, all that was paid is the larger of guarantee and earnings.
/// </summary>
internal readonly record struct Recoupment(long AdvanceCents, long RecoupmentCents, StatementTerm Term)
{
    /// <param name="earnedCents">With this statement: share, fee and adjustments of earlier months.</param>
    /// <param name="history">What was earned, advanced and paid with earlier statements.</param>
    public static Recoupment Of(long guaranteeCents, long earnedCents, TermHistory history)
    {
        checked
        {
            var earned = history.EarnedCents + earnedCents;
            // A guarantee that was changed since makes the difference.
            var advance = guaranteeCents - history.AdvancedCents;
            var payment = Math.Max(guaranteeCents, earned) - history.PaidCents;
            return new Recoupment(
                advance, payment - earnedCents - advance,
                new StatementTerm(history.EarnedCents, earned, history.AdvancedCents, history.PaidCents, Math.Max(0, guaranteeCents - earned)));
        }
    }
}
