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

    private static readonly ApiError _wrongPassword = new(401, "invalid_credentials", "This is not the password of your account.");

    private static readonly ApiError _tooLongAgo = new(403, "reauthentication_required",
        "This needs a sign-in within the last 5 minutes. Sign in again, then repeat it with the new token.");

    private static readonly TimeSpan _recent = TimeSpan.FromMinutes(5);

    /// <summary>Sends a link to a new address; the account has it once the link is opened.</summary>
    public static async Task<Results<Accepted, ApiError>> Handle(
        ChangeEmailRequest request, Parent parent, StorytimeDb db, Passwords passwords, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        var user = await db.Users.SingleAsync(u => u.Id == parent.UserId, ct);
        var (email, now) = (request.Email!.Trim(), time.Now());
        if (await ReauthenticateAsync(user, request.Password, parent, db, passwords, now, ct) is { } refusal)
            return refusal;
        if (await db.Users.WithEmail(email).AnyAsync(u => u.Id != user.Id, ct))
            return Taken;
        db.OutgoingMails.Add(OutgoingMail.To(email, MailKind.EmailChange, user.Id, now));
        await db.SaveChangesAsync(ct);
        nudges.SendMails();
        return TypedResults.Accepted((string?)null);
    }

    /// <summary>Who holds a token shows once more to be the parent: by the password, or, where there is none, by a sign-in just now.</summary>
    private static async Task<ApiError?> ReauthenticateAsync(
        User user, string? password, Parent parent, StorytimeDb db, Passwords passwords, DateTimeOffset now, CancellationToken ct)
    {
        if (user.PasswordHash is { } hash)
            return await passwords.VerifyAsync(hash, password ?? "", ct) ? null : _wrongPassword;
        return await db.ParentSessions.AnyAsync(s => s.Id == parent.SessionId && s.SignedInAt > now - _recent, ct) ? null : _tooLongAgo;
    }
}
