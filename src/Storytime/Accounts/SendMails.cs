using Hangfire;
using MailKit.Net.Smtp;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using MimeKit;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Mails;

namespace Storytime.Accounts;

/// <summary>
/// Job, every minute and after each nudge: sends what is due. An attempt is written down as failed before it begins, and the row deleted when the mail server has
/// taken the mail; so a crash in between sends it once more, with a new link, and no transaction stays open while a mail server thinks.
/// </summary>
internal sealed partial class SendMails(StorytimeDb db, IMailer mailer, IOptions<MailOptions> options, TimeProvider time, ILogger<SendMails> log)
{
    /// <summary>Mails with a link of one kind to one account in an hour; more are dropped, so that nobody can be flooded by others.</summary>
    public const int MaxLinksPerHour = 3;

    /// <summary>So many that fail, one after the other, and the round ends: each may have waited for a minute.</summary>
    private const int MaxTroubles = 3;

    private static readonly TimeSpan _giveUpAfter = TimeSpan.FromHours(24);

    /// <summary>Mails of this round that wait for the next one, because somebody else holds their account.</summary>
    private readonly List<long> _waiting = [];

    /// <summary>No retries by Hangfire: the row says when it is due again, and the sweep comes every minute.</summary>
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        for (var troubles = 0; troubles < MaxTroubles;)
        {
            if (await TakeAsync(ct) is not { } mail)
                return;
            if (mail.Letter is not null)
                troubles = await TrySendAsync(mail, ct) ? 0 : troubles + 1;
        }
    }

    /// <summary>Takes the next mail that is due, and no other worker's.</summary>
    /// <returns>Null when there is none. Without a letter when it was dropped, or waits for the next round.</returns>
    private async Task<Taken?> TakeAsync(CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.Now();
        var mail = await db.OutgoingMails.FromSql($"""
            select * from outgoing_mails where due_at <= {now} and id <> all({_waiting}) order by due_at, id limit 1 for update skip locked
            """).SingleOrDefaultAsync(ct);
        if (mail is null)
            return null;

        var taken = new Taken(mail.Id, mail.Kind, mail.ToEmail, null);
        if (mail.Failures > 0 && now >= mail.CreatedAt + _giveUpAfter)
            Log.GivenUp(log, mail.Id, mail.Kind, mail.Failures);
        else if (AccountLinks.LinkOf(mail.Kind) is not { } kind)
            taken = taken with { Letter = Letter.For(mail, null) };
        else if (await LinkAsync(mail, kind, now, ct) is var (to, link))
            taken = taken with { To = to, Letter = Letter.For(mail, link) };

        if (_waiting.Contains(mail.Id))
            return taken;
        if (taken.Letter is null)
            db.OutgoingMails.Remove(mail);
        else
            mail.Fail(now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return taken;
    }

    /// <returns>Null when there is no such account, or it has had enough of such mails, or is held by somebody else (then the mail is among those that wait).</returns>
    private async Task<(string To, Uri Link)?> LinkAsync(OutgoingMail mail, AccountTokenKind kind, DateTimeOffset now, CancellationToken ct)
    {
        // With a lock, so that mails that are sent at the same time are counted; but not waiting for it: others hold the account first and then want its mails.
        var users = mail.UserId is { } id
            ? db.Users.FromSql($"select * from users where id = {id} for no key update skip locked")
            : db.Users.FromSql($"select * from users where lower(email) = lower({mail.ToEmail}) for no key update skip locked");
        if (await users.AsNoTracking().SingleOrDefaultAsync(ct) is not { } user)
        {
            if (mail.UserId is not null || await db.Users.WithEmail(mail.ToEmail).AnyAsync(ct))
                _waiting.Add(mail.Id);
            return null;
        }
        var since = now - TimeSpan.FromHours(1);
        // Another attempt at the same mail is not one more mail.
        if (mail.Failures == 0 && await db.AccountTokens.CountAsync(t => t.UserId == user.Id && t.Kind == kind && t.CreatedAt > since, ct) >= MaxLinksPerHour)
        {
            Log.Enough(log, mail.Id, mail.Kind, user.Id);
            return null;
        }

        var isChange = kind == AccountTokenKind.EmailChange;
        var (row, token) = AccountToken.Issue(user.Id, kind, isChange ? mail.ToEmail : null, now, AccountLinks.LifetimeOf(kind));
        db.AccountTokens.Add(row);
        // To the address as the account has it: what was typed may only look like it.
        return (isChange ? mail.ToEmail : user.Email!, AccountLinks.Address(options.Value.LinkBaseUrl!, kind, token));
    }

    /// <returns>False when the mail server is in trouble.</returns>
    private async Task<bool> TrySendAsync(Taken mail, CancellationToken ct)
    {
        try
        {
            await mailer.SendAsync(mail.Letter!.ToMessage(options.Value.Sender, mail.To, time.Now()), ct);
            Log.Sent(log, mail.Id, mail.Kind);
        }
        // The address is to blame, today and tomorrow: its mail must not be in the way of the others.
        catch (Exception e) when (e is ParseException or SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted, StatusCode: >= (SmtpStatusCode)500 })
        {
            Log.Undeliverable(log, mail.Id, mail.Kind, Describe(e));
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            Log.Later(log, mail.Id, mail.Kind, Describe(e));
            return false;
        }
        await db.OutgoingMails.Where(m => m.Id == mail.Id).ExecuteDeleteAsync(ct);
        return true;
    }

    /// <summary>Mail servers repeat addresses in what they say, so their words stay out of the log.</summary>
    private static string Describe(Exception e) => e is SmtpCommandException refused ? $"SMTP {(int)refused.StatusCode}" : e.GetType().Name;

    private sealed record Taken(long Id, MailKind Kind, string To, Letter? Letter);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Mail {MailId} ({Kind}) was sent")]
        public static partial void Sent(ILogger logger, long mailId, MailKind kind);

        [LoggerMessage(LogLevel.Information, "Mail {MailId} ({Kind}) was dropped: account {UserId} has had enough of them for this hour")]
        public static partial void Enough(ILogger logger, long mailId, MailKind kind, long userId);

        [LoggerMessage(LogLevel.Warning, "Mail {MailId} ({Kind}) was dropped ({Problem}): no mail can be sent to its address")]
        public static partial void Undeliverable(ILogger logger, long mailId, MailKind kind, string problem);

        [LoggerMessage(LogLevel.Warning, "Mail {MailId} ({Kind}) could not be sent ({Problem}); it will be tried again")]
        public static partial void Later(ILogger logger, long mailId, MailKind kind, string problem);

        [LoggerMessage(LogLevel.Error, "Mail {MailId} ({Kind}) could not be sent for 24 hours, in {Failures} attempts, and was given up. Is the mail server of the section Mail right?")]
        public static partial void GivenUp(ILogger logger, long mailId, MailKind kind, int failures);
    }
}

internal static class MailNudge
{
    /// <summary>After the commit of what put a mail into the outbox.</summary>
    public static void SendMails(this Nudges nudges) => nudges.Send<SendMails>(j => j.RunAsync(CancellationToken.None));
}

/// <summary>Job, every hour: deletes the links that are over, and with them the addresses that they would have changed to.</summary>
internal sealed class CleanLinks(StorytimeDb db, TimeProvider time)
{
    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.Now();
        await db.AccountTokens.Where(t => t.ExpiresAt <= now).ExecuteDeleteAsync(ct);
    }
}
