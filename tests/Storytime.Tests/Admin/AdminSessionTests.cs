using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

/// <summary>Where staff is signed in to the console, and how an admin ends that.</summary>
public sealed class AdminSessionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Admins = "/admin/api/v1/admins";
    private const string Books = "/admin/api/v1/books";

    private readonly StorytimeApp _app = app.With("Console:RequireSecondFactor", "false");

    [Fact]
    public async Task An_admin_sees_where_somebody_is_signed_in_and_ends_it_there_or_everywhere_at_once()
    {
        var admin = await _app.AdminAsync();
        var first = await ConsoleBrowser.OpenAsync(_app, AdminRole.Editor);
        var (second, other) = (await ConsoleBrowser.OpenAsync(_app, AdminRole.Editor, first.AdminId), await ConsoleBrowser.OpenAsync(_app, AdminRole.Editor));
        (await SessionsAsync(admin, first.AdminId)).ShouldBe([first.SessionId, second.SessionId], ignoreOrder: true);

        (await admin.DeleteAsync($"{Admins}/{other.AdminId}/sessions/{first.SessionId}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await admin.DeleteAsync($"{Admins}/{first.AdminId}/sessions/{first.SessionId}")).ShouldBe(HttpStatusCode.NoContent);
        (await _app.LastAuditAsync()).ShouldBe($$"""session_ended admin_user {{first.AdminId}} {"session_id": "{{first.SessionId}}"} -""");
        (await first.GetAsync(Books)).ShouldBe(HttpStatusCode.Unauthorized);
        (await second.GetAsync(Books)).ShouldBe(HttpStatusCode.OK);
        (await SessionsAsync(admin, first.AdminId)).ShouldBe([second.SessionId]);

        (await admin.DeleteAsync($"{Admins}/{first.AdminId}/sessions")).ShouldBe(HttpStatusCode.NoContent);
        (await _app.LastAuditAsync()).ShouldBe($$"""sessions_ended admin_user {{first.AdminId}} {"live_sessions": 1} -""");
        (await second.GetAsync(Books)).ShouldBe(HttpStatusCode.Unauthorized);
        (await other.GetAsync(Books)).ShouldBe(HttpStatusCode.OK);

        // There is nothing to say of what had ended before.
        var entries = await _app.SqlAsync("select count(*) from audit_entries");
        (await admin.DeleteAsync($"{Admins}/{first.AdminId}/sessions")).ShouldBe(HttpStatusCode.NoContent);
        (await admin.DeleteAsync($"{Admins}/{first.AdminId}/sessions/{first.SessionId}")).ShouldBe(HttpStatusCode.NoContent);
        (await _app.SqlAsync("select count(*) from audit_entries")).ShouldBe(entries);
    }

    [Fact]
    public async Task A_closed_account_and_one_that_is_set_up_anew_are_signed_out_for_good()
    {
        var admin = await _app.AdminAsync();
        var browser = await ConsoleBrowser.OpenAsync(_app, AdminRole.Editor);
        (await admin.PatchAsync($"{Admins}/{browser.AdminId}", new { disabled = true })).ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync(Books)).ShouldBe(HttpStatusCode.Unauthorized);
        (await admin.PatchAsync($"{Admins}/{browser.AdminId}", new { disabled = false })).ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync(Books)).ShouldBe(HttpStatusCode.Unauthorized);

        var again = await ConsoleBrowser.OpenAsync(_app, AdminRole.Editor, browser.AdminId);
        (await again.GetAsync(Books)).ShouldBe(HttpStatusCode.OK);
        (await admin.PostAsync($"{Admins}/{browser.AdminId}/setups")).ShouldBe(HttpStatusCode.Created);
        (await again.GetAsync(Books)).ShouldBe(HttpStatusCode.Unauthorized);
        (await SessionsAsync(admin, browser.AdminId)).ShouldBeEmpty();
    }

    private static async Task<List<Guid>> SessionsAsync(ApiClient admin, long id) =>
        [.. (await admin.GetAsync($"{Admins}/{id}/sessions")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(s => (Guid)s!["id"]!)];
}
