using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Admin.Shell;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Admin.SignIn;

/// <summary>Whether somebody is the member of staff that they say they are. Ten wrong tries in a row lock the account for a quarter of an hour.</summary>
internal sealed class StaffPasswords(StorytimeDb db, Passwords passwords, ConsoleSessions sessions, TimeProvider time)
{
    private static readonly EmailAttribute _email = new();

    /// <summary>The first step: e-mail address and password. The tries are not forgotten yet, because a code may have to be guessed too.</summary>
    /// <returns>Null when they do not belong together, or the account is locked or closed: nobody learns by trying which accounts there are.</returns>
    public async Task<AdminUser?> CheckAsync(string email, string password, CancellationToken ct)
    {
        if (!_email.IsValid(email) || password.Length is 0 or > NewPasswordAttribute.Longest)
            return null;
        var admin = await db.AdminUsers.WithEmail(email.Trim()).AsNoTracking().SingleOrDefaultAsync(a => a.DisabledAt == null, ct);
        var verified = await passwords.VerifyAsync(admin?.PasswordHash, password, ct);
        if (admin is null || admin.LockoutEnd > time.Now())
            return null;
        if (verified)
            return admin;
        await db.CountStaffFailureAsync(admin.Id, time.Now(), ct);
        return null;
    }

    /// <summary>For <see cref="Platform.Auth.FreshSignIn"/>: the password of the session's account once more.</summary>
    public async Task<ApiError?> ConfirmAsync(ClaimsPrincipal caller, string password, CancellationToken ct) =>
        await sessions.FindAsync(caller, ct) is { } session ? await ConfirmAsync(session, password, ct) : Desk.SignedOut;

    public async Task<ApiError?> ConfirmAsync(LiveSession session, string? password, CancellationToken ct)
    {
        var (admin, now) = (await db.AdminUsers.AsNoTracking().SingleAsync(a => a.Id == session.AdminId, ct), time.Now());
        var verified = await passwords.VerifyAsync(admin.PasswordHash, password ?? "", ct);
        if (!verified || admin.LockoutEnd > now)
        {
            await db.CountStaffFailureAsync(admin.Id, now, ct);
            return new ApiError(401, PasswordCheck.Wrong.Code, "This is not your password. Try again; after ten wrong ones in a row the account rests for a quarter of an hour.");
        }
        await sessions.RefreshAsync(session.Id, ct);
        return null;
    }
}
