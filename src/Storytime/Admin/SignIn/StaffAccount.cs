using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Admin.Shell;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Admin.SignIn;

/// <summary>What members of staff change about their own account. Each change is in the audit trail, and ends the sessions in other browsers that it may have been made against.</summary>
internal sealed class StaffAccount(StorytimeDb db, StaffPasswords staffPasswords, Passwords passwords, StaffFactors factors, ConsoleSessions sessions, TimeProvider time)
{
    public static readonly ApiError WrongCode = ApiError.Invalid("code", "This code is not right, or its 30 seconds are over. Enter the one that the app shows now.");

    public async Task<ApiError?> ChangePasswordAsync(LiveSession session, string? current, string? password, CancellationToken ct)
    {
        if (new NewPasswordAttribute().GetValidationResult(password ?? "", new ValidationContext(password ?? "")) is { } refused)
            return ApiError.Invalid("password", refused.ErrorMessage!);
        if (NewPasswordAttribute.IsEmail(password!, session.Email) is { } tooEasy)
            return tooEasy;
        if (await staffPasswords.ConfirmAsync(session, current, ct) is { } wrong)
            return wrong;
        var hash = await passwords.HashAsync(password!, ct);
        await ChangeAsync(session, "password_changed", admin =>
        {
            admin.SetPassword(hash, time.Now());
            return Task.FromResult(true);
        }, ct);
        return null;
    }

    /// <param name="key">That the QR code showed.</param>
    /// <param name="code">By which the app shows that it has the key.</param>
    /// <returns>The recovery codes, or why not.</returns>
    public async Task<(IReadOnlyList<string>? Codes, ApiError? Error)> TurnOnAuthenticatorAsync(LiveSession session, string key, string? code, CancellationToken ct)
    {
        if (Totp.StepOf(code?.Trim() ?? "", key, time.Now()) is not { } step)
            return (null, WrongCode);
        return (await ChangeAsync(session, "authenticator_turned_on", admin => factors.TurnOnAsync(admin, key, step, ct), ct), null);
    }

    public async Task<(IReadOnlyList<string>? Codes, ApiError? Error)> RenewCodesAsync(LiveSession session, string? password, CancellationToken ct) =>
        await staffPasswords.ConfirmAsync(session, password, ct) is { } wrong
            ? (null, wrong)
            : (await ChangeAsync(session, "recovery_codes_renewed", admin => factors.RenewCodesAsync(admin, ct), ct), null);

    public async Task<ApiError?> TurnOffAuthenticatorAsync(LiveSession session, string? password, CancellationToken ct)
    {
        if (await staffPasswords.ConfirmAsync(session, password, ct) is { } wrong)
            return wrong;
        await ChangeAsync(session, "authenticator_turned_off", async admin =>
        {
            await factors.TurnOffAsync(admin, ct);
            return true;
        }, ct);
        return null;
    }

    public async Task<ApiError?> RemovePasskeyAsync(LiveSession session, byte[] credentialId, string? password, CancellationToken ct)
    {
        if (await staffPasswords.ConfirmAsync(session, password, ct) is { } wrong)
            return wrong;
        return await ChangeAsync<ApiError?>(session, "passkey_removed", async admin =>
        {
            if (await db.Set<IdentityUserPasskey<long>>().Where(p => p.UserId == admin.Id && p.CredentialId == credentialId).ExecuteDeleteAsync(ct) == 0)
                return ApiError.NotFound("passkey");
            admin.ChangeFactors(time.Now());
            return null;
        }, ct);
    }

    /// <param name="only">One of the account's sessions; null for all but the caller's own.</param>
    public async Task EndSessionsAsync(LiveSession session, Guid? only, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var ended = await sessions.EndAsync(session.AdminId, only, only is null ? session.Id : null, ct);
        if (ended > 0 && only is not null)
            Audit(session, only == session.Id ? "signed_out" : "session_ended", new { SessionId = only }, null);
        else if (ended > 0)
            Audit(session, "sessions_ended", new { LiveSessions = ended }, null);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Changes the account, whose row is locked meanwhile, and signs it out everywhere else.</summary>
    /// <param name="change">What it gives is the answer; an error means that it has changed nothing.</param>
    public async Task<T> ChangeAsync<T>(LiveSession session, string action, Func<AdminUser, Task<T>> change, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var admin = await db.AdminUsers.FromSql($"select * from admin_users where id = {session.AdminId} for no key update").SingleAsync(ct);
        var before = await factors.SnapshotAsync(admin, ct);
        var result = await change(admin);
        if (result is ApiError)
            return result;
        await db.SaveChangesAsync(ct);
        var ended = await sessions.EndAsync(session.AdminId, null, session.Id, ct);
        Audit(session, action, before, await factors.SnapshotAsync(admin, ct) with { SessionsEnded = ended });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return result;
    }

    private void Audit(LiveSession session, string action, object before, object? after) =>
        db.AuditEntries.Add(AuditEntry.Of(session.Staff, action, AdminUser.AuditSubject, session.AdminId, before, after, time.Now()));
}
