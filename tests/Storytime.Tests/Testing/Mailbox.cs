using System.Text.RegularExpressions;
using MimeKit;
using Storytime.Accounts;

namespace Storytime.Tests.Testing;

/// <summary>Sends what is in the outbox, as a worker would, and reads the mails as their receivers would.</summary>
public static partial class Mailbox
{
    /// <returns>All mails to this address, the oldest first.</returns>
    public static async Task<List<MimeMessage>> MailsAsync(this StorytimeApp app, string to)
    {
        await app.RunAsync<SendMails>(j => j.RunAsync(CancellationToken.None));
        return [.. (Directory.Exists(app.MailFolder) ? Directory.GetFiles(app.MailFolder, "*.eml") : []).Order().Select(f => MimeMessage.Load(f))
            .Where(m => m.To.Mailboxes.Single().Address == to)];
    }

    /// <summary>The token of the link in the newest mail to this address.</summary>
    public static async Task<string> LinkTokenAsync(this StorytimeApp app, string to, string page) => (await app.MailsAsync(to))[^1].LinkToken(page);

    /// <summary>As the text has it; the HTML must have the same.</summary>
    public static string LinkToken(this MimeMessage mail, string page)
    {
        var link = Link().Match(mail.TextBody!);
        link.Groups["page"].Value.ShouldBe(page);
        mail.HtmlBody!.ShouldContain($"href=\"{link.Value}\"");
        return link.Groups["token"].Value;
    }

    [GeneratedRegex(@"https://links\.storytime\.example/account/(?<page>[a-z-]+)\?token=(?<token>[\w-]{43})")]
    private static partial Regex Link();
}
