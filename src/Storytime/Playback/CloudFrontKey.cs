using System.Security.Cryptography;

namespace Storytime.Playback;

/// <summary>A private key that CloudFront's key groups take: RSA with 2048 bits, or ECDSA P-256.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html</remarks>
internal static class CloudFrontKey
{
    /// <exception cref="ArgumentException">The text is no private key of a kind that CloudFront takes.</exception>
    public static AsymmetricAlgorithm Import(string pem)
    {
        if (TryImport(RSA.Create(), pem) is RSA rsa)
            return rsa.KeySize == 2048 ? rsa : throw new ArgumentException("CloudFront takes RSA keys of 2048 bits only.");
        if (TryImport(ECDsa.Create(), pem) is ECDsa ecdsa)
            return ecdsa.KeySize == 256 ? ecdsa : throw new ArgumentException("CloudFront takes ECDSA keys on P-256 only.");
        throw new ArgumentException("This is no private key in PEM.");
    }

    /// <summary>PKCS#1 v1.5 for RSA; for ECDSA the ASN.1 form that openssl writes, not .NET's default.</summary>
    public static byte[] Sign(AsymmetricAlgorithm key, ReadOnlySpan<byte> data, HashAlgorithmName hash) => key switch
    {
        RSA rsa => rsa.SignData(data, hash, RSASignaturePadding.Pkcs1),
        ECDsa ecdsa => ecdsa.SignData(data, hash, DSASignatureFormat.Rfc3279DerSequence),
        _ => throw new ArgumentException("RSA or ECDSA.", nameof(key)),
    };

    private static AsymmetricAlgorithm? TryImport(AsymmetricAlgorithm key, string pem)
    {
        try
        {
            key.ImportFromPem(pem);
            // A public key imports as well, but cannot sign.
            Sign(key, [0], HashAlgorithmName.SHA256);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            return null;
        }
    }
}
