using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <param name="MasterS3Key">The key that <c>/uploads/master_video</c> gave out.</param>
/// <param name="Size">Bytes; must be those of the object in the bucket.</param>
/// <param name="ChecksumSha256">SHA-256 of the file, base64; must be that of the object, so the upload must have been begun with it.</param>
/// <param name="Checksum">Another name for <c>checksum_sha256</c>.</param>
public sealed record CreateVideoAssetRequest(
    [Required(ErrorMessage = "A master_s3_key is needed.")] string? MasterS3Key,
    [Required(ErrorMessage = "The size in bytes is needed.")] long? Size,
    [Sha256] string? ChecksumSha256,
    [Sha256] string? Checksum);

internal static class CreateVideoAsset
{
    /// <summary>
    /// Makes a video of an uploaded master: checks that the object is there and is the one that was meant, then has it encoded. The answer comes at once;
    /// <c>status</c> of the asset tells how far it is.
    /// </summary>
    public static async Task<Results<Accepted<VideoAssetResponse>, ApiError>> Handle(
        long id, CreateVideoAssetRequest request, Staff staff, StorytimeDb db, VideoBuckets buckets, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        if (!await db.Books.AnyAsync(b => b.Id == id, ct))
            return ApiError.NotFound("book");
        if (await db.Uploads.AsNoTracking().SingleOrDefaultAsync(u => u.MasterS3Key == request.MasterS3Key, ct) is not { } upload)
            return ApiError.Invalid("master_s3_key", "This is no key that /uploads/master_video gave out.");
        if (upload.Status != UploadStatus.Pending)
            return AlreadyUsed;
        var (master, problem) = await VerifyAsync(request, upload, buckets, ct);
        if (master is null)
            return problem!;

        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // One at a time for each book: versions count up without gaps.
        await db.Database.ExecuteSqlAsync($"select 1 from books where id = {id} for no key update", ct);
        upload = (await db.Uploads.FromSql($"select * from uploads where id = {upload.Id} for update").ToListAsync(ct))[0];
        if (upload.Status != UploadStatus.Pending)
            return AlreadyUsed;
        var version = 1 + (await db.VideoAssets.Where(a => a.BookId == id).MaxAsync(a => (int?)a.Version, ct) ?? 0);
        var asset = VideoAsset.Create(upload, id, version, master, staff.AdminId, now);
        upload.Complete();
        db.VideoAssets.Add(asset);
        await db.SaveChangesAsync(ct);
        db.AuditEntries.Add(AuditEntry.Of(
            staff, "created", "video_asset", asset.Id, null, new { asset.BookId, asset.Version, asset.MasterS3Key, asset.Filename, asset.SizeBytes }, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);

        nudges.Send<SubmitVideo>(j => j.RunAsync(asset.Id, CancellationToken.None));
        var answer = await db.VideoAssets.Where(a => a.Id == asset.Id).Select(ReadVideoAssets.ToResponse(db)).SingleAsync(ct);
        return TypedResults.Accepted($"/admin/api/v1/video_assets/{asset.Id}", answer);
    }

    private static ApiError AlreadyUsed => ApiError.Conflict("A video was made from this upload already. Upload the file again for another one.");

    private static async Task<(MasterObject? Master, ApiError? Problem)> VerifyAsync(
        CreateVideoAssetRequest request, Upload upload, VideoBuckets buckets, CancellationToken ct)
    {
        var expected = request.ChecksumSha256 ?? request.Checksum ?? upload.ChecksumSha256;
        if (request is { ChecksumSha256: { } one, Checksum: { } other } && one != other)
            return Wrong("checksum", "checksum is another name for checksum_sha256; here they differ. Give one of them.");
        if (request.Size != upload.SizeBytes)
            return Wrong("size", $"The upload was begun for {upload.SizeBytes} bytes, not {request.Size}.");
        if (upload.ChecksumSha256 is not null && expected != upload.ChecksumSha256)
            return Wrong("checksum_sha256", $"The upload was begun for a file with the SHA-256 {upload.ChecksumSha256}.");
        if (await buckets.FindMasterAsync(upload.MasterS3Key, ct) is not { } master)
            return Wrong("master_s3_key", "There is no object under this key that Storytime can see. Finish the upload first.");
        if (master.Size != upload.SizeBytes)
            return Wrong("size", $"The object in the bucket has {master.Size} bytes, not {upload.SizeBytes}.");
        if (expected is null || expected == master.ChecksumSha256)
            return (master, null);
        return Wrong("checksum_sha256", master.ChecksumSha256 is { } found
            ? $"The object in the bucket has the SHA-256 {found}."
            : upload.ChecksumSha256 is null
                ? "S3 holds no SHA-256 of this object to compare with. Give checksum_sha256 to /uploads/master_video, then S3 checks it; or leave it out here."
                : "The upload was begun with a SHA-256, but the storage holds none of this object: it was replaced, or the storage does not check SHA-256. "
                    + "Upload the file again; where this answer comes again, again without checksum_sha256.");
    }

    private static (MasterObject?, ApiError?) Wrong(string field, string message) => (null, ApiError.Invalid(field, message));
}
