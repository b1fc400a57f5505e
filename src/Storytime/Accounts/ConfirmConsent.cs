using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <param name="Token">From the link in the mail.</param>
public sealed record ConfirmConsentRequest([Required(ErrorMessage = "The token of the link is needed.")] string? Token);

internal static class ConfirmConsent
{
    public static readonly ApiError LinkIsOver = ApiError.Invalid(
        "token", "This link does not work any more: it was used already, or is older than 7 days. Give your consent in the app once more to get a new one.");

    /// <summary>Gives consent by the link of a mail; a second mail says so ("e-mail plus", 16 CFR 312.5(b)(2)).</summary>
    [EndpointName("confirm_consent")]
    public static async Task<Results<NoContent, ApiError>> Handle(
        ConfirmConsentRequest request, StorytimeDb db, IOptions<ConsentOptions> consent, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.Now();
        if (await db.OpenLinkAsync(AccountTokenKind.Consent, request.Token!, now, ct) is not var (user, _))
            return LinkIsOver;
        await db.EndLinksAsync(user.Id, now, ct, AccountTokenKind.Consent);
        // Whoever opens the mail has the address; a change of address ends the links that went to the old one.
        user.ConfirmEmail(user.Email!, now);
        db.ConsentRecords.Add(ConsentRecord.Grant(user, consent.Value, ConsentMethod.EmailPlus, now));
        db.OutgoingMails.Add(OutgoingMail.To(user.Email!, MailKind.ConsentGiven, user.Id, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        nudges.SendMails();
        return TypedResults.NoContent();
    }
}
