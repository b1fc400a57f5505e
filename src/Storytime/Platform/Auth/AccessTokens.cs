using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Storytime.Platform.Auth;

/// <summary>Makes the access tokens: JWT (RFC 7519), HMAC-SHA256, one audience each.</summary>
internal sealed class AccessTokens(IOptions<AuthOptions> options)
{
    public const string Issuer = "storytime";

    private static readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials _credentials = new(Key(options.Value), SecurityAlgorithms.HmacSha256);

    public static SymmetricSecurityKey Key(AuthOptions options) => new(Convert.FromBase64String(options.SigningKey));

    /// <param name="sessionId">The parent's session: the family of its refresh tokens, and an entry in the list of signed-in devices.</param>
    public (string Jwt, DateTimeOffset ExpiresAt) ForParent(long userId, Guid sessionId, DateTimeOffset now) => Make(
        Audience.Parent, now, now + options.Value.ParentTokenLifetime, (Claim.Subject, Text(userId)), (Claim.Session, sessionId.ToString()));

    public string ForChild(long childId, long userId, long childSessionId, DateTimeOffset now, DateTimeOffset expiresAt) => Make(
        Audience.Child, now, expiresAt, (Claim.Subject, Text(childId)), (Claim.User, Text(userId)), (Claim.Session, Text(childSessionId))).Jwt;

    public (string Jwt, DateTimeOffset ExpiresAt) ForAdmin(long adminId, AdminRole role, DateTimeOffset now) => Make(
        Audience.Admin, now, now + options.Value.AdminTokenLifetime, (Claim.Subject, Text(adminId)), (Claim.Role, role.ToString()));

    private (string Jwt, DateTimeOffset ExpiresAt) Make(
        string audience, DateTimeOffset now, DateTimeOffset expiresAt, params (string Type, string Value)[] claims)
    {
        // A JWT counts whole seconds; what we tell the client must be the same moment.
        var expires = DateTimeOffset.FromUnixTimeSeconds(expiresAt.ToUnixTimeSeconds());
        var jwt = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            Subject = new ClaimsIdentity(claims.Select(c => new System.Security.Claims.Claim(c.Type, c.Value))),
            SigningCredentials = _credentials,
        });
        return (jwt, expires);
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
