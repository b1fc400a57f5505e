using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Storytime.Platform.Mails;

/// <summary>Gives a mail to those who deliver it; returns when they have taken it, and throws when they have not.</summary>
internal interface IMailer
{
    Task SendAsync(MimeMessage mail, CancellationToken ct);
}

internal static class MailSetup
{
    public static void AddMails(this IServiceCollection services)
    {
        services.AddSettings<MailOptions>("Mail");
        services.AddSingleton<IMailer>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<MailOptions>>().Value;
            return options.PickupFolder is { Length: > 0 } folder ? new FolderMailer(folder) : new SmtpMailer(options);
        });
    }
}

/// <summary>SMTP (RFC 5321), a connection for each mail: there are few.</summary>
internal sealed class SmtpMailer(MailOptions options) : IMailer
{
    /// <summary>For all of it, and less than a failed mail's first pause: no other worker takes the mail up meanwhile.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public async Task SendAsync(MimeMessage mail, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        using var smtp = new SmtpClient();
        await smtp.ConnectAsync(options.Host!, options.Port, Security(options.Security), limit.Token);
        if (options.User is { Length: > 0 } user)
            await smtp.AuthenticateAsync(user, options.Password!, limit.Token);
        await smtp.SendAsync(mail, limit.Token);
        try
        {
            await smtp.DisconnectAsync(quit: true, limit.Token);
        }
        catch (Exception e) when (e is IOException or ProtocolException or CommandException or OperationCanceledException)
        {
            // The server has taken the mail; how it says goodbye does not matter, and must not send the mail again.
        }
    }

    private static SecureSocketOptions Security(MailSecurity security) => security switch
    {
        MailSecurity.None => SecureSocketOptions.None,
        MailSecurity.StartTls => SecureSocketOptions.StartTls,
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
    };
}

/// <summary>For development: a file for each mail, named so that they sort by time.</summary>
internal sealed class FolderMailer(string folder) : IMailer
{
    private int _count;

    public async Task SendAsync(MimeMessage mail, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{mail.Date.UtcDateTime:yyyyMMdd'T'HHmmss.fff}-{Interlocked.Increment(ref _count):d4}.eml");
        // Whoever watches the folder for .eml files gets whole ones.
        await mail.WriteToAsync(file + ".new", ct);
        File.Move(file + ".new", file);
    }
}
