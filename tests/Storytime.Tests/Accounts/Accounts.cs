using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

/// <summary>A parent as tests of the account need one: with the address, and the refresh token of the first sign-in.</summary>
internal sealed record Account(string Email, ApiClient Parent, string RefreshToken);

internal static class AccountCalls
{
    public static async Task<Account> AccountAsync(this StorytimeApp app)
    {
        var email = Families.NewEmail();
        var answer = (await app.Client().PostAsync("/api/v1/auth/register", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.Created);
        return new Account(email, app.Client((string)answer["jwt"]!), (string)answer["refresh_token"]!);
    }

    public static Task<Answer> LoginAsync(this StorytimeApp app, string email, string password = Families.Password) =>
        app.Client().PostAsync("/api/v1/auth/login", new { email, password });

    public static async Task ForgetAsync(this StorytimeApp app, string email) =>
        (await app.Client().PostAsync("/api/v1/auth/password/forgot", new { email })).ShouldBe(HttpStatusCode.Accepted).Text.ShouldBeEmpty();

    public static Task<Answer> ResetAsync(this StorytimeApp app, string token, string password = "brand new password") =>
        app.Client().PostAsync("/api/v1/auth/password/reset", new { token, password });

    public static Task<Answer> ConfirmEmailAsync(this StorytimeApp app, string token) => app.Client().PostAsync("/api/v1/auth/email/confirm", new { token });

    public static Task<Answer> ConfirmConsentAsync(this StorytimeApp app, string token) => app.Client().PostAsync("/api/v1/auth/consent/confirm", new { token });

    public static async Task<bool> IsConfirmedAsync(this StorytimeApp app, string email) =>
        (bool)(await app.SqlAsync($"select email_confirmed from users where email = '{email}'"))!;

    public static void ShouldBeOver(this Answer answer) =>
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["token"]![0]!.ToString().ShouldStartWith("This link does not work any more");
}
