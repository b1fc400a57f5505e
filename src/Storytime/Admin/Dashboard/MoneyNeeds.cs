using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Rights;

namespace Storytime.Admin.Dashboard;

/// <param name="UnissuedStatements">Months that are over, of the last twelve, with publishers whose statement is not issued; the latest month first.</param>
/// <param name="EndingContracts">Active contracts whose last day is within 60 days, the next first.</param>
/// <param name="MissingRevenue">Months that are over, of the last twelve, in which contracts pay a share of a revenue that is not entered; the latest first.</param>
public sealed record DashboardMoney(
    IReadOnlyList<DashboardMonth> UnissuedStatements, DashboardList<DashboardContract> EndingContracts, IReadOnlyList<DashboardMissingRevenue> MissingRevenue);

/// <param name="Month">Such as <c>2026-01</c>.</param>
/// <param name="Publishers">How many wait for a statement, and by name the first ten of them.</param>
/// <param name="Drafts">How many of these have a draft.</param>
public sealed record DashboardMonth(string Month, DashboardList<DashboardPublisher> Publishers, int Drafts);

/// <param name="StatementId">Of the draft; null while there is none.</param>
public sealed record DashboardPublisher(long PublisherId, string Name, long? StatementId);

public sealed record DashboardContract(long ContractId, string ContractName, long PublisherId, string PublisherName, DateOnly EndDate);

/// <param name="Publishers">How many have a contract that waits for it.</param>
public sealed record DashboardMissingRevenue(string Month, string Currency, int Publishers);

/// <summary>What finance has to see to.</summary>
internal static class MoneyNeeds
{
    private const int MonthsBack = 12;

    private const int DaysToTheEndOfContracts = 60;

    /// <summary>
    /// Contracts in the months that are over in which they hold (from <c>{0}</c> to <c>{1}</c>), without those of months that can be issued no more, because a later one is:
    /// statements are issued in order.
    /// </summary>
    private const string Owed = """
        last_issued as (
            select publisher_id, currency, max(month) as month from publisher_statements where status = 'issued' group by 1, 2
        ), owed as (
            select m::date as month, c.publisher_id, c.currency, c.payment_model <> 'flat_fee' as shares
            from partnership_contracts c left join last_issued i on i.publisher_id = c.publisher_id and i.currency = c.currency
            cross join generate_series(
                greatest({0}::timestamp, date_trunc('month', c.start_date::timestamp), i.month + interval '1 month'),
                least({1}::timestamp, least(c.end_date, c.terminated_on)::timestamp), interval '1 month') as m
            where c.status <> 'draft' and (c.terminated_on is null or c.terminated_on >= c.start_date)
        )
        """;

    /// <summary>Also drafts without a contract, and usage that nobody is paid for: it is listed on a statement, too.</summary>
    private const string UnissuedSql = $$"""
        with {{Owed}}, waiting as (
            select month, publisher_id from owed
            union
            select month, publisher_id from publisher_statements where status = 'draft' and month between {0} and {1}
            union
            select t.starts_on, t.publisher_id from usage_totals t
            where t.grain = 'publisher_month' and t.starts_on between {0} and {1} and t.publisher_id is not null and t.seconds_watched > 0
                and not exists (select from publisher_statements s where s.publisher_id = t.publisher_id and s.month >= t.starts_on and s.status = 'issued')
        ), drafts as (
            select month, publisher_id, min(id) as statement_id from publisher_statements where status = 'draft' and month between {0} and {1} group by 1, 2
        ), placed as (
            select w.month, w.publisher_id, p.name, d.statement_id,
                (count(*) over month)::int as publishers, (count(d.statement_id) over month)::int as drafts,
                row_number() over (partition by w.month order by p.name, p.id) as place
            from waiting w join publishers p on p.id = w.publisher_id left join drafts d on d.month = w.month and d.publisher_id = w.publisher_id
            window month as (partition by w.month)
        )
        select month, publisher_id, name, statement_id, publishers, drafts from placed where place <= 10 order by month desc, place
        """;

    private const string MissingSql = $$"""
        with {{Owed}}
        select o.month, o.currency, count(distinct o.publisher_id)::int as publishers from owed o
        where o.shares and not exists (select from revenue_periods r where r.month = o.month and r.currency = o.currency)
        group by 1, 2 order by 1 desc, 2
        """;

    public static async Task<DashboardMoney> ReadAsync(StorytimeDb db, DateOnly today, CancellationToken ct)
    {
        var (first, last) = (Months.Of(today).AddMonths(-MonthsBack), Months.Of(today).AddMonths(-1));
        var waiting = await db.Database.SqlQueryRaw<Waiting>(UnissuedSql, first, last).ToListAsync(ct);
        var missing = await db.Database.SqlQueryRaw<Missing>(MissingSql, first, last).ToListAsync(ct);
        return new DashboardMoney(
            [.. waiting.GroupBy(w => w.Month).Select(month => new DashboardMonth(
                Months.Format(month.Key),
                new DashboardList<DashboardPublisher>(month.First().Publishers, [.. month.Select(w => new DashboardPublisher(w.PublisherId, w.Name, w.StatementId))]),
                month.First().Drafts))],
            await EndingContracts(db, today).FirstAsync(ct),
            [.. missing.Select(m => new DashboardMissingRevenue(Months.Format(m.Month), m.Currency, m.Publishers))]);
    }

    private static IQueryable<DashboardContract> EndingContracts(StorytimeDb db, DateOnly today)
    {
        var soon = today.AddDays(DaysToTheEndOfContracts);
        return
            from contract in db.PartnershipContracts
            where contract.Status == ContractStatus.Active && contract.EndDate >= today && contract.EndDate <= soon
            join publisher in db.Publishers on contract.PublisherId equals publisher.Id
            orderby contract.EndDate, contract.Id
            select new DashboardContract(contract.Id, contract.ContractName, publisher.Id, publisher.Name, contract.EndDate);
    }

    private sealed record Waiting(DateOnly Month, long PublisherId, string Name, long? StatementId, int Publishers, int Drafts);

    private sealed record Missing(DateOnly Month, string Currency, int Publishers);
}
