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
    /// <summary>Signs a parent in. An unknown address and a wrong password get the same answer after the same work.</summary>
    [EndpointName("login")]
    public static async Task<Results<Ok<SignInResponse>, ApiError>> Handle(
        LoginRequest request, StorytimeDb db, Client client, PasswordCheck check, SignIn signIn, TimeProvider time, CancellationToken ct)
    {
        var email = request.Email!.Trim();
        var user = await db.Users.WithEmail(email).SingleOrDefaultAsync(ct);
        if (await check.RefusalAsync(user?.Email ?? email, user, request.Password!, client, time.Now(), ct) is { } refusal)
            return refusal;

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // A new password ends all sessions; one that was just opened with the old password must not come after that.
        if (!await db.Users.FromSql($"select * from users where id = {user!.Id} and password_hash = {user.PasswordHash} for share").AnyAsync(ct))
            return PasswordCheck.Wrong;
        var answer = signIn.Start(user, client, request.DeviceName, time.Now());
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(answer);
    }
}
