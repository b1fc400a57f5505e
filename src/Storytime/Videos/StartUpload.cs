using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <param name="Filename">As it is called on the editor's machine; <c>.mp4</c>, <c>.m4v</c> or <c>.mov</c>.</param>
/// <param name="ContentType"><c>video/mp4</c> or <c>video/quicktime</c>.</param>
/// <param name="Size">Bytes, exactly.</param>
/// <param name="ChecksumSha256">SHA-256 of the whole file, base64 (44 characters): S3 then refuses anything else. Not for a file in parts.</param>
/// <param name="Method"><c>put</c>, <c>post</c> (a browser's form) or <c>multipart</c>; when it is not given, parts for files above 100 MB and a PUT for others.</param>
/// <param name="ChecksumAlgorithm">For a file in parts: <c>crc64nvme</c> (S3 computes it) or <c>sha256</c> (each part is signed for with its digest).</param>
public sealed record StartUploadRequest(
    [Required(ErrorMessage = "A filename is needed."), StringLength(255, MinimumLength = 1, ErrorMessage = "filename has 1 to 255 characters.")] string? Filename,
    [Required(ErrorMessage = "A content_type is needed: video/mp4 or video/quicktime.")] string? ContentType,
    [Required(ErrorMessage = "The size in bytes is needed.")] long? Size,
    [Sha256] string? ChecksumSha256,
    UploadMethod? Method = null,
    MultipartChecksum? ChecksumAlgorithm = null);

/// <summary>How to get the file into the bucket.</summary>
/// <param name="MasterS3Key">Names the upload when the video asset is made from it.</param>
/// <param name="Method">
/// <c>PUT</c>: the whole file in one request to <c>url</c>. <c>POST</c>: a form with <c>fields</c>, and the file last. <c>MULTIPART</c>: ask for addresses of parts at
/// <c>/uploads/{upload_id}/parts</c>, then <c>/uploads/{upload_id}/complete</c>.
/// </param>
/// <param name="Headers">Send exactly these with it; they are part of the signature.</param>
/// <param name="Fields">Of the form, before the file.</param>
/// <param name="PartSize">Bytes of each part but the last.</param>
/// <param name="ExpiresAt">The upload must have begun by then; one in parts must be at its end.</param>
public sealed record UploadResponse(
    long UploadId,
    string MasterS3Key,
    string Method,
    string? Url,
    IReadOnlyDictionary<string, string>? Headers,
    DateTimeOffset ExpiresAt,
    IReadOnlyDictionary<string, string>? Fields = null,
    long? PartSize = null,
    int? PartCount = null);

internal static class StartUpload
{
    /// <summary>The extensions of each type that is taken.</summary>
    private static readonly Dictionary<string, string[]> _types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["video/mp4"] = [".mp4", ".m4v"],
        ["video/quicktime"] = [".mov", ".qt"],
    };

    /// <summary>
    /// Lets an editor put one master video straight into the master bucket, under a key that nobody else has. Nothing is uploaded through this API.
    /// A file of many gigabytes goes in parts: it can pause, and go on after hours.
    /// </summary>
    [EndpointName("start_master_upload")]
    public static async Task<Results<Created<UploadResponse>, ApiError>> Handle(
        StartUploadRequest request, Staff staff, StorytimeDb db, UploadBucket bucket, IOptions<UploadOptions> options, TimeProvider time, CancellationToken ct)
    {
        var file = new UploadFile(request.Filename!.Trim(), request.ContentType!.Trim().ToLowerInvariant(), request.Size!.Value, request.ChecksumSha256);
        var method = request.Method ?? (file.SizeBytes > options.Value.MultipartAboveBytes ? UploadMethod.Multipart : UploadMethod.Put);
        if (Check(request, file, method, options.Value) is { } refusal)
            return refusal;

        var now = time.Now();
        var lifetime = method == UploadMethod.Multipart ? options.Value.AbandonAfter : options.Value.UrlLifetime;
        var upload = Upload.Start(staff, UploadKind.MasterVideo, MakeKey("masters", file.Name), file, method, now, lifetime);
        var presigned = await PresignAsync(upload, request.ChecksumAlgorithm ?? MultipartChecksum.Crc64nvme, bucket, options.Value, ct);
        await AddAsync(upload, staff, db, now, ct);
        return TypedResults.Created($"/admin/api/v1/uploads/{upload.Id}", ToResponse(upload, presigned));
    }

    /// <summary>Begins an upload of a small file: one PUT into a folder of the master bucket.</summary>
    internal static async Task<(Upload Upload, Presigned Presigned)> BeginPutAsync(
        UploadKind kind, string folder, UploadFile file, Staff staff, StorytimeDb db, UploadBucket bucket, UploadOptions options, DateTimeOffset now, CancellationToken ct)
    {
        var upload = Upload.Start(staff, kind, MakeKey(folder, file.Name), file, UploadMethod.Put, now, options.UrlLifetime);
        var presigned = await bucket.PresignPutAsync(upload);
        await AddAsync(upload, staff, db, now, ct);
        return (upload, presigned);
    }

    /// <summary>Keeps an upload, and that it was allowed.</summary>
    private static async Task AddAsync(Upload upload, Staff staff, StorytimeDb db, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Uploads.Add(upload);
        await db.SaveChangesAsync(ct);
        db.AuditEntries.Add(AuditEntry.Of(
            staff, "created", "upload", upload.Id, null, new { upload.Kind, upload.S3Key, upload.Filename, upload.ContentType, upload.SizeBytes, upload.Method }, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static ApiError? Check(StartUploadRequest request, UploadFile file, UploadMethod method, UploadOptions options)
    {
        if (!_types.TryGetValue(file.ContentType, out var extensions))
            return ApiError.Invalid("content_type", "Only video/mp4 and video/quicktime are taken.");
        if (!extensions.Contains(Path.GetExtension(file.Name), StringComparer.OrdinalIgnoreCase))
            return ApiError.Invalid("filename", $"The name of a {file.ContentType} file ends in {string.Join(" or ", extensions)}.");
        if (file.SizeBytes < options.MinSizeBytes || file.SizeBytes > options.MaxSizeBytes)
            return ApiError.Invalid("size", string.Create(CultureInfo.InvariantCulture,
                $"A master has {options.MinSizeBytes} to {options.MaxSizeBytes} bytes; this one has {file.SizeBytes}."));
        if (method != UploadMethod.Multipart && file.SizeBytes > UploadOptions.LargestPut)
            return ApiError.Invalid("method", "S3 takes at most 5368709120 bytes at once. Leave the method out, or say multipart.");
        if (method != UploadMethod.Multipart && request.ChecksumAlgorithm is not null)
            return ApiError.Invalid("checksum_algorithm", "This is for a file in parts. Leave it out, and give checksum_sha256 to have S3 check the file.");
        if (method == UploadMethod.Multipart && file.ChecksumSha256 is not null)
            return ApiError.Invalid("checksum_sha256",
                "S3 keeps no SHA-256 of a whole file that came in parts. Leave it out; give checksum_crc64nvme with the video asset, or say checksum_algorithm sha256 and give the digest of each part.");
        return null;
    }

    private static async Task<Presigned?> PresignAsync(Upload upload, MultipartChecksum checksum, UploadBucket bucket, UploadOptions options, CancellationToken ct)
    {
        switch (upload.Method)
        {
            case UploadMethod.Put:
                return await bucket.PresignPutAsync(upload);
            case UploadMethod.Post:
                return await bucket.PresignPostAsync(upload);
            default:
                // Should the row not be stored after this, S3's own rule for unfinished uploads ends it.
                upload.SplitInto(options.PartSizeFor(upload.SizeBytes), checksum, await bucket.BeginPartsAsync(upload, checksum, ct));
                return null;
        }
    }

    private static UploadResponse ToResponse(Upload upload, Presigned? presigned) => new(
        upload.Id, upload.S3Key, Json.Name(upload.Method).ToUpperInvariant(), presigned?.Url, presigned?.Headers, upload.ExpiresAt, presigned?.Fields,
        upload.PartSizeBytes, upload.PartSizeBytes is null ? null : upload.PartCount);

    /// <summary>A random key: a presigned PUT overwrites whatever is there.</summary>
    internal static string MakeKey(string folder, string filename) => $"{folder}/{Guid.NewGuid()}/{SafeName(filename)}";

    /// <summary>Letters, digits, dots, dashes and underscores, at most 100: safe in keys, addresses, headers and shells alike.</summary>
    private static string SafeName(string filename)
    {
        var name = new StringBuilder();
        // Accented letters come apart into the letter and its accent; the accent then falls away.
        foreach (var c in Path.GetFileNameWithoutExtension(filename.Replace('\\', '/')).Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
                name.Append(c);
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && name.Length > 0 && name[^1] != '-')
                name.Append('-');
        }
        var stem = name.ToString().Trim('-');
        return (stem.Length == 0 ? "master" : stem[..Math.Min(stem.Length, 90)]) + Path.GetExtension(filename).ToLowerInvariant();
    }
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class Sha256Attribute : ValidationAttribute, ITextRule
{
    public int Shortest => 44;

    public int Longest => 44;

    public Sha256Attribute() : base("This must be a SHA-256 in base64: 44 characters, as 'openssl dgst -sha256 -binary FILE | base64' prints it.")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string text && IsDigest(text));

    public static bool IsDigest(string text)
    {
        Span<byte> digest = stackalloc byte[32];
        return text.Length == 44 && Convert.TryFromBase64String(text, digest, out var length) && length == 32;
    }
}
