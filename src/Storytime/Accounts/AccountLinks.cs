using Microsoft.EntityFrameworkCore;
using Storytime.Data;

namespace Storytime.Accounts;

/// <summary>The links in mails: where they lead, how long they are good for, and how they are used up.</summary>
internal static class AccountLinks
{
    /// <summary>Where the pages are that links open when no app takes them.</summary>
    public const string Pages = "/account";

    public const string ResetPasswordPage = Pages + "/reset-password";
    public const string ConfirmEmailPage = Pages + "/confirm-email";
    public const string ConfirmConsentPage = Pages + "/confirm-consent";

    public static TimeSpan LifetimeOf(AccountTokenKind kind) => kind switch
    {
        AccountTokenKind.PasswordReset => TimeSpan.FromHours(1),
        AccountTokenKind.EmailChange => TimeSpan.FromHours(24),
        AccountTokenKind.Consent => TimeSpan.FromDays(7),
    };

    public static Uri Address(Uri baseUrl, AccountTokenKind kind, string token) => new(baseUrl, $"{PageOf(kind)}?token={token}");

    public static Task<bool> IsLiveAsync(this StorytimeDb db, AccountTokenKind kind, string? token, DateTimeOffset now, CancellationToken ct)
    {
        var hash = RefreshToken.Hash(token ?? "");
        return db.AccountTokens.AnyAsync(t => t.TokenHash == hash && t.Kind == kind && t.UsedAt == null && t.ExpiresAt > now, ct);
    }

    /// <summary>Opens a link in the caller's transaction, with the account locked: of two that are opened at the same time, one sees what the other did.</summary>
    /// <returns>Null when it is unknown, expired, used, or was ended by another one.</returns>
    public static async Task<(User User, AccountToken Link)?> OpenLinkAsync(
        this StorytimeDb db, AccountTokenKind kind, string token, DateTimeOffset now, CancellationToken ct)
    {
        var hash = RefreshToken.Hash(token);
        // "No key": a refresh, which holds its session and then refers to the account, must not wait for us while we wait for the session.
        var user = await db.Users.FromSql($"""
            select u.* from users u join account_tokens t on t.user_id = u.id where t.token_hash = {hash} for no key update of u
            """).SingleOrDefaultAsync(ct);
        // Read only now: whoever held the lock before may have used it.
        var link = user is null ? null : await db.AccountTokens.SingleOrDefaultAsync(t => t.TokenHash == hash && t.Kind == kind, ct);
        return link?.IsLive(now) is true ? (user!, link) : null;
    }

    /// <summary>Ends the links of an account, and those that wait to be sent: one that was used ends all of its kind, a new password or address all that could change them.</summary>
    public static async Task EndLinksAsync(this StorytimeDb db, long userId, DateTimeOffset now, CancellationToken ct, params AccountTokenKind[] kinds)
    {
        await db.AccountTokens.Where(t => t.UserId == userId && kinds.Contains(t.Kind) && t.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), ct);
        // Of password resets the outbox knows no account; they go to the account's own address, whatever it is by then.
        MailKind[] mails = [.. kinds.Where(k => k != AccountTokenKind.PasswordReset).Select(MailOf)];
        await db.OutgoingMails.Where(m => m.UserId == userId && mails.Contains(m.Kind)).ExecuteDeleteAsync(ct);
    }

    /// <returns>Null for mails without a link.</returns>
    public static AccountTokenKind? LinkOf(MailKind mail) => mail switch
    {
        MailKind.PasswordReset => AccountTokenKind.PasswordReset,
        MailKind.EmailChange => AccountTokenKind.EmailChange,
        MailKind.Consent => AccountTokenKind.Consent,
        MailKind.EmailChanged or MailKind.PasswordChanged or MailKind.ConsentGiven or MailKind.Erased => null,
    };

    private static MailKind MailOf(AccountTokenKind kind) => kind switch
    {
        AccountTokenKind.PasswordReset => MailKind.PasswordReset,
        AccountTokenKind.EmailChange => MailKind.EmailChange,
        AccountTokenKind.Consent => MailKind.Consent,
    };

    private static string PageOf(AccountTokenKind kind) => kind switch
    {
        AccountTokenKind.PasswordReset => ResetPasswordPage,
        AccountTokenKind.EmailChange => ConfirmEmailPage,
        AccountTokenKind.Consent => ConfirmConsentPage,
    };
}
