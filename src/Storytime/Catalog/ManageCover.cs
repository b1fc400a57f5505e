using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;
using Storytime.Videos;

namespace Storytime.Catalog;

/// <param name="CoverS3Key">The key that a POST to the same address gave out.</param>
public sealed record SetCoverRequest([Required(ErrorMessage = "A cover_s3_key is needed.")] string? CoverS3Key);

internal static class ManageCover
{
    /// <summary>
    /// Makes an uploaded picture the cover of the book: looks whether it is there and is what was meant, then has it copied to where everybody may see it.
    /// </summary>
    [EndpointName("set_cover")]
    public static async Task<Results<Ok<BookResponse>, ApiError>> Set(
        long id, SetCoverRequest request, Staff staff, StorytimeDb db, VideoBuckets buckets, CoverBucket covers, IOptions<CdnOptions> cdn, TimeProvider time,
        CancellationToken ct)
    {
        if (!await db.Books.AnyAsync(b => b.Id == id, ct))
            return ApiError.NotFound(ManageBooks.Subject);
        if (await db.Uploads.AsNoTracking().SingleOrDefaultAsync(u => u.S3Key == request.CoverS3Key && u.Kind == UploadKind.Cover, ct) is not { } upload)
            return Wrong("This is no key that a POST to this address gave out.");
        if (RefuseUsed(upload) is { } used)
            return used;
        var (picture, problem) = await VerifyAsync(upload, buckets, ct);
        if (picture is null)
            return problem!;
        // A fresh key each time, so that nobody sees an old picture from a cache. Should nothing come of it, the picture is cleaned up later.
        var key = $"{CoverBucket.Prefix}{id}/{Guid.NewGuid()}{StartCover.ExtensionOf(upload.ContentType)}";
        if (!await covers.CopyUploadAsync(upload, picture, key, ct))
            return ApiError.Conflict("The picture was uploaded anew at this very moment. Try again.");

        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var book = (await LockAsync(db, id, ct))!;
        upload = await ManageUploads.LockAsync(db, upload.Id, ct);
        if (RefuseUsed(upload) is { } usedByNow)
            return usedByNow;
        db.AuditEntries.Add(AuditEntry.Of(staff, "updated", ManageBooks.Subject, id, new { book.CoverS3Key }, new { CoverS3Key = key }, now));
        book.SetCover(key, now);
        upload.Use();
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(await db.Books.Where(b => b.Id == id).ToResponses(db, cdn.Value, now).SingleAsync(ct));
    }

    /// <summary>Takes the cover away. A picture out of the video, where there is one, becomes the cover again.</summary>
    [EndpointName("remove_cover")]
    public static async Task<Results<NoContent, ApiError>> Remove(long id, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockAsync(db, id, ct) is not { } book)
            return ApiError.NotFound(ManageBooks.Subject);
        if (book.CoverS3Key is not null)
        {
            var now = time.Now();
            db.AuditEntries.Add(AuditEntry.Of(staff, "updated", ManageBooks.Subject, id, new { book.CoverS3Key }, new { CoverS3Key = (string?)null }, now));
            book.SetCover(null, now);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        return TypedResults.NoContent();
    }

    private static Task<Book?> LockAsync(StorytimeDb db, long id, CancellationToken ct) =>
        db.Books.FromSql($"select * from books where id = {id} for no key update").SingleOrDefaultAsync(ct);

    private static ApiError? RefuseUsed(Upload upload) => upload.Status switch
    {
        UploadStatus.Used => ApiError.Conflict("This upload became a cover already. Upload the picture again for another one."),
        UploadStatus.Aborted => ApiError.Conflict("This upload was given up. Upload the picture again."),
        _ => null,
    };

    private static async Task<(MasterObject? Picture, ApiError? Problem)> VerifyAsync(Upload upload, VideoBuckets buckets, CancellationToken ct)
    {
        if (await buckets.FindMasterAsync(upload.S3Key, ct) is not { } picture)
            return (null, Wrong("There is no object under this key that Storytime can see. Finish the upload first."));
        if (picture.Size != upload.SizeBytes)
            return (null, Wrong($"The object in the bucket has {picture.Size} bytes, not {upload.SizeBytes}. Upload the picture again."));
        if (upload.ChecksumSha256 is { } expected && expected != picture.ChecksumSha256)
            return (null, Wrong($"The object in the bucket has {(picture.ChecksumSha256 is { } found ? $"the SHA-256 {found}" : "no SHA-256")}, not {expected}. Upload the picture again."));
        var header = ContainerHeader.Read(await buckets.ReadMasterStartAsync(upload.S3Key, ContainerHeader.BytesNeeded, ct) ?? []);
        return header.ContentType == upload.ContentType
            ? (picture, null)
            : (null, Wrong($"{upload.Filename} was uploaded as {upload.ContentType}, but it is {header.Description}. "
                + (header.IsPicture ? $"Upload it as {header.ContentType}." : "Upload a JPEG, PNG or WebP picture.")));
    }

    private static ApiError Wrong(string message) => ApiError.Invalid("cover_s3_key", message);
}
