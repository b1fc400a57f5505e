using System.Net;
using System.Text.Json.Nodes;
using Storytime.Platform.Auth;
using Storytime.Rights;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

/// <summary>Draft → active → expired or terminated. Contracts here are placed around the app's own day.</summary>
public sealed class ContractLifeTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = Contracts.Path;

    private string Today => Day(0);

    [Fact]
    public async Task A_contract_is_terminated_today_unless_another_day_of_its_term_is_given()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        Terminated(await EndAsync(finance, -10, 10)).ShouldBe(Today);
        Terminated(await EndAsync(finance, -10, 10, Day(-10))).ShouldBe(Day(-10));
        Terminated(await EndAsync(finance, -10, 10, Day(10))).ShouldBe(Day(10));
        // It is to hold on no day at all.
        Terminated(await EndAsync(finance, -10, 10, Day(-11))).ShouldBe(Day(-11));
        Terminated(await EndAsync(finance, 5, 10)).ShouldBe(Day(4));
        Terminated(await EndAsync(finance, 5, 10, Day(6))).ShouldBe(Day(6));
        // The job was not here yet.
        Terminated(await EndAsync(finance, -10, -5)).ShouldBe(Day(-5));
        foreach (var day in new[] { Day(-12), Day(11) })
        {
            (await EndAsync(finance, -10, 10, day)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
                .Json["error"]!["details"]!["terminated_on"]![0]!.ToString().ShouldContain($"from {Day(-10)} to {Day(10)}");
        }
    }

    [Fact]
    public async Task A_draft_that_is_terminated_never_held()
    {
        var (finance, draft) = await MakeAsync(-10, 10, "draft");
        (await finance.PatchAsync(draft, new { status = "terminated", terminated_on = Today })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        Terminated(await finance.PatchAsync(draft, new { status = "terminated" })).ShouldBe(Day(-11));
        (await finance.GetAsync($"{Path}?holds_on={Today}")).Text.ShouldNotContain($"\"id\":{draft.Split('/')[^1]},");
    }

    [Fact]
    public async Task There_is_no_way_back()
    {
        foreach (var (status, refused) in new[]
        {
            ("draft", new[] { "expired" }),
            ("active", ["draft", "expired"]),
            ("terminated", ["draft", "active", "expired"]),
            ("expired", ["draft", "active", "terminated"]),
        })
        {
            var (finance, path) = await MakeAsync(-10, status == "expired" ? -1 : 10, status);
            var before = (await finance.GetAsync(path)).Text;
            foreach (var word in refused)
                (await finance.PatchAsync(path, new { status = word })).ShouldBeError(HttpStatusCode.Conflict, "conflict");
            (await finance.GetAsync(path)).Text.ShouldBe(before);
        }
    }

    [Fact]
    public async Task Terms_of_what_has_ended_stay_and_its_name_and_notes_may_change()
    {
        foreach (var status in new[] { "expired", "terminated" })
        {
            var (finance, path) = await MakeAsync(-10, status == "expired" ? -1 : 10, status);
            foreach (var change in new[] { """{ "rev_share_bps": 1 }""", """{ "currency": "EUR" }""", """{ "start_date": "2020-01-01" }""", $$"""{ "end_date": "{{Day(-2)}}" }""" })
            {
                (await finance.PatchAsync(path, change)).ShouldBeError(HttpStatusCode.Conflict, "conflict")
                    .Json["error"]!["message"]!.ToString().ShouldContain("new contract");
            }
            var renamed = await finance.PatchAsync(path, new { contract_name = "Old one", notes = "Filed" });
            ((string?)renamed.ShouldBe(HttpStatusCode.OK)["status"]).ShouldBe(status);
            ((string?)renamed["notes"]).ShouldBe("Filed");
        }
        var (staff, terminated) = await MakeAsync(-10, 10, "terminated");
        (await staff.PatchAsync(terminated, new { terminated_on = Day(5) })).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        (await staff.PatchAsync(terminated, new { terminated_on = Today, status = "terminated" })).ShouldBe(HttpStatusCode.OK);
        (await staff.PatchAsync(terminated, new { end_date = Day(20) })).ShouldBeError(HttpStatusCode.Conflict, "conflict");
    }

    [Fact]
    public async Task An_expired_contract_is_active_again_when_its_end_is_moved_to_today_or_later()
    {
        var (finance, path) = await MakeAsync(-10, -1, "expired");
        (await finance.PatchAsync(path, new { end_date = Today, rev_share_bps = 1 })).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        var extended = await finance.PatchAsync(path, new { end_date = Today });
        ((string?)extended.ShouldBe(HttpStatusCode.OK)["status"]).ShouldBe("active");
        (await app.SqlAsync($"""
            select concat_ws(' ', action, before ->> 'status', before ->> 'end_date', after ->> 'status', after ->> 'end_date') from audit_entries
            where subject_type = 'partnership_contract' and subject_id = {path.Split('/')[^1]} order by id desc limit 1
            """)).ShouldBe($"extended expired {Day(-1)} active {Today}");
    }

    [Fact]
    public async Task The_publisher_changes_in_drafts_only_and_terminated_on_needs_its_status()
    {
        var other = await app.PublisherAsync();
        var (finance, draft) = await MakeAsync(-10, 10, "draft");
        ((long?)(await finance.PatchAsync(draft, new { publisher_id = other }))["publisher_id"]).ShouldBe(other);
        (await finance.PatchAsync(draft, new { publisher_id = 987654321 })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldContain("publisher_id");
        foreach (var status in new[] { "active", "expired", "terminated" })
        {
            var (_, path) = await MakeAsync(-10, status == "expired" ? -1 : 10, status);
            (await finance.PatchAsync(path, new { publisher_id = other })).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("new one");
        }
        (await finance.PatchAsync(draft, new { terminated_on = Today })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldContain("terminated_on");
    }

    [Fact]
    public async Task A_contract_may_be_changed_and_terminated_at_once_but_not_against_the_rules()
    {
        var (finance, path) = await MakeAsync(-10, 10, "active");
        (await finance.PatchAsync(path, new { status = "terminated", flat_fee_cents = 5 })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        var ended = await finance.PatchAsync(path, new { status = "terminated", start_date = Day(-5), terminated_on = Day(-5) });
        Terminated(ended).ShouldBe(Day(-5));
        ((string?)ended["start_date"]).ShouldBe(Day(-5));
    }

    [Fact]
    public async Task The_currency_changes_in_drafts_only()
    {
        var (finance, draft) = await MakeAsync(-10, 10, "draft");
        ((string?)(await finance.PatchAsync(draft, new { currency = "EUR" })).ShouldBe(HttpStatusCode.OK)["currency"]).ShouldBe("EUR");
        var (_, active) = await MakeAsync(-10, 10, "active");
        (await finance.PatchAsync(active, new { currency = "EUR" })).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("drafts only");
        ((string?)(await finance.PatchAsync(active, new { currency = "USD" })).ShouldBe(HttpStatusCode.OK)["currency"]).ShouldBe("USD");
    }

    [Fact]
    public async Task A_guarantee_over_the_term_of_an_active_contract_may_become_nothing_but_stays_one()
    {
        var (finance, path) = await MakeAsync(-10, 10, "active");
        async Task<Answer> PatchAsync(string cents, string basis) =>
            await finance.PatchAsync(path, $$"""{ "minimum_guarantee_cents": {{cents}}, "minimum_guarantee_basis": {{basis}} }""");
        (await PatchAsync("500", "\"monthly\"")).ShouldBe(HttpStatusCode.OK);
        (await PatchAsync("null", "null")).ShouldBe(HttpStatusCode.OK);
        (await PatchAsync("100000", "\"term\"")).ShouldBe(HttpStatusCode.OK);
        var before = (await finance.GetAsync(path)).Text;
        foreach (var (cents, basis) in new[] { ("null", "null"), ("100000", "\"monthly\""), ("0", "\"monthly\"") })
            (await PatchAsync(cents, basis)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("still to be earned");
        (await finance.GetAsync(path)).Text.ShouldBe(before);
        ((long)(await PatchAsync("0", "\"term\"")).ShouldBe(HttpStatusCode.OK)["minimum_guarantee_cents"]!).ShouldBe(0);
    }

    private static string? Terminated(Answer answer)
    {
        ((string?)answer.ShouldBe(HttpStatusCode.OK)["status"]).ShouldBe("terminated");
        return (string?)answer["terminated_on"];
    }

    private string Day(int fromToday) => $"{app.Now.UtcDateTime.AddDays(fromToday):yyyy-MM-dd}";

    private async Task<Answer> EndAsync(ApiClient finance, int start, int end, string? lastDay = null)
    {
        var (_, path) = await MakeAsync(start, end, "active");
        return await finance.PatchAsync(path, new { status = "terminated", terminated_on = lastDay });
    }

    private async Task<(ApiClient Finance, string Path)> MakeAsync(int start, int end, string status)
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        void Place(JsonObject c) => (c["start_date"], c["end_date"], c["status"]) = (Day(start), Day(end), status == "draft" ? "draft" : "active");
        var path = $"{Path}/{await finance.ContractAsync(await app.PublisherAsync(), Place)}";
        if (status == "expired")
            await app.RunAsync<ExpireContracts>(j => j.RunAsync(CancellationToken.None));
        if (status == "terminated")
            (await finance.PatchAsync(path, new { status })).ShouldBe(HttpStatusCode.OK);
        ((string?)(await finance.GetAsync(path))["status"]).ShouldBe(status);
        return (finance, path);
    }
}
