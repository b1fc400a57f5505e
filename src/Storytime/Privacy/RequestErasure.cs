using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Privacy;

/// <param name="Password">Not needed within 5 minutes of a sign-in.</param>
public sealed record DeleteAccountRequest(
    [StringLength(NewPasswordAttribute.Longest, ErrorMessage = "A password has at most 128 characters.")] string? Password);

internal static class RequestErasure
{
    private static readonly TimeSpan _recentSignIn = TimeSpan.FromMinutes(5);

    public static readonly ApiError SignInFirst = new(
        403, "reauthentication_required", "This needs a sign-in within the last 5 minutes, or the account's password. Sign in again, then repeat it with the new token.");

    /// <summary>Erases a child with all that is stored about it. <c>Location</c> is the receipt, which shows how far it is; it is also sent by mail.</summary>
    [EndpointName("delete_child")]
    public static async Task<Results<NoContent, ApiError>> Child(
        long id, Parent parent, EraseFamily erase, HttpContext http, TimeProvider time, CancellationToken ct) =>
        await erase.RunAsync(ErasureKind.Child, parent, id, time.Now(), ct) is { } erasure ? Answer(erasure, http) : ApiError.NotFound("child");

    /// <summary>
    /// Erases the account with all its children. It needs the password, or a sign-in within the last 5 minutes. <c>Location</c> is the receipt, which shows how far
    /// it is without any sign-in; it is also sent by mail.
    /// </summary>
    [EndpointName("delete_account")]
    public static async Task<Results<NoContent, ApiError>> Account(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] DeleteAccountRequest? request, Parent parent, StorytimeDb db, Passwords passwords, EraseFamily erase,
        HttpContext http, TimeProvider time, CancellationToken ct)
    {
        if (await RefusalAsync(request?.Password, parent, db, passwords, time.Now(), ct) is { } refusal)
            return refusal;
        return await erase.RunAsync(ErasureKind.Account, parent, null, time.Now(), ct) is { } erasure
            ? Answer(erasure, http)
            : ApiError.Unauthenticated("This account does not exist any more.");
    }

    /// <summary>
    /// Withdraws consent: ends child mode on all devices and erases all children. The account stays. <c>Location</c> is the receipt, which is also sent by mail.
    /// </summary>
    [EndpointName("withdraw_consent")]
    public static async Task<Results<NoContent, ApiError>> Consent(Parent parent, EraseFamily erase, HttpContext http, TimeProvider time, CancellationToken ct) =>
        await erase.RunAsync(ErasureKind.ConsentWithdrawn, parent, null, time.Now(), ct) is { } erasure
            ? Answer(erasure, http)
            : ApiError.Unauthenticated("This account does not exist any more.");

    private static NoContent Answer(Erasure erasure, HttpContext http)
    {
        http.Response.Headers.Location = $"/api/v1/privacy/erasures/{erasure.Receipt}";
        return TypedResults.NoContent();
    }

    private static async Task<ApiError?> RefusalAsync(string? password, Parent parent, StorytimeDb db, Passwords passwords, DateTimeOffset now, CancellationToken ct)
    {
        var hash = await db.Users.Where(u => u.Id == parent.UserId).Select(u => u.PasswordHash).SingleOrDefaultAsync(ct);
        if (password is not null && hash is not null)
            return await passwords.VerifyAsync(hash, password, ct) ? null : Login.Refused;
        return await db.ParentSessions.AnyAsync(s => s.Id == parent.SessionId && s.UserId == parent.UserId && s.SignedInAt > now - _recentSignIn, ct) ? null : SignInFirst;
    }
}
