using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Storytime.Platform.Aws;

/// <summary>The certificates that SNS signs with. An address is judged before anything is fetched from it.</summary>
internal sealed class SnsCertificates(IHttpClientFactory clients, IOptions<SnsOptions> options) : IDisposable
{
    public const string HttpClientName = "sns";

    /// <summary>SNS changes its certificate about once a year; more than a few addresses are somebody playing.</summary>
    private const int MaxCached = 20;

    private readonly ConcurrentDictionary<Uri, X509Certificate2> _cache = [];

    /// <summary>
    /// Whether this is an SNS host of the topic's own region, over TLS on its usual port, or an origin that the settings name.
    /// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
    /// </summary>
    public bool IsTrustedHost(Uri address)
    {
        if (!address.IsAbsoluteUri || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            return false;
        var origin = address.GetLeftPart(UriPartial.Authority);
        if (options.Value.TrustedOrigins.Any(o => o.TrimEnd('/') == origin))
            return true;
        var region = options.Value.TopicArn?.Split(':')[3];
        return address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort
            && (address.Host == $"sns.{region}.amazonaws.com" || address.Host == $"sns.{region}.amazonaws.com.cn");
    }

    /// <summary>Null for an address that may not be used.</summary>
    public Uri? TrustedAddress(string? signingCertUrl) =>
        // What is written must be what is used: no backslashes, encoded hosts or dot segments that the parser would mend.
        Uri.TryCreate(signingCertUrl, UriKind.Absolute, out var address)
            && string.Equals(address.AbsoluteUri, signingCertUrl, StringComparison.Ordinal)
            && IsTrustedHost(address)
            && address.Query.Length == 0
            && address.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal)
            ? address
            : null;

    /// <summary>Fetches the certificate, or gives the one fetched before; null when what is there is no certificate.</summary>
    /// <exception cref="HttpRequestException">The host does not answer, redirects, or sends too much.</exception>
    public async Task<X509Certificate2?> GetAsync(Uri address, CancellationToken ct)
    {
        if (_cache.TryGetValue(address, out var known))
            return known;
        using var http = clients.CreateClient(HttpClientName);
        var pem = await http.GetStringAsync(address, ct);
        X509Certificate2 certificate;
        try
        {
            certificate = X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException)
        {
            return null;
        }
        if (_cache.Count >= MaxCached)
            _cache.Clear();
        return _cache.GetOrAdd(address, certificate);
    }

    public void Dispose()
    {
        foreach (var certificate in _cache.Values)
            certificate.Dispose();
    }
}
