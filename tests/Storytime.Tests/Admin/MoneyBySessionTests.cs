using System.Net;
using System.Text;
using Storytime.Platform.Auth;
using Storytime.Tests.Admin.SignIn;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class MoneyBySessionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Root = "/admin/api/v1";

    [Theory]
    [InlineData("PUT", "/revenue_periods/2001-02", """{ "amount_cents": 500, "currency": "USD" }""", 201)]
    [InlineData("DELETE", "/revenue_periods/2001-03?currency=USD", null, 404)]
    [InlineData("POST", "/contracts", "{}", 422)]
    [InlineData("PATCH", "/contracts/987654", "{}", 404)]
    [InlineData("POST", "/statements/987654/issues", "{}", 404)]
    public async Task Who_changes_money_in_the_console_shows_again_who_they_are_but_a_bearer_token_is_enough(string method, string path, string? body, int answer)
    {
        var bearer = await app.StaffAsync(AdminRole.Finance);
        var member = await StaffMember.SignedInAsync(app, AdminRole.Finance);
        (await member.Browser.OpenAsync("/admin/contracts")).ShouldBe(HttpStatusCode.OK);
        app.Clock.Advance(FreshSignIn.Recent + TimeSpan.FromSeconds(1));

        var refused = (await member.Browser.CallAsync(new HttpMethod(method), Root + path, body, member.Browser.Token)).ShouldBe(HttpStatusCode.Forbidden);
        refused.Text.ShouldContain("reauthentication_required");

        using var request = new HttpRequestMessage(new HttpMethod(method), Root + path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Authorization", $"Bearer {bearer.Token}");
        using var done = await app.Client().Http.SendAsync(request);
        ((int)done.StatusCode).ShouldBe(answer, await done.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/admin/contracts")]
    [InlineData("/admin/contracts/1")]
    [InlineData("/admin/revenue")]
    [InlineData("/admin/reports")]
    [InlineData("/admin/reports/finishing")]
    [InlineData("/admin/statements")]
    [InlineData("/admin/statements/1")]
    public async Task Pages_about_money_are_for_finance(string path)
    {
        (await (await StaffMember.SignedInAsync(app, AdminRole.Editor)).Browser.OpenAsync(path)).ShouldBe(HttpStatusCode.Forbidden);
        (await (await StaffMember.SignedInAsync(app, AdminRole.Finance)).Browser.OpenAsync(path)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_rights_calendar_is_for_editors()
    {
        (await (await StaffMember.SignedInAsync(app, AdminRole.Finance)).Browser.OpenAsync("/admin/rights")).ShouldBe(HttpStatusCode.Forbidden);
        (await (await StaffMember.SignedInAsync(app, AdminRole.Editor)).Browser.OpenAsync("/admin/rights")).ShouldBe(HttpStatusCode.OK);
    }
}
