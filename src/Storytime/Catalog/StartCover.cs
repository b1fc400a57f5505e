using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Videos;

namespace Storytime.Catalog;

/// <param name="Filename">As it is called on the editor's machine; <c>.jpg</c>, <c>.jpeg</c>, <c>.png</c> or <c>.webp</c>.</param>
/// <param name="ContentType"><c>image/jpeg</c>, <c>image/png</c> or <c>image/webp</c>.</param>
/// <param name="Size">Bytes, exactly.</param>
/// <param name="ChecksumSha256">SHA-256 of the file, base64 (44 characters): S3 then refuses anything else.</param>
public sealed record StartCoverRequest(
    [Required(ErrorMessage = "A filename is needed."), StringLength(255, MinimumLength = 1, ErrorMessage = "filename has 1 to 255 characters.")] string? Filename,
    [Required(ErrorMessage = "A content_type is needed: image/jpeg, image/png or image/webp.")] string? ContentType,
    [Required(ErrorMessage = "The size in bytes is needed.")] long? Size,
    [Sha256] string? ChecksumSha256 = null);

/// <summary>How to get the picture into the bucket.</summary>
/// <param name="CoverS3Key">Names the upload when it is made the cover.</param>
/// <param name="Method"><c>PUT</c>: the whole file in one request to <c>url</c>.</param>
/// <param name="Headers">Send exactly these with it; they are part of the signature.</param>
/// <param name="ExpiresAt">The upload must have begun by then.</param>
public sealed record CoverUploadResponse(
    long UploadId, string CoverS3Key, string Method, string Url, IReadOnlyDictionary<string, string> Headers, DateTimeOffset ExpiresAt);

internal static class StartCover
{
    /// <summary>The extensions of each type that is taken.</summary>
    private static readonly Dictionary<string, string[]> _types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["image/jpeg"] = [".jpg", ".jpeg"],
        ["image/png"] = [".png"],
        ["image/webp"] = [".webp"],
    };

    /// <summary>Lets an editor put a picture straight into the master bucket. It becomes the cover by a PUT of its key.</summary>
    [EndpointName("start_cover_upload")]
    public static async Task<Results<Created<CoverUploadResponse>, ApiError>> Handle(
        long id, StartCoverRequest request, Staff staff, StorytimeDb db, UploadBucket bucket, IOptions<UploadOptions> options, TimeProvider time, CancellationToken ct)
    {
        if (!await db.Books.AnyAsync(b => b.Id == id, ct))
            return ApiError.NotFound(ManageBooks.Subject);
        var file = new UploadFile(request.Filename!.Trim(), request.ContentType!.Trim().ToLowerInvariant(), request.Size!.Value, request.ChecksumSha256);
        if (Check(file, options.Value.MaxCoverBytes) is { } refusal)
            return refusal;
        var (upload, presigned) = await StartUpload.BeginPutAsync(UploadKind.Cover, "covers", file, staff, db, bucket, options.Value, time.Now(), ct);
        return TypedResults.Created(
            $"/admin/api/v1/uploads/{upload.Id}", new CoverUploadResponse(upload.Id, upload.S3Key, "PUT", presigned.Url, presigned.Headers!, upload.ExpiresAt));
    }

    /// <summary>The extension of a picture of this type, with its dot.</summary>
    public static string ExtensionOf(string contentType) => _types[contentType][0];

    private static ApiError? Check(UploadFile file, long most)
    {
        if (!_types.TryGetValue(file.ContentType, out var extensions))
            return ApiError.Invalid("content_type", "Only image/jpeg, image/png and image/webp are taken.");
        if (!extensions.Contains(Path.GetExtension(file.Name), StringComparer.OrdinalIgnoreCase))
            return ApiError.Invalid("filename", $"The name of an {file.ContentType} file ends in {string.Join(" or ", extensions)}.");
        if (file.SizeBytes < 1 || file.SizeBytes > most)
            return ApiError.Invalid("size", string.Create(CultureInfo.InvariantCulture, $"A cover has 1 to {most} bytes; this one has {file.SizeBytes}."));
        return null;
    }
}
