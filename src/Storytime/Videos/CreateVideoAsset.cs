using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <param name="MasterS3Key">The key that <c>/uploads/master_video</c> gave out.</param>
/// <param name="Filename">Not needed: the upload knows it. When it is given it must be the same.</param>
/// <param name="Size">Bytes; must be those of the object in the bucket.</param>
/// <param name="ChecksumSha256">SHA-256 of the file, base64; must be that of the object. Of a file in parts: of the digests of its parts, then a dash and their number.</param>
/// <param name="ChecksumCrc64nvme">CRC64NVME of the file, base64 (12 characters), which S3 keeps of a file in parts.</param>
/// <param name="Checksum">Another name for <c>checksum_sha256</c>.</param>
/// <param name="CaptionsS3Key">The key that <c>/uploads/captions</c> gave out, for WebVTT captions.</param>
/// <param name="CaptionsLanguage">BCP 47 tag of the captions; that of the book when it is not given.</param>
public sealed record CreateVideoAssetRequest(
    [Required(ErrorMessage = "A master_s3_key is needed.")] string? MasterS3Key,
    [Required(ErrorMessage = "The size in bytes is needed.")] long? Size,
    [ObjectSha256] string? ChecksumSha256 = null,
    [ObjectSha256] string? Checksum = null,
    string? ChecksumCrc64nvme = null,
    string? Filename = null,
    string? CaptionsS3Key = null,
    [LanguageTag] string? CaptionsLanguage = null);

internal static class CreateVideoAsset
{
    /// <summary>
    /// Makes a video of an uploaded master: checks that the object is there and is the one that was meant, then has it encoded. The answer comes at once;
    /// <c>status</c> of the asset tells how far it is.
    /// </summary>
    [EndpointName("create_video_asset")]
    public static async Task<Results<Accepted<VideoAssetResponse>, ApiError>> Handle(
        long id, CreateVideoAssetRequest request, Staff staff, StorytimeDb db, VideoBuckets buckets, Nudges nudges, TimeProvider time, CancellationToken ct)
    {
        if (await db.Books.Where(b => b.Id == id).Select(b => new { b.Language }).SingleOrDefaultAsync(ct) is not { } book)
            return ApiError.NotFound("book");
        if (await db.Uploads.AsNoTracking().SingleOrDefaultAsync(u => u.S3Key == request.MasterS3Key && u.Kind == UploadKind.MasterVideo, ct) is not { } upload)
            return ApiError.Invalid("master_s3_key", "This is no key that /uploads/master_video gave out.");
        if (RefuseUsed(upload) is { } used)
            return used;
        var (master, problem) = await VerifyAsync(request, upload, buckets, ct);
        if (master is null)
            return problem!;
        var (captions, refusal) = await VerifyCaptions.Async(request.CaptionsS3Key, request.CaptionsLanguage ?? book.Language, db, buckets, ct);
        if (refusal is not null)
            return refusal;

        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // One at a time for each book: versions count up without gaps.
        await db.Database.ExecuteSqlAsync($"select 1 from books where id = {id} for no key update", ct);
        upload = await ManageUploads.LockAsync(db, upload.Id, ct);
        if (RefuseUsed(upload) is { } usedByNow)
            return usedByNow;
        if (captions is not null && await VerifyCaptions.UseAsync(captions, db, ct) is { } gone)
            return gone;
        var version = 1 + (await db.VideoAssets.Where(a => a.BookId == id).MaxAsync(a => (int?)a.Version, ct) ?? 0);
        var asset = VideoAsset.Create(upload, id, version, master, captions, staff.AdminId, now);
        upload.Use();
        db.VideoAssets.Add(asset);
        await db.SaveChangesAsync(ct);
        db.AuditEntries.Add(AuditEntry.Of(
            staff, "created", "video_asset", asset.Id, null, new { asset.BookId, asset.Version, asset.MasterS3Key, asset.Filename, asset.SizeBytes, asset.CaptionsS3Key, asset.CaptionsLanguage }, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);

        nudges.Send<SubmitVideo>(j => j.RunAsync(asset.Id, CancellationToken.None));
        return TypedResults.Accepted($"/admin/api/v1/video_assets/{asset.Id}", await ReadVideoAssets.OneAsync(db, asset.Id, ct));
    }

    private static ApiError? RefuseUsed(Upload upload) => upload switch
    {
        { Status: UploadStatus.Used } => ApiError.Conflict("A video was made from this upload already. Upload the file again for another one."),
        { Status: UploadStatus.Aborted } => ApiError.Conflict("This upload was given up. Upload the file again."),
        { Status: UploadStatus.Pending, Method: UploadMethod.Multipart } =>
            ApiError.Conflict($"The parts of this upload are not put together yet: POST /uploads/{upload.Id}/complete first."),
        _ => null,
    };

    private static async Task<(MasterObject? Master, ApiError? Problem)> VerifyAsync(
        CreateVideoAssetRequest request, Upload upload, VideoBuckets buckets, CancellationToken ct)
    {
        var expected = request.ChecksumSha256 ?? request.Checksum ?? upload.ChecksumSha256;
        if (request is { ChecksumSha256: { } one, Checksum: { } other } && one != other)
            return Wrong("checksum", "checksum is another name for checksum_sha256; here they differ. Give one of them.");
        if (request.Filename is { } filename && filename.Trim() != upload.Filename)
            return Wrong("filename", $"The upload was begun for a file called {upload.Filename}.");
        if (request.Size != upload.SizeBytes)
            return Wrong("size", $"The upload was begun for {upload.SizeBytes} bytes, not {request.Size}.");
        if (upload.ChecksumSha256 is not null && expected != upload.ChecksumSha256)
            return Wrong("checksum_sha256", $"The upload was begun for a file with the SHA-256 {upload.ChecksumSha256}.");
        if (await buckets.FindMasterAsync(upload.S3Key, ct) is not { } master)
            return Wrong("master_s3_key", "There is no object under this key that Storytime can see. Finish the upload first.");
        if (master.Size != upload.SizeBytes)
            return Wrong("size", $"The object in the bucket has {master.Size} bytes, not {upload.SizeBytes}.");
        if (expected is not null && expected != master.ChecksumSha256)
            return Wrong("checksum_sha256", master.ChecksumSha256 is { } found ? $"The object in the bucket has the SHA-256 {found}." : WithoutSha256(upload));
        if (request.ChecksumCrc64nvme is { } crc && crc != master.ChecksumCrc64Nvme)
            return Wrong("checksum_crc64nvme", master.ChecksumCrc64Nvme is { } found
                ? $"The object in the bucket has the CRC64NVME {found}. What arrived is not the file: upload it again."
                : "S3 holds no CRC64NVME of this object to compare with. Leave it out here.");
        var header = ContainerHeader.Read(await buckets.ReadMasterStartAsync(upload.S3Key, ContainerHeader.BytesNeeded, ct) ?? []);
        return header.ContentType == upload.ContentType
            ? (master, null)
            : Wrong("master_s3_key", $"{upload.Filename} was uploaded as {upload.ContentType}, but it is {header.Description}. "
                + (header.IsFilm ? $"Upload it as {header.ContentType}." : "Upload an MP4 or a QuickTime film."));
    }

    private static string WithoutSha256(Upload upload) => upload switch
    {
        { MultipartChecksum: MultipartChecksum.Crc64nvme } =>
            "S3 holds no SHA-256 of a file in parts that was begun without checksum_algorithm sha256. Give checksum_crc64nvme instead, or leave it out here.",
        { MultipartChecksum: MultipartChecksum.Sha256 } =>
            "The digests of the parts were signed for, but the storage holds no SHA-256 of this object: it was replaced, or the storage does not check SHA-256. "
                + "Leave it out here, or upload the file again.",
        { ChecksumSha256: null } => "S3 holds no SHA-256 of this object to compare with. Give checksum_sha256 to /uploads/master_video, then S3 checks it; or leave it out here.",
        _ => "The upload was begun with a SHA-256, but the storage holds none of this object: it was replaced, or the storage does not check SHA-256. "
            + "Upload the file again; where this answer comes again, again without checksum_sha256.",
    };

    private static (MasterObject?, ApiError?) Wrong(string field, string message) => (null, ApiError.Invalid(field, message));
}

/// <summary>A SHA-256, or the composite one that S3 keeps of an object in parts: <c>{base64}-{parts}</c>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class ObjectSha256Attribute : ValidationAttribute
{
    public ObjectSha256Attribute() : base(
        "This must be a SHA-256 in base64: 44 characters, as 'openssl dgst -sha256 -binary FILE | base64' prints it; of a file in parts, with a dash and their number behind it.")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string text && text.Split('-') switch
    {
        [var digest] => Sha256Attribute.IsDigest(digest),
        [var digest, var parts] => Sha256Attribute.IsDigest(digest) && int.TryParse(parts, NumberStyles.None, CultureInfo.InvariantCulture, out _),
        _ => false,
    });
}
