using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Storytime.LocalCloud.Signing;

/// <summary>Verifies Signature Version 4 in the Authorization header or in the query string, always from the canonical request.</summary>
internal sealed class SigV4Verifier(string accessKeyId, string secretAccessKey, string region, TimeProvider time)
{
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";
    public const string Algorithm = "AWS4-HMAC-SHA256";
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(15);

    /// <summary>Null when the request is good, and then <paramref name="signature"/> is set. <paramref name="bodyHash"/> is the hex SHA-256 of the body,
    /// taken where the client sent no x-amz-content-sha256.</summary>
    public SigV4Refusal? Verify(HttpContext http, string service, string bodyHash, out SigV4Signature? signature)
    {
        signature = null;
        var target = RawTarget.Of(http);
        if (!TryReadClaim(http.Request, target, out var claim, out var refusal)) return refusal;

        if (CheckScope(claim.Credential, claim.Timestamp, service, out var scope) is { } misplaced) return misplaced;
        if (UnsignedHeader(http.Request, claim) is { } unsigned)
            return new(SigV4Problem.HeaderNotSigned, $"There were headers present in the request which were not signed: {unsigned}");

        var payloadHash = http.Request.Headers["x-amz-content-sha256"].FirstOrDefault() ?? (claim.Presigned ? UnsignedPayload : bodyHash);
        var canonical = CanonicalRequest.Build(http.Request, target, claim.SignedHeaders, payloadHash, service);
        var scopeText = string.Join('/', scope[1..]);
        var stringToSign = $"{Algorithm}\n{claim.Timestamp}\n{scopeText}\n{HexSha256(canonical)}";
        var key = SigningKey(scope[1], service);
        if (!FixedTimeEquals(claim.Signature, Sign(key, stringToSign)))
            return Mismatch(canonical, stringToSign);
        if (CheckTime(claim) is { } late) return late;

        signature = new SigV4Signature(key, claim.Timestamp, scopeText, claim.Signature, payloadHash, claim.Presigned);
        return null;
    }

    /// <summary>Null when the policy of a browser's form upload is good; what is signed is the policy as it was sent
    /// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html).</summary>
    public SigV4Refusal? VerifyPolicy(string policy, string credential, string timestamp, string hex) =>
        CheckScope(credential, timestamp, "s3", out var scope) ?? (FixedTimeEquals(hex, Sign(SigningKey(scope[1], "s3"), policy)) ? null : Mismatch(null, policy));

    public static string HexSha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string Sign(byte[] key, string stringToSign) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stringToSign)));

    public static bool FixedTimeEquals(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private static bool TryReadClaim(HttpRequest request, RawTarget target, [NotNullWhen(true)] out Claim? claim, out SigV4Refusal? refusal)
    {
        (claim, refusal) = (null, null);
        string? authorization = request.Headers.Authorization;
        var inQuery = target.Parameter("X-Amz-Algorithm") is not null;
        if (authorization is null && !inQuery)
        {
            refusal = new(SigV4Problem.NotSigned, "The request is not signed.");
            return false;
        }

        claim = inQuery ? FromQuery(target) : FromHeader(authorization!, request);
        if (claim is not null && claim.SignedHeaders.Contains("host")) return true;
        claim = null;
        refusal = new(SigV4Problem.Malformed, inQuery
            ? "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders (with host) and X-Amz-Expires (1 to 604800) parameters."
            : "The authorization header is malformed: it needs Credential, SignedHeaders (with host), Signature, and X-Amz-Date beside it.");
        return false;
    }

    private static Claim? FromHeader(string authorization, HttpRequest request)
    {
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal)) return null;
        var parts = authorization[(Algorithm.Length + 1)..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).Where(pair => pair.Length == 2).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]);
        var timestamp = request.Headers["x-amz-date"].FirstOrDefault();
        if (timestamp is null || !TryParse(timestamp, out var at)) return null;
        if (!parts.TryGetValue("Credential", out var credential) || !parts.TryGetValue("SignedHeaders", out var headers) || !parts.TryGetValue("Signature", out var hex)) return null;
        return new Claim(credential, headers.Split(';'), hex, timestamp, at, null);
    }

    private static Claim? FromQuery(RawTarget target)
    {
        var timestamp = target.Parameter("X-Amz-Date");
        if (target.Parameter("X-Amz-Algorithm") != Algorithm || timestamp is null || !TryParse(timestamp, out var at)) return null;
        if (!int.TryParse(target.Parameter("X-Amz-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var expires) || expires is < 1 or > 604800) return null;
        return target.Parameter("X-Amz-Credential") is { } credential && target.Parameter("X-Amz-SignedHeaders") is { } headers && target.Parameter(CanonicalRequest.SignatureParameter) is { } hex
            ? new Claim(credential, headers.Split(';'), hex, timestamp, at, TimeSpan.FromSeconds(expires))
            : null;
    }

    /// <summary>Every x-amz-* header that is sent must be signed
    /// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).</summary>
    private static string? UnsignedHeader(HttpRequest request, Claim claim) => request.Headers.Keys
        .Where(name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
        .FirstOrDefault(name => !claim.SignedHeaders.Contains(name.ToLowerInvariant()));

    private SigV4Refusal? CheckScope(string credential, string timestamp, string service, out string[] scope)
    {
        scope = credential.Split('/');
        if (scope.Length != 5 || scope[4] != "aws4_request") return new(SigV4Problem.Malformed, $"The credential \"{credential}\" is malformed.");
        if (!FixedTimeEquals(scope[0], accessKeyId)) return new(SigV4Problem.UnknownAccessKey, "The AWS Access Key Id you provided does not exist in our records.");
        return scope[2] == region && scope[3] == service && timestamp.StartsWith(scope[1], StringComparison.Ordinal) ? null
            : new(SigV4Problem.WrongScope, $"Credential should be scoped to {region}/{service} and to the date of the request.");
    }

    private static SigV4Refusal Mismatch(string? canonical, string stringToSign) => new(
        SigV4Problem.SignatureMismatch, "The request signature we calculated does not match the signature you provided. Check your key and signing method.", canonical, stringToSign);

    private SigV4Refusal? CheckTime(Claim claim)
    {
        var now = time.GetUtcNow();
        if (claim.Expires is { } life)
        {
            if (claim.At - now > MaxSkew) return new(SigV4Problem.NotYetValid, "Request is not yet valid");
            return now >= claim.At + life ? new(SigV4Problem.Expired, "Request has expired") : null;
        }

        return (now - claim.At).Duration() > MaxSkew
            ? new(SigV4Problem.TooSkewed, "The difference between the request time and the current time is too large.")
            : null;
    }

    private byte[] SigningKey(string date, string service)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secretAccessKey);
        foreach (var part in (string[])[date, region, service, "aws4_request"]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return key;
    }

    private static bool TryParse(string timestamp, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        timestamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);

    /// <summary>What the client claims; <c>Expires</c> is null for a signature in the header.</summary>
    private sealed record Claim(string Credential, IReadOnlyList<string> SignedHeaders, string Signature, string Timestamp, DateTimeOffset At, TimeSpan? Expires)
    {
        public bool Presigned => Expires is not null;
    }
}
