using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <summary>A try at a video that failed and was followed by another one.</summary>
/// <param name="Attempt">1 for the first.</param>
/// <param name="JobId">MediaConvert's; null where it failed before there was a job.</param>
/// <param name="ErrorCode">MediaConvert's own number, or a word of Storytime.</param>
/// <param name="ErrorMessage">Why it failed, for people.</param>
/// <param name="ErrorAdvice">What can be done about it.</param>
/// <param name="EndedAt">When the next try took its place.</param>
public sealed record VideoAttemptResponse(int Attempt, string? JobId, string ErrorCode, string ErrorMessage, string ErrorAdvice, DateTimeOffset EndedAt);

internal static class ReadVideoAttempts
{
    /// <summary>The tries at a video before the one that counts now, the latest first.</summary>
    [EndpointName("list_video_attempts")]
    public static async Task<Results<Ok<Page<VideoAttemptResponse>>, ApiError>> Handle(long id, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct) =>
        await db.VideoAssets.AnyAsync(a => a.Id == id, ct)
            ? TypedResults.Ok(await db.VideoAttempts.Where(a => a.VideoAssetId == id).OrderByDescending(a => a.Attempt)
                .Select(a => new VideoAttemptResponse(a.Attempt, a.MediaConvertJobId, a.ErrorCode, a.ErrorMessage, JobAdvice.For(a.ErrorCode), a.EndedAt)).PageAsync(page, ct))
            : ApiError.NotFound("video asset");
}
