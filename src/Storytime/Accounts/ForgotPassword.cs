using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;

namespace Storytime.Accounts;

public sealed record ForgotPasswordRequest([Required(ErrorMessage = "An e-mail address is needed."), Email] string? Email);

internal static class ForgotPassword
{
    /// <summary>
    /// Sends a link to choose a new password, when there is an account with this address. Whether there is one only the job finds out: nothing here, not even
    /// the time that it takes, depends on it. At most three mails an hour go to one account.
    /// </summary>
    [EndpointName("forgot_password")]
    [NoLocation]
    public static async Task<Results<Accepted, ApiError>> Handle(ForgotPasswordRequest request, StorytimeDb db, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        db.OutgoingMails.Add(OutgoingMail.To(request.Email!.Trim(), MailKind.PasswordReset, null, time.Now()));
        await db.SaveChangesAsync(ct);
        nudges.SendMails();
        return TypedResults.Accepted((string?)null);
    }
}
