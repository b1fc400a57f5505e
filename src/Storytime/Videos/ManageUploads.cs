using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <param name="PartNumbers">Up to 100, each from 1 to <c>part_count</c>.</param>
/// <param name="ChecksumsSha256">For an upload with <c>checksum_algorithm</c> <c>sha256</c>: the digest of each of these parts, base64, in the same order.</param>
public sealed record SignPartsRequest(
    [Required(ErrorMessage = "part_numbers are needed."), Length(1, 100, ErrorMessage = "Ask for 1 to 100 parts at once.")] int[]? PartNumbers,
    string[]? ChecksumsSha256 = null);

/// <param name="ExpiresAt">The parts must have begun by then; ask again for those that have not.</param>
public sealed record SignPartsResponse(IReadOnlyList<SignedPartResponse> Parts, DateTimeOffset ExpiresAt);

/// <param name="Size">Bytes: no other size is taken.</param>
/// <param name="Headers">Send exactly these; they are part of the signature.</param>
public sealed record SignedPartResponse(int PartNumber, string Method, string Url, IReadOnlyDictionary<string, string> Headers, long Size);

/// <summary>A part that S3 has.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Etag">As S3 answered it to the PUT.</param>
/// <param name="ChecksumSha256">Base64, where it was given.</param>
public sealed record UploadPartResponse(int PartNumber, long Size, string Etag, string? ChecksumSha256);

/// <summary>An upload: how far it is, and what is needed to go on with it.</summary>
/// <param name="Status"><c>pending</c>; <c>uploaded</c> when its parts are put together; <c>used</c> when something was made of it; <c>aborted</c>.</param>
/// <param name="PartSize">Bytes of each part but the last; null unless it is in parts.</param>
public sealed record UploadStateResponse(
    long UploadId, UploadKind Kind, string S3Key, string Filename, string ContentType, long Size, UploadMethod Method, UploadStatus Status,
    long? PartSize, int? PartCount, MultipartChecksum? ChecksumAlgorithm, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>Uploads in parts: each part goes straight to S3, at any time and in any order, until they are put together.</summary>
internal static class ManageUploads
{
    /// <summary>How an upload stands.</summary>
    [EndpointName("get_upload")]
    public static async Task<Results<Ok<UploadStateResponse>, ApiError>> Read(long id, StorytimeDb db, CancellationToken ct) =>
        await FindAsync(db, id, ct) is { } upload ? TypedResults.Ok(ToResponse(upload)) : ApiError.NotFound("upload");

    /// <summary>Addresses for parts, as many as are wanted next. Asking again gives fresh ones; a part that is sent twice replaces itself.</summary>
    [EndpointName("sign_upload_parts")]
    public static async Task<Results<Ok<SignPartsResponse>, ApiError>> SignParts(
        long id, SignPartsRequest request, StorytimeDb db, UploadBucket bucket, IOptions<UploadOptions> options, TimeProvider time, CancellationToken ct)
    {
        if (await FindAsync(db, id, ct) is not { } upload)
            return ApiError.NotFound("upload");
        if (RefuseUnlessOpen(upload) is { } refusal)
            return refusal;
        var (numbers, checksums) = (request.PartNumbers!, request.ChecksumsSha256);
        if (numbers.Any(n => n < 1 || n > upload.PartCount))
            return ApiError.Invalid("part_numbers", $"The parts of this upload are 1 to {upload.PartCount}; there is no part {numbers.First(n => n < 1 || n > upload.PartCount)}.");
        if (upload.MultipartChecksum == MultipartChecksum.Sha256 && (checksums?.Length != numbers.Length || checksums.Any(c => c is null || !Sha256Attribute.IsDigest(c))))
            return ApiError.Invalid("checksums_sha256", "This upload was begun with checksum_algorithm sha256: give the SHA-256 of each part, base64, in the order of part_numbers.");
        if (upload.MultipartChecksum != MultipartChecksum.Sha256 && checksums is { Length: > 0 })
            return ApiError.Invalid("checksums_sha256", "This upload was begun with checksum_algorithm crc64nvme, which S3 computes by itself. Leave the digests out.");

        var now = time.Now();
        var expiresAt = Earlier(now + options.Value.UrlLifetime, upload.ExpiresAt);
        if (expiresAt <= now)
            return ApiError.Conflict("This upload is given up. Begin another one.");
        var parts = new List<SignedPartResponse>();
        foreach (var (index, number) in numbers.Index())
        {
            var presigned = await bucket.PresignPartAsync(upload, number, upload.MultipartChecksum == MultipartChecksum.Sha256 ? checksums![index] : null, expiresAt);
            parts.Add(new SignedPartResponse(number, "PUT", presigned.Url, presigned.Headers!, upload.SizeOf(number)));
        }
        return TypedResults.Ok(new SignPartsResponse(parts, expiresAt));
    }

    /// <summary>The parts that S3 has: what is not among them is still to be sent.</summary>
    [EndpointName("list_upload_parts")]
    public static async Task<Results<Ok<Page<UploadPartResponse>>, ApiError>> ListParts(
        long id, [AsParameters] PageQuery page, StorytimeDb db, UploadBucket bucket, CancellationToken ct)
    {
        if (await FindAsync(db, id, ct) is not { } upload)
            return ApiError.NotFound("upload");
        if (RefuseUnlessOpen(upload) is { } refusal)
            return refusal;
        if (await bucket.ListPartsAsync(upload, ct) is not { } parts)
            return Gone;
        return TypedResults.Ok(parts.Select(p => new UploadPartResponse(p.PartNumber ?? 0, p.Size ?? 0, p.ETag, p.ChecksumSHA256)).ToList().ToPage(page));
    }

    /// <summary>Gives an upload up; what was sent of it is deleted.</summary>
    [EndpointName("abort_upload")]
    public static async Task<Results<NoContent, ApiError>> Abort(long id, Staff staff, StorytimeDb db, UploadBucket bucket, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.Uploads.FromSql($"select * from uploads where id = {id} for update").SingleOrDefaultAsync(ct) is not { } upload)
            return ApiError.NotFound("upload");
        if (upload.Status == UploadStatus.Used)
            return ApiError.Conflict("Something was made of this upload already; it cannot be given up any more.");
        if (upload.Status != UploadStatus.Aborted)
        {
            await bucket.DiscardAsync(upload, ct);
            var before = Snapshot(upload);
            upload.Abort();
            db.AuditEntries.Add(AuditEntry.Of(staff, "aborted", "upload", id, before, Snapshot(upload), time.Now()));
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        return TypedResults.NoContent();
    }

    internal static async Task<Upload> LockAsync(StorytimeDb db, long id, CancellationToken ct) =>
        (await db.Uploads.FromSql($"select * from uploads where id = {id} for update").ToListAsync(ct))[0];

    /// <summary>For the audit trail.</summary>
    internal static object Snapshot(Upload u) => new { u.S3Key, u.SizeBytes, u.PartCount, u.Status };

    internal static ApiError Gone => ApiError.Conflict("S3 does not have the parts of this upload any more. Begin another one.");

    internal static Task<Upload?> FindAsync(StorytimeDb db, long id, CancellationToken ct) => db.Uploads.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, ct);

    internal static ApiError? RefuseUnlessOpen(Upload upload) => upload switch
    {
        { Method: not UploadMethod.Multipart } => ApiError.Conflict("This upload is not in parts: send the file to the address that it was begun with."),
        { Status: UploadStatus.Aborted } => ApiError.Conflict("This upload was given up. Begin another one."),
        { Status: not UploadStatus.Pending } => ApiError.Conflict("The parts of this upload are put together already."),
        _ => null,
    };

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    internal static UploadStateResponse ToResponse(Upload u) => new(
        u.Id, u.Kind, u.S3Key, u.Filename, u.ContentType, u.SizeBytes, u.Method, u.Status,
        u.PartSizeBytes, u.PartSizeBytes is null ? null : u.PartCount, u.MultipartChecksum, u.CreatedAt, u.ExpiresAt);
}
