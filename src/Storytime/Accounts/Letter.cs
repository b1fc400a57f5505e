using System.Text;
using System.Text.Encodings.Web;
using MimeKit;
using MimeKit.Utils;

namespace Storytime.Accounts;

/// <summary>What a mail says, once for people who read text and once for those who read HTML.</summary>
internal sealed record Letter(string Subject, IReadOnlyList<string> Before, (string Label, Uri Address)? Link, IReadOnlyList<string> After)
{
    private const string NotMe = "If this was not you, somebody else may know your password. Open the Storytime app, tap “Forgot password?” and choose a new one.";

    public static Letter For(OutgoingMail mail, Uri? link) => mail.Kind switch
    {
        MailKind.PasswordReset => new(
            "Choose a new Storytime password",
            ["Hello,", "Somebody, most likely you, asked to choose a new password for your Storytime account."],
            ("Choose a new password", link!),
            ["The link works once, for one hour. All devices are signed out when you use it.", "If it was not you, there is nothing to do: your password stays as it is."]),
        MailKind.EmailChange => new(
            "Confirm your e-mail address for Storytime",
            ["Hello,", "This address was given as the new one of a Storytime account. Confirm that it is yours, and it will be the one to sign in with."],
            ("Confirm this address", link!),
            ["The link works once, for 24 hours.", "If you have no Storytime account, somebody made a mistake in typing: there is nothing to do."]),
        MailKind.EmailChanged => new(
            "Your Storytime account has a new e-mail address",
            ["Hello,", "Your Storytime account has a new e-mail address. From now on you sign in with that one, and mails go there.", "If you changed it, all is well."],
            null,
            ["If this was not you, please write to Storytime’s support at once: this address cannot open the account any more."]),
        MailKind.PasswordChanged => new(
            "Your Storytime password was changed",
            ["Hello,", "The password of your Storytime account was just changed, and other devices were signed out.", "If you changed it, all is well."],
            null,
            [NotMe]),
        MailKind.Consent => new(
            "Your consent for your child’s Storytime",
            [
                "Hello,",
                "Before a child can use Storytime, we need the consent of a parent. Of a child we keep the name that you give, a picture and year of birth if you like, the books on its "
                    + "shelf, and what it watched and when. We use this to show the stories, to keep to the screen time that you set, and to pay publishers; not for advertising.",
                "If you agree, please confirm it here:",
            ],
            ("Give consent", link!),
            ["The link works once, for 7 days. You can withdraw your consent in the app at any time; then all your children’s data is erased.", "If you do nothing, no child can be added."]),
        MailKind.ConsentGiven => new(
            "Thank you: your consent is on record",
            ["Hello,", "You have given your consent for your children to use Storytime. You can add a child in the app now."],
            null,
            [
                "You can look at your consent, and withdraw it, in the app at any time; then all your children’s data is erased.",
                "If this was not you, please open the app and withdraw it, and choose a new password.",
            ]),
        MailKind.Erased => new(
            "Your Storytime data was erased",
            ["Hello,", "What you asked us to erase is gone from the app. The last of it leaves our databases within about 15 minutes.", $"The number of the receipt is {mail.Receipt}. You need it only if you have a question about the erasure."],
            null,
            ["Thank you for having read with us."]),
    };

    /// <summary>No out-of-office assistant answers to <c>Auto-Submitted</c> mails (RFC 3834).</summary>
    public MimeMessage ToMessage(MailboxAddress from, string to, DateTimeOffset now) => new()
    {
        From = { from },
        To = { new MailboxAddress(null, to) },
        Subject = Subject,
        Date = now,
        MessageId = MimeUtils.GenerateMessageId(from.Domain),
        Headers = { { HeaderId.AutoSubmitted, "auto-generated" } },
        Body = new BodyBuilder { TextBody = Text(), HtmlBody = Html() }.ToMessageBody(),
    };

    private string Text() => string.Join("\n\n", [.. Before, .. Link is var (label, address) ? [$"{label}:\n{address}"] : Array.Empty<string>(), .. After, "Storytime"]) + "\n";

    private string Html()
    {
        var html = new StringBuilder($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Encode(Subject)}</title></head>
            <body style="margin:0;padding:24px 16px;background:#f6f2fb;color:#2b2140;font:17px/1.5 sans-serif">
            <div style="max-width:34em;margin:0 auto;padding:24px;background:#fff;border-radius:12px">

            """);
        foreach (var line in Before)
            html.Append($"<p>{Encode(line)}</p>\n");
        if (Link is var (label, address))
        {
            var href = Encode(address.ToString());
            html.Append($"""
                <p><a href="{href}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#5b3fa8;color:#fff;text-decoration:none;font-weight:bold">{Encode(label)}</a></p>
                <p style="font-size:14px;color:#5d5470">If the button does not work, open this address:<br><a href="{href}" style="color:#5b3fa8;word-break:break-all">{href}</a></p>

                """);
        }
        foreach (var line in After)
            html.Append($"<p>{Encode(line)}</p>\n");
        return html.Append("<p>Storytime</p>\n</div></body></html>\n").ToString();
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
