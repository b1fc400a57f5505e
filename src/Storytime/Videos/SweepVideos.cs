using Hangfire;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>
/// Job, every minute: submits the assets that should have been submitted by now. It works instead of enqueueing, so that a long outage does not
/// pile up jobs.
/// </summary>
internal sealed partial class SweepVideos(StorytimeDb db, NpgsqlDataSource data, SubmitVideo submit, TimeProvider time, ILogger<SweepVideos> log)
{
    /// <summary>The nudge goes first.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private const int MaxRound = 200;

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "sweep-videos", ct);
        if (turn is null)
            return;
        var before = time.Now() - _patience;
        // Those that were never tried first, then the ones tried longest ago: one that always fails must not keep the others waiting.
        var due = await db.VideoAssets
            .Where(a => a.ProcessingStatus == ProcessingStatus.Uploaded && a.UpdatedAt < before)
            .OrderBy(a => a.SubmitStartedAt != null).ThenBy(a => a.SubmitStartedAt).ThenBy(a => a.Id)
            .Select(a => a.Id).Take(MaxRound).ToListAsync(ct);
        foreach (var id in due)
        {
            try
            {
                await submit.TryAsync(id, ct);
            }
            catch (MediaConvertException e) when (e.IsThrottling)
            {
                Log.Throttled(log, id, e.Type);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                Log.Later(log, e, id);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "MediaConvert takes nothing more just now ({ErrorType}); video asset {AssetId} and those after it wait a minute")]
        public static partial void Throttled(ILogger logger, long assetId, string errorType);

        [LoggerMessage(LogLevel.Warning, "Video asset {AssetId} could not be submitted; the next sweep will try again")]
        public static partial void Later(ILogger logger, Exception e, long assetId);
    }
}
