using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Accounts;
using Storytime.Admin.Shell;
using Storytime.Admin.SignIn;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin;

/// <param name="Code">Six digits of the authenticator app, where the account has one, or a recovery code.</param>
public sealed record AdminLoginRequest(
    [Required(ErrorMessage = "An e-mail address is needed."), Email] string? Email,
    [Required(ErrorMessage = "A password is needed."), StringLength(NewPasswordAttribute.Longest, ErrorMessage = "A password has at most 128 characters.")] string? Password,
    [StringLength(40, ErrorMessage = "A code has six digits, a recovery code 16 letters and digits.")] string? Code);

public sealed record AdminResponse(long Id, string Email, AdminRole Role, DateTimeOffset CreatedAt);

public sealed record AdminLoginResponse(AdminResponse Admin, string Jwt, DateTimeOffset ExpiresAt);

internal static class AdminSignIn
{
    public static readonly ApiError SecondFactorNeeded = new(
        403, "second_factor_required", "This account has no authenticator app yet. Sign in to the console at /admin with a browser and set it up.");

    /// <summary>Signs a member of staff in. Ten wrong passwords or codes in a row lock the account for a quarter of an hour.</summary>
    [EndpointName("admin_login")]
    public static async Task<Results<Ok<AdminLoginResponse>, ApiError>> Handle(
        AdminLoginRequest request, StorytimeDb db, StaffPasswords passwords, StaffFactors factors, AccessTokens tokens, IOptions<ConsoleOptions> console, TimeProvider time,
        CancellationToken ct)
    {
        if (await passwords.CheckAsync(request.Email!, request.Password!, ct) is not { } admin)
            return PasswordCheck.Wrong;
        if (admin.TwoFactorEnabled)
        {
            if (await factors.CheckAsync(admin.Id, admin.SecurityStamp!, request.Code, ct) is null)
                return PasswordCheck.Wrong;
        }
        // A passkey cannot be shown here, and a password alone must not be the way around it.
        else if (console.Value.RequireSecondFactor || await factors.HasAnyAsync(admin, ct))
            return SecondFactorNeeded;
        await db.AdminUsers.Where(a => a.Id == admin.Id).ExecuteUpdateAsync(a => a.SetProperty(x => x.AccessFailedCount, 0), ct);
        var (jwt, expiresAt) = tokens.ForAdmin(admin.Id, admin.Role, time.Now());
        return TypedResults.Ok(new AdminLoginResponse(new AdminResponse(admin.Id, admin.Email!, admin.Role, admin.CreatedAt), jwt, expiresAt));
    }
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
