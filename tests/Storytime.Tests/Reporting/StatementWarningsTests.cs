using System.Net;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>Months that statements do not pay are told, and keep nothing from being issued.</summary>
public sealed class StatementWarningsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_contract_that_comes_to_hold_in_an_issued_month_is_told_there_and_on_later_statements()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=100");
        var january = await ledger.IssuedAsync(1);
        Warnings(january).ShouldBeEmpty();

        var late = await ledger.ContractAsync(1, 12, "flat_fee_cents=900");
        var missed = $"Contract {late} (Contract of {ledger.Month(1)}-01) holds in {ledger.Month(1)}, whose statement was issued without it: "
            + "what it earned there is not paid by statements. Agree on it as a fee.";
        Warnings(await ledger.ReadAsync((long)january["id"]!)).ShouldBe([missed]);
        var february = (await ledger.CreateAsync(2)).ShouldBe(HttpStatusCode.Created).Json;
        StatementScene.Problems(february).ShouldBeEmpty();
        Warnings(february).ShouldBe([missed]);
        var issued = await ledger.IssueAsync((long)february["id"]!);
        Warnings(issued.ShouldBe(HttpStatusCode.Created).Json).ShouldBe([missed]);
        ((long)issued["total_cents"]!).ShouldBe(1000);
        // What is agreed for a currency of its own, or not at all, is not missed.
        await ledger.ContractAsync(1, 12, "flat_fee_cents=900", "EUR");
        await ledger.ContractAsync(ledger.First(1), ledger.First(12), "flat_fee_cents=900", status: "draft");
        Warnings((await ledger.CreateAsync(3, "USD")).ShouldBe(HttpStatusCode.Created).Json).ShouldBe([missed]);
    }

    [Fact]
    public async Task Days_that_a_contract_was_extended_by_after_they_were_issued_are_told_and_months_that_were_left_out()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var contract = await ledger.ContractAsync(ledger.First(1), ledger.First(1).AddDays(14), "flat_fee_cents=100");
        await ledger.IssuedAsync(1);
        await ledger.ContractAsync(3, 12, "flat_fee_cents=100");
        Warnings(await ledger.IssuedAsync(3)).ShouldBeEmpty();
        await ledger.ExecuteAsync($"update partnership_contracts set end_date = '{ledger.Month(2)}-10' where id = {contract}");
        var name = $"Contract {contract} (Contract of {ledger.Month(1)}-01)";
        Warnings((await ledger.CreateAsync(4)).Json).ShouldBe(
        [
            $"{name} holds in {ledger.Month(1)}, whose statement was issued with {ledger.Month(1)}-01 to {ledger.Month(1)}-15 only: "
                + "what it earned on other days is not paid by statements. Agree on it as a fee.",
            $"{name} holds in {ledger.Month(2)}, which has no statement, and can have none any more: what it earned there is not paid by statements. Agree on it as a fee.",
        ]);
    }

    [Fact]
    public async Task A_first_statement_that_leaves_earlier_months_of_a_contract_behind_says_so()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var contract = await ledger.ContractAsync(1, 12, "flat_fee_cents=100");
        var march = await ledger.DraftAsync(3);
        async Task<string[]> MarchAsync() => Warnings(await ledger.ReadAsync(march));
        StatementScene.Problems(await ledger.ReadAsync(march)).ShouldBeEmpty();
        (await MarchAsync()).ShouldBe([
            $"Contract {contract} holds since {ledger.Month(1)}, but this would be the first statement in USD; once it is issued, earlier months cannot be issued any more. "
                + $"Make {ledger.Month(1)} first, unless it was paid elsewhere."]);
        // Now the order sees to it.
        var january = await ledger.DraftAsync(1);
        (await MarchAsync()).ShouldBeEmpty();
        Warnings(await ledger.ReadAsync(january)).ShouldBeEmpty();
        StatementScene.Problems(await ledger.ReadAsync(march))[0].ShouldBe($"Issue or delete the draft of {ledger.Month(1)} first.");
        // It was paid elsewhere.
        (await ledger.Finance.DeleteAsync($"{StatementScene.Path}/{january}")).ShouldBe(HttpStatusCode.NoContent);
        Warnings((await ledger.IssueAsync(march)).ShouldBe(HttpStatusCode.Created).Json).ShouldBeEmpty();
        Warnings((await ledger.CreateAsync(4)).Json).ShouldBeEmpty();
    }

    private static string[] Warnings(JsonNode statement) => [.. statement["warnings"]!.AsArray().Select(w => (string)w!)];
}
