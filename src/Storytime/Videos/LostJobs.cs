using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>
/// MediaConvert's list of jobs, newest first, read page by page and only as far back as somebody asks. Many assets can be looked for in one reading, because
/// the account may ask for two pages a second only.
/// </summary>
internal sealed class LostJobs(MediaConvertClient mediaConvert, DateTimeOffset startedAt)
{
    /// <summary>Clocks of AWS and ours may differ by so much.</summary>
    private static readonly TimeSpan _clockSkew = TimeSpan.FromMinutes(5);

    private readonly List<JobReport> _seen = [];
    private double _oldest = double.MaxValue;
    private string? _next;
    private bool _begun;

    /// <summary>Whether a job that this asset may have had made is sure to be in the list, if there is one: CreateJob was not called since.</summary>
    public bool IsFreshFor(VideoAsset asset) => asset.SubmitTriedAt <= startedAt;

    /// <summary>The job of this attempt, when an answer of CreateJob was lost. Those from before the intent cannot be it.</summary>
    public async Task<JobReport?> FindAsync(VideoAsset asset, CancellationToken ct)
    {
        var bound = (asset.SubmitStartedAt!.Value - _clockSkew).ToUnixTimeSeconds();
        while (true)
        {
            if (_seen.Find(r => r.IsFor(asset)) is { } report)
                return report;
            if (_begun && (_next is null || _oldest < bound))
                return null;
            var page = await mediaConvert.ListJobsAsync(_next, ct);
            (_begun, _next) = (true, page.NextToken);
            _seen.AddRange(page.Jobs.Select(JobReport.Of));
            if (page.Jobs.Count > 0)
                _oldest = page.Jobs.Min(j => j.CreatedAt ?? double.MaxValue);
        }
    }
}
