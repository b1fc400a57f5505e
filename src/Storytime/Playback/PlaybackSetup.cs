using Storytime.Platform;

namespace Storytime.Playback;

internal static class PlaybackSetup
{
    public static void AddPlayback(this IServiceCollection services)
    {
        services.AddSettings<CloudFrontOptions>("CloudFront");
        services.AddSingleton<CookieMint>();
        services.AddSingleton<PlaybackLog>();
    }
}
