using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Storytime.Accounts;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Admin.Operations;

/// <summary>An account of staff.</summary>
/// <param name="HasPassword">False while it waits for its set-up link to be opened.</param>
/// <param name="HasSecondFactor">Whether an authenticator app is asked for when it signs in.</param>
/// <param name="SetupExpiresAt">When its set-up link ends; null when it has none.</param>
/// <param name="DisabledAt">When it was closed; null while it may sign in.</param>
public sealed record StaffAccountResponse(
    long Id, string Email, AdminRole Role, bool HasPassword, bool HasSecondFactor, DateTimeOffset? SetupExpiresAt, DateTimeOffset? DisabledAt,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="Setup">For an account without a password: give its token to the person.</param>
public sealed record CreatedAdminResponse(StaffAccountResponse Admin, AdminSetupResponse? Setup);

/// <param name="Password">8 to 128 characters; common ones are refused. Better left out: then the answer has a link by which the person chooses one.</param>
public sealed record CreateAdminRequest(
    [Required(ErrorMessage = "An e-mail address is needed."), Email] string? Email,
    [Required(ErrorMessage = "A role is needed.")] AdminRole? Role,
    [NewPassword] string? Password = null);

/// <summary>Only the members that are given change.</summary>
/// <param name="Disabled">True closes the account, and its sessions at once; false opens it again.</param>
public sealed record UpdateAdminRequest(AdminRole? Role = null, bool? Disabled = null);

public sealed record AdminFilter
{
    [FromQuery(Name = "role"), Word<AdminRole>]
    public string? Role { get; init; }

    /// <summary>True: only closed ones; false: only those that may sign in.</summary>
    [FromQuery(Name = "disabled")]
    public bool? Disabled { get; init; }
}

/// <summary>An account in the audit trail: what an admin can change of it. Whose it is, its id tells.</summary>
internal sealed record AdminSnapshot(AdminRole Role, DateTimeOffset? DisabledAt, bool HasPassword, bool HasSecondFactor, DateTimeOffset? SetupExpiresAt);
