using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Storytime.Platform.Auth;

/// <summary>
/// Encrypts secrets of others that must be kept to be used again, so that the database alone gives nobody a usable one: AES-256-GCM (NIST SP 800-38D) with a random
/// nonce, and a key derived from <c>Auth:SigningKey</c>. With another signing key they cannot be opened any more.
/// </summary>
internal sealed class Sealing(IOptions<AuthOptions> options)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Convert.FromBase64String(options.Value.SigningKey), 32, info: "storytime sealing"u8.ToArray());

    /// <param name="purpose">What the text is for; sealed for one purpose it does not open for another.</param>
    public byte[] Seal(string text, string purpose)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(purpose));
        return box;
    }

    /// <returns>Null when it was sealed with another key or for another purpose, or has been changed.</returns>
    public string? Unseal(byte[] box, string purpose)
    {
        if (box.Length < NonceBytes + TagBytes)
            return null;
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        try
        {
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(purpose));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        return Encoding.UTF8.GetString(plain);
    }
}
