using Microsoft.Extensions.Http.Resilience;
using Storytime.Platform;

namespace Storytime.Accounts;

internal static class AppleSetup
{
    public static void AddApple(this IServiceCollection services)
    {
        services.AddSettings<AppleOptions>("Apple");
        services.AddSingleton<AppleKeys>();
        services.AddSingleton<AppleIdentityTokens>();
        services.AddSingleton<AppleTokens>();
        services.AddScoped<AppleAccounts>();
        services.AddHttpClient(AppleKeys.HttpClientName, http =>
            {
                // Above the limits of the resilience handler, which end at the headers.
                http.Timeout = TimeSpan.FromSeconds(15);
                http.MaxResponseContentBufferSize = 64 * 1024;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .AddStandardResilienceHandler(resilience =>
            {
                // A parent waits, and the app can ask again; a code can be exchanged only once; a revocation is tried again by its job.
                resilience.Retry.DisableFor(HttpMethod.Get, HttpMethod.Post);
                resilience.AttemptTimeout.Timeout = TimeSpan.FromSeconds(8);
                resilience.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(10);
            });
    }
}
