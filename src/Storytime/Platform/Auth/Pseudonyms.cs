using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Storytime.Platform.Auth;

/// <summary>
/// Keyed hashes (HMAC-SHA256, RFC 2104) that stand for e-mails and network addresses where only "the same as before?" is asked: without the key nobody can try
/// out all addresses there are.
/// </summary>
internal sealed class Pseudonyms(IOptions<AuthOptions> options)
{
    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Convert.FromBase64String(options.Value.SigningKey), 32, info: "storytime pseudonyms"u8.ToArray());

    public byte[] OfAddress(string address) => Hash("address:" + address);

    /// <summary>The same for all spellings that differ in case only.</summary>
    public byte[] OfEmail(string email) => Hash("email:" + email.ToLowerInvariant());

    private byte[] Hash(string text) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text));
}
