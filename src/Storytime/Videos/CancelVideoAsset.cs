using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

internal static class CancelVideoAsset
{
    private static readonly ApiError _atItsEnd = ApiError.Conflict("Only a video that is not ready yet can be canceled.");

    /// <summary>
    /// Ends the making of a video; it becomes <c>failed</c> with the code <c>canceled</c>, and can be tried again. A job that MediaConvert has is told to
    /// end; should it be through in this very moment, the video becomes ready instead.
    /// </summary>
    [EndpointName("cancel_video_asset")]
    public static async Task<Results<Accepted<VideoAssetResponse>, ApiError>> Handle(
        long id, Staff staff, StorytimeDb db, NpgsqlDataSource data, MediaConvertClient mediaConvert, JobOutcome outcome, TimeProvider time, CancellationToken ct)
    {
        if (!await db.VideoAssets.AnyAsync(a => a.Id == id, ct))
            return ApiError.NotFound("video asset");
        await using var turn = await SubmitVideo.TakeTurnAsync(data, id, ct);
        if (turn is null)
            return ApiError.Conflict("This video is being handed to MediaConvert just now. Try again in a moment.");
        var asset = await db.VideoAssets.AsNoTracking().SingleAsync(a => a.Id == id, ct);
        if (asset.ProcessingStatus is ProcessingStatus.Ready or ProcessingStatus.Failed)
            return _atItsEnd;
        var jobId = await JobOfAsync(asset, mediaConvert, outcome, time.Now(), ct);
        if (jobId is not null && !await CancelAsync(mediaConvert, jobId, ct))
            return _atItsEnd;

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (jobId is not null)
            await outcome.ApplyAsync(new JobReport(jobId, JobState.Failed, ErrorCode: "canceled", ErrorMessage: "The MediaConvert job was canceled."), ct);
        else if (!await outcome.RefuseAsync(id, asset.Attempt, "canceled", "Canceled before MediaConvert had a job.", ct))
            return _atItsEnd;
        // Read anew: should a notice have been faster, the video is what that one made of it.
        var now = await db.VideoAssets.AsNoTracking().SingleAsync(a => a.Id == id, ct);
        db.AuditEntries.Add(AuditEntry.Of(staff, "canceled", "video_asset", id, Snapshot(asset, jobId), Snapshot(now, jobId), time.Now()));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Accepted($"/admin/api/v1/video_assets/{id}", await ReadVideoAssets.OneAsync(db, id, ct));
    }

    private static object Snapshot(VideoAsset asset, string? jobId) => new { asset.ProcessingStatus, asset.Attempt, JobId = jobId, asset.ErrorCode };

    /// <summary>The job, also one whose answer was lost: to cancel the video and leave the job would pay for it, and for the next one.</summary>
    private static async Task<string?> JobOfAsync(VideoAsset asset, MediaConvertClient mediaConvert, JobOutcome outcome, DateTimeOffset now, CancellationToken ct)
    {
        if (asset.MediaConvertJobId is not null || asset.SubmitStartedAt is null)
            return asset.MediaConvertJobId;
        if (await AskAsync(() => new LostJobs(mediaConvert, now).FindAsync(asset, ct), ct) is not { } lost)
            return null;
        await outcome.ApplyAsync(lost, ct);
        return lost.JobId;
    }

    private static Task<bool> CancelAsync(MediaConvertClient mediaConvert, string jobId, CancellationToken ct) =>
        AskAsync(() => mediaConvert.CancelJobAsync(jobId, ct), ct);

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken ct)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            throw new UnavailableException("MediaConvert does not answer just now. Try again in a moment.", e);
        }
    }
}
