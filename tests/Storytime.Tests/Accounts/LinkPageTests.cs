using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed partial class LinkPageTests : IClassFixture<StorytimeApp>
{
    private readonly StorytimeApp _app;

    public LinkPageTests(StorytimeApp app) => _app = app.With("Consent:Method", "emailPlus");

    [Fact]
    public async Task A_password_can_be_chosen_without_any_app_and_looking_changes_nothing()
    {
        var (email, parent, _) = await _app.AccountAsync();
        await _app.ForgetAsync(email);
        var token = await _app.LinkTokenAsync(email, "reset-password");
        for (var i = 0; i < 3; i++)
            (await ShowAsync("reset-password", token)).ShouldBe(HttpStatusCode.OK).Text.ShouldContain($"value=\"{token}\"");
        (await parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);

        (await SubmitAsync("reset-password", token, "short")).ShouldBe(HttpStatusCode.UnprocessableEntity).Text.ShouldContain("at least 8 characters");
        (await SubmitAsync("reset-password", token, "brand new password")).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("Your new password is set");
        (await _app.LoginAsync(email, "brand new password")).ShouldBe(HttpStatusCode.OK);
        (await ShowAsync("reset-password", token)).ShouldBe(HttpStatusCode.UnprocessableEntity).Text.ShouldContain("Ask for a new one");
        (await SubmitAsync("reset-password", token, "brand new password")).ShouldBe(HttpStatusCode.UnprocessableEntity).Text.ShouldContain("Ask for a new one");
    }

    [Fact]
    public async Task An_address_can_be_confirmed_without_any_app()
    {
        var (_, parent, _) = await _app.AccountAsync();
        var next = Families.NewEmail();
        await parent.PutAsync("/api/v1/me/email", new { email = next, password = Families.Password });
        var token = await _app.LinkTokenAsync(next, "confirm-email");
        (await ShowAsync("confirm-email", token)).ShouldBe(HttpStatusCode.OK);
        ((string?)(await parent.GetAsync("/api/v1/me"))["email"]).ShouldNotBe(next);
        (await SubmitAsync("confirm-email", token)).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("Your address is confirmed");
        ((string?)(await parent.GetAsync("/api/v1/me"))["email"]).ShouldBe(next);
        (await SubmitAsync("confirm-email", token)).ShouldBe(HttpStatusCode.UnprocessableEntity).Text.ShouldContain("Change the address in the app once more");
    }

    [Fact]
    public async Task An_address_that_was_taken_meanwhile_is_said_on_the_page()
    {
        var (_, parent, _) = await _app.AccountAsync();
        var next = Families.NewEmail();
        await parent.PutAsync("/api/v1/me/email", new { email = next, password = Families.Password });
        await _app.Client().PostAsync("/api/v1/auth/register", new { email = next, password = Families.Password });
        var token = (await _app.MailsAsync(next)).Single(m => m.Subject!.StartsWith("Confirm your", StringComparison.Ordinal)).LinkToken("confirm-email");
        (await SubmitAsync("confirm-email", token)).ShouldBe(HttpStatusCode.Conflict).Text.ShouldContain("There is another account with this e-mail address");
    }

    [Fact]
    public async Task Consent_can_be_given_without_any_app()
    {
        var (email, parent, _) = await _app.AccountAsync();
        var token = await _app.LinkTokenAsync(email, "confirm-consent");
        (await ShowAsync("confirm-consent", token)).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("the terms of 2026-04-22");
        ((bool)(await parent.GetAsync("/api/v1/consent"))["given"]!).ShouldBeFalse();
        (await SubmitAsync("confirm-consent", token)).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("Your consent is on record");
        ((bool)(await parent.GetAsync("/api/v1/consent"))["given"]!).ShouldBeTrue();
        (await ShowAsync("confirm-consent", token)).ShouldBe(HttpStatusCode.UnprocessableEntity).Text.ShouldContain("Give your consent in the app once more");
    }

    [Theory]
    [InlineData("reset-password")]
    [InlineData("confirm-email")]
    [InlineData("confirm-consent")]
    public async Task Neither_the_token_nor_the_page_gets_anywhere_else(string page)
    {
        foreach (var answer in new[] { await ShowAsync(page, "nonsense"), await SubmitAsync(page, "nonsense", "brand new password"), await _app.Client().GetAsync($"/account/{page}") })
        {
            answer.ShouldBe(HttpStatusCode.UnprocessableEntity).MediaType.ShouldBe("text/html");
            var style = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style().Match(answer.Text).Groups[1].Value)));
            answer.Headers.GetValues("Content-Security-Policy").Single()
                .ShouldBe($"default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
            answer.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task What_comes_with_the_address_or_the_form_never_becomes_HTML()
    {
        const string evil = "\"><script>alert(1)</script>";
        (await ShowAsync("reset-password", Uri.EscapeDataString(evil))).Text.ShouldNotContain("<script");
        var answer = (await SubmitAsync("reset-password", evil, "short")).ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Text.ShouldNotContain("<script");
        answer.Text.ShouldContain("&lt;script&gt;");
    }

    [Fact]
    public async Task A_limit_is_told_in_a_sentence()
    {
        await using var limited = new StorytimeApp(_app.ConnectionString).With("RateLimits:AuthPerMinute", "1");
        await limited.InitializeAsync();
        await SubmitAsync("confirm-email", "nonsense", app: limited);
        var answer = await SubmitAsync("confirm-email", "nonsense", app: limited);
        answer.ShouldBe(HttpStatusCode.TooManyRequests).Text.ShouldStartWith("Too many requests. Try again in ");
        (await limited.Client().GetAsync("/account/nothing")).ShouldBe(HttpStatusCode.NotFound).Text.ShouldStartWith("There is nothing at this address.");
    }

    private Task<Answer> ShowAsync(string page, string token) => _app.Client().GetAsync($"/account/{page}?token={token}");

    private Task<Answer> SubmitAsync(string page, string token, string? password = null, StorytimeApp? app = null)
    {
        Dictionary<string, string> form = new() { ["token"] = token };
        if (password is not null)
            form["password"] = password;
        return (app ?? _app).Client().SendAsync(HttpMethod.Post, $"/account/{page}", null, r => r.Content = new FormUrlEncodedContent(form));
    }

    [GeneratedRegex("<style>(.*)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
