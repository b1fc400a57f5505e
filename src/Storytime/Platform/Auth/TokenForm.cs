using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Storytime.Platform.Auth;

/// <summary>
/// Whether a token has the form of those that we make. The signature says that it comes from us; this keeps what else a signing key might once be used for from
/// meaning anything here, and lets the rest of the program read claims without a doubt: each is there once, and is a text of the right kind.
/// </summary>
internal static class TokenForm
{
    private static readonly JsonDocumentOptions _once = new() { AllowDuplicateProperties = false };

    public static bool IsOurs(JsonWebToken token)
    {
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedHeader), _once);
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload), _once);
            return IsOurHeader(header.RootElement) && HasOurClaims(payload.RootElement);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return false;
        }
    }

    /// <summary>
    /// There are two header parameters. Any other asks for something that we do not do: another key (<c>kid</c>, <c>jku</c>, <c>jwk</c>, <c>x5u</c>), a token
    /// inside (<c>cty</c>), or an extension that must be understood (<c>crit</c>; RFC 7515, section 4.1.11).
    /// </summary>
    private static bool IsOurHeader(JsonElement header) =>
        Text(header, "alg") == "HS256" && Text(header, "typ") == "JWT" && header.EnumerateObject().Count() == 2;

    private static bool HasOurClaims(JsonElement claims) =>
        claims.TryGetProperty("exp", out var exp) && exp.ValueKind == JsonValueKind.Number && exp.TryGetInt64(out _) && Text(claims, Claim.Audience) switch
        {
            Audience.Parent => HasId(claims, Claim.Subject) && HasUuid(claims, Claim.Session),
            Audience.Child => HasId(claims, Claim.Subject) && HasId(claims, Claim.User) && HasId(claims, Claim.Session),
            Audience.Admin => HasId(claims, Claim.Subject) && Enum.GetNames<AdminRole>().Contains(Text(claims, Claim.Role)),
            _ => false,
        };

    /// <summary>As we write it; .NET's parser would also take zeros before the number and NULs after it.</summary>
    private static bool HasId(JsonElement claims, string claim) =>
        long.TryParse(Text(claims, claim), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
        && id.ToString(CultureInfo.InvariantCulture) == Text(claims, claim);

    /// <summary>.NET's parser would also take blanks around it.</summary>
    private static bool HasUuid(JsonElement claims, string claim) => Text(claims, claim) is { Length: 36 } text && Guid.TryParseExact(text, "D", out _);

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
