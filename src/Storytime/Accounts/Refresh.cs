using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Platform;
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

    /// <summary>Ends the session that the refresh token belongs to. Without one, or with one that is not known, there is nothing to end: also 204.</summary>
    [EndpointName("logout")]
    public static async Task<NoContent> Logout(LogoutRequest? request, SignIn signIn, TimeProvider time, CancellationToken ct)
    {
        if (request?.RefreshToken is { } token)
            await signIn.EndAsync(token, time.Now(), ct);
        return TypedResults.NoContent();
    }
}
