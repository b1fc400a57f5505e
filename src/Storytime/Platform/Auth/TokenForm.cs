using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Storytime.Platform.Auth;

/// <summary>
/// Whether a token has the form of those that we make. The signature says that it comes from us; this keeps what else a signing key might once be used for from
/// meaning anything here, and lets the rest of the program read claims without a doubt.
/// </summary>
internal static class TokenForm
{
    public static bool IsOurs(JsonWebToken token, ClaimsPrincipal caller) => HasOurHeader(token) && One(caller, Claim.Audience) switch
    {
        Audience.Parent => HasId(caller, Claim.Subject) && Guid.TryParseExact(One(caller, Claim.Session), "D", out _),
        Audience.Child => HasId(caller, Claim.Subject) && HasId(caller, Claim.User) && HasId(caller, Claim.Session),
        Audience.Admin => HasId(caller, Claim.Subject) && Enum.GetNames<AdminRole>().Contains(One(caller, Claim.Role)),
        _ => false,
    };

    /// <summary>
    /// Of header parameters there are two. Any other asks for something that we do not do: another key (<c>kid</c>, <c>jku</c>, <c>jwk</c>, <c>x5u</c>), a
    /// token inside (<c>cty</c>), or an extension that must be understood (<c>crit</c>; RFC 7515, section 4.1.11).
    /// </summary>
    private static bool HasOurHeader(JsonWebToken token)
    {
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedHeader));
        return token.Typ == "JWT" && header.RootElement.EnumerateObject().All(parameter => parameter.Name is "alg" or "typ");
    }

    private static bool HasId(ClaimsPrincipal caller, string claim) =>
        long.TryParse(One(caller, claim), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0;

    /// <summary>Null unless there is exactly one, and that is a text.</summary>
    private static string? One(ClaimsPrincipal caller, string claim) =>
        caller.FindAll(claim).ToArray() is [{ ValueType: ClaimValueTypes.String } one] ? one.Value : null;
}
