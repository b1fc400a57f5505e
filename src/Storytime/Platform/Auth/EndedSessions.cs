using System.Security.Claims;
using Microsoft.Extensions.Caching.Memory;

namespace Storytime.Platform.Auth;

/// <summary>
/// Sessions that a handler found ended (<see cref="ChecksSession"/>). They never come back, so whoever goes on with the token of one is refused before anything is counted:
/// a lost tablet must not use up its family's rate limit. Forgotten when there are too many; then a handler finds them again.
/// </summary>
internal sealed class EndedSessions : IDisposable
{
    private readonly MemoryCache _ended = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public void Add(ClaimsPrincipal caller) => _ended.Set(Key(caller), true, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromHours(1) });

    public bool Contains(ClaimsPrincipal caller) => _ended.TryGetValue(Key(caller), out _);

    public void Dispose() => _ended.Dispose();

    private static string Key(ClaimsPrincipal caller) => $"{caller.FindFirstValue(Claim.Audience)} {caller.FindFirstValue(Claim.Session)}";
}
