using System.ComponentModel.DataAnnotations;
using MimeKit;

namespace Storytime.Platform.Mails;

/// <summary>How the connection to the mail server is kept private.</summary>
public enum MailSecurity
{
    /// <summary>Not at all: for a relay on the same machine.</summary>
    None,

    /// <summary>STARTTLS (RFC 3207), and no mail without it.</summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314).</summary>
    Tls,
}

/// <summary>Section <c>Mail</c>: one of <see cref="Host"/> and <see cref="PickupFolder"/>.</summary>
public sealed record MailOptions : IValidatableObject
{
    /// <summary>The SMTP server that takes our mails.</summary>
    public string? Host { get; init; }

    [Range(1, 65535, ErrorMessage = "Mail:Port must be between 1 and 65535.")]
    public int Port { get; init; } = 587;

    /// <summary>With TLS the server's certificate must be valid for <see cref="Host"/>.</summary>
    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    /// <summary>Not set: the server wants no sign-in.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>For development: mails are written here as <c>.eml</c> files, and nobody gets them.</summary>
    public string? PickupFolder { get; init; }

    /// <summary>Who the mails are from, such as <c>Storytime &lt;no-reply@example.com&gt;</c>.</summary>
    public string From { get; init; } = "";

    /// <summary>Where links in mails begin: Storytime's own public address, or a domain of the app's universal links that leads there.</summary>
    public Uri? LinkBaseUrl { get; init; }

    internal MailboxAddress Sender => MailboxAddress.Parse(From);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(Host) == string.IsNullOrEmpty(PickupFolder))
            yield return new ValidationResult("Mail:Host must name an SMTP server, or Mail:PickupFolder a folder that mails are written to instead; exactly one of them must be set.", [nameof(Host)]);
        if (!MailboxAddress.TryParse(From, out var from) || from.Domain.Length == 0)
            yield return new ValidationResult("Mail:From must be an address that mails come from, such as 'Storytime <no-reply@example.com>'.", [nameof(From)]);
        if (LinkBaseUrl is not { IsAbsoluteUri: true, PathAndQuery: "/", Fragment: "" } url || !(url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback)))
            yield return new ValidationResult("Mail:LinkBaseUrl must be the public address that links in mails begin with, such as https://api.example.com, without a path.", [nameof(LinkBaseUrl)]);
        if (string.IsNullOrEmpty(User) != string.IsNullOrEmpty(Password))
            yield return new ValidationResult("Mail:User and Mail:Password must be set together, or not at all.", [nameof(User)]);
        if (!string.IsNullOrEmpty(User) && Security == MailSecurity.None)
            yield return new ValidationResult("Mail:Security must be starttls or tls where there is a Mail:User: a password is not sent in the open.", [nameof(Security)]);
    }
}
