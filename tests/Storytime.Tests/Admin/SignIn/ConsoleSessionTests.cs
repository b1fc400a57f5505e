using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin.SignIn;

public sealed class ConsoleSessionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Books = "/admin/api/v1/books";

    [Fact]
    public async Task The_cookie_belongs_to_this_host_alone_and_to_no_script()
    {
        var member = await StaffMember.CreateAsync(app);
        var cookie = (await member.SendPasswordAsync()).SetCookies.Single(c => c.StartsWith("__Host-storytime-console=", StringComparison.Ordinal)).Split("; ");
        cookie.ShouldContain("path=/");
        cookie.ShouldContain("secure");
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
        cookie.ShouldNotContain(c => c.StartsWith("domain", StringComparison.Ordinal) || c.StartsWith("expires", StringComparison.Ordinal));
        var antiforgery = (await new ConsoleBrowser(app).OpenAsync(StaffMember.SignIn)).SetCookies.Single();
        antiforgery.ShouldStartWith("__Host-storytime-antiforgery=");
        antiforgery.ShouldContain("; secure");
        antiforgery.ShouldContain("; samesite=strict");
        antiforgery.ShouldContain("; httponly");
    }

    [Theory]
    [InlineData("/admin/sign-in", false)]
    [InlineData("/admin/set-up", false)]
    [InlineData("/admin", true)]
    [InlineData("/admin/account", true)]
    [InlineData("/admin/account/authenticator", true)]
    public async Task Pages_allow_no_script_but_ours_and_are_kept_nowhere(string path, bool signedIn)
    {
        var browser = signedIn ? (await StaffMember.SignedInAsync(app)).Browser : new ConsoleBrowser(app);
        var page = (await browser.OpenAsync(path)).ShouldBe(HttpStatusCode.OK);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single().Split("; ");
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain("form-action 'self'");
        policy.Single(p => p.StartsWith("script-src", StringComparison.Ordinal)).ShouldNotContain("unsafe");
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        page.Headers.GetValues("Referrer-Policy").ShouldBe(["same-origin"]);
        page.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        page.Text.ShouldNotContain(" onclick=");
        System.Text.RegularExpressions.Regex.Count(page.Text, "<script(?![^>]* src=)").ShouldBe(0);
    }

    [Fact]
    public async Task A_session_that_was_ended_is_over_at_once_for_a_copied_cookie_too()
    {
        var member = await StaffMember.SignedInAsync(app);
        var stolen = member.Browser.Copy();
        (await stolen.CallAsync(HttpMethod.Get, Books)).ShouldBe(HttpStatusCode.OK);
        (await member.Browser.SubmitAsync("/admin/sign-out", "sign-out")).ShouldLeadTo(StaffMember.SignIn);
        member.Browser.Cookies.Keys.ShouldNotContain("__Host-storytime-console");
        (await stolen.CallAsync(HttpMethod.Get, Books)).ShouldBe(HttpStatusCode.Unauthorized);
        (await stolen.OpenAsync("/admin")).ShouldLeadTo("/admin/sign-in?then=%2Fadmin");
        (await stolen.CallAsync(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1")).ShouldBe(HttpStatusCode.Unauthorized);
        (await DeskCalls.ListPublishersAsync(app, member.Id))!.Code.ShouldBe("unauthenticated");
        (await member.ActionsAsync()).ShouldBe("signed_in signed_out");
    }

    [Fact]
    public async Task A_changed_role_and_a_closed_account_hold_at_once()
    {
        var member = await StaffMember.SignedInAsync(app);
        await app.SqlAsync($"update admin_users set role = 'finance' where id = {member.Id}");
        (await member.Browser.CallAsync(HttpMethod.Get, Books)).ShouldBe(HttpStatusCode.Forbidden);
        (await member.Browser.CallAsync(HttpMethod.Get, "/admin/api/v1/contracts")).ShouldBe(HttpStatusCode.OK);
        await app.SqlAsync($"update admin_users set disabled_at = now() where id = {member.Id}");
        (await member.Browser.CallAsync(HttpMethod.Get, "/admin/api/v1/contracts")).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.Browser.OpenAsync("/admin")).ShouldLeadTo("/admin/sign-in?then=%2Fadmin");
        (await member.SendPasswordAsync()).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_session_ends_when_nobody_uses_it_for_an_hour_and_after_twelve_hours_in_any_case()
    {
        var (idle, busy) = (await StaffMember.SignedInAsync(app), await StaffMember.SignedInAsync(app));
        for (var minutes = 0; minutes < 12 * 60 - 50; minutes += 50)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(50));
            (await busy.Browser.CallAsync(HttpMethod.Get, Books)).ShouldBe(HttpStatusCode.OK);
        }
        (await idle.Browser.CallAsync(HttpMethod.Get, Books)).ShouldBe(HttpStatusCode.Unauthorized);
        app.Clock.Advance(TimeSpan.FromMinutes(30));
        (await busy.Browser.CallAsync(HttpMethod.Get, Books)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/admin")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("/admin//elsewhere.example")]
    [InlineData("/admin/..//elsewhere.example")]
    [InlineData("/admin/../api/v1/me")]
    [InlineData("/admin.elsewhere.example")]
    [InlineData("/admin@elsewhere.example")]
    [InlineData("/admin/api/v1/books")]
    [InlineData("/admin/sign-in?then=/admin")]
    [InlineData("/admin/\r\nSet-Cookie: a=b")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task A_sign_in_leads_nowhere_but_to_the_console(string then) =>
        (await (await StaffMember.CreateAsync(app)).SendPasswordAsync(then: $"?then={Uri.EscapeDataString(then)}")).ShouldLeadTo("/admin");

    [Fact]
    public async Task A_sign_in_goes_on_to_the_page_that_was_asked_for()
    {
        var browser = new ConsoleBrowser(app);
        var asked = (await browser.OpenAsync("/admin/publishers?q=owl&page=2")).Location!;
        asked.ShouldStartWith("/admin/sign-in?then=");
        (await (await StaffMember.CreateAsync(app)).SendPasswordAsync(then: asked[asked.IndexOf('?', StringComparison.Ordinal)..])).ShouldLeadTo("/admin/publishers?q=owl&page=2");
    }

    [Fact]
    public async Task A_form_without_its_token_or_with_the_token_of_another_session_is_refused()
    {
        var (member, other) = (await StaffMember.SignedInAsync(app), await StaffMember.SignedInAsync(app));
        foreach (var path in new[] { StaffMember.SignIn, "/admin/sign-out", "/admin/account" })
        {
            var form = path == StaffMember.SignIn ? "sign-in" : path == "/admin/sign-out" ? "sign-out" : "password";
            using var bare = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["_handler"] = form,
                ["Form.Email"] = member.Email,
                ["Form.Password"] = Families.Password,
                ["Form.NewPassword"] = "seven purple otters",
            });
            (await member.Browser.SendAsync(HttpMethod.Post, path, bare)).ShouldBe(HttpStatusCode.BadRequest);
        }
        var page = (await other.Browser.OpenAsync("/admin/account")).Text;
        (await member.Browser.SendFormAsync("/admin/account", page, "password", ("Password", Families.Password), ("NewPassword", "seven purple otters"))).ShouldBe(HttpStatusCode.BadRequest);
        (await member.Browser.CallAsync(HttpMethod.Get, Books)).ShouldBe(HttpStatusCode.OK);
        (await member.SendPasswordAsync()).ShouldLeadTo("/admin");
        (await member.ActionsAsync()).ShouldBe("signed_in signed_in");
    }

    [Fact]
    public async Task Who_signs_in_too_often_from_one_address_waits_and_may_still_look()
    {
        await using var limited = new StorytimeApp(app.ConnectionString).With("RateLimits:AuthPerMinute", "3");
        await limited.InitializeAsync();
        var browser = new ConsoleBrowser(limited);
        for (var i = 0; i < 3; i++)
            (await browser.SubmitAsync(StaffMember.SignIn, "sign-in", ("Email", "nobody@storytime.example"), ("Password", "wrong wrong"))).ShouldBe(HttpStatusCode.Unauthorized);
        var waits = (await browser.SubmitAsync(StaffMember.SignIn, "sign-in", ("Email", "nobody@storytime.example"), ("Password", "wrong wrong"))).ShouldBe(HttpStatusCode.TooManyRequests);
        waits.Text.ShouldStartWith("Too many requests.");
        (await browser.OpenAsync(StaffMember.SignIn)).ShouldBe(HttpStatusCode.OK);
        (await browser.CallAsync(HttpMethod.Post, "/admin/sign-in/passkey/options", token: browser.Token)).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Theory]
    [InlineData("not an address", "x")]
    [InlineData("", "")]
    public async Task What_is_no_address_is_only_wrong(string email, string password) =>
        (await new ConsoleBrowser(app).SubmitAsync(StaffMember.SignIn, "sign-in", ("Email", email), ("Password", password))).ShouldBe(HttpStatusCode.Unauthorized);
}
