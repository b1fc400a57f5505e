using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Admin.Shell;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Admin.SignIn;

/// <summary>Whether somebody is the member of staff that they say they are. Ten wrong tries in a row lock the account for a quarter of an hour.</summary>
internal sealed class StaffPasswords(StorytimeDb db, UserManager<AdminUser> admins, Passwords passwords, ConsoleSessions sessions, TimeProvider time)
{
    /// <summary>By password and, where the account has one, the code of the authenticator app.</summary>
    /// <returns>Null when they do not belong together, or the account is locked or closed: nobody learns by trying which accounts there are.</returns>
    public async Task<AdminUser?> CheckAsync(string email, string password, string? code, CancellationToken ct)
    {
        var admin = await db.AdminUsers.WithEmail(email.Trim()).SingleOrDefaultAsync(a => a.DisabledAt == null, ct);
        var verified = await passwords.VerifyAsync(admin?.PasswordHash, password, ct);
        if (admin is null || admin.LockoutEnd > time.Now())
            return null;
        if (verified && await CodeIsRightAsync(admin, code))
        {
            await db.AdminUsers.Where(a => a.Id == admin.Id).ExecuteUpdateAsync(a => a.SetProperty(x => x.AccessFailedCount, 0), ct);
            return admin;
        }
        await db.AdminUsers.CountFailureAsync(admin.Id, time.Now(), ct);
        return null;
    }

    /// <summary>For <see cref="Platform.Auth.FreshSignIn"/>: the password of the session's account once more.</summary>
    public async Task<ApiError?> ConfirmAsync(ClaimsPrincipal caller, string password, CancellationToken ct)
    {
        if (await sessions.FindAsync(caller, ct) is not { } session)
            return Desk.SignedOut;
        var admin = await db.AdminUsers.SingleAsync(a => a.Id == session.AdminId, ct);
        var verified = await passwords.VerifyAsync(admin.PasswordHash, password, ct);
        if (!verified || admin.LockoutEnd > time.Now())
        {
            await db.AdminUsers.CountFailureAsync(admin.Id, time.Now(), ct);
            return new ApiError(401, PasswordCheck.Wrong.Code, "This is not your password. Try again; after ten wrong ones in a row the account rests for a quarter of an hour.");
        }
        await sessions.RefreshAsync(session.Id, ct);
        return null;
    }

    private async Task<bool> CodeIsRightAsync(AdminUser admin, string? code) =>
        !admin.TwoFactorEnabled || (code is not null && await admins.VerifyTwoFactorTokenAsync(admin, TokenOptions.DefaultAuthenticatorProvider, code));
}
