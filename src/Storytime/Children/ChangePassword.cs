using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Children;

/// <param name="CurrentPassword">Left out by an account that has none yet (Sign in with Apple), after a sign-in within the last 5 minutes.</param>
/// <param name="Password">8 to 128 characters; common ones are refused.</param>
public sealed record ChangePasswordRequest(
    [StringLength(NewPasswordAttribute.Longest, ErrorMessage = "A password has at most 128 characters.")] string? CurrentPassword,
    [Required(ErrorMessage = "A password is needed."), NewPassword] string? Password);

/// <summary>Stands in this module because it ends the children's devices too.</summary>
internal static class ChangePassword
{
    /// <summary>Sets a new password. All other devices are signed out at once, those in child mode too; the one that asks stays signed in.</summary>
    [EndpointName("change_password")]
    public static async Task<Results<NoContent, ApiError>> Handle(
        ChangePasswordRequest request, Parent parent, Client client, StorytimeDb db, Reauthentication reauthentication, Passwords passwords, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        if (await db.Users.SingleOrDefaultAsync(u => u.Id == parent.UserId, ct) is not { } user)
            return Me.Gone;
        if (NewPasswordAttribute.IsEmail(request.Password!, user.Email!) is { } tooEasy)
            return tooEasy;
        if (user.PasswordHash is not null && request.CurrentPassword is null)
            return ApiError.Invalid("current_password", "The present password is needed.");
        if (await reauthentication.RefusalAsync(user, request.CurrentPassword, parent, client, time.Now(), ct) is { } refusal)
            return refusal;
        var hash = await passwords.HashAsync(request.Password!, ct);

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Held to the end: no session begins meanwhile, and of two changes at once the second one has not given the present password.
        if (!await db.Users.FromSql($"select * from users where id = {user.Id} and password_hash is not distinct from {user.PasswordHash} for no key update").AnyAsync(ct))
            return PasswordCheck.Wrong;
        var now = time.Now();
        user.SetPassword(hash, now);
        await db.EndSessionsAsync(user.Id, parent.SessionId, now, ct);
        await db.EndChildSessionsAsync(user.Id, now, ct);
        // Links that were mailed before would undo it.
        await db.EndLinksAsync(user.Id, now, ct, AccountTokenKind.PasswordReset, AccountTokenKind.EmailChange);
        db.OutgoingMails.Add(OutgoingMail.To(user.Email!, MailKind.PasswordChanged, user.Id, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        nudges.SendMails();
        return TypedResults.NoContent();
    }

    /// <summary>Ends child mode on all devices of an account, at once.</summary>
    public static Task EndChildSessionsAsync(this StorytimeDb db, long userId, DateTimeOffset now, CancellationToken ct) => db.ChildSessions
        .Where(s => s.RevokedAt == null && db.ChildProfiles.Any(c => c.Id == s.ChildProfileId && c.UserId == userId))
        .ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAt, now), ct);
}
