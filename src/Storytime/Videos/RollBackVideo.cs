using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

internal static class RollBackVideo
{
    /// <summary>
    /// Lets this version of a book's video play from now on: back to an earlier one, or forth again. Children who are watching go on with what they have;
    /// who starts the book next gets this one. A version made after this call plays when it is ready.
    /// </summary>
    [EndpointName("roll_back_video_asset")]
    public static async Task<Results<Ok<VideoAssetResponse>, ApiError>> Handle(
        long id, Staff staff, StorytimeDb db, HlsOutputs outputs, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        if (await db.VideoAssets.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct) is not { } found)
            return ApiError.NotFound("video asset");
        if (found.CanPlay && await outputs.MissingAsync(found.HlsBasePath, ct) is { } missing)
            return ApiError.Conflict($"This version cannot play: {missing} is not in the output bucket any more. Choose another one.");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var book = await PlayingAssets.LockBookAsync(db, found.BookId, ct);
        var asset = await db.VideoAssets.SingleAsync(a => a.Id == id, ct);
        if (!asset.CanPlay)
            return ApiError.Conflict(asset.ProcessingStatus == ProcessingStatus.Ready
                ? "The outputs of this version were deleted, 30 days after another one took its place. Upload its master again."
                : "Only a version that is ready can play.");
        if (book.PlayingAssetId != id)
        {
            db.AuditEntries.Add(AuditEntry.Of(staff, "rolled_back", "book", book.Id, new { book.PlayingAssetId }, new { PlayingAssetId = id }, time.Now()));
            PlayingAssets.Switch(book, asset, time.Now());
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            nudges.Send<MakePosters>(j => j.RunAsync(book.Id, CancellationToken.None));
        }
        return TypedResults.Ok(await ReadVideoAssets.OneAsync(db, id, ct));
    }
}
