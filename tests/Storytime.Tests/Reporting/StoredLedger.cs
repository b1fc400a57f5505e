using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Storytime.Platform;
using Storytime.Reporting;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>
/// A random ledger in the tables that statements are computed from, as staff and roll-ups would have left them. It takes all months for itself: of all other usage
/// nothing is left, so it goes with a database of its own.
/// </summary>
internal sealed class StoredLedger
{
    private static long _last = 1_000_000;
    private readonly StorytimeApp _app;
    private readonly Ledger _ledger;
    private readonly long _publisher;

    /// <summary>What the database's ids of books and contracts have more than those of the ledger, so that their order is the same.</summary>
    private readonly long _offset = _last += 1000;

    private StoredLedger(StorytimeApp app, Ledger ledger, long publisher) => (_app, _ledger, _publisher) = (app, ledger, publisher);

    public static async Task<StoredLedger> OpenAsync(StorytimeApp app, Ledger ledger)
    {
        var stored = new StoredLedger(app, ledger, await app.PublisherAsync());
        await app.SqlAsync($"""
            update roll_up_marks set rolled_up_at = '{app.Now:o}';
            insert into books (id, title, author, description, age_min, age_max, language, publisher_id, status, created_at, updated_at)
            values {Rows(ledger.Books.Select(b => Row(stored._offset + b.Key, b.Value.Title, "A", "", 2, 6, "en", stored._publisher, "active", app.Now, app.Now)))}
            """);
        return stored;
    }

    /// <summary>Stores the ledger as it is now, and issues the statement of its present month.</summary>
    public async Task<StatementOracle.Result> IssueAsync(ApiClient finance)
    {
        await StoreAsync();
        var month = Months.Format(_ledger.Now.First);
        var draft = (await finance.PostAsync(StatementScene.Path, new { publisher_id = _publisher, month, currency = "USD" })).ShouldBe(HttpStatusCode.Created);
        var issued = (await finance.PostAsync($"{StatementScene.Path}/{draft["id"]}/issues", new { content_sha256 = (string?)draft["content_sha256"] })).ShouldBe(HttpStatusCode.Created);
        var facts = Read<StatementFacts>(issued["facts"]!);
        (facts.PoolCents, facts.AllSeconds, facts.PublisherSeconds).ShouldBe((_ledger.Now.Pool, _ledger.Now.All, _ledger.Now.Ours.Values.Sum()));
        var lines = Read<StatementLineResponse[]>(issued["lines"]!);
        ((long)issued["total_cents"]!).ShouldBe(lines.Sum(l => l.AmountCents));
        return new StatementOracle.Result(
            [
                .. lines.Select(l => new StatementContentLine(
                    l.Kind, l.ContractId - _offset, l.BookId - _offset, Months.Parse(l.ForMonth), l.Description, l.SecondsWatched, l.Children, l.AmountCents)),
            ],
            [.. facts.Contracts.Select(c => c with { Id = c.Id - _offset })],
            [.. facts.Adjustments.Select(a => a with { ContractId = a.ContractId - _offset })]);
    }

    private async Task StoreAsync()
    {
        var (at, months) = (_app.Now, _ledger.Months);
        string Total(string grain, DateOnly on, long? publisher, long? book, long seconds, int children) => Row(grain, on, publisher, book, seconds, 1, children, at);
        string[] days = [.. months.SelectMany(m => m.Ours).Select(u => Row(u.Key.Day, _offset + u.Key.Book, _publisher, "US", u.Value, 1, 1, at))];
        string[] totals =
        [
            .. months.Select(m => Total("month", m.First, null, null, m.All, 1)),
            .. months.Select(m => Total("publisher_month", m.First, _publisher, null, m.Ours.Values.Sum(), 1)),
            .. months.SelectMany(m => m.Ours).GroupBy(u => u.Key.Day).Select(d => Total("publisher_day", d.Key, _publisher, null, d.Sum(u => u.Value), 1)),
            .. _ledger.Now.Ours.GroupBy(u => u.Key.Book)
                .Select(b => Total("book_month", _ledger.Now.First, _publisher, _offset + b.Key, b.Sum(u => u.Value), _ledger.Books[b.Key].Children)),
        ];
        var contracts = _ledger.Contracts.Select(c => Row(
            _offset + c.Id, _publisher, c.Name, c.StartDate, c.EndDate, Storytime.Platform.Json.Name(c.PaymentModel), c.RevShareBps, c.FlatFeeCents, c.MinimumGuaranteeCents,
            c.MinimumGuaranteeBasis is { } basis ? Storytime.Platform.Json.Name(basis) : null, "USD", c.TerminatedOn is null ? "active" : "terminated", c.TerminatedOn, at, at));
        await _app.SqlAsync($"""
            delete from daily_usages;
            delete from usage_totals;
            delete from revenue_periods;
            {Insert("daily_usages (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at)", days)}
            {Insert("usage_totals (grain, starts_on, publisher_id, book_id, seconds_watched, plays, children, updated_at)", totals)}
            {Insert("revenue_periods (month, amount_cents, currency, created_at, updated_at)", months.Where(m => m.Pool is not null).Select(m => Row(m.First, m.Pool, "USD", at, at)))}
            {Insert("""
                partnership_contracts as old (id, publisher_id, contract_name, start_date, end_date, payment_model, rev_share_bps, flat_fee_cents,
                    minimum_guarantee_cents, minimum_guarantee_basis, currency, status, terminated_on, created_at, updated_at)
                """, contracts, """
                on conflict (id) do update set contract_name = excluded.contract_name, rev_share_bps = excluded.rev_share_bps, flat_fee_cents = excluded.flat_fee_cents,
                    minimum_guarantee_cents = excluded.minimum_guarantee_cents, minimum_guarantee_basis = excluded.minimum_guarantee_basis,
                    status = excluded.status, terminated_on = excluded.terminated_on
                """)}
            select 1
            """);
    }

    private static T Read<T>(JsonNode node) => node.Deserialize<T>(StoredStatements.Json)!;

    private static string Insert(string into, IEnumerable<string> rows, string then = "") => Rows(rows) is { Length: > 0 } values ? $"insert into {into} values {values} {then};" : "";

    private static string Rows(IEnumerable<string> rows) => string.Join(", ", rows);

    private static string Row(params object?[] values) => $"({string.Join(", ", values.Select(v => v switch
    {
        null => "null",
        DateOnly day => $"'{day:yyyy-MM-dd}'",
        DateTimeOffset at => $"'{at:o}'",
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => Convert.ToString(v, CultureInfo.InvariantCulture),
    }))})";
}
