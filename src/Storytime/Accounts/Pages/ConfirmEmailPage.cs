using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts.Pages;

internal static class ConfirmEmailPage
{
    private const string Failed = "The address could not be changed";

    public static async Task<RazorComponentResult> Show(string? token, StorytimeDb db, TimeProvider time, CancellationToken ct) =>
        await db.IsLiveAsync(AccountTokenKind.EmailChange, token, time.Now(), ct)
            ? LinkPages.Page(
                new LinkForm(AccountLinks.ConfirmEmailPage, token!, "Confirm this address"), "Confirm your e-mail address",
                "The address that the mail with this link was sent to will be the one that you sign in to Storytime with.")
            : LinkPages.Page(ConfirmEmail.LinkIsOver, "Please ask for a new link");

    public static async Task<RazorComponentResult> Submit(LinkAnswer sent, StorytimeDb db, Nudges nudges, TimeProvider time, CancellationToken ct) =>
        (await ConfirmEmail.Handle(new ConfirmEmailRequest(sent.Token), db, nudges, time, ct)).Result is ApiError error
            ? LinkPages.Page(error, Failed)
            : LinkPages.Page("Your address is confirmed", "From now on you sign in to Storytime with it. You can close this page.");
}
