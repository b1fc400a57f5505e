using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Storytime.Playback;

/// <summary>One cookie for CloudFront.</summary>
internal readonly record struct CloudFrontCookie(string Name, string Value);

/// <summary>
/// Signed cookies with a custom policy: a pure function of key, resource and expiry.
/// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html
/// </summary>
internal static class CloudFrontCookies
{
    /// <summary>
    /// Everything of one book and nothing else. The slash before the star matters: a star crosses slashes, and without it book 1 would open book 12.
    /// </summary>
    public static string Resource(Uri cdn, long bookId) =>
        string.Create(CultureInfo.InvariantCulture, $"{cdn.GetLeftPart(UriPartial.Authority)}/books/{bookId}/*");

    /// <summary>
    /// By concatenation, without white space: what is signed must be the very bytes that are sent, and a JSON serializer would escape some of them.
    /// </summary>
    /// <param name="expiresAt">Whole seconds count; CloudFront refuses from that second on.</param>
    public static string Policy(string resource, DateTimeOffset expiresAt) =>
        "{\"Statement\":[{\"Resource\":\"" + resource + "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":"
        + expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) + "}}}]}";

    /// <returns>Three cookies; four with SHA-256, which CloudFront must be told.</returns>
    public static CloudFrontCookie[] Sign(AsymmetricAlgorithm key, string keyPairId, HashAlgorithmName hash, string policy)
    {
        var bytes = Encoding.UTF8.GetBytes(policy);
        List<CloudFrontCookie> cookies =
        [
            new("CloudFront-Policy", Encode(bytes)),
            new("CloudFront-Signature", Encode(CloudFrontKey.Sign(key, bytes, hash))),
            new("CloudFront-Key-Pair-Id", keyPairId),
        ];
        if (hash == HashAlgorithmName.SHA256)
            cookies.Add(new("CloudFront-Hash-Algorithm", "SHA256"));
        return [.. cookies];
    }

    /// <summary>CloudFront's own alphabet, not the URL-safe one of RFC 4648: <c>+ = /</c> become <c>- _ ~</c>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).Replace('+', '-').Replace('=', '_').Replace('/', '~');
}
