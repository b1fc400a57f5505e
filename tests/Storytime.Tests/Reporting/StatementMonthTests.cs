using System.Net;
using System.Text.Json.Nodes;
using Storytime.Reporting;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

public sealed class StatementMonthTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_month_shows_each_statement_beside_the_one_of_the_month_before_and_what_keeps_it()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 3, "flat_fee_cents=200");
        await ledger.IssuedAsync(1);
        await ledger.ExecuteAsync("update partnership_contracts set flat_fee_cents = 150 where publisher_id = " + ledger.Publisher);
        var id = await ledger.DraftAsync(2);

        var month = await ReadAsync(ledger, 2);
        var row = month["data"]!.AsArray().ShouldHaveSingleItem()!;
        $"{row["id"]} {row["status"]} {row["total_cents"]} {row["currency"]}".ShouldBe($"{id} draft 150 USD");
        row["publisher_name"]!.ToString().ShouldNotBeEmpty();
        $"{row["change"]!["previous_cents"]} {row["change"]!["difference_cents"]} {row["change"]!["difference_percent"]}".ShouldBe("200 -50 -25");
        row["problems"]!.AsArray().ShouldBeEmpty();
        row["warnings"]!.AsArray().ShouldBeEmpty();
        var total = month["totals"]!.AsArray().ShouldHaveSingleItem()!;
        $"{total["currency"]} {total["drafts"]} {total["issued"]} {total["total_cents"]} {total["change"]!["difference_cents"]}".ShouldBe("USD 1 0 150 -50");

        // Of the first there is none to compare with.
        var first = (await ReadAsync(ledger, 1))["data"]!.AsArray().ShouldHaveSingleItem()!;
        first["change"].ShouldBeNull();
        first["issued_at"].ShouldNotBeNull();
    }

    [Fact]
    public async Task What_keeps_a_draft_is_the_same_in_the_month_as_on_the_statement_also_when_the_revenue_came_after_it_was_computed()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 4, "rev_share_bps=1000");
        await ledger.WatchAsync(2, 3, 100);
        await ledger.DraftAsync(2);
        var id = await ledger.DraftAsync(3);
        var (problems, warnings) = await OfMonthAsync(ledger, 3);
        problems.ShouldBe([$"Enter the revenue of {ledger.Month(3)} in USD.", $"Issue or delete the draft of {ledger.Month(2)} first."]);
        (await OfMonthAsync(ledger, 2)).Warnings.ShouldHaveSingleItem().ShouldContain("holds since");

        await ledger.RevenueAsync(3, 50_000);
        (problems, warnings) = await OfMonthAsync(ledger, 3);
        problems.ShouldBe([$"Issue or delete the draft of {ledger.Month(2)} first."]);
        var statement = await ledger.ReadAsync(id);
        Texts(statement["problems"]).ShouldBe(problems);
        Texts(statement["warnings"]).ShouldBe(warnings);
    }

    [Fact]
    public async Task Statements_of_a_month_are_found_by_the_publishers_name_and_by_status()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 1, "flat_fee_cents=5");
        await ledger.IssuedAsync(1);
        await ledger.ExecuteAsync($"update publishers set name = 'Éditions du Hibou {ledger.Publisher}' where id = {ledger.Publisher}");
        (await CountAsync(ledger, 1, $"?q=editions+du+hibou+{ledger.Publisher}")).ShouldBe(1);
        (await CountAsync(ledger, 1, "?q=nobody")).ShouldBe(0);
        (await CountAsync(ledger, 1, "?status=issued")).ShouldBe(1);
        (await CountAsync(ledger, 1, "?status=draft")).ShouldBe(0);
        (await ledger.Finance.GetAsync($"{Path(ledger, 1)}?status=lost")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await ledger.Finance.GetAsync("/admin/api/v1/statement_months/2026-13")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await (await app.EditorAsync()).GetAsync(Path(ledger, 1))).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_statement_is_compared_line_by_line_with_the_one_of_the_month_before()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var contract = await ledger.ContractAsync(1, 2, "rev_share_bps=10000");
        await ledger.RevenueAsync(1, 1_000);
        await ledger.RevenueAsync(2, 3_000);
        await ledger.WatchAsync(1, 5, 100);
        await ledger.WatchAsync(2, 5, 100);
        await ledger.WatchAsync(2, 6, 50, "Owl Post");
        var first = (long)(await ledger.IssuedAsync(1))["id"]!;
        var second = await ledger.DraftAsync(2);

        var answer = (await ledger.Finance.GetAsync($"{StatementScene.Path}/{second}/comparison")).ShouldBe(HttpStatusCode.OK).Json;
        $"{answer["previous"]!["id"]} {answer["previous"]!["month"]} {answer["previous"]!["status"]} {answer["previous"]!["total_cents"]}".ShouldBe($"{first} {ledger.Month(1)} issued 1000");
        $"{answer["total"]!["difference_cents"]} {answer["total"]!["difference_percent"]}".ShouldBe("2000 200");
        answer["lines"]!.AsArray().Select(l => $"{l!["description"]} {l["contract_id"]} {l["amount_cents"]} {l["previous_amount_cents"]?.ToString() ?? "none"} {l["difference_cents"]}")
            .ShouldBe([$"Owl Post {contract} 1000 none 1000", $"The Moon Boat {contract} 2000 1000 1000"], ignoreOrder: true);

        var alone = (await ledger.Finance.GetAsync($"{StatementScene.Path}/{first}/comparison")).ShouldBe(HttpStatusCode.OK).Json;
        alone["previous"].ShouldBeNull();
        alone["total"].ShouldBeNull();
        (await ledger.Finance.GetAsync($"{StatementScene.Path}/987654/comparison")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData(150, 200, -25)]
    [InlineData(1, 3, -66.7)]
    [InlineData(-50, -100, 50)]
    [InlineData(-300, -100, -200)]
    [InlineData(100, -100, 200)]
    public void Less_than_before_is_a_negative_per_cent_also_of_a_credit(long now, long before, double percent) => AmountChange.Of(now, before).DifferencePercent.ShouldBe((decimal)percent);

    [Fact]
    public void Nothing_has_no_per_cent() => AmountChange.Of(5, 0).ShouldBe(new AmountChange(0, 5, null));

    private static string Path(StatementScene ledger, int month) => $"/admin/api/v1/statement_months/{ledger.Month(month)}";

    private static async Task<JsonNode> ReadAsync(StatementScene ledger, int month) => (await ledger.Finance.GetAsync(Path(ledger, month))).ShouldBe(HttpStatusCode.OK).Json;

    private static async Task<int> CountAsync(StatementScene ledger, int month, string query) =>
        (await ledger.Finance.GetAsync(Path(ledger, month) + query)).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Count;

    private static async Task<(string[] Problems, string[] Warnings)> OfMonthAsync(StatementScene ledger, int month)
    {
        var row = (await ReadAsync(ledger, month))["data"]!.AsArray().ShouldHaveSingleItem()!;
        return (Texts(row["problems"]), Texts(row["warnings"]));
    }

    private static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(t => (string)t!)];
}
