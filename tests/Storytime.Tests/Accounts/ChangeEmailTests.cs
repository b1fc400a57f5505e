using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class ChangeEmailTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task An_account_has_its_new_address_once_the_link_that_went_there_is_opened()
    {
        var (old, parent, _) = await app.AccountAsync();
        var next = Families.NewEmail();
        await app.ForgetAsync(old);
        var reset = await app.LinkTokenAsync(old, "reset-password");
        (await ChangeAsync(parent, next)).ShouldBe(HttpStatusCode.Accepted).Text.ShouldBeEmpty();
        var token = await app.LinkTokenAsync(next, "confirm-email");
        ((string?)(await parent.GetAsync("/api/v1/me"))["email"]).ShouldBe(old);
        (await app.LoginAsync(next)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");

        (await app.ConfirmEmailAsync(token)).ShouldBe(HttpStatusCode.NoContent);
        ((string?)(await parent.GetAsync("/api/v1/me"))["email"]).ShouldBe(next);
        (await app.IsConfirmedAsync(next)).ShouldBeTrue();
        (await app.LoginAsync(next.ToUpperInvariant())).ShouldBe(HttpStatusCode.OK);
        (await app.LoginAsync(old)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await app.MailsAsync(old))[^1].Subject.ShouldBe("Your Storytime account has a new e-mail address");
        (await app.ConfirmEmailAsync(token)).ShouldBeOver();
        // Who has the old mailbox has the account no more.
        (await app.ResetAsync(reset)).ShouldBeOver();
    }

    [Fact]
    public async Task A_wrong_password_changes_and_sends_nothing()
    {
        var (_, parent, _) = await app.AccountAsync();
        var next = Families.NewEmail();
        (await ChangeAsync(parent, next, "not the password")).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await app.MailsAsync(next)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_that_is_taken_is_refused_whatever_its_case_and_whenever_it_was_taken()
    {
        var (old, parent, _) = await app.AccountAsync();
        var (others, _, _) = await app.AccountAsync();
        (await ChangeAsync(parent, others.ToUpperInvariant())).ShouldBeError(HttpStatusCode.Conflict, "email_taken");

        var next = Families.NewEmail();
        (await ChangeAsync(parent, next)).ShouldBe(HttpStatusCode.Accepted);
        var token = await app.LinkTokenAsync(next, "confirm-email");
        (await app.Client().PostAsync("/api/v1/auth/register", new { email = next.ToUpperInvariant(), password = Families.Password })).ShouldBe(HttpStatusCode.Created);
        (await app.ConfirmEmailAsync(token)).ShouldBeError(HttpStatusCode.Conflict, "email_taken");
        ((string?)(await parent.GetAsync("/api/v1/me"))["email"]).ShouldBe(old);
    }

    [Fact]
    public async Task The_address_that_an_account_has_can_be_confirmed_too()
    {
        var (email, parent, _) = await app.AccountAsync();
        (await app.IsConfirmedAsync(email)).ShouldBeFalse();
        (await ChangeAsync(parent, email)).ShouldBe(HttpStatusCode.Accepted);
        (await app.ConfirmEmailAsync(await app.LinkTokenAsync(email, "confirm-email"))).ShouldBe(HttpStatusCode.NoContent);
        (await app.IsConfirmedAsync(email)).ShouldBeTrue();
        (await app.MailsAsync(email)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_addresses_that_were_asked_for_the_first_to_be_confirmed_wins()
    {
        var (_, parent, _) = await app.AccountAsync();
        var (one, other) = (Families.NewEmail(), Families.NewEmail());
        await ChangeAsync(parent, one);
        await ChangeAsync(parent, other);
        var tokens = (One: await app.LinkTokenAsync(one, "confirm-email"), Other: await app.LinkTokenAsync(other, "confirm-email"));
        (await app.ConfirmEmailAsync(tokens.Other)).ShouldBe(HttpStatusCode.NoContent);
        (await app.ConfirmEmailAsync(tokens.One)).ShouldBeOver();
    }

    [Fact]
    public async Task An_account_without_a_password_needs_a_sign_in_just_now()
    {
        var (email, parent, _) = await app.AccountAsync();
        await app.SqlAsync($"update users set password_hash = null where email = '{email}'");
        var next = Families.NewEmail();
        (await ChangeAsync(parent, next, null)).ShouldBe(HttpStatusCode.Accepted);
        await app.SqlAsync($"update parent_sessions set signed_in_at = signed_in_at - interval '5 minutes' where user_id = (select id from users where email = '{email}')");
        (await ChangeAsync(parent, next, null)).ShouldBeError(HttpStatusCode.Forbidden, "reauthentication_required");
        (await app.MailsAsync(next)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not-an-address")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    public async Task What_is_no_address_is_refused(string email) =>
        (await ChangeAsync(await app.ParentAsync(), email)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["email"].ShouldNotBeNull();

    [Fact]
    public async Task Passwords_can_be_guessed_here_no_faster_than_at_sign_in()
    {
        await using var limited = new StorytimeApp(app.ConnectionString).With("RateLimits:AuthPerMinute", "3");
        await limited.InitializeAsync();
        var (_, parent, _) = await limited.AccountAsync();
        for (var i = 0; i < 2; i++)
            (await ChangeAsync(parent, "new@example.com", "wrong")).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await ChangeAsync(parent, "new@example.com")).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");
        string[] guessable = ["password/forgot", "password/reset", "email/confirm", "consent/confirm"];
        foreach (var call in guessable)
            (await limited.Client().PostAsync($"/api/v1/auth/{call}", "{}")).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");
    }

    private static Task<Answer> ChangeAsync(ApiClient parent, string email, string? password = Families.Password) => parent.PutAsync("/api/v1/me/email", new { email, password });
}
