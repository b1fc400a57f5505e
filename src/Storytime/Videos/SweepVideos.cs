using Hangfire;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>
/// Job, every minute: submits the assets that should have been submitted by now, says which ones are stuck, and ends jobs that nobody waits for. It works
/// instead of enqueueing, so that a long outage does not pile up jobs.
/// </summary>
internal sealed partial class SweepVideos(
    StorytimeDb db, NpgsqlDataSource data, SubmitVideo submit, MediaConvertClient mediaConvert, TimeProvider time, ILogger<SweepVideos> log)
{
    /// <summary>The nudge goes first.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _stuckAfter = TimeSpan.FromHours(1);

    private const int MaxRound = 200;

    /// <summary>So many without any answer, one after the other, and the round ends: each may have waited for half a minute.</summary>
    private const int MaxTroubles = 3;

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "sweep-videos", ct);
        if (turn is null)
            return;
        await MarkStuckAsync(ct);
        if (await SubmitDueAsync(ct))
            await EndStrayJobsAsync(ct);
    }

    private async Task MarkStuckAsync(CancellationToken ct)
    {
        var (now, before) = (time.Now(), time.Now() - _stuckAfter);
        var unfinished = db.VideoAssets.Where(a => a.ProcessingStatus == ProcessingStatus.Uploaded || a.ProcessingStatus == ProcessingStatus.Processing);
        foreach (var id in await unfinished.Where(a => a.StuckAt == null && a.ProgressedAt < before).Select(a => a.Id).ToListAsync(ct))
        {
            // Only if it still has not moved.
            if (await unfinished.Where(a => a.Id == id && a.ProgressedAt < before).ExecuteUpdateAsync(set => set.SetProperty(a => a.StuckAt, now), ct) > 0)
                Log.Stuck(log, id);
        }
    }

    /// <returns>False when MediaConvert takes nothing more just now.</returns>
    private async Task<bool> SubmitDueAsync(CancellationToken ct)
    {
        var now = time.Now();
        var before = now - _patience;
        // Those that were never tried first, then the ones tried longest ago: one that always fails must not keep the others waiting.
        var due = await db.VideoAssets
            .Where(a => a.ProcessingStatus == ProcessingStatus.Uploaded && a.UpdatedAt < before && (a.NextSubmitAt == null || a.NextSubmitAt <= now))
            .OrderBy(a => a.SubmitTriedAt != null).ThenBy(a => a.SubmitTriedAt).ThenBy(a => a.Id)
            .Select(a => a.Id).Take(MaxRound).ToListAsync(ct);
        var jobs = new LostJobs(mediaConvert, now);
        var troubles = 0;
        foreach (var id in due)
        {
            try
            {
                await submit.TryAsync(id, jobs, ct);
                troubles = 0;
            }
            catch (MediaConvertException e) when (e.IsThrottling)
            {
                Log.Throttled(log, id, e.Type);
                return false;
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                Log.Later(log, e, id);
                troubles = e is MediaConvertException ? 0 : troubles + 1;
                if (troubles == MaxTroubles)
                    return false;
            }
        }
        return true;
    }

    private async Task EndStrayJobsAsync(CancellationToken ct)
    {
        // What some asset waits for is never canceled here, whatever was noted once.
        foreach (var stray in await db.StrayJobs.Where(s => s.EndedAt == null && !db.VideoAssets.Any(a => a.MediaConvertJobId == s.JobId)).OrderBy(s => s.FoundAt).Take(MaxRound).ToListAsync(ct))
        {
            try
            {
                // Canceled, or done, or unknown by now: it costs nothing more.
                await mediaConvert.CancelJobAsync(stray.JobId, ct);
                stray.End(time.Now());
                await db.SaveChangesAsync(ct);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                Log.StrayStays(log, e, stray.JobId, stray.VideoAssetId);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Video asset {AssetId} is stuck: nothing moved for an hour. Its status and submit_problem say where; it can be canceled and tried again")]
        public static partial void Stuck(ILogger logger, long assetId);

        [LoggerMessage(LogLevel.Warning, "MediaConvert takes nothing more just now ({ErrorType}); video asset {AssetId} and those after it wait a minute")]
        public static partial void Throttled(ILogger logger, long assetId, string errorType);

        [LoggerMessage(LogLevel.Warning, "Video asset {AssetId} could not be submitted; the next sweep will try again")]
        public static partial void Later(ILogger logger, Exception e, long assetId);

        [LoggerMessage(LogLevel.Warning, "Job {JobId} of video asset {AssetId}, which nobody waits for, could not be canceled; the next sweep will try again")]
        public static partial void StrayStays(ILogger logger, Exception e, string jobId, long assetId);
    }
}
