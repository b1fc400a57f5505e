using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>The two buckets: masters come in by presigned addresses, outputs are only looked at. No video byte passes through Storytime.</summary>
internal sealed class VideoBuckets(IAmazonS3 s3, IOptions<AwsOptions> aws)
{
    /// <summary>S3's name for the checksum header. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html</summary>
    private const string ChecksumHeader = "x-amz-checksum-sha256";

    /// <summary>
    /// An address for one PUT of exactly this: size, type and digest are signed headers, so S3 refuses anything else.
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    /// </summary>
    public async Task<PresignedPut> PresignPutAsync(Upload upload)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = aws.Value.MasterBucket,
            Key = upload.MasterS3Key,
            Verb = HttpVerb.PUT,
            Expires = upload.ExpiresAt.UtcDateTime,
            ContentType = upload.ContentType,
            Protocol = aws.Value.S3Url?.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS,
        };
        request.Headers.ContentLength = upload.SizeBytes;
        var headers = new Dictionary<string, string>
        {
            ["Content-Type"] = upload.ContentType,
            ["Content-Length"] = upload.SizeBytes.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        if (upload.ChecksumSha256 is { } checksum)
            request.Headers[ChecksumHeader] = headers[ChecksumHeader] = checksum;
        return new PresignedPut(await s3.GetPreSignedURLAsync(request), headers);
    }

    /// <returns>Null when there is no such object, or none that we may see: without the right to list the bucket S3 says 403 for a missing one.</returns>
    public async Task<MasterObject?> FindMasterAsync(string key, CancellationToken ct)
    {
        try
        {
            var head = await s3.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = aws.Value.MasterBucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, ct);
            // A composite checksum is one of the parts' checksums, not of the file.
            var whole = head.ChecksumType != ChecksumType.COMPOSITE;
            return new MasterObject(head.ContentLength, head.ETag, head.VersionId, whole ? head.ChecksumSHA256 : null);
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    /// <summary>Reads the whole object: for one that was uploaded without a checksum, of which S3 knows only its own kind.</summary>
    /// <returns>SHA-256, base64.</returns>
    public async Task<string> HashMasterAsync(string key, MasterObject master, CancellationToken ct)
    {
        using var answer = await s3.GetObjectAsync(
            new GetObjectRequest { BucketName = aws.Value.MasterBucket, Key = key, EtagToMatch = master.ETag }, ct);
        return Convert.ToBase64String(await SHA256.HashDataAsync(answer.ResponseStream, ct));
    }

    public async Task<bool> HasOutputAsync(string key, CancellationToken ct)
    {
        try
        {
            await s3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = aws.Value.OutputBucket, Key = key }, ct);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}

/// <param name="Headers">To be sent exactly so.</param>
internal sealed record PresignedPut(string Url, IReadOnlyDictionary<string, string> Headers);
