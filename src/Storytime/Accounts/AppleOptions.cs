using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;

namespace Storytime.Accounts;

/// <summary>Section <c>Apple</c>: Sign in with Apple. It is off while there are no <see cref="ClientIds"/>.</summary>
public sealed record AppleOptions : IValidatableObject
{
    /// <summary>Whose identity tokens are believed: the app's bundle id, and the services id of a web player.</summary>
    public string[] ClientIds { get; init; } = [];

    /// <summary>As it stands in identity tokens, and as client secrets name it.</summary>
    public string Issuer { get; init; } = "https://appleid.apple.com";

    /// <summary>Where Apple's public keys are.</summary>
    public Uri JwksUrl { get; init; } = new("https://appleid.apple.com/auth/keys");

    public Uri TokenUrl { get; init; } = new("https://appleid.apple.com/auth/token");

    public Uri RevokeUrl { get; init; } = new("https://appleid.apple.com/auth/revoke");

    /// <summary>Id of the developer team, 10 characters.</summary>
    public string? TeamId { get; init; }

    /// <summary>Id of the key for Sign in with Apple, 10 characters.</summary>
    public string? KeyId { get; init; }

    /// <summary>That key (ECDSA P-256) in PEM. Without it no authorization code is exchanged, and deleting an account does not tell Apple.</summary>
    public string? PrivateKeyPem { get; init; }

    internal bool IsOn => ClientIds.Length > 0;

    internal bool HasKey => IsOn && !string.IsNullOrEmpty(PrivateKeyPem);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ClientIds.Any(string.IsNullOrWhiteSpace))
            yield return new("Apple:ClientIds must be bundle ids or services ids, such as com.example.storytime.", [nameof(ClientIds)]);
        foreach (var (name, url) in new[] { (nameof(JwksUrl), JwksUrl), (nameof(TokenUrl), TokenUrl), (nameof(RevokeUrl), RevokeUrl) })
        {
            // Keys that come unprotected could be anybody's.
            if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && !(url.IsLoopback && url.Scheme == Uri.UriSchemeHttp)))
                yield return new($"Apple:{name} must be an https address, such as https://appleid.apple.com/auth/keys.", [name]);
        }
        if (new[] { TeamId, KeyId, PrivateKeyPem }.Count(string.IsNullOrEmpty) is 1 or 2)
            yield return new("Apple:TeamId, Apple:KeyId and Apple:PrivateKeyPem must be set together, or none of them.", [nameof(TeamId)]);
        if (!string.IsNullOrEmpty(PrivateKeyPem) && !IsKey(PrivateKeyPem))
            yield return new("Apple:PrivateKeyPem must be the private key (ECDSA P-256) that Apple gave as a .p8 file, in PEM.", [nameof(PrivateKeyPem)]);
    }

    private static bool IsKey(string pem)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return key.ExportParameters(includePrivateParameters: true) is { D: not null, Curve.Oid.Value: "1.2.840.10045.3.1.7" };
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}
