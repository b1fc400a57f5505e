using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts.Pages;

internal static class ResetPasswordPage
{
    private const string Over = "Please ask for a new link";

    private static readonly NewPasswordAttribute _rule = new();

    public static async Task<RazorComponentResult> Show(string? token, StorytimeDb db, TimeProvider time, CancellationToken ct) =>
        await db.IsLiveAsync(AccountTokenKind.PasswordReset, token, time.Now(), ct) ? Ask(token!) : LinkPages.Page(ResetPassword.LinkIsOver, Over);

    public static async Task<RazorComponentResult> Submit(
        LinkAnswer sent, StorytimeDb db, Passwords passwords, PasswordCheck check, IEnumerable<IAccountSessions> sessions, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        if (_rule.GetValidationResult(sent.Password, new ValidationContext(_rule)) is { ErrorMessage: var problem })
            return Ask(sent.Token, problem);
        var answer = await ResetPassword.Handle(new ResetPasswordRequest(sent.Token, sent.Password), db, passwords, check, sessions, nudges, time, ct);
        return answer.Result is ApiError error
            ? LinkPages.Page(error, Over)
            : LinkPages.Page("Your new password is set", "You were signed out on all devices. Open the Storytime app and sign in with the new password.");
    }

    private static RazorComponentResult Ask(string token, string? problem = null) => LinkPages.Page(
        new LinkForm(AccountLinks.ResetPasswordPage, token, "Set this password", AsksPassword: true, problem), "Choose a new password", "You will be signed out on all devices.");
}
