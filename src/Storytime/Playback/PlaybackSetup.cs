using Storytime.Platform;

namespace Storytime.Playback;

internal static class PlaybackSetup
{
    public static void AddPlayback(this IServiceCollection services)
    {
        services.AddSettings<CloudFrontOptions>("CloudFront");
        services.AddSingleton<SigningKeys>();
        services.AddHostedService<RefreshSigningKeys>();
        services.AddHealthChecks().AddCheck<SigningKeys>("signing key", tags: ["ready"]);
        services.AddSingleton<CookieMint>();
        services.AddSingleton<PlayingChildren>().AddSingleton<PlaybackLog>();
        services.AddSingleton<DeviceActivity>();
    }
}
