using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin;

/// <param name="Code">Six digits of the authenticator app, where the account has one.</param>
public sealed record AdminLoginRequest(
    [Required(ErrorMessage = "An e-mail address is needed."), Email] string? Email,
    [Required(ErrorMessage = "A password is needed."), StringLength(NewPasswordAttribute.Longest, ErrorMessage = "A password has at most 128 characters.")] string? Password,
    [StringLength(20, ErrorMessage = "A code has six digits.")] string? Code);

public sealed record AdminResponse(long Id, string Email, AdminRole Role, DateTimeOffset CreatedAt);

public sealed record AdminLoginResponse(AdminResponse Admin, string Jwt, DateTimeOffset ExpiresAt);

internal static class AdminSignIn
{
    /// <summary>Signs a member of staff in. Ten wrong passwords in a row lock the account for a quarter of an hour.</summary>
    [EndpointName("admin_login")]
    public static async Task<Results<Ok<AdminLoginResponse>, ApiError>> Handle(
        AdminLoginRequest request, StorytimeDb db, UserManager<AdminUser> admins, Passwords passwords, AccessTokens tokens, TimeProvider time, CancellationToken ct)
    {
        var admin = await db.AdminUsers.WithEmail(request.Email!.Trim()).SingleOrDefaultAsync(a => a.DisabledAt == null, ct);
        var verified = await passwords.VerifyAsync(admin?.PasswordHash, request.Password!, ct);
        var now = time.Now();
        // A locked account answers like a wrong password, so that nobody learns by trying which accounts there are.
        if (admin is null || admin.LockoutEnd > now)
            return PasswordCheck.Wrong;
        if (!verified || !await CodeIsRightAsync(admin, request.Code, admins))
        {
            await db.AdminUsers.CountFailureAsync(admin.Id, now, ct);
            return PasswordCheck.Wrong;
        }
        await db.AdminUsers.Where(a => a.Id == admin.Id).ExecuteUpdateAsync(a => a.SetProperty(x => x.AccessFailedCount, 0), ct);
        var (jwt, expiresAt) = tokens.ForAdmin(admin.Id, admin.Role, now);
        return TypedResults.Ok(new AdminLoginResponse(new AdminResponse(admin.Id, admin.Email!, admin.Role, admin.CreatedAt), jwt, expiresAt));
    }

    private static async Task<bool> CodeIsRightAsync(AdminUser admin, string? code, UserManager<AdminUser> admins) =>
        !admin.TwoFactorEnabled
        || (code is not null && await admins.VerifyTwoFactorTokenAsync(admin, TokenOptions.DefaultAuthenticatorProvider, code));
}

/// <summary>A staff token ends with its account, with a change of role, and when the account has to be set up anew.</summary>
internal sealed class AdminSessionCheck(StorytimeDb db) : ISessionCheck
{
    public string Audience => Platform.Auth.Audience.Admin;

    public Task<bool> IsLiveAsync(ClaimsPrincipal caller, CancellationToken ct)
    {
        var (id, role) = (caller.Id(Platform.Auth.Claim.Subject), Enum.Parse<AdminRole>(caller.FindFirstValue(Platform.Auth.Claim.Role)!));
        return db.AdminUsers.AnyAsync(a => a.Id == id && a.Role == role && a.DisabledAt == null && a.PasswordHash != null, ct);
    }
}
