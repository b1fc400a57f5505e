using Microsoft.Extensions.Options;

namespace Storytime.Playback;

/// <summary>Keeps the signing key fresh. A node starts without one, because AWS may be out of reach just then, and says by its readiness that it has none.</summary>
internal sealed class RefreshSigningKeys(SigningKeys keys, IOptions<CloudFrontOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan _untilThereIsOne = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Out of the settings; those do not change.
        if (keys.HasOne)
            return;
        using var timer = new PeriodicTimer(_untilThereIsOne, time);
        do
        {
            await keys.RefreshAsync(stoppingToken);
            if (keys.HasOne)
                timer.Period = options.Value.KeyRefreshInterval;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
