using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;

namespace Storytime.Accounts;

/// <param name="Email">The new address. The account's own is confirmed by this, too.</param>
/// <param name="Password">The account's password. An account without one (Sign in with Apple) must have signed in within the last 5 minutes instead.</param>
public sealed record ChangeEmailRequest(
    [Required(ErrorMessage = "An e-mail address is needed."), Email] string? Email,
    [StringLength(NewPasswordAttribute.Longest, ErrorMessage = "A password has at most 128 characters.")] string? Password);

internal static class ChangeEmail
{
    public static readonly ApiError Taken = ApiError.Conflict("There is another account with this e-mail address. Choose another address, or sign in to that account.", "email_taken");

    private static readonly ApiError _sessionEnded = ApiError.Unauthenticated("This session was ended. Sign in again, then change the address once more.");

    /// <summary>Sends a link to a new address; the account has it once the link is opened.</summary>
    [EndpointName("change_email")]
    [NoLocation]
    public static async Task<Results<Accepted, ApiError>> Handle(
        ChangeEmailRequest request, Parent parent, Client client, StorytimeDb db, Reauthentication reauthentication, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        if (await db.Users.SingleOrDefaultAsync(u => u.Id == parent.UserId, ct) is not { } user)
            return Me.Gone;
        var (email, now) = (request.Email!.Trim(), time.Now());
        // An address takes the account over, so where there is a password, a device that was left signed in is not enough.
        if (user.PasswordHash is not null && request.Password is null)
            return ApiError.Invalid("password", "The account's password is needed.");
        if (await reauthentication.RefusalAsync(user, request.Password, parent, client, now, ct) is { } refusal)
            return refusal;
        if (await db.Users.WithEmail(email).AnyAsync(u => u.Id != user.Id, ct))
            return Taken;

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // A new password ends what the old one asked for; what it asks for at that moment must not come after that.
        if (await db.Users.FromSql($"select * from users where id = {user.Id} for share").AsNoTracking().SingleOrDefaultAsync(ct) is not { } locked)
            return Me.Gone;
        if (locked.PasswordHash != user.PasswordHash)
            return Reauthentication.Wrong;
        if (!await db.ParentSessions.AnyAsync(s => s.Id == parent.SessionId && s.RevokedAt == null, ct))
            return _sessionEnded;
        db.OutgoingMails.Add(OutgoingMail.To(email, MailKind.EmailChange, user.Id, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        nudges.SendMails();
        return TypedResults.Accepted((string?)null);
    }
}
