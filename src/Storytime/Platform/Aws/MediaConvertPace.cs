using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Storytime.Platform.Aws;

/// <summary>
/// Keeps this node's questions within what an AWS account may ask of MediaConvert: 2 GetJob and 2 ListJobs a second
/// (https://docs.aws.amazon.com/general/latest/gr/mediaconvert.html). Whoever comes too early waits.
/// </summary>
internal sealed class MediaConvertPace(IOptions<AwsOptions> aws) : IDisposable
{
    private readonly TokenBucketRateLimiter _get = Make(aws.Value.MediaConvertReadsPerSecond);
    private readonly TokenBucketRateLimiter _list = Make(aws.Value.MediaConvertReadsPerSecond);

    public async Task GetJobAsync(CancellationToken ct) => (await _get.AcquireAsync(1, ct)).Dispose();

    public async Task ListJobsAsync(CancellationToken ct) => (await _list.AcquireAsync(1, ct)).Dispose();

    public void Dispose()
    {
        _get.Dispose();
        _list.Dispose();
    }

    private static TokenBucketRateLimiter Make(int perSecond) => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = perSecond,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1.0 / perSecond),
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });
}
