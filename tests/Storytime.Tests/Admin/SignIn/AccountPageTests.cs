using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin.SignIn;

public sealed class AccountPageTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Account = "/admin/account";

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_and_must_be_a_good_one()
    {
        var member = await StaffMember.SignedInAsync(app);
        var other = member.Browser;
        await member.SendPasswordAsync();
        foreach (var (current, chosen, status, says) in new[]
        {
            ("wrong wrong", "seven purple otters", 401, "not your password"), (Families.Password, "short", 422, "at least 8 characters"),
            (Families.Password, "password1", 422, "first that anybody tries"), (Families.Password, member.Email, 422, "e-mail address"),
        })
        {
            var refused = await member.Browser.SubmitAsync(Account, "password", ("Password", current), ("NewPassword", chosen));
            ((int)refused.Status).ShouldBe(status);
            refused.Text.ShouldContain(says);
        }
        (await other.OpenAsync(Account)).ShouldBe(HttpStatusCode.OK);
        (await member.Browser.SubmitAsync(Account, "password", ("Password", Families.Password), ("NewPassword", "seven purple otters"))).ShouldBe(HttpStatusCode.OK)
            .Text.ShouldContain("Your password is changed");
        (await other.OpenAsync(Account)).ShouldLeadTo("/admin/sign-in?then=%2Fadmin%2Faccount");
        (await member.Browser.OpenAsync(Account)).ShouldBe(HttpStatusCode.OK);
        (await member.SendPasswordAsync()).ShouldBe(HttpStatusCode.Unauthorized);
        (await member.SendPasswordAsync("seven purple otters")).ShouldLeadTo("/admin");
        (await member.ActionsAsync()).ShouldBe("signed_in signed_in password_changed signed_in");
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_by_one_or_all_others()
    {
        var member = await StaffMember.SignedInAsync(app);
        var first = member.Browser;
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await member.SendPasswordAsync();
        var second = member.Browser;
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await member.SendPasswordAsync();
        var page = (await member.Browser.OpenAsync(Account)).ShouldBe(HttpStatusCode.OK).Text;
        page.Split("Firefox on Linux</strong>").Length.ShouldBe(4);
        page.Split("(this one)").Length.ShouldBe(2);

        var oldest = await app.SqlAsync($"select id from admin_sessions where admin_id = {member.Id} order by created_at, id limit 1");
        (await member.Browser.SubmitAsync(Account, "end", ("Session", $"{oldest}"))).ShouldBe(HttpStatusCode.OK);
        (await first.OpenAsync(Account)).Status.ShouldBe(HttpStatusCode.Redirect);
        (await second.OpenAsync(Account)).ShouldBe(HttpStatusCode.OK);
        (await member.Browser.SubmitAsync(Account, "end-others")).ShouldBe(HttpStatusCode.OK);
        (await second.OpenAsync(Account)).Status.ShouldBe(HttpStatusCode.Redirect);
        (await member.Browser.OpenAsync(Account)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Nobody_ends_the_session_of_another_account()
    {
        var (member, other) = (await StaffMember.SignedInAsync(app), await StaffMember.SignedInAsync(app));
        await other.SendPasswordAsync();
        var theirs = await app.SqlAsync($"select id from admin_sessions where admin_id = {other.Id} order by created_at desc limit 1");
        await member.Browser.SubmitAsync(Account, "end", ("Session", $"{theirs}"));
        (await other.Browser.OpenAsync(Account)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task By_the_link_of_a_new_account_a_password_is_chosen_once()
    {
        var admin = await app.StaffAsync(Storytime.Platform.Auth.AdminRole.Admin);
        var email = $"new-{Guid.NewGuid():N}@storytime.example";
        var token = (string)(await admin.PostAsync("/admin/api/v1/admins", new { email, role = "editor" })).ShouldBe(HttpStatusCode.Created)["setup"]!["token"]!;
        var browser = new ConsoleBrowser(app);
        const string Page = "/admin/set-up";
        (await browser.SubmitAsync(Page, "set-up", ("Token", "another"), ("Password", "seven purple otters"))).ShouldBe(HttpStatusCode.UnprocessableEntity).Text.ShouldContain("does not work any more");
        (await browser.SubmitAsync(Page, "set-up", ("Token", token), ("Password", "short"))).ShouldBe(HttpStatusCode.UnprocessableEntity).Text.ShouldContain("at least 8");
        (await browser.SubmitAsync(Page, "set-up", ("Token", token), ("Password", "seven purple otters"))).ShouldLeadTo("/admin/sign-in?done=set-up");
        (await browser.SubmitAsync(Page, "set-up", ("Token", token), ("Password", "eight purple otters"))).ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await browser.SubmitAsync(StaffMember.SignIn, "sign-in", ("Email", email), ("Password", "seven purple otters"))).ShouldLeadTo("/admin");
    }
}
