using System.Security.Cryptography;

namespace Storytime.LocalCloud.CloudFront;

/// <summary>Trusted public keys, RSA or ECDSA P-256, by id
/// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html).</summary>
internal sealed class KeyGroup
{
    private readonly Dictionary<string, AsymmetricAlgorithm> _keys = [];

    /// <exception cref="InvalidOperationException">A PEM is no public key.</exception>
    public KeyGroup(IReadOnlyDictionary<string, string> pems)
    {
        foreach (var (id, pem) in pems) _keys[id] = Import(id, pem);
    }

    /// <summary>Null when the request may pass. The order is that of the refusals at AWS: key, signature, policy, then what the policy says.</summary>
    public CloudFrontRefusal? Check(SignedRequest request, System.Net.IPAddress? viewer, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(request.KeyPairId)) return CloudFrontRefusal.MissingKey;
        if (!_keys.TryGetValue(request.KeyPairId, out var key)) return CloudFrontRefusal.InvalidKey;
        if (!CloudFrontBase64.TryDecode(request.Signature ?? "", out var signature)) return CloudFrontRefusal.MalformedSignature;
        if (request.PolicyBytes() is not { } bytes || SignedPolicy.Parse(bytes) is not { } policy) return CloudFrontRefusal.MalformedPolicy;
        if (HashName(request.HashAlgorithm) is not { } hash || !Verify(key, bytes, signature, hash)) return CloudFrontRefusal.AccessDenied;
        return policy.Allows(request.Url, viewer, now) ? null : CloudFrontRefusal.AccessDenied;
    }

    private static AsymmetricAlgorithm Import(string id, string pem)
    {
        try
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return rsa;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
        }

        try
        {
            var ecdsa = ECDsa.Create();
            ecdsa.ImportFromPem(pem);
            return ecdsa;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new InvalidOperationException($"The CloudFront key {id} is not a public key in PEM, RSA or ECDSA P-256.", error);
        }
    }

    /// <summary>SHA-1 unless CloudFront-Hash-Algorithm says otherwise (SHA-256 since April 2026).</summary>
    private static HashAlgorithmName? HashName(string? name) => name switch
    {
        null or "SHA1" => HashAlgorithmName.SHA1,
        "SHA256" => HashAlgorithmName.SHA256,
        _ => null,
    };

    private static bool Verify(AsymmetricAlgorithm key, byte[] policy, byte[] signature, HashAlgorithmName hash) => key switch
    {
        RSA rsa => rsa.VerifyData(policy, signature, hash, RSASignaturePadding.Pkcs1),
        ECDsa ecdsa => ecdsa.VerifyData(policy, signature, hash, DSASignatureFormat.Rfc3279DerSequence),
        _ => false,
    };
}
