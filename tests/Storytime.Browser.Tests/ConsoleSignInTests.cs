using System.Text.Json;
using Microsoft.Playwright;
using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>Two factors and passkeys, as a browser has them.</summary>
public sealed class ConsoleSignInTests(ConsoleBrowser console) : IClassFixture<ConsoleBrowser>
{
    [Fact]
    public async Task An_authenticator_app_is_set_up_and_asked_for_and_a_recovery_code_stands_in_for_it_once()
    {
        var (staff, _) = await StaffApi.AddStaffAsync(console.Storytime, "editor");
        IReadOnlyList<string> codes;
        await using (var user = await console.SignInAsync(staff.Email, staff.Password))
        {
            await user.Page.GotoAsync("/admin/account/authenticator");
            var key = (await user.Page.Locator("#key").TextContentAsync())!;
            (await user.Page.Locator("img.qr").EvaluateAsync<int>("picture => picture.naturalWidth")).ShouldBeGreaterThan(100);
            await user.Page.Locator("#code").FillAsync(Totp.Code(key, DateTimeOffset.UtcNow));
            await user.Submit.ClickAsync();
            await user.Page.Locator("#recovery-codes li").First.WaitForAsync();
            codes = await user.Page.Locator("#recovery-codes li").AllTextContentsAsync();
            codes.Count.ShouldBeGreaterThan(7);
            (await Axe.FindAsync(user)).ShouldBeEmpty();
        }

        await using var other = await console.OpenAsync(null);
        await GiveThePasswordAsync(other, staff);
        (await Axe.FindAsync(other)).ShouldBeEmpty();
        await other.Page.Locator("#code").FillAsync("000000");
        await other.Submit.ClickAsync();
        await other.Page.Locator("#problem").WaitForAsync();
        // Nor does the password alone open a page.
        (await other.Page.GotoAsync("/admin/publishers"))!.Url.ShouldContain("/admin/sign-in");

        await other.SignInAsync(staff.Email, staff.Password, codes[0].Trim());
        await other.SettleAsync();

        await using var third = await console.OpenAsync(null);
        await GiveThePasswordAsync(third, staff);
        await third.Page.Locator("#code").FillAsync(codes[0].Trim());
        await third.Submit.ClickAsync();
        await third.Page.Locator("#problem").WaitForAsync();
    }

    [Fact]
    public async Task A_passkey_is_added_and_signs_in_without_a_password()
    {
        const string name = "<img src=x onerror=alert(1)>";
        var (staff, _) = await StaffApi.AddStaffAsync(console.Storytime, "finance");
        await using var user = await console.SignInAsync(staff.Email, staff.Password);
        await AddAuthenticatorAsync(user.Page);
        await user.Page.GotoAsync("/admin/account");
        await user.Page.Locator("#passkey-name").FillAsync(name);
        await user.Page.Locator("[data-passkey=add]").ClickAsync();
        await user.Page.Locator("fieldset label", new() { HasText = name }).WaitForAsync();

        await user.Page.GotoAsync("/admin/sign-out");
        await user.Submit.ClickAsync();
        await user.Page.WaitForURLAsync("**/admin/sign-in");
        await user.Page.GotoAsync("/admin/sign-in?then=/admin/publishers");
        await user.Page.Locator("[data-passkey=sign-in]").ClickAsync();
        await user.Page.WaitForURLAsync("**/admin/publishers");
        await user.SettleAsync("tbody tr td");
    }

    [Fact]
    public async Task A_wrong_password_is_told_in_a_sentence_and_an_address_elsewhere_is_not_gone_to()
    {
        var staff = console.Storytime.Staff["editor"];
        await using var user = await console.OpenAsync(null);
        await user.Page.GotoAsync("/admin/sign-in?then=https://elsewhere.test/");
        await user.Page.Locator("#email").FillAsync(staff.Email);
        await user.Page.Locator("#password").FillAsync("not the password");
        await user.Submit.ClickAsync();
        (await user.Page.Locator("#problem").TextContentAsync())!.ShouldContain("do not belong together");
        await user.SignInAsync(staff.Email, staff.Password);
        new Uri(user.Page.Url).GetLeftPart(UriPartial.Path).ShouldBe($"{user.App}admin");
    }

    private static async Task GiveThePasswordAsync(ConsoleUser user, LocalCloud.Demo.DemoAdmin staff)
    {
        await user.Page.GotoAsync("/admin/sign-in");
        await user.Page.Locator("#email").FillAsync(staff.Email);
        await user.Page.Locator("#password").FillAsync(staff.Password);
        await user.Submit.ClickAsync();
        await user.Page.Locator("#code").WaitForAsync();
    }

    /// <summary>A device with a fingerprint reader that always says yes. https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/</summary>
    private static async Task AddAuthenticatorAsync(IPage page)
    {
        var debugger = await page.Context.NewCDPSessionAsync(page);
        await debugger.SendAsync("WebAuthn.enable");
        await debugger.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = JsonSerializer.SerializeToElement(new
            {
                protocol = "ctap2",
                transport = "internal",
                hasResidentKey = true,
                hasUserVerification = true,
                isUserVerified = true,
                automaticPresenceSimulation = true,
            }),
        });
    }
}
