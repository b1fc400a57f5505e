using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <param name="Token">From the link in the mail.</param>
public sealed record ConfirmEmailRequest([Required(ErrorMessage = "The token of the link is needed.")] string? Token);

internal static class ConfirmEmail
{
    public static readonly ApiError LinkIsOver = ApiError.Invalid(
        "token", "This link does not work any more: it was used already, or is older than 24 hours. Change the address in the app once more to get a new one.");

    /// <summary>Gives an account its new address by the link that was sent there. The old address is told, and links that were sent to it do not work any more.</summary>
    [EndpointName("confirm_email")]
    public static async Task<Results<NoContent, ApiError>> Handle(
        ConfirmEmailRequest request, StorytimeDb db, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.Now();
        if (await db.OpenLinkAsync(AccountTokenKind.EmailChange, request.Token!, now, ct) is not var (user, link))
            return LinkIsOver;
        var (old, next) = (user.Email!, link.NewEmail!);
        user.ConfirmEmail(next, now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(User.UniqueEmail))
        {
            return ChangeEmail.Taken;
        }
        await db.EndLinksAsync(user.Id, now, ct, AccountTokenKind.EmailChange, AccountTokenKind.PasswordReset);
        if (!string.Equals(old, next, StringComparison.OrdinalIgnoreCase))
        {
            await db.EndLinksAsync(user.Id, now, ct, AccountTokenKind.Consent);
            db.OutgoingMails.Add(OutgoingMail.To(old, MailKind.EmailChanged, user.Id, now));
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        nudges.SendMails();
        return TypedResults.NoContent();
    }
}
