using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
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
        return options.Value.TopicArn?.Split(':') is [_, var partition, _, var region, ..] && address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort
            && address.Host == $"sns.{region}.amazonaws.com{(partition == "aws-cn" ? ".cn" : "")}";
    }

    /// <summary>Null for an address that may not be used.</summary>
    public Uri? TrustedAddress(string? signingCertUrl) =>
        // What is written must be what is used, with nothing before the host and behind the path: no backslashes, encoded hosts or dot segments that the
        // parser would mend.
        Uri.TryCreate(signingCertUrl, UriKind.Absolute, out var address)
            && string.Equals(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped), signingCertUrl, StringComparison.Ordinal)
            && IsTrustedHost(address)
            && address.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal)
            ? address
            : null;

    /// <summary>Fetches the certificate, or gives the one fetched before; null when there is none: nothing, something else, too much, or a hint to look elsewhere.</summary>
    /// <exception cref="HttpRequestException">The host does not answer now.</exception>
    public async Task<X509Certificate2?> GetAsync(Uri address, CancellationToken ct)
    {
        if (_cache.TryGetValue(address, out var known))
            return known;
        using var http = clients.CreateClient(HttpClientName);
        X509Certificate2 certificate;
        try
        {
            using var response = await http.GetAsync(address, ct);
            if ((int)response.StatusCode is >= 300 and < 500 and not (408 or 429))
                return null;
            response.EnsureSuccessStatusCode();
            certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(await response.Content.ReadAsByteArrayAsync(ct)));
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return null;
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
