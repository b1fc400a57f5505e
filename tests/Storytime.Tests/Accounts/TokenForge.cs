using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

/// <summary>Makes tokens by hand, with the key of the app or another one.</summary>
internal sealed class TokenForge(StorytimeApp app)
{
    public const string Header = """{"alg":"HS256","typ":"JWT"}""";

    public byte[] Key { get; } = Convert.FromBase64String(app.Services.GetRequiredService<IOptions<AuthOptions>>().Value.SigningKey);

    public JsonObject Claims(string audience, params (string Name, string Value)[] claims)
    {
        var all = new JsonObject
        {
            ["iss"] = "storytime",
            ["aud"] = audience,
            ["iat"] = app.Now.ToUnixTimeSeconds(),
            ["exp"] = app.Now.AddMinutes(10).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in claims)
            all[name] = value;
        return all;
    }

    public string Make(JsonObject claims, string header = Header) => Make(header, claims.ToJsonString(), Key);

    public static string Make(string header, string payload, byte[] key)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)))}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static JsonObject With(JsonObject claims, string name, JsonNode? value)
    {
        var copy = claims.DeepClone().AsObject();
        copy[name] = value;
        return copy;
    }

    public static JsonObject Without(JsonObject claims, string name)
    {
        var copy = claims.DeepClone().AsObject();
        copy.Remove(name);
        return copy;
    }
}
