using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin.SignIn;

public sealed class PasskeyTests(StrictConsole strict) : IClassFixture<StrictConsole>
{
    private const string Passkeys = "/admin/account/passkeys";
    private const string SignInPath = "/admin/sign-in/passkey";

    private readonly StorytimeApp _app = strict.App;

    private string Origin => _app.Client().Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

    [Fact]
    public async Task A_passkey_alone_signs_in_and_needs_no_address()
    {
        var (member, passkey) = await RegisteredAsync();
        (await member.Browser.OpenAsync("/admin/account")).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("My laptop, added on");
        var browser = new ConsoleBrowser(_app);
        (await SignInAsync(browser, passkey, "/admin/publishers")).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("/admin/publishers");
        (await browser.OpenAsync("/admin")).ShouldBe(HttpStatusCode.OK);
        (await _app.SqlAsync($"select method from admin_sessions where admin_id = {member.Id} order by created_at desc limit 1")).ShouldBe("passkey");
        (await member.ActionsAsync()).ShouldBe("signed_in passkey_added signed_in");
    }

    [Fact]
    public async Task The_password_alone_does_not_sign_in_any_more()
    {
        var (member, passkey) = await RegisteredAsync();
        (await member.SendPasswordAsync()).ShouldLeadTo(StaffMember.Code);
        (await member.Browser.OpenAsync("/admin")).ShouldLeadTo("/admin/sign-in?then=%2Fadmin");
        (await SignInAsync(member.Browser, passkey)).ShouldBe(HttpStatusCode.OK);
        (await _app.Client().PostAsync("/admin/api/v1/auth/login", new { email = member.Email, password = Families.Password })).ShouldBeError(HttpStatusCode.Forbidden, "second_factor_required");
    }

    [Fact]
    public async Task An_answer_is_good_once_even_with_its_cookie()
    {
        var (_, passkey) = await RegisteredAsync();
        var browser = new ConsoleBrowser(_app);
        await browser.OpenAsync(StaffMember.SignIn);
        var answer = passkey.Get((await browser.CallAsync(HttpMethod.Post, SignInPath + "/options", token: browser.Token)).ShouldBe(HttpStatusCode.OK).Text);
        var copy = browser.Copy();
        (await browser.CallAsync(HttpMethod.Post, SignInPath, answer, browser.Token)).ShouldBe(HttpStatusCode.OK);
        browser.Cookies.Keys.ShouldNotContain("__Host-storytime-passkey");
        (await copy.CallAsync(HttpMethod.Post, SignInPath, answer, copy.Token)).ShouldBe(HttpStatusCode.Unauthorized);
        copy.Cookies.Keys.ShouldNotContain("__Host-storytime-console");
    }

    [Fact]
    public async Task An_answer_is_not_good_after_five_minutes_without_verification_from_elsewhere_or_for_something_else()
    {
        var (member, passkey) = await RegisteredAsync();
        var browser = new ConsoleBrowser(_app);
        await browser.OpenAsync(StaffMember.SignIn);
        async Task<string> AskAsync() => (await browser.CallAsync(HttpMethod.Post, SignInPath + "/options", token: browser.Token)).ShouldBe(HttpStatusCode.OK).Text;
        async Task RefusedAsync(string answer) => (await browser.CallAsync(HttpMethod.Post, SignInPath, answer, browser.Token)).ShouldBe(HttpStatusCode.Unauthorized);

        var late = passkey.Get(await AskAsync());
        _app.Clock.Advance(TimeSpan.FromMinutes(5));
        await RefusedAsync(late);

        passkey.Verifies = false;
        await RefusedAsync(passkey.Get(await AskAsync()));
        passkey.Verifies = true;

        passkey.Origin = "https://elsewhere.example";
        await RefusedAsync(passkey.Get(await AskAsync()));
        passkey.Origin = Origin;

        // Of an older question.
        var older = passkey.Get(await AskAsync());
        await AskAsync();
        await RefusedAsync(older);

        // Asked for a confirmation.
        await member.Browser.OpenAsync("/admin/account");
        var confirmation = passkey.Get((await member.Browser.CallAsync(HttpMethod.Post, Passkeys + "/confirmations/options", token: member.Browser.Token)).ShouldBe(HttpStatusCode.OK).Text);
        browser.Cookies["__Host-storytime-passkey"] = member.Browser.Cookies["__Host-storytime-passkey"];
        await RefusedAsync(confirmation);
        await RefusedAsync("{}");
        await RefusedAsync("not json");
        (await SignInAsync(browser, passkey)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_closed_or_locked_account_is_not_opened()
    {
        var (member, passkey) = await RegisteredAsync();
        await _app.SqlAsync($"update admin_users set lockout_end = '{_app.Now.AddMinutes(5):O}' where id = {member.Id}");
        (await SignInAsync(new ConsoleBrowser(_app), passkey)).ShouldBe(HttpStatusCode.Unauthorized);
        await _app.SqlAsync($"update admin_users set lockout_end = null, disabled_at = now() where id = {member.Id}");
        (await SignInAsync(new ConsoleBrowser(_app), passkey)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_passkey_shows_once_more_who_is_there_but_only_its_owners()
    {
        var (member, passkey) = await RegisteredAsync(AdminRole.Admin);
        var (_, foreign) = await RegisteredAsync();
        _app.Clock.Advance(TimeSpan.FromMinutes(11));
        async Task<Reached> ConfirmAsync(SoftwarePasskey with)
        {
            await member.Browser.OpenAsync("/admin/account");
            var options = (await member.Browser.CallAsync(HttpMethod.Post, Passkeys + "/confirmations/options", token: member.Browser.Token)).ShouldBe(HttpStatusCode.OK).Text;
            return await member.Browser.CallAsync(HttpMethod.Post, Passkeys + "/confirmations", with.Get(options), member.Browser.Token);
        }
        async Task<bool> IsFreshAsync() => (DateTime)(await _app.SqlAsync($"select max(authenticated_at) from admin_sessions where admin_id = {member.Id}"))! == _app.Now.UtcDateTime;
        (await ConfirmAsync(foreign)).ShouldBe(HttpStatusCode.Unauthorized);
        (await IsFreshAsync()).ShouldBeFalse();
        (await ConfirmAsync(passkey)).ShouldBe(HttpStatusCode.NoContent);
        (await IsFreshAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_passkey_that_was_removed_opens_nothing()
    {
        var (member, passkey) = await RegisteredAsync();
        var id = await _app.SqlAsync($"select encode(credential_id, 'hex') from admin_passkeys where user_id = {member.Id}");
        (await member.Browser.SubmitAsync("/admin/account", "remove-passkey", ("Passkey", $"{id}"), ("Password", "wrong wrong"))).ShouldBe(HttpStatusCode.Unauthorized);
        await member.Browser.SubmitAsync("/admin/account", "remove-passkey", ("Passkey", $"{id}"), ("Password", Families.Password));
        (await member.ActionsAsync()).ShouldEndWith("passkey_removed");
        (await member.Browser.OpenAsync("/admin/account")).ShouldLeadTo(StaffMember.Authenticator);
        (await SignInAsync(new ConsoleBrowser(_app), passkey)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_passkey_too_many_is_refused_signs_nobody_out_and_is_not_in_the_audit_trail()
    {
        var (member, first) = await RegisteredAsync();
        for (var i = 1; i < 20; i++)
            (await AddAsync(member, new SoftwarePasskey(Origin))).ShouldBe(HttpStatusCode.NoContent);
        var other = new ConsoleBrowser(_app);
        (await SignInAsync(other, first)).ShouldBe(HttpStatusCode.OK);
        var actions = await member.ActionsAsync();
        (await AddAsync(member, new SoftwarePasskey(Origin))).ShouldBe(HttpStatusCode.Conflict).Text.ShouldContain("at most 20 passkeys");
        (await other.OpenAsync("/admin")).ShouldBe(HttpStatusCode.OK);
        (await member.ActionsAsync()).ShouldBe(actions);
        (await _app.SqlAsync($"select count(*) from admin_passkeys where user_id = {member.Id}")).ShouldBe(20L);
    }

    [Theory]
    [InlineData(SignInPath + "/options")]
    [InlineData(SignInPath)]
    [InlineData(Passkeys + "/options")]
    [InlineData(Passkeys)]
    [InlineData(Passkeys + "/confirmations/options")]
    [InlineData(Passkeys + "/confirmations")]
    public async Task Nothing_of_it_works_without_the_token_of_the_page(string path)
    {
        var member = await StaffMember.SignedInAsync(_app);
        (await member.Browser.CallAsync(HttpMethod.Post, path, "{}")).ShouldBe(HttpStatusCode.Forbidden);
        (await new ConsoleBrowser(_app).CallAsync(HttpMethod.Post, path, "{}")).Status.ShouldBe(path.StartsWith(SignInPath, StringComparison.Ordinal) ? HttpStatusCode.Forbidden : HttpStatusCode.Unauthorized);
    }

    private async Task<(StaffMember Member, SoftwarePasskey Passkey)> RegisteredAsync(AdminRole role = AdminRole.Editor)
    {
        var (member, passkey) = (await StaffMember.SignedInAsync(_app, role), new SoftwarePasskey(Origin));
        (await AddAsync(member, passkey)).ShouldBe(HttpStatusCode.NoContent);
        return (member, passkey);
    }

    private static async Task<Reached> AddAsync(StaffMember member, SoftwarePasskey passkey)
    {
        await member.Browser.OpenAsync(StaffMember.Authenticator);
        var options = (await member.Browser.CallAsync(HttpMethod.Post, Passkeys + "/options", token: member.Browser.Token)).ShouldBe(HttpStatusCode.OK).Text;
        return await member.Browser.CallAsync(HttpMethod.Post, $"{Passkeys}?name=My%20laptop", passkey.Create(options), member.Browser.Token);
    }

    private async Task<Reached> SignInAsync(ConsoleBrowser browser, SoftwarePasskey passkey, string then = "/admin")
    {
        _app.Clock.Advance(TimeSpan.FromSeconds(1));
        await browser.OpenAsync(StaffMember.SignIn);
        var options = (await browser.CallAsync(HttpMethod.Post, SignInPath + "/options", token: browser.Token)).ShouldBe(HttpStatusCode.OK).Text;
        return await browser.CallAsync(HttpMethod.Post, $"{SignInPath}?then={Uri.EscapeDataString(then)}", passkey.Get(options), browser.Token);
    }
}
