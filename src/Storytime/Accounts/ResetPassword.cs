using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <param name="Token">From the link in the mail.</param>
/// <param name="Password">8 to 128 characters; common ones are refused.</param>
public sealed record ResetPasswordRequest(
    [Required(ErrorMessage = "The token of the link is needed.")] string? Token,
    [Required(ErrorMessage = "A password is needed."), NewPassword] string? Password);

internal static class ResetPassword
{
    public static readonly ApiError LinkIsOver = ApiError.Invalid(
        "token", "This link does not work any more: it was used already, or is older than an hour. Ask for a new one with \"Forgot password?\".");

    /// <summary>Chooses a new password by the link of a mail. All devices are signed out, those in child mode too, and no other link of this kind works any more.</summary>
    [EndpointName("reset_password")]
    public static async Task<Results<NoContent, ApiError>> Handle(
        ResetPasswordRequest request, StorytimeDb db, Passwords passwords, PasswordCheck check, IEnumerable<IAccountSessions> sessions, Nudges nudges, TimeProvider time,
        CancellationToken ct)
    {
        var hash = await passwords.HashAsync(request.Password!, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.Now();
        if (await db.OpenLinkAsync(AccountTokenKind.PasswordReset, request.Token!, now, ct) is not var (user, _))
            return LinkIsOver;
        if (NewPasswordAttribute.IsEmail(request.Password!, user.Email!) is { } tooEasy)
            return tooEasy;
        // Whoever opens the mail has the address.
        user.SetPassword(hash, now);
        user.ConfirmEmail(user.Email!, now);
        // An address that somebody else wanted to put here goes with the password that they knew.
        await db.EndLinksAsync(user.Id, now, ct, AccountTokenKind.PasswordReset, AccountTokenKind.EmailChange);
        foreach (var kind in sessions)
            await kind.EndAllAsync(user.Id, now, ct);
        db.OutgoingMails.Add(OutgoingMail.To(user.Email!, MailKind.PasswordChanged, user.Id, now));
        await db.SaveChangesAsync(ct);
        await check.ForgetAllAsync(user.Email!, ct);
        await transaction.CommitAsync(ct);
        nudges.SendMails();
        return TypedResults.NoContent();
    }
}
