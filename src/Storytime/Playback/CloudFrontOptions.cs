using System.ComponentModel.DataAnnotations;
using Storytime.Platform.Aws;

namespace Storytime.Playback;

/// <summary>Section <c>CloudFront</c>.</summary>
public sealed record CloudFrontOptions : CdnOptions, IValidatableObject
{
    /// <summary>
    /// Id of the public key in the distribution's key group, such as <c>K2JCJMDEHXQW5F</c>. Also read from <c>CLOUDFRONT_KEY_PAIR_ID</c>.
    /// Needed where the private key is kept without one.
    /// </summary>
    public string? KeyPairId { get; init; }

    /// <summary>The private key, PEM: RSA with 2048 bits or ECDSA P-256. Also read from <c>CLOUDFRONT_PRIVATE_KEY_PEM</c>. Never changes while this runs.</summary>
    public string? PrivateKeyPem { get; init; }

    /// <summary>Instead of it: a file with the key in PEM, or with JSON of id and key (<see cref="SigningKey.Parse"/>).</summary>
    public string? PrivateKeyFile { get; init; }

    /// <summary>Instead of both: name or ARN of a secret in Secrets Manager, with the same content as such a file.</summary>
    public string? PrivateKeySecret { get; init; }

    /// <summary>How often file or secret are looked at for a new key.</summary>
    public TimeSpan KeyRefreshInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Parent domain of API and CDN (<c>example.com</c> for api.example.com and cdn.example.com), for <c>Set-Cookie</c>. Not set on localhost: then
    /// the cookies are for the API's own host, which is the CDN's too.
    /// </summary>
    public string? CookieDomain { get; init; }

    /// <summary>How long cookies last when nothing ends them earlier.</summary>
    public TimeSpan CookieLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Expiries are rounded down to a multiple of this, so that children who start one book in the same minute share a signature.</summary>
    public TimeSpan ExpiryGrid { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary><c>SHA1</c>, CloudFront's default, or <c>SHA256</c>, which takes a fourth cookie.</summary>
    public string HashAlgorithm { get; init; } = "SHA1";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BaseUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("https" or "http") || url.AbsolutePath != "/" || url.Query != ""))
            yield return new("CloudFront:BaseUrl must be scheme and host only, such as https://cdn.example.com.", [nameof(BaseUrl)]);
        if (CookieDomain is { } domain && BaseUrl is { } cdn && cdn.Host != domain && !cdn.Host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase))
            yield return new("CloudFront:CookieDomain must be the host of CloudFront:BaseUrl or a parent domain of it, such as example.com for cdn.example.com.", [nameof(CookieDomain)]);
        if (HashAlgorithm is not ("SHA1" or "SHA256"))
            yield return new("CloudFront:HashAlgorithm must be SHA1 or SHA256.", [nameof(HashAlgorithm)]);
        if (ExpiryGrid <= TimeSpan.Zero || CookieLifetime < TimeSpan.FromMinutes(1) || CookieLifetime > TimeSpan.FromHours(12) || ExpiryGrid * 2 > CookieLifetime)
            yield return new("CloudFront:CookieLifetime must be between 1 minute and 12 hours, and at least twice CloudFront:ExpiryGrid.", [nameof(CookieLifetime)]);
        if (KeyRefreshInterval < TimeSpan.FromSeconds(10) || KeyRefreshInterval > TimeSpan.FromDays(1))
            yield return new("CloudFront:KeyRefreshInterval must be between 10 seconds and 1 day.", [nameof(KeyRefreshInterval)]);
        if (WhatIsWrongWithTheKey() is { } problem)
            yield return new(problem, [nameof(PrivateKeyPem)]);
    }

    /// <summary>The key, where the settings hold it; null where it has to be fetched.</summary>
    /// <exception cref="ArgumentException">See <see cref="SigningKey.Parse"/>; not once these options have been validated.</exception>
    internal SigningKey? KeyFromSettings() => string.IsNullOrEmpty(PrivateKeyPem) ? null : SigningKey.Parse(PrivateKeyPem, KeyPairId);

    private string? WhatIsWrongWithTheKey()
    {
        if (new[] { PrivateKeyPem, PrivateKeyFile, PrivateKeySecret }.Count(p => !string.IsNullOrEmpty(p)) != 1)
        {
            return "CLOUDFRONT_PRIVATE_KEY_PEM, CloudFront:PrivateKeyFile and CloudFront:PrivateKeySecret: exactly one of them must be set, "
                + "the place of the key that signs cookies.";
        }
        try
        {
            KeyFromSettings();
            if (!string.IsNullOrEmpty(PrivateKeyFile))
                SigningKey.Parse(File.ReadAllText(PrivateKeyFile), KeyPairId);
            // A secret is fetched later: AWS may be out of reach when this starts.
            return null;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            var place = string.IsNullOrEmpty(PrivateKeyFile) ? "CLOUDFRONT_PRIVATE_KEY_PEM" : "CloudFront:PrivateKeyFile";
            return $"{place} must hold a private key for CloudFront, RSA 2048 or ECDSA P-256. {e.Message}";
        }
    }
}
