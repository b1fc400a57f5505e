using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>
/// A publisher with books, contracts and usage in a year that no other test has, because all usage of a month is the divisor of everybody's share. What other parts of the
/// product make (contracts, revenue, rollups) is written straight into the tables.
/// </summary>
internal sealed class StatementScene
{
    public const string Path = "/admin/api/v1/statements";
    private static readonly ConcurrentDictionary<StorytimeApp, int> _years = [];
    private readonly StorytimeApp _app;
    private readonly DateOnly _january;
    private readonly Dictionary<(long Publisher, string Title), long> _books = [];

    private StatementScene(StorytimeApp app, ApiClient finance, long publisher, DateOnly january) => (_app, Finance, Publisher, _january) = (app, finance, publisher, january);

    public ApiClient Finance { get; }

    public long Publisher { get; }

    /// <param name="january">The month that counts as the first; of a year of its own when it is not given.</param>
    public static async Task<StatementScene> OpenAsync(StorytimeApp app, DateOnly? january = null)
    {
        january ??= new DateOnly(_years.AddOrUpdate(app, 2001, (_, year) => year + 1), 1, 1);
        await app.SqlAsync($"update roll_up_marks set rolled_up_at = '{app.Now:o}'");
        return new StatementScene(app, await app.StaffAsync(AdminRole.Finance), await app.PublisherAsync(), january.Value);
    }

    /// <summary>Again, after time has passed.</summary>
    public async Task<StatementScene> SignInAsync() => new(_app, await _app.StaffAsync(AdminRole.Finance), Publisher, _january);

    /// <summary><c>2007-03</c> for 3; months may go beyond the year.</summary>
    public string Month(int month) => First(month).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    public DateOnly First(int month) => _january.AddMonths(month - 1);

    public async Task<long> BookAsync(string title, long? publisher = null)
    {
        var key = (publisher ?? Publisher, title);
        return _books.TryGetValue(key, out var book) ? book : _books[key] = await _app.BookAsync(title, key.Item1, video: false);
    }

    /// <summary>As the roll-up adds to the sums. Without a title: of another publisher's book.</summary>
    public async Task WatchAsync(int month, int day, long seconds, string? title = "The Moon Boat", int children = 7, long? publisher = null)
    {
        var other = title is null ? await OtherAsync() : publisher ?? Publisher;
        var book = await BookAsync(title ?? "Another house", other);
        var (on, first) = (First(month).AddDays(day - 1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Month(month) + "-01");
        await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            begin;
            insert into daily_usages as u (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at)
            values ('{on}', {book}, {other}, 'US', {seconds}, 1, {children}, now())
            on conflict (day, book_id, publisher_id, territory) do update set seconds_watched = u.seconds_watched + excluded.seconds_watched;
            insert into usage_totals as u (grain, starts_on, publisher_id, book_id, seconds_watched, plays, children, updated_at)
            values ('day', '{on}', null, null, {seconds}, 1, {children}, now()), ('publisher_day', '{on}', {other}, null, {seconds}, 1, {children}, now()),
                ('month', '{first}', null, null, {seconds}, 1, {children}, now()), ('publisher_month', '{first}', {other}, null, {seconds}, 1, {children}, now()),
                ('book_month', '{first}', {other}, {book}, {seconds}, 1, {children}, now())
            on conflict (grain, starts_on, publisher_id, book_id) do update set seconds_watched = u.seconds_watched + excluded.seconds_watched;
            commit;
            """));
    }

    public Task RevenueAsync(int month, long cents, string currency = "USD") => ExecuteAsync(RevenueSql(month, cents, currency));

    public string RevenueSql(int month, long cents, string currency = "USD") => string.Create(CultureInfo.InvariantCulture, $"""
        insert into revenue_periods (month, amount_cents, currency, created_at, updated_at) values ('{Month(month)}-01', {cents}, '{currency}', now(), now())
        on conflict (month, currency) do update set amount_cents = excluded.amount_cents
        """);

    /// <param name="terms">Columns and their values: <c>rev_share_bps=1000</c>. The payment model follows from them.</param>
    public async Task<long> ContractAsync(DateOnly start, DateOnly end, string terms, string currency = "USD", string status = "active", long? publisher = null)
    {
        var columns = terms.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split('=')).ToDictionary(t => t[0], t => t[1]);
        var model = (columns.ContainsKey("rev_share_bps"), columns.ContainsKey("flat_fee_cents")) switch
        {
            (true, true) => "hybrid",
            (true, false) => "rev_share",
            _ => "flat_fee",
        };
        return (long)(await _app.SqlAsync(string.Create(CultureInfo.InvariantCulture, $"""
            insert into partnership_contracts
                (publisher_id, contract_name, start_date, end_date, payment_model, currency, status, created_at, updated_at, {string.Join(", ", columns.Keys)})
            values ({publisher ?? Publisher}, 'Contract of {start:yyyy-MM-dd}', '{start:yyyy-MM-dd}', '{end:yyyy-MM-dd}', '{model}', '{currency}', '{status}',
                now(), now(), {string.Join(", ", columns.Values)})
            returning id
            """)))!;
    }

    /// <summary>From the first day of a month to the last day of another.</summary>
    public Task<long> ContractAsync(int from, int to, string terms, string currency = "USD") => ContractAsync(First(from), First(to + 1).AddDays(-1), terms, currency);

    public Task<Answer> CreateAsync(int month, string? currency = null, long? publisher = null) =>
        Finance.PostAsync(Path, new { publisher_id = publisher ?? Publisher, month = Month(month), currency });

    public async Task<long> DraftAsync(int month, string? currency = null) => (long)(await CreateAsync(month, currency)).ShouldBe(HttpStatusCode.Created)["id"]!;

    public Task<Answer> IssueAsync(long id, string? seen = null) => Finance.PostAsync($"{Path}/{id}/issues", new { content_sha256 = seen });

    /// <summary>Drafts and issues.</summary>
    public async Task<JsonNode> IssuedAsync(int month, string? currency = null) => (await IssueAsync(await DraftAsync(month, currency))).ShouldBe(HttpStatusCode.Created).Json;

    public async Task<JsonNode> ReadAsync(long id) => (await Finance.GetAsync($"{Path}/{id}")).ShouldBe(HttpStatusCode.OK).Json;

    public async Task ExecuteAsync(string sql) => await _app.SqlAsync(sql);

    /// <summary>Lines as <c>kind cents</c>, with the title where it is a book's and the month where it is an adjustment's.</summary>
    public static string[] Lines(JsonNode statement) =>
    [
        .. statement["lines"]!.AsArray().Select(l => string.Join(' ', new[]
        {
            (string)l!["kind"]!, l["book_id"] is null ? null : (string)l["description"]!, (string?)l["for_month"], $"{(long)l["amount_cents"]!}",
        }.Where(t => t is not null))),
    ];

    public static string[] Problems(JsonNode statement) => [.. statement["problems"]!.AsArray().Select(p => (string)p!)];

    /// <summary>The audit trail of a statement: action, total before and after, and what it was issued with.</summary>
    public async Task<string> TrailAsync(long id) => (string)(await _app.SqlAsync($"""
        select string_agg(concat_ws(' ', action, before ->> 'total_cents', after ->> 'total_cents', after ->> 'content_sha256'), '; ' order by id)
        from audit_entries where subject_type = 'publisher_statement' and subject_id = {id}
        """))!;

    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private long? _other;

    private async Task<long> OtherAsync() => _other ??= await _app.PublisherAsync();
}
