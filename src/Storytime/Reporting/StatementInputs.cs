using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>Reads what a statement is computed from.</summary>
internal static class StatementInputs
{
    /// <summary>
    /// One SQL statement: so it sees all at one moment, also in a transaction that had to wait for its turn before. A transaction with a snapshot of its own
    /// (repeatable read) would have taken that before it waited, and would miss what the one before it issued.
    /// </summary>
    private static readonly string _sql = $"""
        with issued as (
            select id, month, facts from publisher_statements where publisher_id = $1 and currency = $3 and status = 'issued' and month < $2
        ), usage as (
            select book_id, day, sum(seconds_watched)::bigint as seconds from daily_usages
            where publisher_id = $1 and day >= $2 and day < ($2 + interval '1 month')::date
            group by 1, 2 having sum(seconds_watched) > 0
        )
        select json_build_object(
            'publisher', (select json_build_object('id', id, 'name', name, 'contact_name', contact_name, 'billing_email', billing_email) from publishers where id = $1),
            'pool_cents', (select amount_cents from revenue_periods where month = $2 and currency = $3),
            'usage', (select coalesce(json_agg(json_build_object('book_id', book_id, 'day', day, 'seconds', seconds) order by day, book_id), '[]') from usage),
            'books', (select coalesce(json_agg(json_build_object('id', b.id, 'title', b.title, 'children', coalesce(t.children, 0))), '[]')
                from books b left join usage_totals t on t.grain = 'book_month' and t.starts_on = $2 and t.publisher_id = $1 and t.book_id = b.id
                where b.id in (select book_id from usage)),
            'contracts', (select coalesce(json_agg(json_build_object('id', id, 'name', contract_name, 'start_date', start_date, 'end_date', end_date,
                    'terminated_on', terminated_on, 'payment_model', payment_model, 'rev_share_bps', rev_share_bps, 'flat_fee_cents', flat_fee_cents,
                    'minimum_guarantee_cents', minimum_guarantee_cents, 'minimum_guarantee_basis', minimum_guarantee_basis) order by id), '[]')
                from partnership_contracts
                where publisher_id = $1 and currency = $3 and {PartnershipContractQueries.HoldsInMonthSql("$2")}),
            'issued', (select coalesce(json_agg(json_build_object('month', month, 'facts', facts, 'sums', (
                    select coalesce(json_agg(json_build_object('contract_id', contract_id, 'kind', kind, 'for_month', for_month, 'cents', cents)), '[]') from (
                        select contract_id, kind, for_month, sum(amount_cents)::bigint as cents from statement_lines
                        where statement_id = issued.id and contract_id is not null group by 1, 2, 3) as sums
                )) order by month), '[]') from issued),
            'days', (select coalesce(json_agg(json_build_object('starts_on', starts_on, 'seconds', seconds_watched)), '[]') from usage_totals
                where grain = 'publisher_day' and publisher_id = $1 and starts_on >= (select min(month) from issued) and starts_on < $2),
            'months', (select coalesce(json_agg(json_build_object('starts_on', starts_on, 'seconds', seconds_watched)), '[]') from usage_totals
                where grain = 'month' and starts_on between coalesce((select min(month) from issued), $2) and $2)
        )::text
        """;

    private static readonly JsonSerializerOptions _json = MakeOptions();

    /// <summary>Read in the caller's transaction, if there is one.</summary>
    public static async Task<StatementInput> ReadAsync(StorytimeDb db, long publisherId, DateOnly month, string currency, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
            await using var command = new NpgsqlCommand(_sql, (NpgsqlConnection)db.Database.GetDbConnection(), transaction);
            command.Parameters.Add(new() { Value = publisherId });
            command.Parameters.Add(new() { Value = month });
            command.Parameters.Add(new() { Value = currency });
            return ToInput(JsonSerializer.Deserialize<Row>((string)(await command.ExecuteScalarAsync(ct))!, _json)!, month, currency);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions();
        Json.Configure(options);
        return options;
    }

    private static StatementInput ToInput(Row row, DateOnly month, string currency)
    {
        var days = row.Days.ToDictionary(t => t.StartsOn, t => t.Seconds);
        var months = row.Months.ToDictionary(t => t.StartsOn, t => t.Seconds);
        var history = row.Issued.SelectMany(s => s.Sums).GroupBy(s => s.ContractId).ToDictionary(g => g.Key, g => new TermHistory(
            g.Where(s => s.Kind is not (StatementLineKind.Advance or StatementLineKind.Recoupment)).Sum(s => s.Cents),
            g.Where(s => s.Kind == StatementLineKind.Advance).Sum(s => s.Cents),
            g.Sum(s => s.Cents)));
        return new StatementInput(
            row.Publisher, month, currency, row.PoolCents, months.GetValueOrDefault(month),
            row.Usage, row.Books.ToDictionary(b => b.Id, b => new BookOfMonth(b.Title, b.Children)), row.Contracts,
            history, [.. row.Issued.Select(s => Earlier(s, row.Issued, days, months.GetValueOrDefault(s.Month)))]);
    }

    /// <summary>A month that was accounted for: of each contract last by the latest statement with an adjustment of it.</summary>
    private static EarlierMonth Earlier(Issued statement, Issued[] all, Dictionary<DateOnly, long> days, long allSeconds)
    {
        var (month, facts) = (statement.Month, statement.Facts);
        var adjusted = all.SelectMany(s => s.Facts.Adjustments).Where(a => a.Month == month).ToList();
        var sums = all.SelectMany(s => s.Sums).Where(s => s.ForMonth == month)
            .Concat(statement.Sums.Where(s => s.Kind is StatementLineKind.RevenueShare or StatementLineKind.FlatFee or StatementLineKind.MonthlyGuarantee))
            .ToLookup(s => s.ContractId, s => s.Cents);
        return new EarlierMonth(month, facts.PoolCents, allSeconds,
        [
            .. from terms in facts.Contracts
               where terms is { FirstDay: not null, LastDay: not null }
               let last = adjusted.LastOrDefault(a => a.ContractId == terms.Id)
               select new EarlierContract(
                   terms,
                   last?.Seconds ?? terms.Seconds,
                   last?.AllSeconds ?? facts.AllSeconds,
                   days.Where(d => d.Key >= terms.FirstDay && d.Key <= terms.LastDay).Sum(d => d.Value),
                   sums[terms.Id].Sum()),
        ]);
    }

    private sealed record Row(
        StatementPublisher Publisher, long? PoolCents, BookDay[] Usage, BookRow[] Books, ContractTerms[] Contracts, Issued[] Issued, Total[] Days, Total[] Months);

    private sealed record BookRow(long Id, string Title, int Children);

    private sealed record Issued(DateOnly Month, StatementFacts Facts, Sum[] Sums);

    /// <summary>Of the lines of one kind that a statement has for a contract.</summary>
    private sealed record Sum(long ContractId, StatementLineKind Kind, DateOnly? ForMonth, long Cents);

    private sealed record Total(DateOnly StartsOn, long Seconds);
}
