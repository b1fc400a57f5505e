using System.Globalization;
using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Platform;
using Storytime.Tests.Reporting;
using Storytime.Tests.Testing;
using static Storytime.Tests.Admin.AuditedCall;

namespace Storytime.Tests.Admin;

/// <summary>Contracts, revenue and statements.</summary>
internal static class AuditedMoneyWrites
{
    private const string Contract = "PATCH /admin/api/v1/contracts/{id}";

    private static readonly object _revenue = new { amount_cents = 500, currency = "USD" };
    private static int _months;

    public static readonly AuditedWrite[] All =
    [
        new("POST /admin/api/v1/contracts", AdminRole.Finance, "created partnership_contract", null, async (host, _) =>
            Making(Contracts.New(await host.App.PublisherAsync()), new { contract_name = "All minutes", rev_share_bps = 1500, status = "draft" })),
        new(Contract, AdminRole.Finance, "updated partnership_contract", 200, async (host, finance) =>
            Changing(await ContractAsync(host, finance), new { rev_share_bps = 1600 }, new { rev_share_bps = 1500 }, new { rev_share_bps = 1600 })),
        new(Contract, AdminRole.Finance, "activated partnership_contract", 200, async (host, finance) =>
            Changing(await ContractAsync(host, finance), new { status = "active" }, new { status = "draft" }, new { status = "active" })),
        new(Contract, AdminRole.Finance, "terminated partnership_contract", 200, async (host, finance) =>
            Changing(
                await ContractAsync(host, finance), new { status = "terminated" },
                new { status = "draft", terminated_on = (string?)null }, new { status = "terminated", terminated_on = "2025-12-31" })),

        new("PUT /admin/api/v1/revenue_periods/{month}", AdminRole.Finance, "created revenue_period", 200, (_, _) =>
        {
            var month = NewMonth();
            return Task.FromResult(Making(_revenue, _revenue, month) with { Subject = Subject(month) });
        }),
        new("PUT /admin/api/v1/revenue_periods/{month}", AdminRole.Finance, "updated revenue_period", 200, async (_, finance) =>
        {
            var month = await RevenueAsync(finance);
            return Changing(Subject(month), new { amount_cents = 600, currency = "USD" }, new { amount_cents = 500 }, new { amount_cents = 600 }) with { Ids = [month] };
        }),
        new("DELETE /admin/api/v1/revenue_periods/{month}", AdminRole.Finance, "deleted revenue_period", 404, async (_, finance) =>
        {
            var month = await RevenueAsync(finance);
            return Ending(Subject(month), _revenue) with { Ids = [month] };
        }),

        new("POST /admin/api/v1/statements", AdminRole.Finance, "created publisher_statement", 200, async (host, _) =>
        {
            var ledger = await LedgerAsync(host);
            return Making(new { publisher_id = ledger.Publisher, month = ledger.Month(1) }, new { publisher_id = ledger.Publisher, status = "draft", total_cents = 100 });
        }),
        new("POST /admin/api/v1/statement_runs", AdminRole.Finance, "created publisher_statement", 201, async (host, _) =>
        {
            var ledger = await LedgerAsync(host);
            return Making(new { month = ledger.Month(1) }, new { publisher_id = ledger.Publisher, status = "draft", total_cents = 100 });
        }),
        new("DELETE /admin/api/v1/statements/{id}", AdminRole.Finance, "deleted publisher_statement", 404, async (host, _) =>
            Ending(await (await LedgerAsync(host)).DraftAsync(1), new { status = "draft", total_cents = 100 })),
        new("POST /admin/api/v1/statements/{id}/issues", AdminRole.Finance, "issued publisher_statement", 409, async (host, _) =>
            Changing(
                await (await LedgerAsync(host)).DraftAsync(1), new { },
                new { status = "draft", content_sha256 = (string?)null }, new { status = "issued", content_sha256 = Some })),
    ];

    private static async Task<long> ContractAsync(AccessHost host, ApiClient finance) => await finance.ContractAsync(await host.App.PublisherAsync());

    /// <summary>A month of its own, before all that statements are made of.</summary>
    private static string NewMonth() => $"{new DateOnly(2000, 1, 1).AddMonths(Interlocked.Increment(ref _months) % 24):yyyy-MM}";

    private static async Task<string> RevenueAsync(ApiClient finance)
    {
        var month = NewMonth();
        (await finance.PutAsync($"/admin/api/v1/revenue_periods/{month}", _revenue)).ShouldBe(HttpStatusCode.Created);
        return month;
    }

    /// <summary><c>200002</c>.</summary>
    private static long Subject(string month) => long.Parse(month.Replace("-", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    /// <summary>A publisher who gets a dollar a month in a year that nobody else has.</summary>
    private static async Task<StatementScene> LedgerAsync(AccessHost host)
    {
        var ledger = await StatementScene.OpenAsync(host.App);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=100");
        return ledger;
    }
}
