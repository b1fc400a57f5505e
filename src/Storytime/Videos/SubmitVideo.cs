using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>
/// Job: gets a MediaConvert job for an uploaded asset, and never two. One process at a time works on an asset; the intent is stored before CreateJob is
/// called; and where an intent is found, the job is looked for by listing before another one is made. (AWS remembers a request token for a minute only.)
/// </summary>
internal sealed partial class SubmitVideo(
    StorytimeDb db, NpgsqlDataSource data, MediaConvertClient mediaConvert, VideoBuckets buckets, JobOutcome outcome, Nudges nudges, IOptions<AwsOptions> aws, TimeProvider time,
    ILogger<SubmitVideo> log)
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(10);

    /// <summary>No retries by Hangfire: the row says when it is due again, and the sweep comes every minute.</summary>
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(long assetId, CancellationToken ct)
    {
        var now = time.Now();
        // Somebody tried in the meantime, and it is to wait.
        if (await db.VideoAssets.AnyAsync(a => a.Id == assetId && a.NextSubmitAt > now, ct))
            return;
        try
        {
            await TryAsync(assetId, null, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            Log.Later(log, e, assetId);
        }
    }

    /// <summary>The turn to change how an asset is submitted; it ends with the process that has it.</summary>
    public static Task<AdvisoryLock?> TakeTurnAsync(NpgsqlDataSource data, long assetId, CancellationToken ct) =>
        AdvisoryLock.TryTakeAsync(data, $"submit-video-{assetId}", ct);

    /// <param name="jobs">A listing that is shared with others; a fresh one when it is null or too old.</param>
    /// <exception cref="MediaConvertException">MediaConvert takes nothing just now, or does not let us. The row says so, and when it is tried again.</exception>
    public async Task TryAsync(long assetId, LostJobs? jobs, CancellationToken ct)
    {
        await using var turn = await TakeTurnAsync(data, assetId, ct);
        if (turn is null)
            return;
        db.ChangeTracker.Clear();
        if (await db.VideoAssets.SingleOrDefaultAsync(a => a.Id == assetId && a.ProcessingStatus == ProcessingStatus.Uploaded, ct) is not { } asset)
            return;
        try
        {
            await SubmitOnceAsync(asset, jobs, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            var pause = await PutOffAsync(assetId, e, ct);
            // The sweep comes again by itself.
            if (pause is not null && jobs is null)
                nudges.Send<SubmitVideo>(j => j.RunAsync(assetId, CancellationToken.None), pause);
            throw;
        }
    }

    private async Task SubmitOnceAsync(VideoAsset asset, LostJobs? jobs, CancellationToken ct)
    {
        if (asset.SubmitStartedAt is not null)
        {
            var listing = jobs?.IsFreshFor(asset) is true ? jobs : new LostJobs(mediaConvert, time.Now());
            if (await listing.FindAsync(asset, ct) is { } lost)
            {
                Log.Found(log, asset.Id, lost.JobId);
                await outcome.ApplyAsync(lost, ct);
                return;
            }
        }
        if (await LookAsync(asset, ct) is { } master && await IsSameAsync(asset, ct))
            await CreateJobAsync(asset, master, ct);
    }

    /// <summary>What kind of file the master is; null when it is none to make a video from, and the asset has failed with the reason.</summary>
    private async Task<MasterFacts?> LookAsync(VideoAsset asset, CancellationToken ct)
    {
        try
        {
            var probe = await mediaConvert.ProbeAsync($"s3://{aws.Value.MasterBucket}/{asset.MasterS3Key}", ct);
            if (MasterFacts.From(probe) is { } master)
                return master;
            await outcome.RefuseAsync(
                asset.Id, asset.Attempt, "no_video_track", $"There is no picture in {asset.Filename}: no video track was found. Upload a film with H.264 video.", ct);
        }
        catch (MediaConvertException e) when (e.IsFinal)
        {
            await outcome.RefuseAsync(
                asset.Id, asset.Attempt, "unreadable_master", $"{asset.Filename} cannot be read as a video: {e.Message.TrimEnd('.')}. Upload an MP4 or MOV file.", ct);
        }
        return null;
    }

    /// <summary>Looked at last, so that what is encoded is what was verified and probed; the asset has failed when it is another object by now.</summary>
    private async Task<bool> IsSameAsync(VideoAsset asset, CancellationToken ct)
    {
        if (await buckets.FindMasterAsync(asset.MasterS3Key, ct) is { } found && asset.IsMaster(found))
            return true;
        await outcome.RefuseAsync(asset.Id, asset.Attempt, "master_replaced",
            $"{asset.Filename} in the bucket is not the file any more that this video was made of. Try again to take it as it is now, or upload the right one.", ct);
        return false;
    }

    private async Task CreateJobAsync(VideoAsset asset, MasterFacts master, CancellationToken ct)
    {
        // From here on a job may exist. A conflict here means that the row has moved on, and somebody else must look.
        asset.StartSubmit(time.Now());
        await db.SaveChangesAsync(ct);
        try
        {
            var job = await mediaConvert.CreateJobAsync(JobSettings.For(asset, master, aws.Value), ct);
            Log.Submitted(log, asset.Id, asset.Attempt, job.Id);
            await outcome.ApplyAsync(new JobReport(job.Id, JobState.Running, asset.Id, asset.Attempt, asset.MasterS3Key), ct);
        }
        catch (MediaConvertException e) when (e.IsFinal)
        {
            await outcome.RefuseAsync(asset.Id, asset.Attempt, "job_refused", $"MediaConvert refused the job: {e.Message}", ct);
        }
        catch (MediaConvertException e) when (e.MadeNothing)
        {
            asset.NothingWasSubmitted();
            await db.SaveChangesAsync(ct);
            throw;
        }
    }

    /// <summary>Twice as long each time, and never for all at the same moment (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).</summary>
    /// <returns>For how long; null when there is nothing to put off.</returns>
    private async Task<TimeSpan?> PutOffAsync(long assetId, Exception problem, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        if (await db.VideoAssets.SingleOrDefaultAsync(a => a.Id == assetId && a.ProcessingStatus == ProcessingStatus.Uploaded, ct) is not { } asset)
            return null;
        var pause = _firstPause * Math.Pow(2, Math.Min(asset.SubmitFailures, 10));
        pause = (pause < _longestPause ? pause : _longestPause) * (0.5 + Random.Shared.NextDouble() / 2);
        asset.PutOffSubmit(Describe(problem), time.Now() + pause, time.Now());
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // A notice came in between: there is a job after all.
            return null;
        }
        return pause;
    }

    private static string Describe(Exception problem) => problem switch
    {
        MediaConvertException { IsThrottling: true } e => $"MediaConvert takes no more just now: {e.Message}",
        MediaConvertException e => $"MediaConvert does not take the job: {e.Message}",
        _ => "MediaConvert or S3 does not answer.",
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Video asset {AssetId}, attempt {Attempt}: MediaConvert has job {JobId}")]
        public static partial void Submitted(ILogger logger, long assetId, int attempt, string jobId);

        [LoggerMessage(LogLevel.Warning, "Video asset {AssetId} had a job whose answer was lost: {JobId}")]
        public static partial void Found(ILogger logger, long assetId, string jobId);

        [LoggerMessage(LogLevel.Warning, "Video asset {AssetId} could not be submitted; it will be tried again")]
        public static partial void Later(ILogger logger, Exception e, long assetId);
    }
}
