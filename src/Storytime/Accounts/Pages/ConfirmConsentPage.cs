using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts.Pages;

internal static class ConfirmConsentPage
{
    private const string Over = "Please ask for a new link";

    public static async Task<RazorComponentResult> Show(
        string? token, StorytimeDb db, IOptions<ConsentOptions> consent, TimeProvider time, CancellationToken ct) =>
        await db.IsLiveAsync(AccountTokenKind.Consent, token, time.Now(), ct)
            ? LinkPages.Page(
                new LinkForm(AccountLinks.ConfirmConsentPage, token!, "I give my consent"), "Your consent for your child",
                "I am a parent of the children that will use Storytime with my account. I agree that Storytime keeps what I tell about them, the books on their shelf, and what they "
                    + "watched and when, to show them stories and to keep to the screen time that I set.",
                $"This goes by the terms of {consent.Value.TermsVersion} and the privacy notice of {consent.Value.PrivacyVersion}. I can withdraw it in the app at any time.")
            : LinkPages.Page(ConfirmConsent.LinkIsOver, Over);

    public static async Task<RazorComponentResult> Submit(
        LinkAnswer sent, StorytimeDb db, IOptions<ConsentOptions> consent, Nudges nudges, TimeProvider time, CancellationToken ct) =>
        (await ConfirmConsent.Handle(new ConfirmConsentRequest(sent.Token), db, consent, nudges, time, ct)).Result is ApiError error
            ? LinkPages.Page(error, Over)
            : LinkPages.Page("Thank you", "Your consent is on record, and a mail that says so is on its way to you. You can add a child in the app now.");
}
