using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Admin.Shell;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Admin.SignIn;

/// <summary>The second factors of staff: the key of the authenticator app, sealed; recovery codes, hashed; passkeys, which are Identity's (<see cref="Passkeys"/>).</summary>
internal sealed class StaffFactors(StorytimeDb db, Sealing sealing, TimeProvider time)
{
    private const string Provider = "storytime";
    private const string KeyName = "authenticator_key";
    private const string CodePrefix = "recovery_code ";

    public async Task<bool> HasAnyAsync(AdminUser admin, CancellationToken ct) =>
        admin.TwoFactorEnabled || await db.Set<IdentityUserPasskey<long>>().AnyAsync(p => p.UserId == admin.Id, ct);

    /// <summary>A code of the authenticator app, which is good once, or a recovery code, which is used up. A wrong one counts towards the lockout.</summary>
    /// <param name="stamp">The account's when its password was shown.</param>
    /// <returns>Null when it is not right, or the account is locked, closed or not as it was.</returns>
    public async Task<(AdminUser Admin, SignInMethod Method)?> CheckAsync(long adminId, string stamp, string? code, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.Now();
        // One guess after the other: of many at the same time each finds those before it counted.
        var admin = await db.AdminUsers.FromSql($"select * from admin_users where id = {adminId} for no key update").AsNoTracking().SingleOrDefaultAsync(ct);
        if (admin is not { DisabledAt: null, TwoFactorEnabled: true } || admin.SecurityStamp != stamp || admin.LockoutEnd > now)
            return null;
        var method = await MethodAsync(admin, code?.Trim() ?? "", ct);
        if (method is null)
            await db.CountStaffFailureAsync(adminId, now, ct);
        await transaction.CommitAsync(ct);
        return method is { } by ? (admin, by) : null;
    }

    /// <summary>Turns the authenticator app on, in the caller's transaction.</summary>
    /// <returns>The recovery codes, which are kept nowhere.</returns>
    public async Task<IReadOnlyList<string>> TurnOnAsync(AdminUser admin, string key, long step, CancellationToken ct)
    {
        await TurnOffAsync(admin, ct);
        admin.TurnOnAuthenticator(step, time.Now());
        db.Add(Row(admin.Id, KeyName, Convert.ToBase64String(sealing.Seal(key, Purpose(admin.Id)))));
        return AddCodes(admin.Id);
    }

    public async Task<IReadOnlyList<string>> RenewCodesAsync(AdminUser admin, CancellationToken ct)
    {
        await Rows(admin.Id).Where(t => t.Name.StartsWith(CodePrefix)).ExecuteDeleteAsync(ct);
        return AddCodes(admin.Id);
    }

    public Task TurnOffAsync(AdminUser admin, CancellationToken ct)
    {
        admin.TurnOffAuthenticator(time.Now());
        return Rows(admin.Id).ExecuteDeleteAsync(ct);
    }

    public Task<int> CountCodesAsync(long adminId, CancellationToken ct) => Rows(adminId).CountAsync(t => t.Name.StartsWith(CodePrefix), ct);

    public async Task<FactorsSnapshot> SnapshotAsync(AdminUser admin, CancellationToken ct) => new(
        admin.TwoFactorEnabled, await CountCodesAsync(admin.Id, ct), await db.Set<IdentityUserPasskey<long>>().CountAsync(p => p.UserId == admin.Id, ct), SessionsEnded: null);

    private async Task<SignInMethod?> MethodAsync(AdminUser admin, string code, CancellationToken ct)
    {
        if (code.Length == 6 && code.All(char.IsAsciiDigit))
            return await IsNewAsync(admin, code, ct) ? SignInMethod.PasswordAndCode : null;
        var name = CodePrefix + RecoveryCodes.Hash(code);
        if (await Rows(admin.Id).Where(t => t.Name == name).ExecuteDeleteAsync(ct) == 0)
            return null;
        // A sign-in to the API leaves no session behind, in which its owner could see that somebody has found a code.
        var left = await CountCodesAsync(admin.Id, ct);
        db.AuditEntries.Add(AuditEntry.Of(
            new Staff(admin.Id, admin.Role), "recovery_code_used", AdminUser.AuditSubject, admin.Id, new { RecoveryCodes = left + 1 }, new { RecoveryCodes = left }, time.Now()));
        await db.SaveChangesAsync(ct);
        return SignInMethod.PasswordAndRecoveryCode;
    }

    /// <summary>A code that was taken once is not taken again, nor one from before it (RFC 6238, section 5.2).</summary>
    private async Task<bool> IsNewAsync(AdminUser admin, string code, CancellationToken ct)
    {
        var sealedKey = await Rows(admin.Id).Where(t => t.Name == KeyName).Select(t => t.Value).SingleOrDefaultAsync(ct);
        if (sealedKey is null || sealing.Unseal(Convert.FromBase64String(sealedKey), Purpose(admin.Id)) is not { } key || Totp.StepOf(code, key, time.Now()) is not { } step)
            return false;
        return await db.AdminUsers.Where(a => a.Id == admin.Id && (a.TotpLastStep == null || a.TotpLastStep < step))
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.TotpLastStep, step), ct) == 1;
    }

    private IReadOnlyList<string> AddCodes(long adminId)
    {
        var codes = RecoveryCodes.New();
        db.AddRange(codes.Select(c => Row(adminId, CodePrefix + RecoveryCodes.Hash(c), null)));
        return codes;
    }

    private IQueryable<IdentityUserToken<long>> Rows(long adminId) => db.Set<IdentityUserToken<long>>().Where(t => t.UserId == adminId && t.LoginProvider == Provider);

    private static IdentityUserToken<long> Row(long adminId, string name, string? value) => new() { UserId = adminId, LoginProvider = Provider, Name = name, Value = value };

    /// <summary>One account's key is nothing to another one.</summary>
    private static string Purpose(long adminId) => $"authenticator of {adminId}";
}

/// <summary>The second factors of an account in the audit trail: how many, as what they are is nobody's to know.</summary>
/// <param name="SessionsEnded">Those in other browsers, which end with a change; null before it.</param>
internal sealed record FactorsSnapshot(bool HasSecondFactor, int RecoveryCodes, int Passkeys, int? SessionsEnded);

internal static class StaffFailures
{
    /// <summary>Counts a wrong password or code; that it locks the account goes into the audit trail.</summary>
    public static async Task CountStaffFailureAsync(this StorytimeDb db, long adminId, DateTimeOffset now, CancellationToken ct)
    {
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        await db.AdminUsers.CountFailureAsync(adminId, now, ct);
        if (await db.AdminUsers.Where(a => a.Id == adminId && a.AccessFailedCount == 0 && a.LockoutEnd > now).Select(a => a.LockoutEnd).SingleOrDefaultAsync(ct) is { } until)
        {
            db.AuditEntries.Add(AuditEntry.Of(null, "locked_out", AdminUser.AuditSubject, adminId, null, new { LockedUntil = until }, now));
            await db.SaveChangesAsync(ct);
        }
        if (own is not null)
            await own.CommitAsync(ct);
    }
}
