using System.ComponentModel.DataAnnotations;
using Amazon.S3.Model;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <param name="Parts">As the PUTs were answered; what S3 has must be the same. Not given: what S3 has.</param>
public sealed record CompleteUploadRequest([MaxLength(10_000, ErrorMessage = "An upload has at most 10000 parts.")] CompletedPartRequest?[]? Parts = null);

public sealed record CompletedPartRequest(int PartNumber, string? Etag);

internal static class CompleteUpload
{
    /// <summary>Puts the parts together. Calling it again after a lost answer is harmless.</summary>
    [EndpointName("complete_upload")]
    public static async Task<Results<Ok<UploadStateResponse>, ApiError>> Handle(
        long id, CompleteUploadRequest? request, Staff staff, StorytimeDb db, UploadBucket bucket, VideoBuckets buckets, IOptions<UploadOptions> options, TimeProvider time, CancellationToken ct)
    {
        if (await ManageUploads.FindAsync(db, id, ct) is not { } upload)
            return ApiError.NotFound("upload");
        if (upload is { Method: UploadMethod.Multipart, Status: UploadStatus.Uploaded or UploadStatus.Used })
            return TypedResults.Ok(ManageUploads.ToResponse(upload));
        if (ManageUploads.RefuseUnlessOpen(upload) is { } refusal)
            return refusal;
        if (request?.Parts is { } named && named.Any(p => p?.Etag is null))
            return ApiError.Invalid("parts", "Each part needs its part_number and its etag.");
        // Unknown to S3: aborted there, or put together by a call whose answer was lost. The object tells.
        if (await bucket.ListPartsAsync(upload, ct) is { } parts)
        {
            if (Compare(upload, parts, request?.Parts) is { } problem)
                return await RefusePartsAsync(db, id, problem, ct);
            if (await bucket.AssembleAsync(upload, parts, ct) is { } reason)
                return await RefusePartsAsync(db, id, $"S3 cannot put the parts together: {reason.TrimEnd('.')}. Send the part that it names again, then complete again.", ct);
        }
        if (await buckets.FindMasterAsync(upload.S3Key, ct) is not { } master)
            return ManageUploads.Gone;
        if (master.Size != upload.SizeBytes)
            return ApiError.Conflict($"The object in the bucket has {master.Size} bytes, not {upload.SizeBytes}. Begin another upload.");

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        upload = await ManageUploads.LockAsync(db, id, ct);
        if (upload.Status == UploadStatus.Aborted)
        {
            // Given up while S3 put it together: then it came to be after it was deleted.
            await bucket.DiscardAsync(upload, ct);
            return ManageUploads.Gone;
        }
        if (upload.Status == UploadStatus.Pending)
        {
            var before = ManageUploads.Snapshot(upload);
            upload.Assembled(time.Now() + options.Value.AbandonAfter);
            db.AuditEntries.Add(AuditEntry.Of(staff, "completed", "upload", id, before, ManageUploads.Snapshot(upload), time.Now()));
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        return TypedResults.Ok(ManageUploads.ToResponse(upload));
    }

    /// <summary>Parts may be missing because somebody gives the upload up just now: then that is the answer, once it is done.</summary>
    private static async Task<ApiError> RefusePartsAsync(StorytimeDb db, long id, string problem, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        return (await ManageUploads.LockAsync(db, id, ct)).Status == UploadStatus.Aborted ? ManageUploads.Gone : ApiError.Invalid("parts", problem);
    }

    private static string? Compare(Upload upload, List<PartDetail> parts, CompletedPartRequest?[]? given)
    {
        var missing = Enumerable.Range(1, upload.PartCount).Except(parts.Select(p => p.PartNumber ?? 0)).ToList();
        if (missing.Count > 0)
            return $"{missing.Count} of {upload.PartCount} parts are missing: {string.Join(", ", missing.Take(20))}{(missing.Count > 20 ? ", …" : "")}. Send them first.";
        if (parts.FirstOrDefault(p => p.Size != upload.SizeOf(p.PartNumber ?? 0)) is { } odd)
            return $"Part {odd.PartNumber} has {odd.Size} bytes, not {upload.SizeOf(odd.PartNumber ?? 0)}. Send it again.";
        var etags = parts.ToDictionary(p => p.PartNumber ?? 0, p => p.ETag.Trim('"'));
        if (given?.FirstOrDefault(g => !etags.TryGetValue(g!.PartNumber, out var etag) || etag != g.Etag!.Trim('"')) is { } other)
            return $"Part {other.PartNumber} in the bucket is not the one with the etag {other.Etag}. Send it again.";
        if (given is not null && given.Select(g => g!.PartNumber).Distinct().Count() != upload.PartCount)
            return $"Name all {upload.PartCount} parts, or none.";
        return null;
    }
}
