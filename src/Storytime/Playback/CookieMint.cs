using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Storytime.Playback;

/// <summary>Cookies of one book, and when they end.</summary>
internal sealed record BookCookies(CloudFrontCookie[] Cookies, string Policy, DateTimeOffset ExpiresAt);

/// <summary>
/// Makes the cookies of a book with the service's key. A policy names no child, so children who watch one book share a
/// signature for as long as its expiry is the same second; a signature costs more than all the rest of a playback session.
/// </summary>
internal sealed class CookieMint(IOptions<CloudFrontOptions> options) : IDisposable
{
    private readonly CloudFrontOptions _options = options.Value;
    private readonly HashAlgorithmName _hash = new(options.Value.HashAlgorithm);
    /// <summary>A key object serves one signature at a time; there are as many as were ever needed at once.</summary>
    private readonly ConcurrentBag<AsymmetricAlgorithm> _keys = [];

    private readonly MemoryCache _signed = new(new MemoryCacheOptions { SizeLimit = 20_000 });

    /// <param name="bookId">The book that is opened.</param>
    /// <param name="now">The moment of the request.</param>
    /// <param name="mustEndAt">When the right to watch ends, if that is known; never outlived.</param>
    /// <returns>Null when less than a second is left.</returns>
    public BookCookies? Make(long bookId, DateTimeOffset now, DateTimeOffset? mustEndAt)
    {
        var expiresAt = RoundDown(now + _options.CookieLifetime, _options.ExpiryGrid);
        if (mustEndAt < expiresAt)
            expiresAt = RoundDown(mustEndAt.Value, TimeSpan.FromSeconds(1));
        if (expiresAt <= now)
            return null;

        return _signed.GetOrCreate((bookId, expiresAt), entry =>
        {
            entry.Size = 1;
            entry.AbsoluteExpirationRelativeToNow = expiresAt - now;
            var policy = CloudFrontCookies.Policy(CloudFrontCookies.Resource(_options.BaseUrl!, bookId), expiresAt);
            return new BookCookies(Sign(policy), policy, expiresAt);
        });
    }

    private CloudFrontCookie[] Sign(string policy)
    {
        if (!_keys.TryTake(out var key))
            key = CloudFrontKey.Import(_options.PrivateKeyPem!);
        var cookies = CloudFrontCookies.Sign(key, _options.KeyPairId!, _hash, policy);
        _keys.Add(key);
        return cookies;
    }

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
        _signed.Dispose();
    }

    private static DateTimeOffset RoundDown(DateTimeOffset moment, TimeSpan grid) => moment.AddTicks(-(moment.UtcTicks % grid.Ticks));
}
