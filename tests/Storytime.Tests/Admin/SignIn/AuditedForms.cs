using System.Net;
using Storytime.Tests.Testing;
using static Storytime.Tests.Admin.AuditedCall;

namespace Storytime.Tests.Admin.SignIn;

/// <summary>What members of staff do with their own account, and the entries that it leaves; the first of them says what changed.</summary>
/// <param name="Actions">With blanks between them.</param>
internal sealed record AuditedForm(string Actions, StaffMember Member, Func<Task> Send, object? Before, object? After);

/// <summary>The forms of the console that are no calls of the API, by their names, and what else changes an account.</summary>
internal static class AuditedForms
{
    private const string Account = "/admin/account";
    private const string NewPassword = "seven purple otters";

    public static readonly Dictionary<string, Func<StorytimeApp, Task<AuditedForm>>> All = new()
    {
        ["sign-in"] = async app =>
        {
            var member = await StaffMember.CreateAsync(app);
            return new("signed_in", member, async () => (await member.SendPasswordAsync()).ShouldLeadTo("/admin"), null, new { session_id = Some, method = "password" });
        },
        ["code"] = async app =>
        {
            var member = await StaffMember.EnrolledAsync(app);
            (await member.SendPasswordAsync()).ShouldLeadTo(StaffMember.Code);
            return new("recovery_code_used signed_in", member, async () => (await member.SendCodeAsync(member.RecoveryCodes[0])).ShouldLeadTo("/admin"),
                new { recovery_codes = 10 }, new { recovery_codes = 9 });
        },
        ["a recovery code to the API"] = async app =>
        {
            var member = await StaffMember.EnrolledAsync(app);
            return new("recovery_code_used", member,
                async () => (await app.Client().PostAsync("/admin/api/v1/auth/login", new { email = member.Email, password = Families.Password, code = member.RecoveryCodes[0] }))
                    .ShouldBe(HttpStatusCode.OK),
                new { recovery_codes = 10 }, new { recovery_codes = 9 });
        },
        ["set-up"] = async app =>
        {
            var email = Families.NewEmail();
            var invited = (await (await app.AdminAsync()).PostAsync("/admin/api/v1/admins", new { email, role = "editor" })).ShouldBe(HttpStatusCode.Created);
            var member = new StaffMember(app, (long)invited["admin"]!["id"]!, email);
            return new("setup_finished", member,
                async () => (await member.Browser.SubmitAsync("/admin/set-up", "set-up", ("Token", (string)invited["setup"]!["token"]!), ("Password", NewPassword)))
                    .ShouldLeadTo("/admin/sign-in?done=set-up"),
                new { has_password = false, setup_expires_at = Some }, new { has_password = true, setup_expires_at = (string?)null });
        },
        ["password"] = async app =>
        {
            var (member, _) = await TwiceSignedInAsync(app);
            return new("password_changed", member, SubmitAsync(member, Account, "password", ("Password", Families.Password), ("NewPassword", NewPassword)),
                new { sessions_ended = (int?)null }, new { sessions_ended = 1 });
        },
        ["turn-on"] = async app =>
        {
            var member = await StaffMember.SignedInAsync(app);
            return new("authenticator_turned_on", member, member.EnrolAsync, new { has_second_factor = false, recovery_codes = 0 }, new { has_second_factor = true, recovery_codes = 10 });
        },
        ["renew"] = async app =>
        {
            var member = await StaffMember.EnrolledAsync(app);
            await member.SendPasswordAsync();
            (await member.SendCodeAsync(member.RecoveryCodes[0])).ShouldLeadTo("/admin");
            return new("recovery_codes_renewed", member, SubmitAsync(member, StaffMember.Authenticator, "renew", ("Password", Families.Password)),
                new { recovery_codes = 9 }, new { recovery_codes = 10 });
        },
        ["turn-off"] = async app =>
        {
            var member = await StaffMember.EnrolledAsync(app);
            return new("authenticator_turned_off", member, SubmitAsync(member, StaffMember.Authenticator, "turn-off", ("Password", Families.Password)),
                new { has_second_factor = true, recovery_codes = 10 }, new { has_second_factor = false, recovery_codes = 0 });
        },
        ["a new passkey"] = async app =>
        {
            var member = await StaffMember.SignedInAsync(app);
            return new("passkey_added", member, () => AddPasskeyAsync(app, member), new { passkeys = 0 }, new { passkeys = 1 });
        },
        ["remove-passkey"] = async app =>
        {
            var member = await StaffMember.SignedInAsync(app);
            await AddPasskeyAsync(app, member);
            var id = await app.SqlAsync($"select encode(credential_id, 'hex') from admin_passkeys where user_id = {member.Id}");
            return new("passkey_removed", member, SubmitAsync(member, Account, "remove-passkey", ("Passkey", $"{id}"), ("Password", Families.Password)),
                new { passkeys = 1 }, new { passkeys = 0 });
        },
        ["end"] = async app =>
        {
            var (member, first) = await TwiceSignedInAsync(app);
            return new("session_ended", member, SubmitAsync(member, Account, "end", ("Session", $"{first}")), new { session_id = first }, null);
        },
        ["end-others"] = async app =>
        {
            var (member, _) = await TwiceSignedInAsync(app);
            return new("sessions_ended", member, SubmitAsync(member, Account, "end-others"), new { live_sessions = 1 }, null);
        },
        ["sign-out"] = async app =>
        {
            var member = await StaffMember.SignedInAsync(app);
            return new("signed_out", member, SubmitAsync(member, "/admin/sign-out", "sign-out"), new { session_id = Some }, null);
        },
    };

    private static Func<Task> SubmitAsync(StaffMember member, string path, string form, params (string Name, string Value)[] fields) =>
        async () => ((int)(await member.Browser.SubmitAsync(path, form, fields)).Status).ShouldBeInRange(200, 399);

    /// <returns>The session of the browser that was left, too.</returns>
    private static async Task<(StaffMember Member, Guid First)> TwiceSignedInAsync(StorytimeApp app)
    {
        var member = await StaffMember.SignedInAsync(app);
        var first = (Guid)(await app.SqlAsync($"select id from admin_sessions where admin_id = {member.Id}"))!;
        (await member.SendPasswordAsync()).ShouldLeadTo("/admin");
        return (member, first);
    }

    private static async Task AddPasskeyAsync(StorytimeApp app, StaffMember member)
    {
        const string Passkeys = "/admin/account/passkeys";
        using var passkey = new SoftwarePasskey(app.Client().Http.BaseAddress!.GetLeftPart(UriPartial.Authority));
        await member.Browser.OpenAsync(Account);
        var options = (await member.Browser.CallAsync(HttpMethod.Post, Passkeys + "/options", token: member.Browser.Token)).ShouldBe(HttpStatusCode.OK).Text;
        (await member.Browser.CallAsync(HttpMethod.Post, Passkeys, passkey.Create(options), member.Browser.Token)).ShouldBe(HttpStatusCode.NoContent);
    }
}
