using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Storytime.Platform.Auth;
using Storytime.Tests.Admin.SignIn;
using Storytime.Tests.Platform;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

/// <summary>
/// Every route of the admin API by which something changes, and every form of the console that is none of its calls, against the audit trail. Pages of the console call the same
/// handlers as the routes.
/// </summary>
public sealed partial class EveryChangeIsAuditedTests(AccessHost host) : IClassFixture<AccessHost>
{
    /// <summary>What is no GET and still changes nothing: the reason, which is put to the test as well.</summary>
    private static readonly Dictionary<string, string> _changeNothing = new()
    {
        ["POST /admin/api/v1/auth/login"] = "It gives out a token, of which nothing is kept. A recovery code that it takes is gone, and that is among the forms.",
        ["POST /admin/api/v1/book_matches"] = "A question with more names than an address can hold.",
        ["POST /admin/api/v1/uploads/{id}/parts"] = "Addresses for parts are signed, not kept; that the upload was allowed is in its own entry.",
        ["POST /admin/api/v1/video_assets/{id}/previews"] = "Cookies to look at a video are signed, not kept. To whom they were given is in the log.",
    };

    public static TheoryData<string> Writes => [.. AuditedWrite.All.Select(w => w.Name)];

    public static TheoryData<string> Repeated => [.. AuditedWrite.All.Where(w => w.Again is not null).Select(w => w.Name)];

    public static TheoryData<string> ChangeNothing => [.. _changeNothing.Keys];

    public static TheoryData<string> Forms => [.. AuditedForms.All.Keys];

    [Fact]
    public void Every_route_that_is_not_only_read_is_tried_here_or_has_a_reason_why_it_changes_nothing()
    {
        var routes = host.Routes().Where(r => r.Contains(" /admin/api/", StringComparison.Ordinal) && !r.StartsWith("GET ", StringComparison.Ordinal)).ToList();
        routes.Count.ShouldBeGreaterThan(30);
        var tried = AuditedWrite.All.Select(w => w.Route).Distinct().ToList();
        tried.Intersect(_changeNothing.Keys).ShouldBeEmpty();
        routes.Except(tried).Except(_changeNothing.Keys).ShouldBeEmpty(
            "Nothing says what these leave in the audit trail. Let them write an AuditEntry in the transaction of the change, and add an AuditedWrite for each.");
        tried.Concat(_changeNothing.Keys).Except(routes).ShouldBeEmpty("No route of the app is like these. Take them away, or correct their method or address.");
    }

    [Fact]
    public void Every_form_of_the_console_that_is_no_call_of_the_API_is_tried_here()
    {
        var forms = Directory.EnumerateFiles(ConsoleFolder(), "*.razor", SearchOption.AllDirectories).SelectMany(f => FormName().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).ToList();
        forms.Count.ShouldBeGreaterThan(10);
        forms.Except(AuditedForms.All.Keys).ShouldBeEmpty("Nothing says what these forms leave in the audit trail. Add an AuditedForm for each.");
    }

    [Theory, MemberData(nameof(Writes))]
    public async Task A_change_leaves_one_entry_with_who_made_it_and_what_was_before_and_after(string name)
    {
        var (write, call, staff) = await ArrangeAsync(name);
        var newest = await host.App.NewestEntryAsync();
        var answer = await SendAsync(write, call, staff);
        ((int)answer.Status).ShouldBeInRange(200, 299, answer.Text);
        var entry = (await host.App.EntriesSinceAsync(newest)).ShouldHaveSingleItem();
        $"{entry["action"]} {entry["subject_type"]} {entry["subject_id"]}".ShouldBe($"{write.Entry} {call.Subject ?? Made(answer.Json)}");
        (entry["admin_id"]?.ToString()).ShouldBe((string?)Caller.Payload(staff.Token!)["sub"]);
        entry.ShouldSay(call.Before, call.After);
    }

    [Theory, MemberData(nameof(Writes))]
    public async Task A_change_whose_entry_cannot_be_written_is_not_made(string name)
    {
        var (write, call, staff) = await ArrangeAsync(name);
        var before = await Fingerprint.OfAsync(host.App);
        await using (await host.App.RefuseEntriesAsync())
            await SendAsync(write, call, staff);
        (await Fingerprint.OfAsync(host.App)).ShouldBe(before);
        // It was the entry alone that kept it.
        ((int)(await SendAsync(write, call, staff)).Status).ShouldBeInRange(200, 299);
    }

    [Theory, MemberData(nameof(Repeated))]
    public async Task The_same_call_once_more_changes_nothing_and_leaves_no_entry(string name)
    {
        var (write, call, staff) = await ArrangeAsync(name);
        var first = await SendAsync(write, call, staff);
        ((int)first.Status).ShouldBeInRange(200, 299, first.Text);
        var newest = await host.App.NewestEntryAsync();
        var again = await SendAsync(write, call, staff);
        ((int)again.Status).ShouldBe(write.Again!.Value, again.Text);
        (await host.App.EntriesSinceAsync(newest)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("PATCH /admin/api/v1/publishers/{id}", """{ "name": "" }""", 422)]
    [InlineData("PATCH /admin/api/v1/books/{id}", """{ "age_min": 9, "age_max": 2 }""", 422)]
    [InlineData("PUT /admin/api/v1/books/{id}/cover", """{ "cover_s3_key": "covers/1/none.png" }""", 422)]
    [InlineData("PATCH /admin/api/v1/rights_windows/{id}", """{ "end_at": "2001-01-01T00:00:00Z" }""", 422)]
    [InlineData("PATCH /admin/api/v1/contracts/{id}", """{ "end_date": "2001-01-01" }""", 422)]
    [InlineData("PATCH /admin/api/v1/contracts/{id}", """{ "status": "expired" }""", 409)]
    [InlineData("DELETE /admin/api/v1/revenue_periods/{month}", null, 422)]
    [InlineData("POST /admin/api/v1/statement_runs", """{ "month": "2100-12" }""", 422)]
    [InlineData("POST /admin/api/v1/statements/{id}/issues", """{ "content_sha256": "0000000000000000000000000000000000000000000000000000000000000000" }""", 409)]
    [InlineData("POST /admin/api/v1/uploads/{id}/complete", "{}", 422)]
    [InlineData("POST /admin/api/v1/video_assets/{id}/cancellations", null, 409)]
    [InlineData("POST /admin/api/v1/video_assets/{id}/rollbacks", null, 409)]
    [InlineData("POST /admin/api/v1/users/{id}/reveals", """{ "child_profile_id": 1, "reason": " " }""", 422)]
    [InlineData("POST /admin/api/v1/admins", """{ "email": "nobody", "role": "editor" }""", 422)]
    public async Task What_is_refused_leaves_no_entry(string route, string? body, int status)
    {
        var row = AccessTable.Rows.Single(r => r.Route == route) with { Query = "" };
        var ids = new List<object>();
        // Of a video that is at its end there is nothing to cancel.
        foreach (var thing in row.Things.Select(t => t == Thing.UnfinishedVideo ? Thing.ReadyVideo : t))
            ids.Add(await thing.IdAsync(host.Scene, Pick.Ours));
        var admin = await host.App.AdminAsync();
        var newest = await host.App.NewestEntryAsync();
        var answer = await admin.SendAsync(HttpMethod.Parse(row.Method), row.Path([.. ids]), body);
        ((int)answer.Status).ShouldBe(status, answer.Text);
        (await host.App.EntriesSinceAsync(newest)).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(ChangeNothing))]
    public async Task What_is_said_to_change_nothing_changes_no_row_of_any_table(string route)
    {
        var row = AccessTable.Rows.Single(r => r.Route == route);
        var call = await Call.MakeAsync(row, host.Callers.Single(c => c.Role == AdminRole.Admin), row.Picks().First(), host.Scene, host.Scene);
        var before = await Fingerprint.OfAsync(host.App);
        call.Problem(await call.SendAsync(host)).ShouldBeNull();
        (await Fingerprint.OfAsync(host.App)).ShouldBe(before, _changeNothing[route]);
    }

    [Theory, MemberData(nameof(Forms))]
    public async Task What_staff_change_of_their_own_account_leaves_an_entry_too(string name)
    {
        var form = await AuditedForms.All[name](host.App);
        var newest = await host.App.NewestEntryAsync();
        await form.Send();
        var entries = await host.App.EntriesSinceAsync(newest);
        string.Join(' ', entries.Select(e => (string)e["action"]!)).ShouldBe(form.Actions);
        foreach (var entry in entries)
            ((long)entry["admin_id"]!, (string)entry["subject_type"]!, (long)entry["subject_id"]!).ShouldBe((form.Member.Id, "admin_user", form.Member.Id));
        entries[0].ShouldSay(form.Before, form.After);
    }

    private async Task<(AuditedWrite Write, AuditedCall Call, ApiClient Staff)> ArrangeAsync(string name)
    {
        var write = AuditedWrite.All.Single(w => w.Name == name);
        var staff = await host.App.StaffAsync(write.By);
        return (write, await write.Arrange(host, staff), staff);
    }

    private static Task<Answer> SendAsync(AuditedWrite write, AuditedCall call, ApiClient staff)
    {
        var row = AccessTable.Rows.Single(r => r.Route == write.Route);
        return staff.SendAsync(HttpMethod.Parse(row.Method), row.Path(call.Ids), call.Body);
    }

    /// <summary>The id of what an answer tells of.</summary>
    private static long Made(JsonNode answer) => (long)(answer["id"] ?? answer["upload_id"] ?? answer["admin"]?["id"] ?? answer["statements"]![0]!["id"])!;

    private static string ConsoleFolder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../src/Storytime/Admin"));

    [GeneratedRegex("@formname=\"([^\"]+)\"")]
    private static partial Regex FormName();
}
