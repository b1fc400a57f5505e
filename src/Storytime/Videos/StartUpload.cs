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
/// <param name="ChecksumSha256">SHA-256 of the file, base64 (44 characters): S3 then refuses anything else.</param>
public sealed record StartUploadRequest(
    [Required(ErrorMessage = "A filename is needed."), StringLength(255, MinimumLength = 1, ErrorMessage = "filename has 1 to 255 characters.")] string? Filename,
    [Required(ErrorMessage = "A content_type is needed: video/mp4 or video/quicktime.")] string? ContentType,
    [Required(ErrorMessage = "The size in bytes is needed.")] long? Size,
    [Sha256] string? ChecksumSha256);

/// <summary>How to get the file into the bucket.</summary>
/// <param name="MasterS3Key">Names the upload when the video asset is made from it.</param>
/// <param name="Method">PUT: the whole file in one request to <c>url</c>.</param>
/// <param name="Headers">Send exactly these with it; they are part of the signature.</param>
/// <param name="ExpiresAt">The upload must have begun by then.</param>
public sealed record UploadResponse(
    long UploadId, string MasterS3Key, string Method, string? Url, IReadOnlyDictionary<string, string>? Headers, DateTimeOffset ExpiresAt);

internal static class StartUpload
{
    /// <summary>The extensions of each type that is taken.</summary>
    private static readonly Dictionary<string, string[]> _types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["video/mp4"] = [".mp4", ".m4v"],
        ["video/quicktime"] = [".mov", ".qt"],
    };

    /// <summary>Lets an editor put one master video straight into the master bucket, under a key that nobody else has. Nothing is uploaded through this API.</summary>
    public static async Task<Results<Created<UploadResponse>, ApiError>> Handle(
        StartUploadRequest request, Staff staff, StorytimeDb db, VideoBuckets buckets, IOptions<UploadOptions> options, TimeProvider time, CancellationToken ct)
    {
        var (filename, size) = (request.Filename!.Trim(), request.Size!.Value);
        if (!_types.TryGetValue(request.ContentType!.Trim(), out var extensions))
            return ApiError.Invalid("content_type", "Only video/mp4 and video/quicktime are taken.");
        if (!extensions.Contains(Path.GetExtension(filename), StringComparer.OrdinalIgnoreCase))
            return ApiError.Invalid("filename", $"The name of a {request.ContentType} file ends in {string.Join(" or ", extensions)}.");
        if (size < options.Value.MinSizeBytes || size > options.Value.MaxSizeBytes)
            return ApiError.Invalid("size", string.Create(CultureInfo.InvariantCulture,
                $"A master has {options.Value.MinSizeBytes} to {options.Value.MaxSizeBytes} bytes; this one has {size}."));

        var now = time.Now();
        var upload = Upload.Start(
            staff, MakeKey(filename), filename, request.ContentType.Trim().ToLowerInvariant(), size, request.ChecksumSha256, now, options.Value.UrlLifetime);
        var put = await buckets.PresignPutAsync(upload);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Uploads.Add(upload);
        await db.SaveChangesAsync(ct);
        db.AuditEntries.Add(AuditEntry.Of(
            staff, "created", "upload", upload.Id, null, new { upload.MasterS3Key, upload.Filename, upload.ContentType, upload.SizeBytes }, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created((string?)null, new UploadResponse(upload.Id, upload.MasterS3Key, "PUT", put.Url, put.Headers, upload.ExpiresAt));
    }

    /// <summary>A random key: a presigned PUT overwrites whatever is there.</summary>
    internal static string MakeKey(string filename) => $"masters/{Guid.NewGuid()}/{SafeName(filename)}";

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
internal sealed class Sha256Attribute : ValidationAttribute
{
    public Sha256Attribute() : base("This must be a SHA-256 in base64: 44 characters, as 'openssl dgst -sha256 -binary FILE | base64' prints it.")
    {
    }

    public override bool IsValid(object? value)
    {
        Span<byte> digest = stackalloc byte[32];
        return value is null || (value is string { Length: 44 } text && Convert.TryFromBase64String(text, digest, out var length) && length == 32);
    }
}
