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
using Storytime.Platform.OpenApi;

namespace Storytime.Privacy;

/// <param name="Password">Not needed within 5 minutes of a sign-in.</param>
public sealed record DeleteAccountRequest(
    [StringLength(NewPasswordAttribute.Longest, ErrorMessage = "A password has at most 128 characters.")] string? Password);

internal static class RequestErasure
{
    /// <summary>Erases a child with all that is stored about it. <c>Location</c> is the receipt, which shows how far it is; it is also sent by mail.</summary>
    [EndpointName("delete_child")]
    [GivesReceipt]
    public static async Task<Results<NoContent, ApiError>> Child(
        long id, Parent parent, EraseFamily erase, HttpContext http, TimeProvider time, CancellationToken ct) =>
        await erase.RunAsync(ErasureKind.Child, parent, id, time.Now(), ct) is { } erasure ? Answer(erasure, http) : ApiError.NotFound("child");

    /// <summary>
    /// Erases the account with all its children. It needs the password, or a sign-in within the last 5 minutes. <c>Location</c> is the receipt, which shows how far
    /// it is without any sign-in; it is also sent by mail.
    /// </summary>
    [EndpointName("delete_account")]
    [GivesReceipt]
    public static async Task<Results<NoContent, ApiError>> Account(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] DeleteAccountRequest? request, Parent parent, Client client, StorytimeDb db, Reauthentication reauthentication,
        EraseFamily erase, HttpContext http, TimeProvider time, CancellationToken ct)
    {
        if (await db.Users.SingleOrDefaultAsync(u => u.Id == parent.UserId, ct) is not { } user)
            return Me.Gone;
        if (await reauthentication.RefusalAsync(user, request?.Password, parent, client, time.Now(), ct) is { } refusal)
            return refusal;
        return await erase.RunAsync(ErasureKind.Account, parent, null, time.Now(), ct) is { } erasure ? Answer(erasure, http) : Me.Gone;
    }

    /// <summary>
    /// Withdraws consent: ends child mode on all devices and erases all children. The account stays. <c>Location</c> is the receipt, which is also sent by mail;
    /// there is none when there was neither consent nor a child.
    /// </summary>
    [EndpointName("withdraw_consent")]
    [GivesReceipt]
    public static async Task<NoContent> Consent(Parent parent, EraseFamily erase, HttpContext http, TimeProvider time, CancellationToken ct) =>
        await erase.RunAsync(ErasureKind.ConsentWithdrawn, parent, null, time.Now(), ct) is { } erasure ? Answer(erasure, http) : TypedResults.NoContent();

    private static NoContent Answer(Erasure erasure, HttpContext http)
    {
        http.Response.Headers.Location = $"/api/v1/privacy/erasures/{erasure.Receipt}";
        return TypedResults.NoContent();
    }
}
