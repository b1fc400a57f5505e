using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Storytime.Platform.Errors;

namespace Storytime.Playback;

/// <summary>
/// Makes the cookies of a book with the service's key. A policy names no child, so children who watch one book share a
/// signature for as long as its expiry is the same second; a signature costs more than all the rest of a playback session.
/// </summary>
internal sealed class CookieMint(SigningKeys keys, IOptions<CloudFrontOptions> options) : IDisposable
{
    private readonly CloudFrontOptions _options = options.Value;
    private readonly HashAlgorithmName _hash = new(options.Value.HashAlgorithm);
    private readonly MemoryCache _signed = new(new MemoryCacheOptions { SizeLimit = 20_000 });

    /// <param name="bookId">The book that is opened.</param>
    /// <param name="now">The moment of the request.</param>
    /// <param name="mustEndAt">When the right to watch ends, if that is known; never outlived.</param>
    /// <returns>Null when less than a second is left.</returns>
    /// <exception cref="UnavailableException">There is no key to sign with yet.</exception>
    public BookCookies? Make(long bookId, DateTimeOffset now, DateTimeOffset? mustEndAt)
    {
        var expiresAt = Expiry(now, mustEndAt, _options);
        if (expiresAt <= now)
            return null;

        // By the key itself, id and all: a new one signs anew at once.
        var key = keys.Current;
        return _signed.GetOrCreate((key, bookId, expiresAt), entry =>
        {
            entry.Size = 1;
            entry.AbsoluteExpirationRelativeToNow = expiresAt - now;
            var policy = CloudFrontCookies.Policy(CloudFrontCookies.Resource(_options.BaseUrl!, bookId), expiresAt);
            return new BookCookies(bookId, key.Sign(policy, _hash), policy, expiresAt);
        });
    }

    /// <summary>When cookies of this moment end: on the grid, or when the right to watch does, in whole seconds (CloudFront knows no others).</summary>
    public static DateTimeOffset Expiry(DateTimeOffset now, DateTimeOffset? mustEndAt, CloudFrontOptions options)
    {
        var expiresAt = RoundDown(now + options.CookieLifetime, options.ExpiryGrid);
        return mustEndAt < expiresAt ? RoundDown(mustEndAt.Value, TimeSpan.FromSeconds(1)) : expiresAt;
    }

    public void Dispose() => _signed.Dispose();

    private static DateTimeOffset RoundDown(DateTimeOffset moment, TimeSpan grid) => moment.AddTicks(-(moment.UtcTicks % grid.Ticks));
}
