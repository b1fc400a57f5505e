using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace Storytime.Playback;

/// <summary>The private key that signs, with the id by which CloudFront knows its public half.</summary>
internal sealed class SigningKey
{
    private readonly string _pem;

    /// <summary>
    /// A key object serves one signature at a time; there are as many as were ever needed at once. Nobody disposes of them: a key that was replaced
    /// may be signing still, and the runtime frees it with the last request that holds it.
    /// </summary>
    private readonly ConcurrentBag<AsymmetricAlgorithm> _idle = [];

    private SigningKey(string keyPairId, string pem, AsymmetricAlgorithm key)
    {
        (KeyPairId, _pem) = (keyPairId, pem);
        _idle.Add(key);
    }

    public string KeyPairId { get; }

    /// <param name="content">The key in PEM, or JSON of id and key: <c>{"key_pair_id":"K…","private_key_pem":"…"}</c>.</param>
    /// <param name="keyPairId">For content that has no id of its own.</param>
    /// <exception cref="ArgumentException">With a sentence for who runs this, in which there is nothing of the content.</exception>
    public static SigningKey Parse(string content, string? keyPairId)
    {
        if (content.AsSpan().TrimStart().StartsWith("{"))
            (keyPairId, content) = ReadPair(content);
        var key = CloudFrontKey.Import(content);
        if (string.IsNullOrEmpty(keyPairId))
            throw new ArgumentException("It holds a key without an id: set CLOUDFRONT_KEY_PAIR_ID, or store both as JSON.");
        return keyPairId.All(char.IsAsciiLetterOrDigit)
            ? new SigningKey(keyPairId, content, key)
            : throw new ArgumentException("The id of the key must be letters and digits, such as K2JCJMDEHXQW5F.");
    }

    public bool IsSameAs(SigningKey? other) => other is not null && (KeyPairId, _pem) == (other.KeyPairId, other._pem);

    public CloudFrontCookie[] Sign(string policy, HashAlgorithmName hash)
    {
        if (!_idle.TryTake(out var key))
            key = CloudFrontKey.Import(_pem);
        var cookies = CloudFrontCookies.Sign(key, KeyPairId, hash, policy);
        _idle.Add(key);
        return cookies;
    }

    private static (string? KeyPairId, string Pem) ReadPair(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return (document.RootElement.GetProperty("key_pair_id").GetString(), document.RootElement.GetProperty("private_key_pem").GetString() ?? "");
        }
        // Their words quote the text, so they go no further.
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ArgumentException("Its JSON must be {\"key_pair_id\":\"K…\",\"private_key_pem\":\"-----BEGIN…\"}.");
        }
    }
}
