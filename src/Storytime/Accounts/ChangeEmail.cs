using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <param name="Email">The new address. The account's own is confirmed by this, too.</param>
/// <param name="Password">The account's password. An account without one (Sign in with Apple) must have signed in within the last 5 minutes instead.</param>
public sealed record ChangeEmailRequest(
    [Required(ErrorMessage = "An e-mail address is needed."), Email] string? Email,
    [StringLength(NewPasswordAttribute.Longest, ErrorMessage = "A password has at most 128 characters.")] string? Password);

internal static class ChangeEmail
{
    public static readonly ApiError Taken = ApiError.Conflict("There is another account with this e-mail address. Choose another address, or sign in to that account.", "email_taken");

    private static readonly ApiError WrongPassword = new(401, "invalid_credentials", "This is not the password of your account.");

    private static readonly ApiError TooLongAgo = new(401, "invalid_credentials", "Sign in with Apple once more, and try again within 5 minutes.");

    private static readonly TimeSpan _recent = TimeSpan.FromMinutes(5);

    /// <summary>Sends a link to a new address; the account has it once the link is opened.</summary>
    public static async Task<Results<Accepted, ApiError>> Handle(
        ChangeEmailRequest request, Parent parent, StorytimeDb db, Passwords passwords, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        var user = await db.Users.SingleAsync(u => u.Id == parent.UserId, ct);
        var (email, now) = (request.Email!.Trim(), time.Now());
        if (user.PasswordHash is not null)
        {
            if (!await passwords.VerifyAsync(user.PasswordHash, request.Password ?? "", ct))
                return WrongPassword;
        }
        else if (!await db.ParentSessions.AnyAsync(s => s.Id == parent.SessionId && s.SignedInAt > now - _recent, ct))
        {
            return TooLongAgo;
        }
        if (await db.Users.WithEmail(email).AnyAsync(u => u.Id != user.Id, ct))
            return Taken;
        db.OutgoingMails.Add(OutgoingMail.To(email, MailKind.EmailChange, user.Id, now));
        await db.SaveChangesAsync(ct);
        nudges.SendMails();
        return TypedResults.Accepted((string?)null);
    }
}
