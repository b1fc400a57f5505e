using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

public sealed class ManageRevenueTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = "/admin/api/v1/revenue_periods";
    private const string Share = """{ "days_held": 30, "payment_model": "rev_share" }""";

    [Fact]
    public async Task Finance_enters_corrects_and_takes_back_the_revenue_of_a_month()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        var entered = await finance.PutAsync($"{Path}/2025-01", new { amount_cents = 10_000_000_000_000, currency = "usd" });
        entered.ShouldBe(HttpStatusCode.Created).Headers.Location!.ToString().ShouldBe($"{Path}/2025-01?currency=USD");
        ((string?)entered["month"]).ShouldBe("2025-01");
        ((string?)entered["currency"]).ShouldBe("USD");
        ((long?)entered["amount_cents"]).ShouldBe(10_000_000_000_000);
        (await finance.GetAsync($"{Path}/2025-01")).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(entered.Text);

        (await finance.PutAsync($"{Path}/2025-01", new { amount_cents = 10_000_000_000_000, currency = "USD" })).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(entered.Text);
        ((long?)(await finance.PutAsync($"{Path}/2025-01", new { amount_cents = 0, currency = "USD" })).ShouldBe(HttpStatusCode.OK)["amount_cents"]).ShouldBe(0);
        (await finance.DeleteAsync($"{Path}/2025-01?currency=usd")).ShouldBe(HttpStatusCode.NoContent);
        (await finance.GetAsync($"{Path}/2025-01")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await finance.DeleteAsync($"{Path}/2025-01?currency=USD")).ShouldBeError(HttpStatusCode.NotFound, "not_found");

        (await app.SqlAsync("""
            select string_agg(concat_ws(' ', action, before ->> 'amount_cents', '→', after ->> 'amount_cents', after ->> 'month'), '; ' order by a.id)
            from audit_entries a join admin_users u on u.id = a.admin_id and u.role = 'finance' where subject_type = 'revenue_period' and subject_id = 202501
            """)).ShouldBe("created → 10000000000000 2025-01; updated 10000000000000 → 0 2025-01; deleted 0 →");
    }

    [Fact]
    public async Task A_month_has_one_revenue_for_each_currency()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        await EnterAsync(finance, "2025-02", 100, "USD");
        await EnterAsync(finance, "2025-02", 90, "EUR");

        (await finance.GetAsync($"{Path}/2025-02")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
            .Json["error"]!["details"]!["currency"]![0]!.ToString().ShouldContain("EUR and USD");
        ((long?)(await finance.GetAsync($"{Path}/2025-02?currency=eur")).ShouldBe(HttpStatusCode.OK)["amount_cents"]).ShouldBe(90);
        (await finance.GetAsync($"{Path}/2025-02?currency=GBP")).ShouldBeError(HttpStatusCode.NotFound, "not_found").Text.ShouldContain("GBP");
        (await finance.GetAsync($"{Path}/2025-02?currency=UKP")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await finance.DeleteAsync($"{Path}/2025-02")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldContain("?currency=USD");
        (await finance.DeleteAsync($"{Path}/2025-02?currency=EUR")).ShouldBe(HttpStatusCode.NoContent);
        ((string?)(await finance.GetAsync($"{Path}/2025-02")).ShouldBe(HttpStatusCode.OK)["currency"]).ShouldBe("USD");
    }

    [Fact]
    public async Task The_list_has_the_newest_month_first_in_pages()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        await EnterAsync(finance, "2000-01", 1, "USD");
        await EnterAsync(finance, "2000-03", 1, "USD");
        await EnterAsync(finance, "2000-03", 1, "EUR");
        var list = (await finance.GetAsync($"{Path}?per_page=100")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray();
        list.Select(p => $"{p!["month"]} {p["currency"]}").TakeLast(3).ShouldBe(["2000-03 EUR", "2000-03 USD", "2000-01 USD"]);
        ((int?)(await finance.GetAsync($"{Path}?per_page=1"))["pagination"]!["total"]).ShouldBe(list.Count);
    }

    [Theory]
    [InlineData("""{ "currency": "USD" }""", "amount_cents")]
    [InlineData("""{ "amount_cents": -1, "currency": "USD" }""", "amount_cents")]
    [InlineData("""{ "amount_cents": 10000000000001, "currency": "USD" }""", "amount_cents")]
    [InlineData("""{ "amount_cents": 1 }""", "currency")]
    [InlineData("""{ "amount_cents": 1, "currency": "XAU" }""", "currency")]
    public async Task A_value_that_cannot_be_accepted_is_answered_by_field(string body, string field)
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        (await finance.PutAsync($"{Path}/2025-03", body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
            .Json["error"]!["details"]!.AsObject().Single().Key.ShouldBe(field);
        (await finance.GetAsync($"{Path}/2025-03")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task This_month_has_revenue_already_and_the_next_has_none()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        var month = new DateOnly(app.Now.Year, app.Now.Month, 1);
        await EnterAsync(finance, $"{month:yyyy-MM}", 1, "USD");
        (await finance.PutAsync($"{Path}/{month.AddMonths(1):yyyy-MM}", new { amount_cents = 1, currency = "USD" }))
            .ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldContain("month");
    }

    [Theory]
    [InlineData("2025-13")]
    [InlineData("2025-1")]
    [InlineData("2025-01-01")]
    [InlineData("1999-12")]
    [InlineData("2101-01")]
    [InlineData("%202025-01")]
    [InlineData("now")]
    public async Task What_is_no_month_is_no_address(string month)
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        (await finance.GetAsync($"{Path}/{month}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await finance.PutAsync($"{Path}/{month}", new { amount_cents = 1, currency = "USD" })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Revenue_that_an_issued_statement_was_computed_from_stays()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        foreach (var currency in new[] { "USD", "EUR", "GBP", "CHF", "SEK", "NOK" })
            await EnterAsync(finance, "2025-04", 100, currency);
        // Another currency, another month, a draft, one that was issued before there was revenue, and such as take nothing from it: no contract, one for a fee, one that has ended.
        var publisher = await app.PublisherAsync();
        var used = await app.SqlAsync(Statement(publisher, "2025-04", "USD", "issued", "100"));
        await app.SqlAsync(Statement(publisher, "2025-05", "EUR", "issued", "100"));
        await app.SqlAsync(Statement(publisher, "2025-04", "EUR", "draft", "100"));
        await app.SqlAsync(Statement(publisher, "2025-04", "GBP", "issued", "null"));
        await app.SqlAsync(Statement(publisher, "2025-04", "CHF", "issued", "100", contracts: ""));
        await app.SqlAsync(Statement(publisher, "2025-04", "SEK", "issued", "100", """{ "days_held": 30, "payment_model": "flat_fee" }"""));
        await app.SqlAsync(Statement(publisher, "2025-04", "NOK", "issued", "100", """{ "days_held": 0, "payment_model": "hybrid" }"""));

        var refused = await finance.PutAsync($"{Path}/2025-04", new { amount_cents = 101, currency = "USD" });
        ((long?)refused.ShouldBeError(HttpStatusCode.Conflict, "conflict").Json["error"]!["details"]!["statement_id"]).ShouldBe((long)used!);
        refused.Text.ShouldContain("later month");
        (await finance.DeleteAsync($"{Path}/2025-04?currency=USD")).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        (await finance.PutAsync($"{Path}/2025-04", new { amount_cents = 100, currency = "USD" })).ShouldBe(HttpStatusCode.OK);
        foreach (var currency in new[] { "EUR", "GBP", "CHF", "SEK", "NOK" })
            (await finance.PutAsync($"{Path}/2025-04", new { amount_cents = 101, currency })).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_change_waits_for_a_statement_that_is_being_issued_and_gives_way()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        await EnterAsync(finance, "2025-06", 100, "USD");
        Task<Answer> change;
        await using (var issuing = await HeldLock.TakeAsync(app, "select pg_advisory_xact_lock(hashtextextended('revenue-2025-06-USD', 0))"))
        {
            change = finance.PutAsync($"{Path}/2025-06", new { amount_cents = 101, currency = "USD" });
            await app.WaitersAsync(1, change);
            // Of another currency it does not wait.
            await EnterAsync(finance, "2025-06", 100, "EUR");
            await issuing.RunAsync(Statement(await app.PublisherAsync(), "2025-06", "USD", "issued", "100"));
        }
        (await change).ShouldBeError(HttpStatusCode.Conflict, "conflict");
    }

    [Fact]
    public async Task Of_two_who_enter_the_same_month_at_once_one_enters_and_one_corrects()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        Task<Answer[]> both;
        await using (await HeldLock.TakeAsync(app, "select pg_advisory_xact_lock(hashtextextended('revenue-2025-07-USD', 0))"))
        {
            both = Task.WhenAll(new[] { 1, 2 }.Select(amount => finance.PutAsync($"{Path}/2025-07", new { amount_cents = amount, currency = "USD" })));
            await app.WaitersAsync(2, both);
        }
        (await both).Select(a => a.Status).Order().ShouldBe([HttpStatusCode.OK, HttpStatusCode.Created]);
        (await app.SqlAsync("""
            select count(*) from audit_entries c join audit_entries u on u.subject_type = c.subject_type and u.subject_id = c.subject_id and u.before = c.after and u.action = 'updated'
            where c.subject_type = 'revenue_period' and c.subject_id = 202507 and c.action = 'created'
            """)).ShouldBe(1L);
    }

    [Fact]
    public async Task Editors_may_not_see_revenue()
    {
        var editor = await app.EditorAsync();
        (await editor.GetAsync(Path)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await editor.GetAsync($"{Path}/2025-08")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await editor.PutAsync($"{Path}/2025-08", new { amount_cents = 1, currency = "USD" })).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await editor.DeleteAsync($"{Path}/2025-08?currency=USD")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await (await app.StaffAsync(AdminRole.Admin)).PutAsync($"{Path}/2025-08", new { amount_cents = 1, currency = "USD" })).ShouldBe(HttpStatusCode.Created);
    }

    private static async Task EnterAsync(ApiClient finance, string month, long amount, string currency) =>
        (await finance.PutAsync($"{Path}/{month}", new { amount_cents = amount, currency })).ShouldBe(HttpStatusCode.Created);

    private static string Statement(long publisher, string month, string currency, string status, string pool, string contracts = Share) => $$"""
        insert into publisher_statements (publisher_id, month, currency, status, total_cents, facts, content_hash, canonical_content, issued_at, created_at, updated_at)
        values ({{publisher}}, '{{month}}-01', '{{currency}}', '{{status}}', 0, '{ "pool_cents": {{pool}}, "contracts": [{{contracts}}] }',
            {{(status == "issued" ? "'\\x00', '{}', now()" : "null, null, null")}}, now(), now()) returning id
        """;
}
