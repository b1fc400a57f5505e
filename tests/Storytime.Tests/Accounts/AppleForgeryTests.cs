using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;
using static System.Buffers.Text.Base64Url;

namespace Storytime.Tests.Accounts;

public sealed class AppleForgeryTests(AppleApp apple) : IClassFixture<AppleApp>
{
    private static readonly RSA _stranger = RSA.Create(2048);

    /// <summary>Claims that Apple signed, and that are wrong for us.</summary>
    private static readonly Dictionary<string, Action<JsonObject, DateTimeOffset>> _wrongClaims = new()
    {
        ["no audience"] = (c, _) => c["aud"] = null,
        ["another app's"] = (c, _) => c["aud"] = "com.example.other",
        ["an app whose id begins like ours"] = (c, _) => c["aud"] = AppleIssuer.ClientId + ".evil",
        ["our id in another case"] = (c, _) => c["aud"] = AppleIssuer.ClientId.ToUpperInvariant(),
        ["an empty list of audiences"] = (c, _) => c["aud"] = new JsonArray(),
        ["no issuer"] = (c, _) => c["iss"] = null,
        ["another issuer"] = (c, _) => c["iss"] = "https://appleid.apple.com.evil.example",
        ["the issuer with a slash"] = (c, _) => c["iss"] = "https://appleid.apple.com/",
        ["the issuer over http"] = (c, _) => c["iss"] = "http://appleid.apple.com",
        ["expired this second"] = (c, now) => c["exp"] = now.ToUnixTimeSeconds(),
        ["expired long ago"] = (c, now) => c["exp"] = now.AddYears(-1).ToUnixTimeSeconds(),
        ["no expiry"] = (c, _) => c["exp"] = null,
        ["an expiry that is a word"] = (c, _) => c["exp"] = "never",
        ["an expiry below zero"] = (c, _) => c["exp"] = -1,
        ["not valid yet"] = (c, now) => c["nbf"] = now.AddHours(1).ToUnixTimeSeconds(),
        ["no subject"] = (c, _) => c["sub"] = null,
        ["an empty subject"] = (c, _) => c["sub"] = "",
        ["a subject that is a list"] = (c, _) => c["sub"] = new JsonArray("a"),
        ["a subject without end"] = (c, _) => c["sub"] = new string('7', 256),
        ["a NUL in the subject"] = (c, _) => c["sub"] = "001\0.2",
        ["an address that is not verified"] = (c, _) => c["email_verified"] = false,
        ["an address that is not verified, as a text"] = (c, _) => c["email_verified"] = "false",
        ["an address that nothing is said of"] = (c, _) => c["email_verified"] = null,
        ["verified is a number"] = (c, _) => c["email_verified"] = 1,
        ["an address that is none"] = (c, _) => c["email"] = "nobody",
        ["an address with a NUL"] = (c, _) => c["email"] = "a\0@example.com",
        ["an address with a line end"] = (c, _) => c["email"] = "a@example.com\n",
        ["two addresses"] = (c, _) => c["email"] = "a@example.com,b@example.com",
        ["a nonce that was not sent"] = (c, _) => c["nonce"] = "somebody's",
        ["an empty nonce"] = (c, _) => c["nonce"] = "",
        ["a nonce that is a number"] = (c, _) => c["nonce"] = 1,
    };

    /// <summary>Tokens that Apple did not sign.</summary>
    private static readonly Dictionary<string, Func<AppleIssuer, JsonObject, string>> _forged = new()
    {
        ["nothing"] = (_, _) => "not a token",
        ["dots"] = (_, _) => "..",
        ["no JSON"] = (_, _) => "e30.bm90IGpzb24.AAAA",
        ["a header of no object"] = (_, _) => $"{EncodeToString("[]"u8)}.e30.AAAA",
        ["alg none"] = (_, c) => AppleIssuer.Make(Header("none"), c, _ => []),
        ["alg None with a signature"] = (i, c) => AppleIssuer.Make(Header("None"), c, Rs256(i.Keys["apple-1"])),
        ["no alg"] = (i, c) => AppleIssuer.Make(new JsonObject { ["kid"] = "apple-1" }, c, Rs256(i.Keys["apple-1"])),
        ["HS256 with the public key as its secret"] = (i, c) => AppleIssuer.Make(
            Header("HS256"), c, d => HMACSHA256.HashData(Encoding.ASCII.GetBytes(i.Keys["apple-1"].ExportSubjectPublicKeyInfoPem()), d)),
        ["HS256 with the modulus as its secret"] = (i, c) => AppleIssuer.Make(Header("HS256"), c, d => HMACSHA256.HashData(i.Keys["apple-1"].ExportParameters(false).Modulus!, d)),
        ["RS384 of Apple's own key"] = (i, c) => AppleIssuer.Make(Header("RS384"), c, d => i.Keys["apple-1"].SignData(d, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1)),
        ["PS256 of Apple's own key"] = (i, c) => AppleIssuer.Make(Header("PS256"), c, d => i.Keys["apple-1"].SignData(d, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
        ["ES256 of our own key for client secrets"] = (i, c) => AppleIssuer.Make(Header("ES256"), c, d => i.TeamKey.SignData(d, HashAlgorithmName.SHA256)),
        ["a stranger's key under Apple's key id"] = (_, c) => AppleIssuer.Make(Header("RS256"), c, Rs256(_stranger)),
        ["a stranger's key under its own id"] = (_, c) => AppleIssuer.Make(Header("RS256", "stranger"), c, Rs256(_stranger)),
        ["no key id"] = (i, c) => AppleIssuer.Make(new JsonObject { ["alg"] = "RS256" }, c, Rs256(i.Keys["apple-1"])),
        ["a key that the token brings along"] = (_, c) => AppleIssuer.Make(WithKey(), c, Rs256(_stranger)),
        ["a key that the token points to"] = (i, c) => AppleIssuer.Make(new JsonObject { ["alg"] = "RS256", ["kid"] = "apple-1", ["jku"] = "http://127.0.0.1:1/keys" }, c, Rs256(_stranger)),
        ["no signature"] = (i, c) => i.Sign(c)[..(i.Sign(c).LastIndexOf('.') + 1)],
        ["a signature of other claims"] = (i, c) => Swap(i, c),
        ["a signature cut short"] = (i, c) => i.Sign(c)[..^8],
        ["five parts"] = (i, c) => i.Sign(c) + ".AAAA.AAAA",
        ["a token of ours"] = (_, c) => AppleIssuer.Make(new JsonObject { ["alg"] = "HS256", ["typ"] = "JWT" }, c, d => HMACSHA256.HashData(new byte[32], d)),
    };

    public static TheoryData<string> Wrong => [.. _wrongClaims.Keys];

    public static TheoryData<string> Forged => [.. _forged.Keys];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Claims_that_are_not_for_us_open_nothing(string what)
    {
        var claims = Claims();
        _wrongClaims[what](claims, apple.App.Now);
        await ShouldOpenNothingAsync(apple.Issuer.Sign(claims));
    }

    [Theory]
    [MemberData(nameof(Forged))]
    public async Task A_forged_token_opens_nothing(string what) => await ShouldOpenNothingAsync(_forged[what](apple.Issuer, Claims()));

    [Fact]
    public async Task A_token_is_refused_when_its_nonce_is_not_that_of_this_sign_in()
    {
        var claims = Claims();
        await ShouldOpenNothingAsync(apple.Issuer.Sign(claims), nonce: "asked for, and not there");
        claims["nonce"] = Convert.ToHexStringLower(SHA256.HashData("mine"u8));
        await ShouldOpenNothingAsync(apple.Issuer.Sign(claims), nonce: "another");
        await ShouldOpenNothingAsync(apple.Issuer.Sign(claims), nonce: "");
        await ShouldOpenNothingAsync(apple.Issuer.Sign(claims));
        (await apple.SignInAsync(apple.Issuer.Sign(claims), "mine")).Status.ShouldBe(HttpStatusCode.Created, "what is refused above is refused for its nonce only");
    }

    private JsonObject Claims() => AppleIssuer.Claims(apple.App.Now, apple.NewSubject(), Families.NewEmail());

    private async Task ShouldOpenNothingAsync(string token, string? nonce = null)
    {
        var before = await apple.RowsAsync();
        (await apple.SignInAsync(token, nonce)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await apple.RowsAsync()).ShouldBe(before);
    }

    private static JsonObject Header(string algorithm, string keyId = "apple-1") => new() { ["alg"] = algorithm, ["kid"] = keyId };

    private static JsonObject WithKey()
    {
        var key = _stranger.ExportParameters(false);
        var jwk = new JsonObject { ["kty"] = "RSA", ["kid"] = "stranger", ["n"] = EncodeToString(key.Modulus), ["e"] = EncodeToString(key.Exponent) };
        return new JsonObject { ["alg"] = "RS256", ["kid"] = "stranger", ["jwk"] = jwk };
    }

    private static Func<byte[], byte[]> Rs256(RSA key) => data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static string Swap(AppleIssuer issuer, JsonObject claims)
    {
        var signature = issuer.Sign(claims).Split('.')[2];
        claims["sub"] = "000001.someone-else.0001";
        return string.Join('.', [.. issuer.Sign(claims).Split('.')[..2], signature]);
    }
}
