using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;
using static Storytime.Tests.Admin.AuditedCall;

namespace Storytime.Tests.Admin;

/// <summary>What admins do for families and with accounts of staff.</summary>
internal static class AuditedAccessWrites
{
    private const string Admins = "/admin/api/v1/admins";

    public static readonly AuditedWrite[] All =
    [
        new("POST /admin/api/v1/users/{id}/reveals", AdminRole.Admin, "revealed child_profile", null, async (host, _) =>
        {
            var family = await SupportFamily.RegisterAsync(host.App);
            var child = await family.Parent.ChildAsync();
            return Making(
                new { child_profile_id = child, reason = "Question 4711" }, new { user_id = family.UserId, reason = "Question 4711" }, family.UserId) with { Subject = child };
        }),
        new("DELETE /admin/api/v1/users/{id}/sessions", AdminRole.Admin, "sessions_ended user", 204, async (host, _) =>
        {
            var family = await SupportFamily.RegisterAsync(host.App);
            await family.HandOverAsync(host.App, await family.Parent.ChildAsync());
            return Ending(family.UserId, new { live_sessions = 1, live_child_sessions = 1 });
        }),
        new("DELETE /admin/api/v1/users/{id}/sessions/{sessionId}", AdminRole.Admin, "session_ended user", 204, async (host, _) =>
        {
            var family = await SupportFamily.RegisterAsync(host.App);
            var session = (string)(await family.Parent.GetAsync("/api/v1/me/sessions")).ShouldBe(HttpStatusCode.OK)["data"]![0]!["id"]!;
            return Ending(family.UserId, new { session_id = session }) with { Ids = [family.UserId, session] };
        }),
        new("DELETE /admin/api/v1/users/{id}/child_sessions/{sessionId}", AdminRole.Admin, "child_session_ended child_profile", 204, async (host, _) =>
        {
            var family = await SupportFamily.RegisterAsync(host.App);
            var child = await family.Parent.ChildAsync();
            var (_, session) = await family.HandOverAsync(host.App, child);
            return Ending(child, new { child_session_id = session, user_id = family.UserId }) with { Ids = [family.UserId, session] };
        }),

        new($"POST {Admins}", AdminRole.Admin, "created admin_user", 409, (_, _) =>
            Task.FromResult(Making(new { email = Families.NewEmail(), role = "editor" }, new { role = "editor", has_password = false, setup_expires_at = Some }))),
        new($"PATCH {Admins}/{{id}}", AdminRole.Admin, "updated admin_user", 200, async (_, admin) =>
            Changing(
                await InviteAsync(admin), new { role = "finance", disabled = true },
                new { role = "editor", disabled_at = (string?)null }, new { role = "finance", disabled_at = Some })),
        new($"POST {Admins}/{{id}}/setups", AdminRole.Admin, "setup_started admin_user", null, async (host, admin) =>
        {
            // Without a password there is nothing to lose but the link, which then is another one.
            var invited = await InviteAsync(admin);
            host.App.Clock.Advance(TimeSpan.FromSeconds(1));
            return Changing(invited, null, new { setup_expires_at = Some }, new { setup_expires_at = Some });
        }),
        new($"DELETE {Admins}/{{id}}/sessions", AdminRole.Admin, "sessions_ended admin_user", 204, async (host, _) =>
            Ending((await ConsoleBrowser.OpenAsync(host.App, AdminRole.Editor)).AdminId, new { live_sessions = 1 })),
        new($"DELETE {Admins}/{{id}}/sessions/{{sessionId}}", AdminRole.Admin, "session_ended admin_user", 204, async (host, _) =>
        {
            var browser = await ConsoleBrowser.OpenAsync(host.App, AdminRole.Editor);
            return Ending(browser.AdminId, new { session_id = browser.SessionId }) with { Ids = [browser.AdminId, browser.SessionId] };
        }),
    ];

    private static async Task<long> InviteAsync(ApiClient admin) =>
        (long)(await admin.PostAsync(Admins, new { email = Families.NewEmail(), role = "editor" })).ShouldBe(HttpStatusCode.Created)["admin"]!["id"]!;
}
