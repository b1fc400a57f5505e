using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>In which currencies publishers have statements of a month.</summary>
internal static class StatementCurrencies
{
    /// <summary>Of contracts that hold on any day of a month (<c>{0}</c>); of statements issued before it; of usage, and of statements of the month that are there.</summary>
    private static readonly string _sql = $$"""
        select publisher_id, currency, 'contract' as reason from partnership_contracts
        where {{PartnershipContractQueries.HoldsInMonthSql("{0}")}}
        union
        select publisher_id, currency, 'issued' from publisher_statements where status = 'issued' and month < {0}
        union
        select publisher_id, currency, 'there' from publisher_statements where month = {0}
        union
        select publisher_id, null, 'usage' from usage_totals where grain = 'publisher_month' and starts_on = {0} and publisher_id is not null and seconds_watched > 0
        """;

    /// <summary>Publishers with anything to do with the month, and why. Not all of them have a statement: see <see cref="OfAsync"/>.</summary>
    public static async Task<IReadOnlyDictionary<long, MonthReason[]>> ReasonsAsync(StorytimeDb db, DateOnly month, long? publisherId, CancellationToken ct)
    {
        var reasons = db.Database.SqlQueryRaw<MonthReason>(_sql, month);
        if (publisherId is { } id)
            reasons = reasons.Where(r => r.PublisherId == id);
        return (await reasons.ToListAsync(ct)).GroupBy(r => r.PublisherId).ToDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>
    /// The currencies of a publisher's month: of contracts that hold in it, and of earlier statements that late usage has changed. With none of these the
    /// publisher is unpaid, and listed in the currency that its statement has already, or the month's revenue, or the one that is set.
    /// </summary>
    /// <param name="evenIfNothing">Whether a publisher with nothing at all in the month has a statement, too.</param>
    public static async Task<string[]> OfAsync(
        StorytimeDb db, long publisherId, DateOnly month, IReadOnlyList<MonthReason> reasons, bool evenIfNothing, string defaultCurrency, CancellationToken ct)
    {
        var currencies = Of(reasons, MonthReason.Contract).ToList();
        foreach (var currency in Of(reasons, MonthReason.Issued).Except(currencies).ToList())
        {
            if (StatementCalculation.Compute(await StatementInputs.ReadAsync(db, publisherId, month, currency, ct)).Facts.Adjustments.Count > 0)
                currencies.Add(currency);
        }
        if (currencies.Count == 0)
            currencies.AddRange(Of(reasons, MonthReason.There));
        if (currencies.Count == 0 && (evenIfNothing || reasons.Any(r => r.Reason == MonthReason.Usage)))
            currencies.Add(await db.RevenuePeriods.Where(p => p.Month == month).Select(p => p.Currency).Take(2).ToListAsync(ct) is [var only] ? only : defaultCurrency);
        currencies.Sort(StringComparer.Ordinal);
        return [.. currencies];
    }

    private static IEnumerable<string> Of(IReadOnlyList<MonthReason> reasons, string reason) => reasons.Where(r => r.Reason == reason).Select(r => r.Currency!);
}

/// <summary>Why a month concerns a publisher.</summary>
internal sealed record MonthReason(long PublisherId, string? Currency, string Reason)
{
    public const string Contract = "contract";
    public const string Issued = "issued";
    public const string There = "there";
    public const string Usage = "usage";
}
