using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>What keeps a draft from being issued, each with what to do about it.</summary>
internal static class StatementProblems
{
    /// <summary>Up to when usage is summed up. To be read before the statement is computed: a roll-up in between would be taken for one that the numbers have.</summary>
    public static Task<DateTimeOffset?> RolledUpAtAsync(StorytimeDb db, CancellationToken ct) => db.RollUpMarks.Select(m => m.RolledUpAt).SingleOrDefaultAsync(ct);

    /// <param name="rolledUpAt">As it was before the content was computed.</param>
    public static async Task<IReadOnlyList<string>> OfAsync(
        StorytimeDb db, StatementContent content, DateTimeOffset? rolledUpAt, DateTimeOffset now, CancellationToken ct)
    {
        var others = await db.PublisherStatements.Where(s => s.PublisherId == content.PublisherId && s.Currency == content.Currency && s.Month != content.Month)
            .ToDictionaryAsync(s => s.Month, s => s.Status, ct);
        var contracts = await db.PartnershipContracts.AsNoTracking().Where(c => c.PublisherId == content.PublisherId).ToListAsync(ct);
        return Of(content, others, contracts, rolledUpAt, now);
    }

    /// <param name="others">The publisher's statements of other months in the currency.</param>
    /// <param name="contracts">All of the publisher's.</param>
    public static IReadOnlyList<string> Of(
        StatementContent content, Dictionary<DateOnly, StatementStatus> others, IReadOnlyList<PartnershipContract> contracts, DateTimeOffset? rolledUpAt, DateTimeOffset now) =>
        [.. OfTime(content, now, rolledUpAt), .. OfMoney(content, contracts), .. OfOrder(content, others, contracts)];

    private static IEnumerable<string> OfTime(StatementContent content, DateTimeOffset now, DateTimeOffset? rolledUpAt)
    {
        var (month, end) = (Months.Format(content.Month), Days.StartOf(Months.After(content.Month)));
        if (now < end)
            yield return $"{month} is not over: issue the statement from {Rfc3339.Format(end)} on.";
        else if (rolledUpAt is null || rolledUpAt < end)
            yield return $"The usage of {month} is not summed up to its end yet: the next roll-up does so, in a few minutes.";
    }

    private static IEnumerable<string> OfMoney(StatementContent content, IReadOnlyList<PartnershipContract> contracts)
    {
        var month = Months.Format(content.Month);
        if (content.Facts.PoolCents is null && content.Facts.Contracts.Any(c => c is { DaysHeld: > 0, PaymentModel: PaymentModel.RevShare or PaymentModel.Hybrid }))
            yield return $"Enter the revenue of {month} in {content.Currency}.";
        var currencies = contracts.Where(c => c.HoldsIn(content.Month, Months.EndOf(content.Month))).Select(c => c.Currency).Distinct().Order(StringComparer.Ordinal).ToList();
        // Its usage would be listed as unpaid here, and paid on the statement in the other currency.
        if (currencies.Count > 0 && !currencies.Contains(content.Currency) && content.Facts.Adjustments.Count == 0)
            yield return $"The contracts of {month} are in {string.Join(" and ", currencies)}: delete this draft.";
    }

    /// <summary>
    /// Statements are issued month by month, because each builds on what the ones before it paid. Months without a contract in the currency may lack: nothing is
    /// owed for them. What was before the first that was issued is not asked for.
    /// </summary>
    private static IEnumerable<string> OfOrder(StatementContent content, Dictionary<DateOnly, StatementStatus> others, IReadOnlyList<PartnershipContract> contracts)
    {
        if (others.Where(s => s.Key > content.Month && s.Value == StatementStatus.Issued).Select(s => s.Key).Order().Cast<DateOnly?>().FirstOrDefault() is { } later)
        {
            yield return $"{Months.Format(later)} is issued already, and no earlier month can be issued after it: delete this draft.";
            yield break;
        }
        var before = others.Where(s => s.Key < content.Month).ToList();
        if (before.Count == 0)
            yield break;
        var issued = before.Where(s => s.Value == StatementStatus.Issued).Select(s => s.Key).ToList();
        for (var month = issued.Count > 0 ? issued.Max().AddMonths(1) : before.Min(s => s.Key); month < content.Month; month = month.AddMonths(1))
        {
            if (others.ContainsKey(month))
                yield return $"Issue or delete the draft of {Months.Format(month)} first.";
            else if (contracts.Any(c => c.Currency == content.Currency && c.HoldsIn(month, Months.EndOf(month))))
                yield return $"Create and issue the statement of {Months.Format(month)} in {content.Currency} first.";
        }
    }
}
