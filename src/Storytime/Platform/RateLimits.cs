using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Platform;

/// <summary>Rate limits by name; Api.cs says which group has which. Each goes by the client's address, and by the account of a caller who is signed in.</summary>
internal static class RateLimits
{
    /// <summary>Guessing passwords and tokens must be slow.</summary>
    public const string Auth = "auth";

    /// <summary>As <see cref="Auth"/>, for pages: to look at one is free, to send its form is not.</summary>
    public const string AuthPosts = "auth-posts";

    /// <summary>Refreshing is what every device does all day.</summary>
    public const string Refresh = "refresh";

    /// <summary>Starting a book, and renewing its cookies.</summary>
    public const string Playback = "playback";

    /// <summary>Usage events, single or in batches.</summary>
    public const string Usage = "usage";

    /// <summary>Exports and erasures: each is much work, and an erasure sends a mail.</summary>
    public const string Privacy = "privacy";

    /// <summary>Asking how far an erasure is, which a page may do again and again: nothing else waits for it.</summary>
    public const string Receipts = "receipts";

    public static void AddStorytimeRateLimits(this IServiceCollection services)
    {
        services.AddSettings<RateLimitOptions>("RateLimits");
        services.AddSingleton(provider => new RequestCounts(
            provider.GetRequiredService<IOptions<RedisOptions>>().Value.IsSet ? provider.GetRequiredService<IConnectionMultiplexer>() : null,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RequestCounts>>()));
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<RequestCounts, Pseudonyms, IOptions<RateLimitOptions>>((limiter, counts, pseudonyms, options) =>
        {
            limiter.OnRejected = async (rejected, _) => await Refuse(rejected.Lease).ExecuteAsync(rejected.HttpContext);
            var limits = options.Value;
            Add(Auth, limits.AuthPerMinute);
            limiter.AddPolicy(AuthPosts, http => HttpMethods.IsPost(http.Request.Method)
                ? Of(http, counts, pseudonyms, Auth, limits.AuthPerMinute, null)
                : RateLimitPartition.GetNoLimiter(new Caller("", null)));
            Add(Refresh, limits.RefreshPerMinute);
            Add(Playback, limits.PlaybackPerMinutePerAddress, limits.PlaybackPerMinutePerAccount);
            Add(Usage, limits.UsagePerMinutePerAddress, limits.UsagePerMinutePerAccount);
            Add(Privacy, limits.PrivacyPerMinutePerAddress, limits.PrivacyPerMinutePerAccount);
            Add(Receipts, limits.ReceiptsPerMinute);

            void Add(string policy, int perAddress, int? perAccount = null) => limiter.AddPolicy(policy, http => Of(http, counts, pseudonyms, policy, perAddress, perAccount));
        });
    }

    private static RateLimitPartition<Caller> Of(HttpContext http, RequestCounts counts, Pseudonyms pseudonyms, string policy, int perAddress, int? perAccount)
    {
        // The default scheme has authenticated the app's callers by now. Staff are nobody here, and so are those whose token is not valid.
        var account = perAccount is not null && http.User.Identity is { IsAuthenticated: true } ? Viewer.Of(http.User).UserId : (long?)null;
        return RateLimitPartition.Get(new Caller(Neighbourhood(http.Connection.RemoteIpAddress), account), caller =>
        {
            // Redis learns no addresses.
            var byAddress = new Limit($"{policy}:address:{Convert.ToHexString(pseudonyms.OfAddress(caller.Address))}", perAddress);
            return new CallerLimiter(counts, caller.Account is null ? [byAddress] : [byAddress, new Limit($"{policy}:account:{caller.Account}", perAccount!.Value)]);
        });
    }

    private static ApiError Refuse(RateLimitLease refused)
    {
        refused.TryGetMetadata(MetadataName.RetryAfter, out var wait);
        return ApiError.RateLimited(wait);
    }

    /// <summary>One IPv4 address; of IPv6 the /64, because a single subscriber has that many addresses.</summary>
    internal static string Neighbourhood(IPAddress? address) => address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };

    private sealed record Caller(string Address, long? Account);

    /// <summary>Remembers nothing itself, so that it may be forgotten whenever nobody uses it.</summary>
    private sealed class CallerLimiter(RequestCounts counts, Limit[] limits) : RateLimiter
    {
        public override TimeSpan? IdleDuration => TimeSpan.MaxValue;

        public override RateLimiterStatistics? GetStatistics() => null;

        /// <summary>The middleware tries this first, but Redis is worth no blocked thread.</summary>
        protected override RateLimitLease AttemptAcquireCore(int permitCount) => new Answer(TimeSpan.MaxValue);

        protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
            new Answer(await counts.CountAsync(limits, TimeSpan.FromMinutes(1), cancellationToken));
    }

    private sealed class Answer(TimeSpan wait) : RateLimitLease
    {
        public override bool IsAcquired => wait == TimeSpan.Zero;

        public override IEnumerable<string> MetadataNames => [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? wait : null;
            return metadata is not null;
        }
    }
}
