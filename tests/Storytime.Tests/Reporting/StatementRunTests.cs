using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

public sealed class StatementRunTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Runs = "/admin/api/v1/statement_runs";

    [Fact]
    public async Task A_run_drafts_a_statement_for_everybody_who_has_one_and_leaves_issued_ones_alone()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var (unpaid, late, idle) = (await app.PublisherAsync(), await app.PublisherAsync(), await app.PublisherAsync());
        await ledger.ContractAsync(1, 3, "flat_fee_cents=100");
        await ledger.ContractAsync(2, 3, "flat_fee_cents=200", "EUR");
        await ledger.ContractAsync(ledger.First(1), ledger.First(2).AddDays(-1), "rev_share_bps=10000", publisher: late);
        await ledger.RevenueAsync(1, 500);
        await ledger.WatchAsync(1, 1, 100, publisher: late);
        await ledger.WatchAsync(2, 1, 100, publisher: unpaid);

        async Task<string[]> RunAsync(int month, string counts)
        {
            var run = (await ledger.Finance.PostAsync(Runs, new { month = ledger.Month(month) })).ShouldBe(HttpStatusCode.Created);
            run.Headers.Location.ShouldBeNull();
            $"{run["created"]} {run["recomputed"]} {run["issued"]}".ShouldBe(counts);
            run["failed"]!.AsArray().ShouldBeEmpty();
            return [.. run["statements"]!.AsArray().Select(s => $"{s!["publisher_id"]} {s["currency"]} {s["total_cents"]} {s["status"]}")];
        }
        (await RunAsync(1, "2 0 0")).ShouldBe([$"{ledger.Publisher} USD 100 draft", $"{late} USD 500 draft"]);
        foreach (var publisher in new[] { ledger.Publisher, late })
            (await ledger.IssueAsync((long)(await ledger.CreateAsync(1, publisher: publisher)).ShouldBe(HttpStatusCode.OK)["id"]!)).ShouldBe(HttpStatusCode.Created);
        (await RunAsync(1, "0 0 2")).Length.ShouldBe(2);

        (await RunAsync(2, "3 0 0")).ShouldBe([$"{ledger.Publisher} EUR 200 draft", $"{ledger.Publisher} USD 100 draft", $"{unpaid} USD 0 draft"]);
        // Somebody else was watched as long.
        await ledger.WatchAsync(1, 2, 100, title: null);
        (await RunAsync(2, "1 3 0")).ShouldBe(
            [$"{ledger.Publisher} EUR 200 draft", $"{ledger.Publisher} USD 100 draft", $"{unpaid} USD 0 draft", $"{late} USD -250 draft"]);
        (await app.SqlAsync($"select count(*) from publisher_statements where publisher_id = {idle}")).ShouldBe(0L);
    }

    [Fact]
    public async Task Only_one_run_at_a_time_and_only_of_months_that_have_begun()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await using (await HeldLock.TakeAsync(app, "select pg_advisory_xact_lock(hashtextextended('statement-run', 0))"))
            (await ledger.Finance.PostAsync(Runs, new { month = ledger.Month(1) })).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        (await ledger.Finance.PostAsync(Runs, new { month = ledger.Month(1) })).ShouldBe(HttpStatusCode.Created);
        foreach (var month in new[] { null, "", "2026-00", app.Now.AddMonths(1).AddDays(1).ToString("yyyy-MM") })
            (await ledger.Finance.PostAsync(Runs, new { month })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await (await app.EditorAsync()).PostAsync(Runs, new { month = ledger.Month(1) })).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
    }
}
