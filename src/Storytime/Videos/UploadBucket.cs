using System.Globalization;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>
/// The master bucket as uploaders see it: presigned addresses, and what S3 keeps of an upload in parts. Nothing of a file passes through Storytime.
/// Methods that ask S3 throw <see cref="Platform.Errors.UnavailableException"/> when it does not answer.
/// </summary>
internal sealed class UploadBucket(IAmazonS3 s3, IOptions<AwsOptions> aws)
{
    /// <summary>S3's name for the checksum header. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html</summary>
    private const string ChecksumHeader = "x-amz-checksum-sha256";

    private string Bucket => aws.Value.MasterBucket;

    /// <summary>
    /// An address for one PUT of exactly this: size, type and digest are signed headers, so S3 refuses anything else.
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    /// </summary>
    public Task<Presigned> PresignPutAsync(Upload upload)
    {
        var request = Sign(upload, upload.ExpiresAt);
        request.ContentType = upload.ContentType;
        return PresignAsync(request, upload.SizeBytes, upload.ChecksumSha256, new() { ["Content-Type"] = upload.ContentType });
    }

    /// <summary>
    /// A form for a browser: the policy pins key and type, and lets the size be anything up to what was said.
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    /// </summary>
    public async Task<Presigned> PresignPostAsync(Upload upload)
    {
        var request = new CreatePresignedPostRequest { BucketName = Bucket, Key = upload.S3Key, Expires = upload.ExpiresAt.UtcDateTime };
        request.Fields["Content-Type"] = upload.ContentType;
        request.Fields["success_action_status"] = "204";
        if (upload.ChecksumSha256 is { } checksum)
        {
            request.Fields["x-amz-checksum-algorithm"] = "SHA256";
            request.Fields[ChecksumHeader] = checksum;
        }
        request.Conditions.Add(S3PostCondition.ContentLengthRange(1, upload.SizeBytes));
        var form = await VideoBuckets.AskAsync(() => s3.CreatePresignedPostAsync(request), CancellationToken.None);
        return new Presigned(form.Url, Fields: form.Fields);
    }

    /// <summary>Asks for no checksum unless it is SHA-256 of each part: S3 then computes the CRC64NVME of the whole by itself.</summary>
    /// <returns>S3's id of the upload.</returns>
    public Task<string> BeginPartsAsync(Upload upload, MultipartChecksum checksum, CancellationToken ct) => VideoBuckets.AskAsync(async () =>
    {
        var request = new InitiateMultipartUploadRequest { BucketName = Bucket, Key = upload.S3Key, ContentType = upload.ContentType };
        if (checksum == MultipartChecksum.Sha256)
            request.ChecksumAlgorithm = ChecksumAlgorithm.SHA256;
        return (await s3.InitiateMultipartUploadAsync(request, ct)).UploadId;
    }, ct);

    /// <summary>An address for one part of exactly its size, and of exactly this digest where one is given.</summary>
    public Task<Presigned> PresignPartAsync(Upload upload, int part, string? checksumSha256, DateTimeOffset expiresAt)
    {
        var request = Sign(upload, expiresAt);
        request.UploadId = upload.MultipartUploadId;
        request.PartNumber = part;
        return PresignAsync(request, upload.SizeOf(part), checksumSha256, []);
    }

    /// <summary>The parts that S3 has, in order; null when it does not know the upload (any more).</summary>
    public Task<List<PartDetail>?> ListPartsAsync(Upload upload, CancellationToken ct) => VideoBuckets.AskAsync(async () =>
    {
        List<PartDetail> parts = [];
        var request = new ListPartsRequest { BucketName = Bucket, Key = upload.S3Key, UploadId = upload.MultipartUploadId };
        try
        {
            while (true)
            {
                var page = await s3.ListPartsAsync(request, ct);
                parts.AddRange(page.Parts ?? []);
                if (page.IsTruncated is not true)
                    return parts;
                request.PartNumberMarker = page.NextPartNumberMarker?.ToString(CultureInfo.InvariantCulture);
            }
        }
        catch (AmazonS3Exception e) when (IsGone(e))
        {
            return null;
        }
    }, ct);

    /// <returns>Null when the parts became the object, or another call put them together or aborted them; S3's reason when they cannot.</returns>
    public Task<string?> AssembleAsync(Upload upload, IEnumerable<PartDetail> parts, CancellationToken ct) => VideoBuckets.AskAsync(async () =>
    {
        try
        {
            var request = new CompleteMultipartUploadRequest { BucketName = Bucket, Key = upload.S3Key, UploadId = upload.MultipartUploadId, PartETags = [.. parts.Select(ToETag)] };
            await s3.CompleteMultipartUploadAsync(request, ct);
            return null;
        }
        catch (AmazonS3Exception e) when (IsGone(e))
        {
            return null;
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "InvalidPart" or "InvalidPartOrder" or "EntityTooSmall" or "BadDigest")
        {
            return e.Message;
        }
    }, ct);

    /// <summary>Gives up what was uploaded, parts and object; harmless when there is nothing.</summary>
    public Task<bool> DiscardAsync(Upload upload, CancellationToken ct) => VideoBuckets.AskAsync(async () =>
    {
        if (upload is { MultipartUploadId: { } id, Status: UploadStatus.Pending })
        {
            try
            {
                await s3.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = Bucket, Key = upload.S3Key, UploadId = id }, ct);
            }
            catch (AmazonS3Exception e) when (IsGone(e))
            {
                // Put together or aborted before.
            }
        }
        await s3.DeleteObjectAsync(new DeleteObjectRequest { BucketName = Bucket, Key = upload.S3Key }, ct);
        return true;
    }, ct);

    /// <summary>Where parts have SHA-256 digests, S3 wants them named again.</summary>
    private static PartETag ToETag(PartDetail part) => new(part.PartNumber ?? 0, part.ETag) { ChecksumSHA256 = part.ChecksumSHA256 };

    private static bool IsGone(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound;

    private GetPreSignedUrlRequest Sign(Upload upload, DateTimeOffset expiresAt) => new()
    {
        BucketName = Bucket,
        Key = upload.S3Key,
        Verb = HttpVerb.PUT,
        Expires = expiresAt.UtcDateTime,
        Protocol = aws.Value.S3Url?.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS,
    };

    private async Task<Presigned> PresignAsync(GetPreSignedUrlRequest request, long size, string? checksumSha256, Dictionary<string, string> headers)
    {
        request.Headers.ContentLength = size;
        headers["Content-Length"] = size.ToString(CultureInfo.InvariantCulture);
        if (checksumSha256 is not null)
            request.Headers[ChecksumHeader] = headers[ChecksumHeader] = checksumSha256;
        return new Presigned(await VideoBuckets.AskAsync(() => s3.GetPreSignedURLAsync(request), CancellationToken.None), headers);
    }
}

/// <param name="Headers">To be sent exactly so.</param>
/// <param name="Fields">Of a form, before the file.</param>
internal sealed record Presigned(string Url, IReadOnlyDictionary<string, string>? Headers = null, IReadOnlyDictionary<string, string>? Fields = null);
