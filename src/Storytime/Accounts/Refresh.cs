using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

public sealed record RefreshRequest([Required(ErrorMessage = "A refresh_token is needed.")] string? RefreshToken);

public sealed record LogoutRequest(string? RefreshToken);

internal static class Refresh
{
    public static readonly ApiError Refused = ApiError.Unauthenticated("This refresh token is not valid any more. Sign in again.");

    /// <summary>A new access token and a new refresh token; the one that was sent is spent.</summary>
    [EndpointName("refresh_tokens")]
    public static async Task<Results<Ok<SignInResponse>, ApiError>> Handle(
        RefreshRequest request, Client client, SignIn signIn, TimeProvider time, CancellationToken ct) =>
        await signIn.ContinueAsync(request.RefreshToken!, client, time.Now(), ct) is { } answer
            ? TypedResults.Ok(answer)
            : Refused;

    /// <summary>
    /// Ends the session that the refresh token belongs to; without one, the session of the access token that the request has. When neither is known, there is
    /// nothing to end: also 204.
    /// </summary>
    [EndpointName("logout")]
    public static async Task<NoContent> Logout(LogoutRequest? request, ClaimsPrincipal caller, SignIn signIn, TimeProvider time, CancellationToken ct)
    {
        if (request?.RefreshToken is { } token)
            await signIn.EndAsync(token, time.Now(), ct);
        else if (caller.HasClaim(Platform.Auth.Claim.Audience, Audience.Parent))
            await signIn.EndAsync(Parent.Of(caller), time.Now(), ct);
        return TypedResults.NoContent();
    }
}
