using System.Net;
using System.Text.Json.Nodes;
using Storytime.Admin.Operations;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class AuditTrailTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Entries = "/admin/api/v1/audit_entries";

    [Fact]
    public async Task A_change_is_shown_with_who_made_it_and_what_it_was_before_and_after()
    {
        var (editor, admin) = (await app.EditorAsync(), await app.AdminAsync());
        var book = await editor.BookAsync("Moon");
        (await editor.PatchAsync($"/admin/api/v1/books/{book}", new { title = "Sun", description = "<script>alert(1)</script>" })).ShouldBe(HttpStatusCode.OK);
        var entries = await ListAsync(admin, $"subject_type=book&subject_id={book}");
        entries.Select(e => (string?)e!["action"]).ShouldBe(["updated", "created"]);
        var updated = entries[0]!;
        ((string?)updated["before"]!["title"], (string?)updated["after"]!["title"], (string?)updated["after"]!["description"]).ShouldBe(("Moon", "Sun", "<script>alert(1)</script>"));
        entries[1]!["before"].ShouldBeNull();
        ((string?)updated["admin_email"])!.ShouldStartWith("editor-");
        (await ListAsync(admin, $"admin_id={updated["admin_id"]}")).Count.ShouldBe(2);
        (await ListAsync(admin, $"admin_id={updated["admin_id"]}&action=created")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_job_did_has_no_author()
    {
        await app.SqlAsync("insert into audit_entries (action, subject_type, subject_id, before, created_at) values ('expired', 'partnership_contract', 4242, '{\"status\": \"active\"}', now())");
        var entry = (await ListAsync(await app.AdminAsync(), "subject_id=4242")).ShouldHaveSingleItem()!;
        (entry["admin_id"], entry["admin_email"], (string?)entry["before"]!["status"]).ShouldBe((null, null, "active"));
    }

    [Fact]
    public async Task Each_role_sees_the_history_of_what_it_works_on()
    {
        string[] all = ["book", "video_asset", "upload", "rights_window", "publisher", "partnership_contract", "revenue_period", "publisher_statement", "admin_user", "user", "child_profile"];
        foreach (var subject in all)
            await app.SqlAsync($"insert into audit_entries (action, subject_type, subject_id, created_at) values ('tried', '{subject}', 77, now())");
        Dictionary<AdminRole, string[]> visible = new()
        {
            [AdminRole.Admin] = all,
            [AdminRole.Editor] = ["book", "video_asset", "upload", "rights_window", "publisher"],
            [AdminRole.Finance] = ["publisher", "partnership_contract", "revenue_period", "publisher_statement"],
        };
        foreach (var (role, expected) in visible)
        {
            var staff = await app.StaffAsync(role);
            (await ListAsync(staff, "action=tried")).Select(e => (string)e!["subject_type"]!).ShouldBe(expected, ignoreOrder: true);
            foreach (var subject in all)
            {
                var answer = await staff.GetAsync($"{Entries}?action=tried&subject_type={subject}");
                if (expected.Contains(subject))
                    answer.ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Count.ShouldBe(1);
                else
                    answer.ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
                // The page of the thing itself asks by the same rule.
                (await app.InDatabaseAsync(db => db.HistoryAsync(new Storytime.Platform.Auth.Staff(1, role), subject, 77, new PageQuery(), CancellationToken.None)))
                    .Data.Count.ShouldBe(expected.Contains(subject) ? 1 : 0);
            }
        }
    }

    [Fact]
    public async Task A_span_of_time_can_be_asked_for()
    {
        await app.SqlAsync("insert into audit_entries (action, subject_type, subject_id, created_at) select 'timed', 'book', 9000 + n, timestamptz '2026-03-01Z' + n * interval '1 hour' from generate_series(1, 4) n");
        var admin = await app.AdminAsync();
        (await ListAsync(admin, "action=timed&from=2026-03-01T02:00:00Z&to=2026-03-01T03:00:00Z")).Select(e => (long)e!["subject_id"]!).ShouldBe([9003, 9002]);
        (await ListAsync(admin, "action=timed&per_page=1&page=4")).Select(e => (long)e!["subject_id"]!).ShouldBe([9001]);
        (await admin.GetAsync($"{Entries}?from=0001-01-01T00:00:00Z")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
    }

    private static async Task<JsonArray> ListAsync(ApiClient staff, string query) => (await staff.GetAsync($"{Entries}?{query}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray();
}
