using System.Globalization;
using System.Text;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.CloudFront;

/// <summary>What a viewer presents: cookies, or the same values in the query string of a signed URL. Null members were not sent.</summary>
internal sealed record SignedRequest(string? Policy, string? Expires, string? Signature, string? KeyPairId, string? HashAlgorithm, string Url)
{
    private static readonly string[] Names = ["Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"];

    /// <summary>A URL with any of the parameters is a signed URL, and its cookies are not looked at
    /// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-choosing-signed-urls-cookies.html).</summary>
    public static SignedRequest Of(HttpContext http)
    {
        var target = RawTarget.Of(http);
        var parameters = target.Parameters().Where(parameter => Names.Contains(parameter.Key)).DistinctBy(parameter => parameter.Key)
            .ToDictionary(parameter => parameter.Key, parameter => parameter.Value);
        return parameters.Count > 0
            ? From(parameters, UrlOf(http, target.Path, Unsigned(target.Query)))
            : From(Cookies(http.Request), UrlOf(http, target.Path, target.Query));
    }

    /// <summary>The policy that is signed: sent along, or rebuilt from the URL for a canned one
    /// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-canned-policy.html).</summary>
    public byte[]? PolicyBytes()
    {
        if (Policy is not null) return CloudFrontBase64.TryDecode(Policy, out var bytes) ? bytes : null;
        return long.TryParse(Expires, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? Encoding.UTF8.GetBytes($"{{\"Statement\":[{{\"Resource\":\"{Url}\",\"Condition\":{{\"DateLessThan\":{{\"AWS:EpochTime\":{Expires}}}}}}}]}}")
            : null;
    }

    private static SignedRequest From(Dictionary<string, string> values, string url) => new(
        values.GetValueOrDefault("Policy"),
        values.GetValueOrDefault("Expires"),
        values.GetValueOrDefault("Signature"),
        values.GetValueOrDefault("Key-Pair-Id"),
        values.GetValueOrDefault("Hash-Algorithm"),
        url);

    /// <summary>Doubled names are undocumented at AWS; the first one counts, which is the one with the longest path (RFC 6265 section 5.4).</summary>
    private static Dictionary<string, string> Cookies(HttpRequest request)
    {
        const string Prefix = "CloudFront-";
        // By hand, because one odd cookie of another program on localhost must not spoil the others.
        return request.Headers.Cookie.SelectMany(header => (header ?? "").Split(';', StringSplitOptions.TrimEntries))
            .Where(cookie => cookie.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(cookie => cookie[Prefix.Length..].Split('=', 2))
            .Where(pair => pair.Length == 2)
            .DistinctBy(pair => pair[0])
            .ToDictionary(pair => pair[0], pair => pair[1]);
    }

    private static string UrlOf(HttpContext http, string path, string query) =>
        $"{http.Request.Scheme}://{http.Request.Host.Value}{path}{(query.Length > 0 ? "?" + query : "")}";

    private static string Unsigned(string query) => string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Where(part => !Names.Contains(part.Split('=')[0])));
}
