using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;
using static Storytime.Tests.Reporting.StatementScene;

namespace Storytime.Tests.Reporting;

public sealed class StatementTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task Finance_drafts_a_statement_and_sees_why_each_number_is_what_it_is()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var contract = await ledger.ContractAsync(1, 12, "rev_share_bps=2000");
        await ledger.RevenueAsync(1, 1_000_000);
        await ledger.WatchAsync(1, 3, 2000);
        await ledger.WatchAsync(1, 31, 500, "The Owl", children: 4);
        await ledger.WatchAsync(1, 3, 7500, title: null);

        var created = (await ledger.CreateAsync(1)).ShouldBe(HttpStatusCode.Created);
        var id = (long)created["id"]!;
        created.Headers.Location!.ToString().ShouldBe($"{StatementScene.Path}/{id}");
        // 10,000.00 × 2,500 of 10,000 seconds × 20 %.
        ((long)created["total_cents"]!).ShouldBe(50_000);
        Lines(created.Json).ShouldBe(["revenue_share The Moon Boat 40000", "revenue_share The Owl 10000"]);
        ((string?)created["month"], (string?)created["currency"], (string?)created["status"]).ShouldBe((ledger.Month(1), "USD", "draft"));
        var facts = created["facts"]!;
        ((long)facts["pool_cents"]!, (long)facts["all_seconds"]!, (long)facts["publisher_seconds"]!).ShouldBe((1_000_000, 10_000, 2500));
        ((long)facts["contracts"]![0]!["id"]!).ShouldBe(contract);
        var lines = created["lines"]!.AsArray();
        lines.Select(l => (int?)l!["children"]).ShouldBe([7, null]);
        lines.ShouldAllBe(l => !string.IsNullOrEmpty((string?)l!["explanation"]));
        Problems(created.Json).ShouldBeEmpty();

        (await ledger.CreateAsync(1)).ShouldBe(HttpStatusCode.OK).Json["id"]!.GetValue<long>().ShouldBe(id);
        (await ledger.TrailAsync(id)).ShouldBe("created 50000");
    }

    [Fact]
    public async Task A_draft_is_what_it_would_be_now_whenever_it_is_read_and_the_list_shows_what_was_computed_last()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "rev_share_bps=10000");
        await ledger.RevenueAsync(1, 1000);
        await ledger.WatchAsync(1, 1, 100);
        var id = await ledger.DraftAsync(1);
        await ledger.WatchAsync(1, 2, 300, title: null);

        async Task<long> Listed() =>
            (long)(await ledger.Finance.GetAsync($"{StatementScene.Path}?publisher_id={ledger.Publisher}")).ShouldBe(HttpStatusCode.OK)["data"]![0]!["total_cents"]!;
        (await Listed()).ShouldBe(1000);
        ((long)(await ledger.ReadAsync(id))["total_cents"]!).ShouldBe(250);
        (await Listed()).ShouldBe(250);
        (await app.SqlAsync($"select sum(amount_cents)::bigint from statement_lines where statement_id = {id}")).ShouldBe(250L);

        await ledger.WatchAsync(1, 2, 600, title: null);
        await app.RunAsync<Storytime.Reporting.RecomputeDrafts>(j => j.RunAsync(TestContext.Current.CancellationToken));
        (await Listed()).ShouldBe(100);
    }

    [Fact]
    public async Task Anybody_can_check_the_hash_of_a_statement_against_its_content()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=12345");
        await ledger.WatchAsync(1, 1, 100, "Ærøs «Måne» \"båd\" \\ 月");
        var id = await ledger.DraftAsync(1);

        async Task<string> ContentAsync()
        {
            var content = (await ledger.Finance.GetAsync($"{StatementScene.Path}/{id}/content")).ShouldBe(HttpStatusCode.OK);
            content.MediaType.ShouldBe("application/json");
            Sha256(content.Text).ShouldBe((string?)(await ledger.ReadAsync(id))["content_sha256"]);
            ((long)content["total_cents"]!).ShouldBe(12_345);
            return content.Text;
        }
        var draft = await ContentAsync();
        (await ledger.IssueAsync(id, Sha256(draft))).ShouldBe(HttpStatusCode.Created);
        (await ContentAsync()).ShouldBe(draft);
        (await app.SqlAsync($"select encode(content_hash, 'hex') from publisher_statements where id = {id}")).ShouldBe(Sha256(draft));
    }

    [Fact]
    public async Task A_draft_can_be_deleted_and_made_again()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=700");
        var id = await ledger.DraftAsync(1);
        (await ledger.Finance.DeleteAsync($"{StatementScene.Path}/{id}")).ShouldBe(HttpStatusCode.NoContent);
        foreach (var path in new[] { $"{id}", $"{id}/content", $"{id}/verification" })
            (await ledger.Finance.GetAsync($"{StatementScene.Path}/{path}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await ledger.Finance.DeleteAsync($"{StatementScene.Path}/{id}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await ledger.IssueAsync(id)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await app.SqlAsync($"select count(*) from statement_lines where statement_id = {id}")).ShouldBe(0L);
        (await ledger.TrailAsync(id)).ShouldBe("created 700; deleted 700");
        (await ledger.DraftAsync(1)).ShouldNotBe(id);
    }

    [Fact]
    public async Task Statements_are_listed_newest_month_first_and_filtered()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=700");
        await ledger.ContractAsync(2, 12, "flat_fee_cents=900", "EUR");
        await ledger.IssuedAsync(1);
        await ledger.DraftAsync(2, "USD");
        await ledger.DraftAsync(2, "EUR");

        async Task<string[]> ListAsync(string query) =>
        [
            .. (await ledger.Finance.GetAsync($"{StatementScene.Path}?publisher_id={ledger.Publisher}{query}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray()
                .Select(s => $"{s!["month"]} {s["currency"]} {s["status"]}"),
        ];
        var (january, february) = (ledger.Month(1), ledger.Month(2));
        (await ListAsync("")).ShouldBe([$"{february} EUR draft", $"{february} USD draft", $"{january} USD issued"]);
        (await ListAsync("&status=issued")).ShouldBe([$"{january} USD issued"]);
        (await ListAsync($"&month={february}&currency=eur")).ShouldBe([$"{february} EUR draft"]);
        (await ListAsync("&per_page=1&page=3")).ShouldBe([$"{january} USD issued"]);
        foreach (var query in new[] { "month=2026-13", "month=2026", "status=paid", "currency=EURO" })
            (await ledger.Finance.GetAsync($"{StatementScene.Path}?{query}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
    }

    [Fact]
    public async Task What_cannot_be_accepted_is_answered_by_field()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=700");
        await ledger.ContractAsync(1, 12, "flat_fee_cents=700", "EUR");
        (string Field, object Body)[] bodies =
        [
            ("publisher_id", new { month = ledger.Month(1) }),
            ("publisher_id", new { publisher_id = 987654, month = ledger.Month(1) }),
            ("month", new { publisher_id = ledger.Publisher }),
            ("month", new { publisher_id = ledger.Publisher, month = "2026-1" }),
            ("month", new { publisher_id = ledger.Publisher, month = app.Now.AddMonths(1).AddDays(1).ToString("yyyy-MM") }),
            ("currency", new { publisher_id = ledger.Publisher, month = ledger.Month(1) }),
            ("currency", new { publisher_id = ledger.Publisher, month = ledger.Month(1), currency = "EURO" }),
            ("currency", new { publisher_id = ledger.Publisher, month = ledger.Month(1), currency = "GBP" }),
        ];
        foreach (var (field, body) in bodies)
        {
            (await ledger.Finance.PostAsync(StatementScene.Path, body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
                .Json["error"]!["details"]![field].ShouldNotBeNull();
        }
        (await ledger.CreateAsync(1)).Text.ShouldContain("EUR and USD");
        (await app.SqlAsync($"select count(*) from publisher_statements where publisher_id = {ledger.Publisher}")).ShouldBe(0L);
        var editor = await app.EditorAsync();
        (await editor.PostAsync(StatementScene.Path, new { publisher_id = ledger.Publisher, month = ledger.Month(1) })).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await (await app.StaffAsync(AdminRole.Admin)).GetAsync(StatementScene.Path)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Contracts_in_two_currencies_make_two_statements_each_from_its_own_revenue()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "rev_share_bps=1000");
        await ledger.ContractAsync(1, 12, "rev_share_bps=500; flat_fee_cents=300", "EUR");
        await ledger.RevenueAsync(1, 80_000);
        await ledger.RevenueAsync(1, 40_000, "EUR");
        await ledger.WatchAsync(1, 5, 600);
        await ledger.WatchAsync(1, 5, 1800, title: null);

        Lines(await ledger.IssuedAsync(1, "USD")).ShouldBe(["revenue_share The Moon Boat 2000"]);
        Lines(await ledger.IssuedAsync(1, "eur")).ShouldBe(["revenue_share The Moon Boat 500", "flat_fee 300"]);
        (await ledger.CreateAsync(1, "USD")).ShouldBeError(HttpStatusCode.Conflict, "conflict");
    }

    [Fact]
    public async Task A_contract_that_covers_part_of_a_month_pays_that_part()
    {
        var ledger = await StatementScene.OpenAsync(app);
        // 10 of January's 31 days, and 21 of them under another one that was terminated early; one that never came to hold counts for nothing.
        await ledger.ContractAsync(ledger.First(1), ledger.First(1).AddDays(9), "flat_fee_cents=3100");
        var ended = await ledger.ContractAsync(ledger.First(1).AddDays(10), ledger.First(12), "rev_share_bps=10000");
        await ledger.ExecuteAsync($"update partnership_contracts set status = 'terminated', terminated_on = '{ledger.Month(1)}-20' where id = {ended}");
        var never = await ledger.ContractAsync(ledger.First(1).AddDays(20), ledger.First(12), "flat_fee_cents=99999");
        await ledger.ExecuteAsync($"update partnership_contracts set status = 'terminated', terminated_on = '{ledger.Month(1)}-10' where id = {never}");
        await ledger.ContractAsync(ledger.First(1), ledger.First(12), "flat_fee_cents=99999", status: "draft");
        await ledger.RevenueAsync(1, 1000);
        await ledger.WatchAsync(1, 10, 100);
        await ledger.WatchAsync(1, 11, 250);
        await ledger.WatchAsync(1, 20, 250);
        await ledger.WatchAsync(1, 21, 400);

        var statement = await ledger.IssuedAsync(1);
        Lines(statement).ShouldBe(["flat_fee 1000", "revenue_share The Moon Boat 500", "usage The Moon Boat 0"]);
        statement["lines"]!.AsArray().Select(l => (long)l!["seconds_watched"]!).ShouldBe([0, 500, 500]);
        ((long)statement["total_cents"]!).ShouldBe(1500);
    }

    [Fact]
    public async Task A_publisher_without_a_contract_is_listed_with_its_usage_and_unpaid()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.WatchAsync(1, 5, 600);
        await ledger.WatchAsync(2, 5, 600);
        await ledger.RevenueAsync(2, 1000, "CHF");

        var january = await ledger.IssuedAsync(1);
        Lines(january).ShouldBe(["usage The Moon Boat 0"]);
        ((string?)january["currency"]).ShouldBe("USD");
        january["facts"]!["contracts"]!.AsArray().ShouldBeEmpty();
        // The currency of the month's revenue, as long as that is one; what is there keeps its own.
        var february = (await ledger.CreateAsync(2)).ShouldBe(HttpStatusCode.Created);
        ((string?)february["currency"]).ShouldBe("CHF");
        await ledger.RevenueAsync(2, 1000, "SEK");
        ((string?)(await ledger.CreateAsync(2)).ShouldBe(HttpStatusCode.OK)["currency"]).ShouldBe("CHF");
        // It gets a contract after all.
        await ledger.ContractAsync(2, 12, "flat_fee_cents=700", "SEK");
        Problems((await ledger.ReadAsync((long)february["id"]!))).ShouldBe([$"The contracts of {ledger.Month(2)} are in SEK: delete this draft."]);
        ((long)(await ledger.IssuedAsync(2))["total_cents"]!).ShouldBe(700);
    }

    [Fact]
    public async Task The_currency_of_those_without_a_contract_may_be_set_in_small_letters()
    {
        await using var other = new StorytimeApp(app.ConnectionString).With("Statements:DefaultCurrency", "sek");
        await other.InitializeAsync();
        var ledger = await StatementScene.OpenAsync(other, new DateOnly(2000, 1, 1));
        ((string?)(await ledger.CreateAsync(1)).ShouldBe(HttpStatusCode.Created)["currency"]).ShouldBe("SEK");
    }

    [Fact]
    public async Task Without_usage_the_fee_and_the_monthly_guarantee_are_owed_all_the_same_also_to_an_inactive_publisher()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "rev_share_bps=1000; flat_fee_cents=200; minimum_guarantee_cents=900; minimum_guarantee_basis='monthly'");
        await ledger.RevenueAsync(1, 5000);
        await ledger.ExecuteAsync($"update publishers set status = 'inactive' where id = {ledger.Publisher}");
        var statement = await ledger.IssuedAsync(1);
        Lines(statement).ShouldBe(["flat_fee 200", "monthly_guarantee 700"]);
        ((long)statement["total_cents"]!).ShouldBe(900);
        var none = await StatementScene.OpenAsync(app);
        var empty = await none.IssuedAsync(1);
        (Lines(empty).Length, (long)empty["total_cents"]!).ShouldBe((0, 0));
    }
}
