using System.Net;
using System.Text.RegularExpressions;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin.SignIn;

public sealed class SecondFactorTests(StrictConsole strict) : IClassFixture<StrictConsole>
{
    private readonly StorytimeApp _app = strict.App;

    [Fact]
    public async Task Password_and_code_sign_in_and_the_key_is_kept_sealed()
    {
        var member = await StaffMember.EnrolledAsync(_app);
        (await member.SignInWithCodeAsync()).ShouldLeadTo("/admin");
        (await member.Browser.OpenAsync("/admin")).ShouldBe(HttpStatusCode.OK);
        (await member.Browser.CallAsync(HttpMethod.Get, "/admin/api/v1/books")).ShouldBe(HttpStatusCode.OK);
        (await _app.SqlAsync($"select method from admin_sessions where admin_id = {member.Id} order by created_at desc limit 1")).ShouldBe("password_and_code");
        (await member.ActionsAsync()).ShouldBe("signed_in authenticator_turned_on signed_in");

        var kept = (string)(await _app.SqlAsync($"select string_agg(name || ' ' || coalesce(value, ''), ' ') from admin_user_tokens where user_id = {member.Id}"))!;
        kept.ShouldNotContain(member.Key);
        foreach (var code in member.RecoveryCodes)
            kept.ShouldNotContain(code.Replace("-", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_is_good_once()
    {
        var member = await StaffMember.EnrolledAsync(_app);
        await member.SendPasswordAsync();
        var code = member.NextCode();
        (await member.SendCodeAsync(code)).ShouldLeadTo("/admin");
        await member.SendPasswordAsync();
        (await member.SendCodeAsync(code)).ShouldBe(HttpStatusCode.Unauthorized).Text.ShouldContain("used already");
        (await member.SendCodeAsync(member.NextCode())).ShouldLeadTo("/admin");
    }

    [Fact]
    public async Task Of_the_same_code_sent_many_times_at_once_one_is_taken()
    {
        var member = await StaffMember.EnrolledAsync(_app);
        await member.SendPasswordAsync();
        var page = (await member.Browser.OpenAsync(StaffMember.Code)).Text;
        var code = member.NextCode();
        var browsers = Enumerable.Range(0, 6).Select(_ => member.Browser.Copy()).ToList();
        var answers = await Task.WhenAll(browsers.Select(b => b.SendFormAsync(StaffMember.Code, page, "code", ("Code", code))));
        answers.Count(a => a.Location == "/admin").ShouldBe(1);
    }

    [Fact]
    public async Task A_recovery_code_is_good_once_however_it_is_typed()
    {
        var member = await StaffMember.EnrolledAsync(_app);
        await member.SendPasswordAsync();
        (await member.SendCodeAsync($" {member.RecoveryCodes[3].ToUpperInvariant().Replace('-', ' ')} ")).ShouldLeadTo("/admin");
        (await _app.SqlAsync($"select method from admin_sessions where admin_id = {member.Id} order by created_at desc limit 1")).ShouldBe("password_and_recovery_code");
        await member.SendPasswordAsync();
        (await member.SendCodeAsync(member.RecoveryCodes[3])).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.SendCodeAsync(member.RecoveryCodes[4])).ShouldLeadTo("/admin");
        (await member.Browser.OpenAsync(StaffMember.Authenticator)).Text.ShouldContain("8 recovery codes are left");
    }

    [Fact]
    public async Task Ten_wrong_codes_lock_the_account_and_the_right_password_between_them_forgets_none()
    {
        var member = await StaffMember.EnrolledAsync(_app);
        for (var i = 0; i < 10; i++)
        {
            if (i % 3 == 0)
                (await member.SendPasswordAsync()).ShouldLeadTo(StaffMember.Code);
            (await member.SendCodeAsync("not-a-recovery-code")).ShouldBe(HttpStatusCode.Unauthorized);
        }
        (await member.SendCodeAsync(member.NextCode())).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.SendPasswordAsync()).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.ActionsAsync()).ShouldEndWith("locked_out");

        _app.Clock.Advance(TimeSpan.FromMinutes(16));
        (await member.SignInWithCodeAsync()).ShouldLeadTo("/admin");
    }

    [Fact]
    public async Task Half_a_sign_in_opens_nothing_ends_after_five_minutes_and_with_a_new_password()
    {
        var member = await StaffMember.EnrolledAsync(_app);
        await member.SendPasswordAsync();
        var half = member.Browser;
        (await half.OpenAsync("/admin")).ShouldLeadTo("/admin/sign-in?then=%2Fadmin");
        (await half.CallAsync(HttpMethod.Get, "/admin/api/v1/books")).ShouldBe(HttpStatusCode.Unauthorized);
        var code = await half.OpenAsync(StaffMember.Code);
        _app.Clock.Advance(TimeSpan.FromMinutes(5));
        (await half.OpenAsync(StaffMember.Code)).ShouldLeadTo("/admin/sign-in");
        (await half.SendFormAsync(StaffMember.Code, code.Text, "code", ("Code", member.CodeNow()))).ShouldLeadTo("/admin/sign-in");

        await member.SendPasswordAsync();
        await _app.SqlAsync($"update admin_users set security_stamp = 'another' where id = {member.Id}");
        (await member.Browser.OpenAsync(StaffMember.Code)).ShouldLeadTo("/admin/sign-in");
    }

    [Fact]
    public async Task Who_has_no_second_factor_can_only_set_one_up()
    {
        var member = await StaffMember.SignedInAsync(_app, AdminRole.Admin);
        var browser = member.Browser;
        foreach (var page in new[] { "/admin", "/admin/account", "/admin/publishers", "/admin/no-such-page" })
            (await browser.OpenAsync(page)).ShouldLeadTo(StaffMember.Authenticator);
        (await browser.OpenAsync(StaffMember.Authenticator)).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("needs more than a password");
        (await browser.CallAsync(HttpMethod.Get, "/admin/api/v1/books")).ShouldBe(HttpStatusCode.Forbidden).Text.ShouldContain("second_factor_required");
        (await browser.CallAsync(HttpMethod.Post, "/admin/api/v1/publishers", """{"name":"Owl House"}""", browser.Token)).ShouldBe(HttpStatusCode.Forbidden);
        (await browser.CallAsync(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1")).ShouldBe(HttpStatusCode.Forbidden);
        (await DeskCalls.ListPublishersAsync(_app, member.Id))!.Code.ShouldBe("second_factor_required");

        await member.EnrolAsync();
        (await browser.OpenAsync("/admin")).ShouldBe(HttpStatusCode.OK);
        (await browser.CallAsync(HttpMethod.Get, "/admin/api/v1/books")).ShouldBe(HttpStatusCode.OK);
        (await browser.CallAsync(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1")).ShouldBe(HttpStatusCode.OK);
        (await DeskCalls.ListPublishersAsync(_app, member.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_wrong_code_turns_nothing_on_and_the_key_stays_the_same()
    {
        var member = await StaffMember.SignedInAsync(_app);
        var page = (await member.Browser.OpenAsync(StaffMember.Authenticator)).Text;
        page.ShouldContain("src=\"data:image/png;base64,");
        var refused = (await member.Browser.SendFormAsync(StaffMember.Authenticator, page, "turn-on", ("Code", "000000"))).ShouldBe(HttpStatusCode.UnprocessableEntity);
        Regex.Match(refused.Text, "id=\"key\">[^<]+").Value.ShouldBe(Regex.Match(page, "id=\"key\">[^<]+").Value);
        (await _app.SqlAsync($"select two_factor_enabled from admin_users where id = {member.Id}")).ShouldBe(false);
    }

    [Fact]
    public async Task After_ten_minutes_a_second_factor_is_set_up_with_the_password_only()
    {
        var member = await StaffMember.SignedInAsync(_app);
        _app.Clock.Advance(TimeSpan.FromMinutes(11));
        var page = (await member.Browser.OpenAsync(StaffMember.Authenticator)).Text;
        (await member.Browser.SendFormAsync(StaffMember.Authenticator, page, "turn-on", ("Code", "000000"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.Browser.CallAsync(HttpMethod.Post, "/admin/account/passkeys/options", token: member.Browser.Token)).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.Browser.CallAsync(HttpMethod.Post, "/admin/account/passkeys/options", Families.Password, member.Browser.Token)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Setting_one_up_ends_the_sessions_by_password_alone()
    {
        var member = await StaffMember.SignedInAsync(_app);
        var other = member.Browser;
        await member.SendPasswordAsync();
        await member.EnrolAsync();
        (await other.OpenAsync("/admin")).ShouldLeadTo("/admin/sign-in?then=%2Fadmin");
    }

    [Fact]
    public async Task New_recovery_codes_and_turning_the_app_off_need_the_password()
    {
        var member = await StaffMember.EnrolledAsync(_app);
        (await member.Browser.SubmitAsync(StaffMember.Authenticator, "renew", ("Password", "wrong wrong"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.Browser.SubmitAsync(StaffMember.Authenticator, "renew", ("Password", Families.Password))).ShouldBe(HttpStatusCode.OK).Text.ShouldNotContain(member.RecoveryCodes[0]);
        await member.SendPasswordAsync();
        (await member.SendCodeAsync(member.RecoveryCodes[0])).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.SendCodeAsync(member.NextCode())).ShouldLeadTo("/admin");

        (await member.Browser.SubmitAsync(StaffMember.Authenticator, "turn-off", ("Password", "wrong wrong"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.Browser.SubmitAsync(StaffMember.Authenticator, "turn-off", ("Password", Families.Password))).ShouldLeadTo("/admin/account");
        (await member.Browser.OpenAsync("/admin")).ShouldLeadTo(StaffMember.Authenticator);
        (await _app.SqlAsync($"select count(*) from admin_user_tokens where user_id = {member.Id}")).ShouldBe(0L);
        (await member.ActionsAsync()).ShouldEndWith("recovery_codes_renewed signed_in authenticator_turned_off");
    }

    [Fact]
    public async Task A_token_of_the_API_needs_the_code_too()
    {
        var member = await StaffMember.CreateAsync(_app);
        Task<Answer> LoginAsync(string? code = null) => _app.Client().PostAsync("/admin/api/v1/auth/login", new { email = member.Email, password = Families.Password, code });
        (await LoginAsync()).ShouldBeError(HttpStatusCode.Forbidden, "second_factor_required");
        (await member.SendPasswordAsync()).ShouldLeadTo("/admin");
        await member.EnrolAsync();
        (await LoginAsync()).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        var code = member.NextCode();
        (await LoginAsync(code)).ShouldBe(HttpStatusCode.OK);
        (await LoginAsync(code)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
    }
}
