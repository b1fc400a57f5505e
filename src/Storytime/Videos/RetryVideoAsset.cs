using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

internal static class RetryVideoAsset
{
    /// <summary>Tries a failed video again, with a new MediaConvert job.</summary>
    public static async Task<Results<Accepted<VideoAssetResponse>, ApiError>> Handle(
        long id, Staff staff, StorytimeDb db, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        if (await db.VideoAssets.SingleOrDefaultAsync(a => a.Id == id, ct) is not { } asset)
            return ApiError.NotFound("video asset");
        var now = time.Now();
        var before = new { asset.Attempt, asset.ErrorCode, asset.ErrorMessage, asset.MediaConvertJobId };
        if (!asset.Retry(now))
            return NotFailed;
        db.AuditEntries.Add(AuditEntry.Of(staff, "retried", "video_asset", id, before, new { asset.Attempt }, now));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Two people pressed the button.
            return NotFailed;
        }
        nudges.Send<SubmitVideo>(j => j.RunAsync(id, CancellationToken.None));
        var answer = await db.VideoAssets.Where(a => a.Id == id).Select(ReadVideoAssets.ToResponse(db)).SingleAsync(ct);
        return TypedResults.Accepted($"/admin/api/v1/video_assets/{id}", answer);
    }

    private static ApiError NotFailed => ApiError.Conflict("Only a failed video can be tried again.");
}
