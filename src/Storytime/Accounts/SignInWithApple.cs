using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <param name="IdentityToken">As Apple gave it to the app (<c>ASAuthorizationAppleIDCredential.identityToken</c>).</param>
/// <param name="Nonce">
/// What the app made up for this sign-in. It gives Apple its SHA-256 in hex (or the same text), and this call the text itself. Needed when Apple's token has one.
/// </param>
/// <param name="AuthorizationCode">As Apple gave it to the app; lets Storytime tell Apple when the account is deleted.</param>
/// <param name="Country">Of a new account: ISO 3166-1 alpha-2, such as <c>US</c>; <c>US</c> when it is not given.</param>
/// <param name="DeviceName">What the parent calls this device, for the list of signed-in devices; its user agent when it is not given.</param>
public sealed record AppleSignInRequest(
    [Required(ErrorMessage = "An identity_token is needed."), StringLength(16_384, ErrorMessage = "An identity_token has at most 16384 characters.")] string? IdentityToken,
    [StringLength(1000, ErrorMessage = "A nonce has at most 1000 characters.")] string? Nonce,
    [StringLength(4000, ErrorMessage = "An authorization_code has at most 4000 characters.")] string? AuthorizationCode,
    [Country] string? Country,
    [DeviceName] string? DeviceName);

internal static class SignInWithApple
{
    public static readonly ApiError Refused = ApiError.Unauthenticated("Apple's identity token is not valid here, or not any more. Sign in with Apple again.");

    private static readonly ApiError _noAddress = ApiError.Invalid("identity_token",
        "Apple gives the e-mail address at the first sign-in only, and there is no account for this Apple Account yet. Remove the app in the settings of the "
        + "Apple Account (Sign in with Apple), then try again.");

    /// <summary>
    /// Signs a parent in by Apple's word. The first time this makes an account (201), or opens the one that has the address which Apple has verified. An account whose
    /// address nobody had confirmed is then the address's owner's alone: its password and its sessions end, because whoever registered it may be somebody else.
    /// </summary>
    [EndpointName("sign_in_with_apple")]
    public static async Task<Results<Ok<SignInResponse>, Created<SignInResponse>, ApiError>> Handle(
        AppleSignInRequest request, Client client, StorytimeDb db, IOptions<AppleOptions> options, AppleIdentityTokens identityTokens, AppleTokens tokens,
        AppleAccounts accounts, ConsentPolicy consent, SignIn signIn, TimeProvider time, CancellationToken ct)
    {
        if (!options.Value.IsOn)
            return ApiError.NotFound();
        if (await identityTokens.ReadAsync(request.IdentityToken!, request.Nonce, ct) is not { } person)
            return Refused;
        // Before the locks: Apple may take its time.
        var refreshToken = request.AuthorizationCode is { Length: > 0 } code ? await tokens.ExchangeAsync(code, person, ct) : null;

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.Now();
        var (found, isNew) = await accounts.OpenAsync(person, request.Country?.ToUpperInvariant() ?? Register.DefaultCountry, now, ct);
        if (found is not var (user, identity))
            return person.Email is null ? _noAddress : Refused;
        if (refreshToken is not null)
            identity.Keep(refreshToken);
        var answer = signIn.Start(user, client, request.DeviceName, now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        consent.Nudge();
        return isNew ? TypedResults.Created("/api/v1/me", answer) : TypedResults.Ok(answer);
    }
}
