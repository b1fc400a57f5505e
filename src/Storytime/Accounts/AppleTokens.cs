using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Polly;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Accounts;

/// <summary>
/// Apple's refresh tokens: kept, encrypted, for one thing only, which is to tell Apple when an account is deleted (App Store Review Guideline 5.1.1(v)).
/// https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens and /revoke-tokens
/// </summary>
internal sealed partial class AppleTokens(
    IHttpClientFactory clients, Sealing sealing, IOptions<AppleOptions> options, TimeProvider time, ILogger<AppleTokens> logger) : IDisposable
{
    private const string Purpose = "apple refresh token";

    /// <summary>Apple allows half a year; one is made for each call.</summary>
    private static readonly TimeSpan _secretLifetime = TimeSpan.FromMinutes(5);

    private static readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly Lazy<ECDsa> _key = new(() =>
    {
        var key = ECDsa.Create();
        key.ImportFromPem(options.Value.PrivateKeyPem!);
        return key;
    });

    /// <summary>Exchanges an authorization code, which is good once and for five minutes. A failure is logged: it is no reason not to let a parent in.</summary>
    /// <returns>The refresh token, sealed; null when there is none.</returns>
    public async Task<byte[]?> ExchangeAsync(string authorizationCode, ApplePerson person, CancellationToken ct)
    {
        if (!options.Value.HasKey)
            return null;
        try
        {
            using var response = await PostAsync(options.Value.TokenUrl, person.ClientId, ct, ("grant_type", "authorization_code"), ("code", authorizationCode));
            if (!response.IsSuccessStatusCode)
            {
                Log.NotExchanged(logger, $"{(int)response.StatusCode} {await ErrorOfAsync(response, ct)}");
                return null;
            }
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
            var token = answer.RootElement.GetProperty("refresh_token").GetString()!;
            // It comes from Apple itself, over TLS; a code of somebody else must not be ended with this account.
            if (new JsonWebToken(answer.RootElement.GetProperty("id_token").GetString()).Subject == person.Subject)
                return sealing.Seal($"{person.ClientId} {token}", Purpose);
            Log.NotExchanged(logger, "it is another person's");
        }
        catch (Exception e) when (IsNoAnswer(e, ct) || e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or SecurityTokenException)
        {
            Log.NotExchanged(logger, e.GetType().Name);
        }
        return null;
    }

    /// <summary>Tells Apple that the account is gone: the app disappears from the person's list of apps. Repeating it does no harm.</summary>
    /// <exception cref="HttpRequestException">Apple gave no answer, or none to rely on. Try again later.</exception>
    public async Task RevokeAsync(byte[] sealedRefreshToken, CancellationToken ct)
    {
        if (!options.Value.HasKey)
            return;
        if (sealing.Unseal(sealedRefreshToken, Purpose)?.Split(' ', 2) is not [var clientId, var token])
        {
            Log.CannotBeOpened(logger);
            return;
        }
        try
        {
            using var response = await PostAsync(options.Value.RevokeUrl, clientId, ct, ("token", token), ("token_type_hint", "refresh_token"));
            // RFC 7009: a token that is not valid (any more) is what was asked for. Apple also says it as an error.
            if (response.IsSuccessStatusCode)
                return;
            var error = response.StatusCode == HttpStatusCode.BadRequest ? await ErrorOfAsync(response, ct) : "";
            if (error is not ("invalid_grant" or "invalid_token"))
                throw new HttpRequestException($"Apple did not revoke a token: {(int)response.StatusCode} {error}", null, response.StatusCode);
        }
        catch (Exception e) when (e is not HttpRequestException && IsNoAnswer(e, ct))
        {
            throw new HttpRequestException("Apple gave no answer.", e);
        }
    }

    public void Dispose()
    {
        if (_key.IsValueCreated)
            _key.Value.Dispose();
    }

    private async Task<HttpResponseMessage> PostAsync(Uri address, string clientId, CancellationToken ct, params (string Name, string Value)[] values)
    {
        using var http = clients.CreateClient(AppleKeys.HttpClientName);
        using var form = new FormUrlEncodedContent(
            values.Append(("client_id", clientId)).Append(("client_secret", ClientSecret(clientId))).Select(v => KeyValuePair.Create(v.Item1, v.Item2)));
        return await http.PostAsync(address, form, ct);
    }

    /// <summary>https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret</summary>
    private string ClientSecret(string clientId)
    {
        var now = time.Now();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = options.Value.TeamId,
            Audience = options.Value.Issuer,
            IssuedAt = now.UtcDateTime,
            Expires = (now + _secretLifetime).UtcDateTime,
            Subject = new ClaimsIdentity([new System.Security.Claims.Claim(JwtRegisteredClaimNames.Sub, clientId)]),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key.Value) { KeyId = options.Value.KeyId }, SecurityAlgorithms.EcdsaSha256),
        });
    }

    /// <summary>One of a few words (RFC 6749, section 5.2); anything else is none.</summary>
    private static async Task<string> ErrorOfAsync(HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
            var error = answer.RootElement.GetProperty("error").GetString();
            return error is { Length: < 40 } && error.All(c => char.IsAsciiLetterLower(c) || c == '_') ? error : "";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "";
        }
    }

    private static bool IsNoAnswer(Exception e, CancellationToken ct) =>
        e is HttpRequestException or ExecutionRejectedException || (e is OperationCanceledException && !ct.IsCancellationRequested);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "An authorization code of Sign in with Apple was not exchanged: {Reason}")]
        public static partial void NotExchanged(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "A refresh token of Sign in with Apple was sealed with another Auth:SigningKey and cannot be revoked")]
        public static partial void CannotBeOpened(ILogger logger);
    }
}
