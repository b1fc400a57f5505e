using System.Net;
using System.Text.Json.Nodes;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

public sealed class ManageContractsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = Contracts.Path;

    [Fact]
    public async Task Finance_creates_a_contract_as_a_draft_and_reads_it()
    {
        var (finance, publisher) = await FinanceAsync();
        var created = await finance.PostAsync(Path, Contracts.New(publisher, c =>
        {
            c["contract_name"] = "  Lantern 2026 ";
            c["payment_model"] = "hybrid";
            c["flat_fee_cents"] = 100_000_000_000;
            c["minimum_guarantee_cents"] = 1_200_000;
            c["minimum_guarantee_basis"] = "term";
            c["currency"] = "eur";
            c["notes"] = " By mail. ";
        }));

        created.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location!.ToString().ShouldBe($"{Path}/{created["id"]}");
        var body = created.Json.AsObject();
        body.Remove("id");
        ((string?)body["created_at"]).ShouldBe((string?)body["updated_at"]);
        body.Remove("created_at");
        body.Remove("updated_at");
        JsonNode.DeepEquals(body, JsonNode.Parse($$"""
            {
              "publisher_id": {{publisher}}, "publisher_name": "Lantern Press", "contract_name": "Lantern 2026", "start_date": "2026-01-01", "end_date": "2026-12-31", "payment_model": "hybrid",
              "rev_share_bps": 1500, "flat_fee_cents": 100000000000, "minimum_guarantee_cents": 1200000, "minimum_guarantee_basis": "term", "currency": "EUR",
              "notes": "By mail.", "status": "draft", "terminated_on": null, "overlaps": []
            }
            """)).ShouldBeTrue(created.Text);
        (await finance.GetAsync($"{Path}/{created["id"]}")).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(created.Text);
    }

    [Theory]
    [InlineData("""{ "publisher_id": null }""", "publisher_id")]
    [InlineData("""{ "publisher_id": 987654321 }""", "publisher_id")]
    [InlineData("""{ "contract_name": " " }""", "contract_name")]
    [InlineData("""{ "start_date": "1999-12-31" }""", "start_date")]
    [InlineData("""{ "end_date": "2101-01-01" }""", "end_date")]
    [InlineData("""{ "end_date": "2025-12-31" }""", "end_date")]
    [InlineData("""{ "payment_model": null }""", "payment_model")]
    [InlineData("""{ "rev_share_bps": 10001 }""", "rev_share_bps")]
    [InlineData("""{ "rev_share_bps": -1 }""", "rev_share_bps")]
    [InlineData("""{ "rev_share_bps": null }""", "rev_share_bps")]
    [InlineData("""{ "flat_fee_cents": 1 }""", "flat_fee_cents")]
    [InlineData("""{ "payment_model": "flat_fee", "flat_fee_cents": 1 }""", "rev_share_bps")]
    [InlineData("""{ "payment_model": "flat_fee", "rev_share_bps": null }""", "flat_fee_cents")]
    [InlineData("""{ "payment_model": "hybrid" }""", "flat_fee_cents")]
    [InlineData("""{ "payment_model": "hybrid", "flat_fee_cents": 1, "rev_share_bps": null }""", "rev_share_bps")]
    [InlineData("""{ "payment_model": "hybrid", "flat_fee_cents": 100000000001 }""", "flat_fee_cents")]
    [InlineData("""{ "minimum_guarantee_cents": 1 }""", "minimum_guarantee_basis")]
    [InlineData("""{ "minimum_guarantee_basis": "term" }""", "minimum_guarantee_cents")]
    [InlineData("""{ "minimum_guarantee_cents": -1, "minimum_guarantee_basis": "term" }""", "minimum_guarantee_cents")]
    [InlineData("""{ "currency": "UKP" }""", "currency")]
    [InlineData("""{ "currency": "XXX" }""", "currency")]
    [InlineData("""{ "notes": "" }""", "notes")]
    [InlineData("""{ "status": "expired" }""", "status")]
    [InlineData("""{ "status": "terminated" }""", "status")]
    public async Task A_value_that_cannot_be_accepted_is_answered_by_field_and_nothing_is_stored(string members, string field)
    {
        var (finance, publisher) = await FinanceAsync();
        var contract = Contracts.New(publisher);
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
            contract[name] = value?.DeepClone();
        var answer = await finance.PostAsync(Path, contract);

        var details = answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!.AsObject();
        details.Single().Key.ShouldBe(field, answer.Text);
        (await app.SqlAsync($"select count(*) from partnership_contracts where publisher_id = {publisher}")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_day_that_is_none_says_what_one_looks_like()
    {
        var (finance, publisher) = await FinanceAsync();
        foreach (var day in new[] { "2026-02-30", "25.02.2026", "2026-02-25T00:00:00Z", "" })
        {
            (await finance.PostAsync(Path, Contracts.New(publisher, c => c["start_date"] = day)))
                .ShouldBeError(HttpStatusCode.BadRequest, "invalid_request").Text.ShouldContain("start_date: This must be a day such as");
        }
        (await finance.GetAsync($"{Path}?holds_on=2026-02-30")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldContain("holds_on");
    }

    [Fact]
    public async Task A_patch_changes_only_what_is_given_and_null_clears_what_may_be_empty()
    {
        var (finance, publisher) = await FinanceAsync();
        var id = await finance.ContractAsync(publisher, c =>
        {
            c["minimum_guarantee_cents"] = 500;
            c["minimum_guarantee_basis"] = "monthly";
            c["notes"] = "Old";
        });
        var path = $"{Path}/{id}";

        var renamed = await finance.PatchAsync(path, new { contract_name = "New", currency = "gbp" });
        ((string?)renamed.ShouldBe(HttpStatusCode.OK)["contract_name"]).ShouldBe("New");
        ((string?)renamed["currency"]).ShouldBe("GBP");
        ((string?)renamed["notes"]).ShouldBe("Old");
        ((long?)renamed["minimum_guarantee_cents"]).ShouldBe(500);

        (await finance.PatchAsync(path, """{ "rev_share_bps": null }"""))
            .ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldContain("rev_share_bps");
        (await finance.PatchAsync(path, """{ "payment_model": "flat_fee", "flat_fee_cents": 7 }"""))
            .ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldContain("null clears it");
        var fee = await finance.PatchAsync(path, """{ "payment_model": "flat_fee", "flat_fee_cents": 7, "rev_share_bps": null, "notes": null, "start_date": null }""");
        fee.ShouldBe(HttpStatusCode.OK)["rev_share_bps"].ShouldBeNull();
        fee["notes"].ShouldBeNull();
        ((string?)fee["start_date"]).ShouldBe("2026-01-01");

        (await finance.PatchAsync(path, """{ "minimum_guarantee_basis": null, "minimum_guarantee_cents": 5 }"""))
            .ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        var cleared = await finance.PatchAsync(path, """{ "minimum_guarantee_cents": null }""");
        cleared.ShouldBe(HttpStatusCode.OK)["minimum_guarantee_cents"].ShouldBeNull();
        cleared["minimum_guarantee_basis"].ShouldBeNull();
    }

    [Fact]
    public async Task Every_change_leaves_an_audit_entry_with_before_and_after_and_none_is_left_by_what_changes_nothing()
    {
        var (finance, publisher) = await FinanceAsync();
        var created = await finance.PostAsync(Path, Contracts.New(publisher));
        var path = $"{Path}/{created["id"]}";
        await finance.PatchAsync(path, new { rev_share_bps = 2000 });
        await finance.PatchAsync(path, new { rev_share_bps = 2000 });
        // All that was read, as a form would send it.
        var read = await finance.GetAsync(path);
        (await finance.PatchAsync(path, read.Text)).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(read.Text);
        await finance.PatchAsync(path, new { status = "active" });
        await finance.PatchAsync(path, new { status = "terminated", terminated_on = "2026-06-30" });

        (await app.SqlAsync($"""
            select string_agg(concat_ws(' ', action, before ->> 'status', before ->> 'rev_share_bps', '→', after ->> 'status', after ->> 'rev_share_bps',
                after ->> 'terminated_on'), '; ' order by id)
            from audit_entries where subject_type = 'partnership_contract' and subject_id = {created["id"]}
            """)).ShouldBe("created → draft 1500; updated draft 1500 → draft 2000; activated draft 2000 → active 2000; "
                + "terminated active 2000 → terminated 2000 2026-06-30");
        (await app.SqlAsync($"""
            select count(*) from audit_entries a join admin_users u on u.id = a.admin_id and u.role = 'finance'
            where subject_type = 'partnership_contract' and subject_id = {created["id"]}
            """)).ShouldBe(4L);
    }

    [Fact]
    public async Task Patches_at_the_same_time_come_one_after_the_other_each_with_its_true_before()
    {
        var (finance, publisher) = await FinanceAsync();
        var id = await finance.ContractAsync(publisher);
        Task<Answer[]> patches;
        await using (await HeldLock.TakeAsync(app, $"select from partnership_contracts where id = {id} for update"))
        {
            patches = Task.WhenAll(finance.PatchAsync($"{Path}/{id}", new { rev_share_bps = 1000 }), finance.PatchAsync($"{Path}/{id}", new { end_date = "2027-12-31" }));
            await app.WaitersAsync(2, patches);
        }
        foreach (var answer in await patches)
            answer.ShouldBe(HttpStatusCode.OK);

        (await app.SqlAsync($"""
            select count(*) from (select before, lag(after) over (order by id) as previous from audit_entries where subject_type = 'partnership_contract' and subject_id = {id}) e
            where before = previous
            """)).ShouldBe(2L);
        var now = await finance.GetAsync($"{Path}/{id}");
        ((int?)now["rev_share_bps"]).ShouldBe(1000);
        ((string?)now["end_date"]).ShouldBe("2027-12-31");
    }

    [Fact]
    public async Task Overlaps_of_one_publisher_are_named_and_not_forbidden()
    {
        var (finance, publisher) = await FinanceAsync();
        var first = await finance.ContractAsync(publisher, c => (c["start_date"], c["end_date"], c["status"]) = ("2026-01-01", "2026-06-30", "active"));
        var next = await finance.ContractAsync(publisher, c => (c["start_date"], c["end_date"]) = ("2026-07-01", "2026-12-31"));
        var across = await finance.PostAsync(Path, Contracts.New(publisher, c => (c["start_date"], c["end_date"]) = ("2026-06-30", "2026-07-01")));
        await finance.ContractAsync(await app.PublisherAsync());
        Overlaps(across.ShouldBe(HttpStatusCode.Created)).ShouldBe([first, next]);
        Overlaps(await finance.GetAsync($"{Path}/{first}")).ShouldBe([(long)across["id"]!]);

        // What was terminated overlaps until its last day, and a draft that never held overlaps nothing.
        Overlaps(await finance.PatchAsync($"{Path}/{first}", new { status = "terminated", terminated_on = "2026-06-29" })).ShouldBeEmpty();
        Overlaps(await finance.GetAsync($"{Path}/{across["id"]}")).ShouldBe([next]);
        Overlaps(await finance.PatchAsync($"{Path}/{across["id"]}", new { status = "terminated" })).ShouldBeEmpty();
        Overlaps(await finance.GetAsync($"{Path}/{next}")).ShouldBeEmpty();
        (await finance.GetAsync($"{Path}?publisher_id={publisher}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_list_has_the_newest_start_first_with_search_filters_and_pages()
    {
        var (finance, publisher) = await FinanceAsync();
        await finance.ContractAsync(publisher, c => (c["contract_name"], c["start_date"], c["end_date"], c["status"]) = ("Été 100%", "2024-01-01", "2024-12-31", "active"));
        await finance.ContractAsync(publisher, c => (c["contract_name"], c["start_date"], c["end_date"], c["status"]) = ("Etesian", "2025-01-01", "2025-12-31", "active"));
        await finance.ContractAsync(publisher, c => (c["contract_name"], c["start_date"], c["end_date"]) = ("Winter", "2024-06-01", "2026-12-31"));
        var list = $"{Path}?publisher_id={publisher}";

        Names(await finance.GetAsync(list)).ShouldBe(["Etesian", "Winter", "Été 100%"]);
        Names(await finance.GetAsync($"{list}&q=ete")).ShouldBe(["Etesian", "Été 100%"]);
        Names(await finance.GetAsync($"{list}&q=0%25")).ShouldBe(["Été 100%"]);
        Names(await finance.GetAsync($"{list}&status=draft")).ShouldBe(["Winter"]);
        Names(await finance.GetAsync($"{list}&holds_on=2024-12-31")).ShouldBe(["Été 100%"]);
        Names(await finance.GetAsync($"{list}&holds_on=2025-01-01")).ShouldBe(["Etesian"]);
        var page = await finance.GetAsync($"{list}&page=2&per_page=2");
        Names(page).ShouldBe(["Été 100%"]);
        page["pagination"]!.ToJsonString().ShouldBe("""{"page":2,"per_page":2,"total":3,"total_pages":2}""");
        (await finance.GetAsync($"{list}&status=asleep")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
    }

    [Fact]
    public async Task Admins_may_editors_may_not_and_what_does_not_exist_is_not_found()
    {
        var (finance, publisher) = await FinanceAsync();
        var id = await (await app.StaffAsync(AdminRole.Admin)).ContractAsync(publisher);
        var editor = await app.EditorAsync();
        (await editor.GetAsync(Path)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await editor.PostAsync(Path, Contracts.New(publisher))).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await editor.GetAsync($"{Path}/{id}")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await editor.PatchAsync($"{Path}/{id}", new { notes = "A" })).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await finance.GetAsync($"{Path}/987654321")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await finance.PatchAsync($"{Path}/987654321", new { notes = "A" })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await finance.DeleteAsync($"{Path}/{id}")).ShouldBeError(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
    }

    private async Task<(ApiClient Finance, long Publisher)> FinanceAsync() => (await app.StaffAsync(AdminRole.Finance), await app.PublisherAsync());

    private static long[] Overlaps(Answer answer) => [.. answer["overlaps"].ShouldNotBeNull(answer.Text).AsArray().Select(i => (long)i!)];

    private static string[] Names(Answer answer) => [.. answer.ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(p => (string)p!["contract_name"]!)];
}
