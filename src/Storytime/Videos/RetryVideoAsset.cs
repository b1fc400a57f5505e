using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

internal static class RetryVideoAsset
{
    /// <summary>Tries a failed video again, with a new MediaConvert job, and with the master as it is in the bucket now.</summary>
    [EndpointName("retry_video_asset")]
    public static async Task<Results<Accepted<VideoAssetResponse>, ApiError>> Handle(
        long id, Staff staff, StorytimeDb db, VideoBuckets buckets, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        if (await db.VideoAssets.SingleOrDefaultAsync(a => a.Id == id, ct) is not { } asset)
            return ApiError.NotFound("video asset");
        if (asset.ProcessingStatus != ProcessingStatus.Failed)
            return NotFailed;
        if (await buckets.FindMasterAsync(asset.MasterS3Key, ct) is not { } master)
            return ApiError.Conflict("The master is not in the bucket any more. Upload the file again and make a new video of it.");
        var now = time.Now();
        var before = new { asset.Attempt, asset.ErrorCode, asset.ErrorMessage, asset.MediaConvertJobId, asset.SizeBytes, asset.MasterETag };
        db.VideoAttempts.Add(VideoAttempt.Of(asset, now));
        asset.Retry(master, now);
        db.AuditEntries.Add(AuditEntry.Of(staff, "retried", "video_asset", id, before, new { asset.Attempt, asset.SizeBytes, asset.MasterETag }, now));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e is DbUpdateConcurrencyException || e.Violates("pk_video_attempts"))
        {
            // Two people pressed the button.
            return NotFailed;
        }
        nudges.Send<SubmitVideo>(j => j.RunAsync(id, CancellationToken.None));
        return TypedResults.Accepted($"/admin/api/v1/video_assets/{id}", await ReadVideoAssets.OneAsync(db, id, ct));
    }

    private static ApiError NotFailed => ApiError.Conflict("Only a failed video can be tried again.");
}
