using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static System.Buffers.Text.Base64Url;

namespace Storytime.Tests.Testing;

/// <summary>Apple as an app's server sees it: keys, exchange of codes, revocation. Tokens are made by hand, so that wrong ones can be made too.</summary>
public sealed class AppleIssuer : IAsyncDisposable
{
    public const string ClientId = "com.example.storytime";
    public const string TeamId = "TEAM123456";

    private readonly WebApplication _server;

    /// <summary>What the keys' address answers; by key id.</summary>
    public ConcurrentDictionary<string, RSA> Keys { get; } = new(new Dictionary<string, RSA> { ["apple-1"] = RSA.Create(2048) });

    /// <summary>Answers of the keys' address other than the keys.</summary>
    public Func<HttpContext, Task>? InsteadOfKeys { get; set; }

    /// <summary>Codes that can be exchanged once: whose they are, and the refresh token.</summary>
    public ConcurrentDictionary<string, (string Subject, string RefreshToken)> Codes { get; } = [];

    public ConcurrentQueue<string> Revoked { get; } = [];

    /// <summary>What revocation answers, beside its bodies.</summary>
    public (int Status, string Body) Revocation { get; set; } = (200, "");

    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The team's own key, which signs client secrets.</summary>
    public ECDsa TeamKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Origin { get; private set; } = "";

    private AppleIssuer(WebApplication server) => _server = server;

    public static async Task<AppleIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var issuer = new AppleIssuer(builder.Build());
        issuer._server.Run(issuer.AnswerAsync);
        await issuer._server.StartAsync();
        issuer.Origin = issuer._server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return issuer;
    }

    /// <summary>Settings of an app that believes this issuer.</summary>
    public StorytimeApp Configure(StorytimeApp app, bool withKey = true) => app
        .With("Apple:ClientIds:0", ClientId).With("Apple:ClientIds:1", ClientId + ".web")
        .With("Apple:JwksUrl", Origin + "/auth/keys").With("Apple:TokenUrl", Origin + "/auth/token").With("Apple:RevokeUrl", Origin + "/auth/revoke")
        .With("Apple:TeamId", withKey ? TeamId : null).With("Apple:KeyId", withKey ? "KEY1234567" : null)
        .With("Apple:PrivateKeyPem", withKey ? TeamKey.ExportPkcs8PrivateKeyPem() : null);

    /// <summary>The claims of a good token of a first sign-in.</summary>
    public static JsonObject Claims(DateTimeOffset now, string subject, string? email = null) => new()
    {
        ["iss"] = "https://appleid.apple.com",
        ["aud"] = ClientId,
        ["sub"] = subject,
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
        ["nonce_supported"] = true,
        ["email"] = email,
        ["email_verified"] = email is null ? null : "true",
    };

    public string Sign(JsonObject claims, string keyId = "apple-1") =>
        Make(new JsonObject { ["alg"] = "RS256", ["kid"] = keyId }, claims, data => Keys[keyId].SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>A token by hand: members without a value are left out.</summary>
    public static string Make(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Part(header)}.{Part(claims)}";
        return $"{signed}.{EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";

        static string Part(JsonObject json)
        {
            var given = json.Where(m => m.Value is not null).Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value!.DeepClone()));
            return EncodeToString(Encoding.UTF8.GetBytes(new JsonObject(given).ToJsonString()));
        }
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        Requests.Enqueue(http.Request.Path);
        if (http.Request.Path == "/auth/keys")
        {
            await (InsteadOfKeys?.Invoke(http) ?? http.Response.WriteAsJsonAsync(new { keys = Keys.Select(k => Jwk(k.Key, k.Value.ExportParameters(false))) }));
            return;
        }
        var form = await http.Request.ReadFormAsync();
        if (!IsClient(form["client_secret"].ToString(), form["client_id"].ToString()))
            await WriteAsync(http, 400, """{"error":"invalid_client"}""");
        else if (http.Request.Path == "/auth/token" && form["grant_type"] == "authorization_code" && Codes.TryRemove(form["code"].ToString(), out var code))
        {
            var idToken = Sign(Claims(DateTimeOffset.UnixEpoch, code.Subject));
            await http.Response.WriteAsJsonAsync(new { access_token = "a", token_type = "Bearer", expires_in = 3600, refresh_token = code.RefreshToken, id_token = idToken });
        }
        else if (http.Request.Path == "/auth/revoke" && form["token_type_hint"] == "refresh_token")
        {
            Revoked.Enqueue($"{form["client_id"]} {form["token"]}");
            await WriteAsync(http, Revocation.Status, Revocation.Body);
        }
        else
            await WriteAsync(http, 400, """{"error":"invalid_grant"}""");
    }

    /// <summary>A JWT that the team's key signed (ES256), for this client.</summary>
    private bool IsClient(string secret, string clientId)
    {
        if (secret.Split('.') is not [var header, var body, var signature]
            || !TeamKey.VerifyData(Encoding.ASCII.GetBytes($"{header}.{body}"), DecodeFromChars(signature), HashAlgorithmName.SHA256))
            return false;
        var (head, claims) = (JsonNode.Parse(DecodeFromChars(header))!, JsonNode.Parse(DecodeFromChars(body))!);
        return ((string?)head["alg"], (string?)head["kid"], (string?)claims["iss"], (string?)claims["aud"], (string?)claims["sub"])
            == ("ES256", "KEY1234567", TeamId, "https://appleid.apple.com", clientId) && (long)claims["exp"]! - (long)claims["iat"]! is > 0 and < 15_777_000;
    }

    private static Dictionary<string, string> Jwk(string id, RSAParameters key) => new()
    {
        ["kty"] = "RSA",
        ["kid"] = id,
        ["use"] = "sig",
        ["alg"] = "RS256",
        ["n"] = EncodeToString(key.Modulus),
        ["e"] = EncodeToString(key.Exponent),
    };

    private static async Task WriteAsync(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        await http.Response.WriteAsync(body);
    }
}
