using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Storytime.Accounts;

/// <summary>What Apple says of a person.</summary>
/// <param name="Subject">Apple's stable id of the person for our team.</param>
/// <param name="ClientId">The app that the person signed in with.</param>
/// <param name="Email">Null when the token has none: Apple gives it at the first sign-in only.</param>
/// <param name="EmailIsVerified">Whether Apple knows that the address is the person's.</param>
internal sealed record ApplePerson(string Subject, string ClientId, string? Email, bool EmailIsVerified);

/// <summary>
/// Reads Apple's identity tokens. Nothing in a token is believed before its signature fits.
/// https://developer.apple.com/documentation/signinwithapple/verifying-a-user
/// </summary>
internal sealed partial class AppleIdentityTokens(AppleKeys keys, IOptions<AppleOptions> options, TimeProvider time, ILogger<AppleIdentityTokens> logger)
{
    private const int LongestSubject = 255;

    private static readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private static readonly TimeSpan _skew = TimeSpan.FromMinutes(5);

    /// <param name="nonce">What the app made up for this sign-in; it gives Apple that, or its SHA-256 in hex.</param>
    /// <returns>Null when the token is not to be believed.</returns>
    /// <exception cref="Platform.Errors.UnavailableException">Apple's keys cannot be had.</exception>
    public async Task<ApplePerson?> ReadAsync(string identityToken, string? nonce, CancellationToken ct)
    {
        if (!_handler.CanReadToken(identityToken) || Parse(identityToken) is not { Alg: SecurityAlgorithms.RsaSha256, Kid: { Length: > 0 } keyId })
            return Refuse("its form");
        if (await keys.FindAsync(keyId, ct) is not { } key)
            return Refuse("its key");
        var result = await _handler.ValidateTokenAsync(identityToken, new TokenValidationParameters
        {
            ValidIssuer = options.Value.Issuer,
            ValidAudiences = options.Value.ClientIds,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = false,
            RequireExpirationTime = true,
            LifetimeValidator = (from, until, _, _) => until > time.GetUtcNow().UtcDateTime && !(from > (time.GetUtcNow() + _skew).UtcDateTime),
        });
        if (!result.IsValid)
            return Refuse(result.Exception?.GetType().Name ?? "its content");
        var token = (JsonWebToken)result.SecurityToken;
        if (!IsFor(token, nonce))
            return Refuse("its nonce");
        if (Text(token, JwtRegisteredClaimNames.Sub) is not { Length: > 0 and <= LongestSubject } subject || subject.Any(char.IsControl))
            return Refuse("its subject");
        var email = Text(token, JwtRegisteredClaimNames.Email) is { Length: > 0 } text ? text : null;
        var isAddress = email is not null && new EmailAttribute().IsValid(email) && !email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
        // The audience that was found valid; Apple names one.
        var clientId = token.Audiences.First(options.Value.ClientIds.Contains);
        return new ApplePerson(subject, clientId, email, isAddress && Is(token, "email_verified", expected: true));
    }

    /// <summary>
    /// A token that was caught elsewhere does not have the nonce of this sign-in. Apple leaves it out on systems that know none, and says so
    /// (<c>nonce_supported</c>).
    /// </summary>
    private static bool IsFor(JsonWebToken token, string? nonce) => token.TryGetPayloadValue<object>("nonce", out _)
        ? nonce is not null && Text(token, "nonce") is { } held && (held == nonce || held.Equals(Sha256Hex(nonce), StringComparison.OrdinalIgnoreCase))
        : nonce is null || Is(token, "nonce_supported", expected: false);

    private static string Sha256Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Apple writes such claims as booleans or as texts.</summary>
    private static bool Is(JsonWebToken token, string claim, bool expected) => token.TryGetPayloadValue<object>(claim, out var value) && value switch
    {
        bool boolean => boolean == expected,
        string text => bool.TryParse(text, out var boolean) && boolean == expected,
        _ => false,
    };

    private static string? Text(JsonWebToken token, string claim) => token.TryGetPayloadValue<object>(claim, out var value) ? value as string : null;

    private static JsonWebToken? Parse(string identityToken)
    {
        try
        {
            return _handler.ReadJsonWebToken(identityToken);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    private ApplePerson? Refuse(string reason)
    {
        Log.Refused(logger, reason);
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "An identity token of Sign in with Apple was refused because of {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
