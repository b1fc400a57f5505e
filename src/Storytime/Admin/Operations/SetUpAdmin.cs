using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Admin.Shell;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;

namespace Storytime.Admin.Operations;

/// <param name="Token">For the link by which the person chooses a password. It is shown only once, and good once.</param>
public sealed record AdminSetupResponse(string Token, DateTimeOffset ExpiresAt);

/// <summary>How a member of staff chooses a password: by a link that another one gives them, at the beginning and when password or authenticator app are lost.</summary>
internal static class SetUpAdmin
{
    public static readonly ApiError OwnAccount = ApiError.Conflict("Nobody can set up their own account anew. Ask another admin.", "own_account");

    public static readonly ApiError Closed = ApiError.Conflict("This account is closed. Open it first: PATCH it with disabled false.", "admin_disabled");

    public static readonly ApiError LinkIsOver = ApiError.Invalid(
        "token", "This link does not work any more: it was used already, a newer one was made, or it is older than 24 hours. Ask an admin for a new one.");

    /// <summary>
    /// Makes a new set-up link for somebody who lost the password or the authenticator app. The old password, the second factor, passkeys and an older link end, and all sessions with them.
    /// </summary>
    [EndpointName("create_admin_setup")]
    [NoLocation]
    public static async Task<Results<Created<AdminSetupResponse>, ApiError>> Start(
        long id, Staff staff, StorytimeDb db, ConsoleSessions sessions, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (admin, othersWork) = await db.LockAdminAsync(id, ct);
        if (admin is null)
            return ApiError.NotFound("admin");
        if (staff.AdminId == id)
            return OwnAccount;
        if (admin.DisabledAt is not null)
            return Closed;
        if (admin.IsWorkingAdmin && !othersWork)
            return ManageAdmins.LastAdmin;
        var (now, before) = (time.Now(), ManageAdmins.Snapshot(admin));
        var token = admin.StartSetup(now);
        await db.Set<IdentityUserToken<long>>().Where(t => t.UserId == id).ExecuteDeleteAsync(ct);
        await db.Set<IdentityUserPasskey<long>>().Where(p => p.UserId == id).ExecuteDeleteAsync(ct);
        await sessions.EndAsync(id, null, null, ct);
        db.AuditEntries.Add(AuditEntry.Of(staff, "setup_started", AdminUser.AuditSubject, id, before, ManageAdmins.Snapshot(admin), now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created((string?)null, new AdminSetupResponse(token, admin.SetupTokenExpiresAt!.Value));
    }

    /// <summary>For the page behind the link, before anything is typed.</summary>
    /// <returns>The e-mail address of the account; null when the link is not good.</returns>
    public static Task<string?> EmailOfAsync(StorytimeDb db, string? token, DateTimeOffset now, CancellationToken ct)
    {
        var hash = AdminUser.HashOf(token ?? "");
        return db.AdminUsers.Where(a => a.SetupTokenHash == hash && a.SetupTokenExpiresAt > now && a.DisabledAt == null).Select(a => a.Email).SingleOrDefaultAsync(ct);
    }

    /// <summary>Chooses the password by the link, which is used up then.</summary>
    /// <returns>Null when it is done; otherwise what is wrong with the link or the password, and nothing has changed.</returns>
    public static async Task<ApiError?> FinishAsync(StorytimeDb db, Passwords passwords, string? token, string? password, DateTimeOffset now, CancellationToken ct)
    {
        if (new NewPasswordAttribute().GetValidationResult(password ?? "", new ValidationContext(password ?? "")) is { } refused)
            return ApiError.Invalid("password", refused.ErrorMessage!);
        if (await EmailOfAsync(db, token, now, ct) is not { } email)
            return LinkIsOver;
        if (NewPasswordAttribute.IsEmail(password!, email) is { } tooEasy)
            return tooEasy;
        var passwordHash = await passwords.HashAsync(password!, ct);

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var hash = AdminUser.HashOf(token!);
        // Read only now: of two who open the same link at once, the second one finds it used.
        if (await db.AdminUsers.FromSql($"select * from admin_users where setup_token_hash = {hash} and setup_token_expires_at > {now} and disabled_at is null for no key update")
            .SingleOrDefaultAsync(ct) is not { } admin)
            return LinkIsOver;
        var before = ManageAdmins.Snapshot(admin);
        admin.FinishSetup(passwordHash, now);
        db.AuditEntries.Add(AuditEntry.Of(new Staff(admin.Id, admin.Role), "setup_finished", AdminUser.AuditSubject, admin.Id, before, ManageAdmins.Snapshot(admin), now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return null;
    }
}
