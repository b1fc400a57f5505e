using System.Globalization;
using System.Text.Json;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.Demo;

/// <summary>Contracts, revenue and statements of the demo, made by the means of a finance clerk. What is there already is left alone.</summary>
internal sealed class DemoAccounts(DemoApi finance)
{
    private const string Pilot = "Two-season pilot";
    private const string Renewal = "Renewal for three years";

    /// <summary>Cents of the last month and of this one.</summary>
    private static readonly (int MonthsAgo, long Cents)[] Revenue = [(2, 412_350_00), (1, 468_900_00), (0, 391_275_00)];

    /// <summary>One of each kind, in turn: a share, a fee with a share and a monthly guarantee, a fee, and a share with an advance.</summary>
    private static readonly Func<long, DateOnly, object>[] Terms =
    [
        (publisher, start) => Contract(publisher, "Revenue share", start, new { payment_model = "rev_share", rev_share_bps = 2500 }),
        (publisher, start) => Contract(publisher, "Fee and share", start,
            new { payment_model = "hybrid", rev_share_bps = 1200, flat_fee_cents = 250_00, minimum_guarantee_cents = 1_500_00, minimum_guarantee_basis = "monthly" }),
        (publisher, start) => Contract(publisher, "Flat fee", start, new { payment_model = "flat_fee", flat_fee_cents = 1_200_00 }),
        (publisher, start) => Contract(publisher, "Share with an advance", start,
            new { payment_model = "rev_share", rev_share_bps = 2000, minimum_guarantee_cents = 25_000_00, minimum_guarantee_basis = "term" }),
    ];

    public async Task EnsureAsync(Progress.Step step, CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var first = new DateOnly(today.Year, today.Month, 1);
        var names = (await finance.ListAsync("/publishers", ct)).DistinctBy(p => p.GetProperty("name").GetString()).ToDictionary(p => p.GetProperty("name").GetString()!, Id);
        await EnsureContractsAsync(names, today, ct);
        var known = (await finance.ListAsync("/contracts", ct)).Where(c => c.GetProperty("status").GetString() != "draft").Select(c => c.GetProperty("publisher_id").GetInt64()).ToHashSet();
        var publishers = names.Values.Order().ToList();
        foreach (var (publisher, index) in publishers.Select((p, i) => (p, i)).Where(p => !known.Contains(p.p)))
            await finance.PostAsync("/contracts", Terms[index % Terms.Length](publisher, first.AddMonths(-3).AddDays(14)), ct);

        var months = (await finance.ListAsync("/revenue_periods", ct)).Select(p => p.GetProperty("month").GetString()).ToHashSet();
        foreach (var (month, cents) in Revenue.Select(r => (Name(first.AddMonths(-r.MonthsAgo)), r.Cents)).Where(r => !months.Contains(r.Item1)))
            await finance.PutAsync($"/revenue_periods/{month}", new { amount_cents = cents, currency = "USD" }, ct);

        var issued = await IssueAsync(Name(first.AddMonths(-2)), ct);
        var drafts = await finance.PostAsync("/statement_runs", new { month = Name(first.AddMonths(-1)) }, ct);
        step.Report($"{publishers.Count} publishers, {issued} statements issued, {drafts.GetProperty("statements").GetArrayLength()} drafts of {Name(first.AddMonths(-1))}");
    }

    /// <summary>One that ends soon and one that is only a draft, where there is none of their name yet.</summary>
    private async Task EnsureContractsAsync(Dictionary<string, long> publishers, DateOnly today, CancellationToken ct)
    {
        var known = (await finance.ListAsync("/contracts", ct)).Select(c => c.GetProperty("contract_name").GetString()).ToHashSet();
        if (publishers.TryGetValue(DemoDesk.Publisher, out var foxglove) && !known.Contains(Pilot))
        {
            await finance.PostAsync("/contracts", new
            {
                publisher_id = foxglove,
                contract_name = Pilot,
                start_date = new DateOnly(today.Year, today.Month, 1).AddMonths(-2),
                end_date = today.AddDays(40),
                payment_model = "flat_fee",
                flat_fee_cents = 180_00,
                currency = "USD",
                status = "active",
            }, ct);
        }

        if (publishers.TryGetValue("Paper Kite Books", out var paperKite) && !known.Contains(Renewal))
        {
            await finance.PostAsync("/contracts", new
            {
                publisher_id = paperKite,
                contract_name = Renewal,
                start_date = today.AddDays(30),
                end_date = today.AddDays(30).AddYears(3),
                payment_model = "rev_share",
                rev_share_bps = 2750,
                currency = "USD",
                notes = "Their lawyers have it. They would like a guarantee as well.",
                status = "draft",
            }, ct);
        }
    }

    /// <summary>Statements that cannot be issued, because those of earlier months are not, stay drafts.</summary>
    private async Task<int> IssueAsync(string month, CancellationToken ct)
    {
        var run = await finance.PostAsync("/statement_runs", new { month }, ct);
        var issued = 0;
        foreach (var statement in run.GetProperty("statements").EnumerateArray())
        {
            if (statement.GetProperty("status").GetString() == "issued" || await finance.TryPostAsync($"/statements/{Id(statement)}/issues", new { }, ct))
                issued++;
        }

        return issued;
    }

    private static long Id(JsonElement resource) => resource.GetProperty("id").GetInt64();

    private static string Name(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static Dictionary<string, JsonElement> Contract(long publisher, string name, DateOnly start, object terms) =>
        Members(new { publisher_id = publisher, contract_name = name, start_date = start, end_date = start.AddYears(2), currency = "USD", status = "active" })
            .Concat(Members(terms)).ToDictionary();

    private static IEnumerable<KeyValuePair<string, JsonElement>> Members(object value) =>
        JsonSerializer.SerializeToElement(value).EnumerateObject().Select(m => KeyValuePair.Create(m.Name, m.Value));
}
