using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Storytime.Platform.Errors;

namespace Storytime.Platform;

/// <summary>Rate limits by name; Api.cs says which group has which.</summary>
internal static class RateLimits
{
    /// <summary>Guessing passwords and tokens must be slow.</summary>
    public const string Auth = "auth";

    public static void AddStorytimeRateLimits(this IServiceCollection services)
    {
        services.AddSettings<RateLimitOptions>("RateLimits");
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = async (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
                var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                rejected.HttpContext.Response.Headers.RetryAfter = seconds;
                await new ApiError(429, "rate_limited", $"Too many requests. Try again in {seconds} seconds.").ExecuteAsync(rejected.HttpContext);
            };
            limiter.AddPolicy(Auth, http => RateLimitPartition.GetFixedWindowLimiter(
                http.Connection.RemoteIpAddress?.ToString() ?? "unknown",
                _ => new FixedWindowRateLimiterOptions
                {
                    PermitLimit = http.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value.AuthPerMinute,
                    Window = TimeSpan.FromMinutes(1),
                }));
        });
    }
}
