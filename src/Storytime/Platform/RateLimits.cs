using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Storytime.Platform.Errors;

namespace Storytime.Platform;

/// <summary>Rate limits by name; Api.cs says which group has which.</summary>
internal static class RateLimits
{
    /// <summary>Guessing passwords and tokens must be slow.</summary>
    public const string Auth = "auth";

    /// <summary>Refreshing is what every device does all day.</summary>
    public const string Refresh = "refresh";

    public static void AddStorytimeRateLimits(this IServiceCollection services)
    {
        services.AddSettings<RateLimitOptions>("RateLimits");
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = async (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
                var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
                rejected.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                await ApiError.RateLimited(seconds).ExecuteAsync(rejected.HttpContext);
            };
            limiter.AddPolicy(Auth, http => ByAddress(http, o => o.AuthPerMinute));
            limiter.AddPolicy(Refresh, http => ByAddress(http, o => o.RefreshPerMinute));
        });
    }

    private static RateLimitPartition<string> ByAddress(HttpContext http, Func<RateLimitOptions, int> limit) =>
        RateLimitPartition.GetFixedWindowLimiter(Neighbourhood(http.Connection.RemoteIpAddress), _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = limit(http.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value),
            Window = TimeSpan.FromMinutes(1),
        });

    /// <summary>One IPv4 address; of IPv6 the /64, because a single subscriber has that many addresses.</summary>
    internal static string Neighbourhood(IPAddress? address) => address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}
