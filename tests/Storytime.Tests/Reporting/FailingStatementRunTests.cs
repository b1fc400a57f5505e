using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>With a database of their own, as what is broken would be in everybody's runs.</summary>
public sealed class FailingStatementRunTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_publisher_whose_statement_cannot_be_computed_does_not_keep_the_others()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var broken = await app.PublisherAsync();
        await ledger.ContractAsync(1, 3, "flat_fee_cents=100");
        await ledger.ContractAsync(ledger.First(1), ledger.First(3), "flat_fee_cents=1", publisher: broken);
        // Nothing of ours writes this; then again, who runs the database may have.
        await ledger.ExecuteAsync($"""
            insert into publisher_statements (publisher_id, month, currency, status, total_cents, facts, content_hash, canonical_content, issued_at, created_at, updated_at)
            values ({broken}, '{ledger.Month(1)}-01', 'USD', 'issued', 0, '[]', '\x00', '[]', now(), now(), now())
            """);
        var run = (await ledger.Finance.PostAsync("/admin/api/v1/statement_runs", new { month = ledger.Month(2) })).ShouldBe(HttpStatusCode.Created);
        run["statements"]!.AsArray().Select(s => (long)s!["publisher_id"]!).ShouldBe([ledger.Publisher]);
        run["failed"]!.AsArray().Select(f => (long)f!["publisher_id"]!).ShouldBe([broken]);
    }
}
