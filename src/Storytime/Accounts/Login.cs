using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <param name="DeviceName">What the parent calls this device, for the list of signed-in devices; its user agent when it is not given.</param>
public sealed record LoginRequest(
    [Required(ErrorMessage = "An e-mail address is needed."), Email] string? Email,
    [Required(ErrorMessage = "A password is needed."), StringLength(NewPasswordAttribute.Longest, ErrorMessage = "A password has at most 128 characters.")] string? Password,
    [DeviceName] string? DeviceName);

internal static class Login
{
    public static readonly ApiError Refused = new(401, "invalid_credentials", "E-mail address and password do not belong together.");

    /// <summary>Signs a parent in. An unknown address and a wrong password get the same answer after the same work.</summary>
    [EndpointName("login")]
    public static async Task<Results<Ok<SignInResponse>, ApiError>> Handle(
        LoginRequest request, StorytimeDb db, Client client, Passwords passwords, SignIn signIn, TimeProvider time, CancellationToken ct)
    {
        var user = await db.Users.WithEmail(request.Email!.Trim()).SingleOrDefaultAsync(ct);
        if (!await passwords.VerifyAsync(user?.PasswordHash, request.Password!, ct))
            return Refused;
        var answer = signIn.Start(user!, client, request.DeviceName, time.Now());
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(answer);
    }
}
