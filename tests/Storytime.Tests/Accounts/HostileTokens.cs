using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Storytime.Tests.Testing;
using static Storytime.Tests.Accounts.TokenForge;

namespace Storytime.Tests.Accounts;

/// <summary>What attackers and broken clients send, made from the claims of a token that is good.</summary>
internal sealed class HostileTokens(StorytimeApp app, TokenForge forge)
{
    private static readonly RSA _rsa = RSA.Create(2048);
    private static readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public IEnumerable<(string Name, string Token)> Of(JsonObject good) =>
        [.. Signatures(good), .. Algorithms(good), .. Headers(good), .. Claims(good), .. Shapes(good)];

    private IEnumerable<(string, string)> Signatures(JsonObject good)
    {
        var token = forge.Make(good);
        var parts = token.Split('.');
        byte[][] keys =
        [
            RandomNumberGenerator.GetBytes(32), new byte[32], [], forge.Key[..16], [.. forge.Key.Reverse()], [.. forge.Key, 1], "secret"u8.ToArray(),
            Encoding.UTF8.GetBytes(Convert.ToBase64String(forge.Key)), Encoding.UTF8.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), _rsa.ExportSubjectPublicKeyInfo(),
        ];
        for (var i = 0; i < keys.Length; i++)
            yield return ($"key {i}", Make(Header, good.ToJsonString(), keys[i]));
        yield return ("no signature", $"{parts[0]}.{parts[1]}.");
        yield return ("half a signature", $"{parts[0]}.{parts[1]}.{parts[2][..20]}");
        yield return ("two signatures", $"{token}{parts[2]}");
        yield return ("changed signature", $"{parts[0]}.{parts[1]}.{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}");
        yield return ("zero signature", $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(new byte[32])}");
        yield return ("signature of other claims", $"{parts[0]}.{Encode(With(good, "exp", app.Now.AddYears(1).ToUnixTimeSeconds()).ToJsonString())}.{parts[2]}");
        yield return ("signature of another header", $"{Encode("""{"typ":"JWT","alg":"HS256"}""")}.{parts[1]}.{parts[2]}");
    }

    private IEnumerable<(string, string)> Algorithms(JsonObject good)
    {
        var payload = good.ToJsonString();
        string[] names = ["\"none\"", "\"None\"", "\"NONE\"", "\"nOnE\"", "\" none\"", "\"\"", "null", "256", "[\"HS256\"]", "true", "\"hs256\"", "\"HS256 \"", "\"HS256\\u0000\"",
            "\"HS384\"", "\"HS512\"", "\"RS256\"", "\"ES256\"", "\"PS256\"", "\"EdDSA\"", "\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\""];
        foreach (var alg in names)
        {
            var header = $$"""{"alg":{{alg}},"typ":"JWT"}""";
            yield return ($"alg {alg}, signed", Make(header, payload, forge.Key));
            yield return ($"alg {alg}, not signed", $"{Encode(header)}.{Encode(payload)}.");
        }
        string Signed(string alg, Func<byte[], byte[]> sign)
        {
            var signed = $"{Encode($$"""{"alg":"{{alg}}","typ":"JWT"}""")}.{Encode(payload)}";
            return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.UTF8.GetBytes(signed)))}";
        }
        yield return ("true HS384", Signed("HS384", bytes => HMACSHA384.HashData(forge.Key, bytes)));
        yield return ("true HS512", Signed("HS512", bytes => HMACSHA512.HashData(forge.Key, bytes)));
        yield return ("true RS256", Signed("RS256", bytes => _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        yield return ("true PS256", Signed("PS256", bytes => _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
        yield return ("true ES256", Signed("ES256", bytes => _ec.SignData(bytes, HashAlgorithmName.SHA256)));
    }

    /// <summary>With the right key: another one might be named by somebody who may not choose it.</summary>
    private IEnumerable<(string, string)> Headers(JsonObject good)
    {
        var jwk = $$"""{"kty":"oct","k":"{{Base64Url.EncodeToString(new byte[32])}}"}""";
        string[] more =
        [
            "\"kid\":\"../../../../dev/null\"", "\"kid\":\"' or '1'='1\"", "\"kid\":\"x'; drop table users; --\"", "\"kid\":\"\"", "\"kid\":null", "\"kid\":1", "\"kid\":\"|id\"",
            "\"jku\":\"https://attacker.example/keys\"", "\"x5u\":\"https://attacker.example/x5u\"", "\"x5c\":[\"MIIB\"]", "\"x5t\":\"AAAA\"", $"\"jwk\":{jwk}",
            "\"crit\":[\"exp\"]", "\"crit\":[]", "\"crit\":[\"b64\"],\"b64\":false", "\"cty\":\"JWT\"", "\"zip\":\"DEF\"", "\"enc\":\"A256GCM\"", "\"alg\":\"none\"", "\"typ\":\"JWT\"",
            "\"iss\":\"storytime\"", "\"a\":{\"b\":[]}",
        ];
        foreach (var parameter in more)
        {
            yield return ($"header {parameter}", forge.Make(good, $$"""{"alg":"HS256","typ":"JWT",{{parameter}}}"""));
            yield return ($"header {parameter}, empty key", Make($$"""{"alg":"HS256","typ":"JWT",{{parameter}}}""", good.ToJsonString(), new byte[32]));
        }
        string[] whole = ["""{"alg":"none","alg":"HS256","typ":"JWT"}""", """{"alg":"HS256"}""", """{"typ":"JWT"}""", "{}", "[]", "null", "\"HS256\"", "1", "", "{", """{"alg":"HS256","typ":"at+jwt"}""",
            """{"alg":"HS256","typ":"jwt"}""", """{"alg":"HS256","typ":1}""", """{"alg":"HS256","typ":null}""", """{"ALG":"HS256","typ":"JWT"}"""];
        foreach (var header in whole)
            yield return ($"header {header}", forge.Make(good, header));
    }

    /// <summary>With the right key and our header.</summary>
    private IEnumerable<(string, string)> Claims(JsonObject good)
    {
        foreach (var claim in good.Select(c => c.Key).Where(c => c is not ("iat" or "iss" or "aud" or "exp")))
        {
            var value = (string)good[claim]!;
            JsonNode?[] rubbish =
            [
                null, "", " ", "abc", "-1", "0", "9223372036854775808", "99999999999999999999999", "1e3", "1.5", "0x1", "+1", " 1", "1 ", "1,000", "\u0661", "1\u0000", "\u0000", "null",
                "' or 1=1 --", "../1", "{0}", new string('9', 4000), -1, 0, 1.5, 1e300, true, new JsonObject(), new JsonArray(), new JsonArray(value), new JsonArray(value, value), new JsonArray(value, "2"),
                new JsonArray(new JsonArray(value)), new JsonObject { ["value"] = value }, $" {value}", $"{value} ", $"{value}\u0000", $"{{{value}}}", $"{value},{value}", value.Replace("-", "", StringComparison.Ordinal) + "0",
                "Owner", "admin", "EDITOR", "0,1", "Admin,Editor", "Admin, Finance", "3", Guid.NewGuid().ToString(), Guid.NewGuid().ToString("N"), Guid.Empty.ToString(),
            ];
            yield return ($"no {claim}", forge.Make(Without(good, claim)));
            for (var i = 0; i < rubbish.Length; i++)
            {
                // An id may happen to be one of the numbers above.
                if (rubbish[i]?.ToJsonString() == good[claim]!.ToJsonString())
                    continue;
                yield return ($"{claim} {i}: {rubbish[i]?.ToJsonString()}", forge.Make(With(good, claim, rubbish[i])));
            }
            var twice = good.ToJsonString()[..^1] + $",\"{claim}\":{JsonValue.Create(value).ToJsonString()}}}";
            yield return ($"{claim} twice", Make(Header, twice, forge.Key));
        }
        JsonNode?[] issuers = [null, "", "Storytime", "storytime/", "storytime ", "https://attacker.example", 1, new JsonArray("storytime", "x"), new JsonObject()];
        foreach (var issuer in issuers)
            yield return ($"iss {issuer?.ToJsonString()}", forge.Make(With(good, "iss", issuer)));
        yield return ("no iss", forge.Make(Without(good, "iss")));
        JsonNode?[] audiences = [null, "", "storytime", "Storytime-Parent", "storytime-parent ", "storytime-parent,storytime-admin", 1, new JsonArray(), new JsonObject(),
            new JsonArray("storytime-parent", "storytime-child", "storytime-admin"), new JsonArray((string)good["aud"]!), "apple"];
        foreach (var audience in audiences)
            yield return ($"aud {audience?.ToJsonString()}", forge.Make(With(good, "aud", audience)));
        foreach (var audience in new[] { "storytime-parent", "storytime-child", "storytime-admin" }.Where(a => a != (string)good["aud"]!))
            yield return ($"aud {audience}", forge.Make(With(good, "aud", audience)));
        yield return ("no aud", forge.Make(Without(good, "aud")));
        JsonNode?[] expiries = [null, "", "soon", "2999-01-01", "32503680000", -1, 0, 1, 1e300, -1e300, 32503680000.5, true, new JsonArray(), new JsonArray(32503680000), new JsonObject(),
            app.Now.ToUnixTimeSeconds(), app.Now.AddDays(-1).ToUnixTimeSeconds()];
        foreach (var exp in expiries)
            yield return ($"exp {exp?.ToJsonString()}", forge.Make(With(good, "exp", exp)));
        yield return ("no exp", forge.Make(Without(good, "exp")));
        yield return ("exp twice", Make(Header, With(good, "exp", 1).ToJsonString()[..^1] + $",\"exp\":{app.Now.AddDays(1).ToUnixTimeSeconds()}}}", forge.Key));
        yield return ("nbf to come", forge.Make(With(good, "nbf", app.Now.AddMinutes(1).ToUnixTimeSeconds())));
    }

    private IEnumerable<(string, string)> Shapes(JsonObject good)
    {
        var token = forge.Make(good);
        var parts = token.Split('.');
        string[] payloads = ["", "null", "[]", "1", "\"text\"", "{", "{}", "true", "\u0000", token, "[" + good.ToJsonString() + "]", new string('[', 5000), "{\"a\":" + new string('[', 3000)];
        for (var i = 0; i < payloads.Length; i++)
            yield return ($"payload {i}", Make(Header, payloads[i], forge.Key));
        yield return ("nested", Make("""{"alg":"HS256","typ":"JWT","cty":"JWT"}""", token, forge.Key));
        yield return ("encrypted", new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(good.ToJsonString(), new SigningCredentials(new SymmetricSecurityKey(forge.Key), "HS256"),
            new EncryptingCredentials(new SymmetricSecurityKey(forge.Key), "dir", SecurityAlgorithms.Aes128CbcHmacSha256)));
        string[] shapes =
        [
            "x", ".", "..", "...", "....", ".....", "a.b.c", "a.b.c.d.e", parts[0], $"{parts[0]}.", $"{parts[0]}.{parts[1]}", $".{parts[1]}.{parts[2]}", $"{parts[0]}..{parts[2]}", $"{token}.", $".{token}",
            $"{token}.{parts[2]}", $"{token}..", $"{parts[0]}.{parts[0]}.{parts[2]}", $"{parts[1]}.{parts[0]}.{parts[2]}", $"{parts[0]} .{parts[1]}.{parts[2]}", $"{parts[0]}. {parts[1]}.{parts[2]}",
            $"{parts[0]}\t.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1][..^2]}.{parts[2]}", $"{parts[0][1..]}.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}.{parts[2]}+", $"{parts[0]}.{parts[1]}/.{parts[2]}",
            $"{parts[0]}.{parts[1]}!.{parts[2]}", $"%65{token[1..]}", $"\"{token}\"", $"{token},{token}", $"{token} {token}", $"{token};", $"Bearer {token}", $"{token}\u00e9", $"\u00ff{token}", $"{parts[0]}\u2028.{parts[1]}.{parts[2]}",
            "\ud83d\ude80.\ud83d\ude80.\ud83d\ude80", new string('A', 9000), $"{parts[0]}.{new string('A', 12000)}.{parts[2]}", $"{parts[0]}.{parts[1]}.{new string('A', 12000)}", new string('.', 9000), token.ToUpperInvariant(), token.Replace('.', ','),
        ];
        for (var i = 0; i < shapes.Length; i++)
            yield return ($"shape {i}", shapes[i]);
    }
}
