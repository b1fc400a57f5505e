using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <param name="Filename">As it is called on the editor's machine; <c>.vtt</c>.</param>
/// <param name="ContentType"><c>text/vtt</c>.</param>
/// <param name="Size">Bytes, exactly; at most 1 MiB.</param>
/// <param name="ChecksumSha256">SHA-256 of the file, base64 (44 characters): S3 then refuses anything else.</param>
public sealed record StartCaptionsRequest(
    [Required(ErrorMessage = "A filename is needed."), StringLength(255, MinimumLength = 1, ErrorMessage = "filename has 1 to 255 characters.")] string? Filename,
    [Required(ErrorMessage = "A content_type is needed: text/vtt.")] string? ContentType,
    [Required(ErrorMessage = "The size in bytes is needed.")] long? Size,
    [Sha256] string? ChecksumSha256 = null);

/// <summary>How to get the captions into the bucket: the whole file in one <c>PUT</c> to <c>url</c>.</summary>
/// <param name="CaptionsS3Key">Names the captions when the video asset is made.</param>
/// <param name="Headers">Send exactly these with it; they are part of the signature.</param>
/// <param name="ExpiresAt">The upload must have begun by then.</param>
public sealed record CaptionsUploadResponse(
    long UploadId, string CaptionsS3Key, string Method, string Url, IReadOnlyDictionary<string, string> Headers, DateTimeOffset ExpiresAt);

internal static class StartCaptions
{
    private const string Type = "text/vtt";

    /// <summary>Lets an editor put WebVTT captions straight into the master bucket. They are looked into when the video asset is made.</summary>
    [EndpointName("start_captions_upload")]
    public static async Task<Results<Created<CaptionsUploadResponse>, ApiError>> Handle(
        StartCaptionsRequest request, Staff staff, StorytimeDb db, UploadBucket bucket, IOptions<UploadOptions> options, TimeProvider time, CancellationToken ct)
    {
        var file = new UploadFile(request.Filename!.Trim(), request.ContentType!.Trim().ToLowerInvariant(), request.Size!.Value, request.ChecksumSha256);
        if (file.ContentType != Type)
            return ApiError.Invalid("content_type", "Only text/vtt is taken: captions are WebVTT.");
        if (!Path.GetExtension(file.Name).Equals(".vtt", StringComparison.OrdinalIgnoreCase))
            return ApiError.Invalid("filename", "The name of a WebVTT file ends in .vtt.");
        if (file.SizeBytes is < 1 or > VerifyCaptions.LargestBytes)
            return ApiError.Invalid("size", string.Create(CultureInfo.InvariantCulture, $"Captions have 1 to {VerifyCaptions.LargestBytes} bytes; these have {file.SizeBytes}."));

        var (upload, presigned) = await StartUpload.BeginPutAsync(UploadKind.Captions, "captions", file, staff, db, bucket, options.Value, time.Now(), ct);
        return TypedResults.Created(
            $"/admin/api/v1/uploads/{upload.Id}", new CaptionsUploadResponse(upload.Id, upload.S3Key, "PUT", presigned.Url, presigned.Headers!, upload.ExpiresAt));
    }
}
