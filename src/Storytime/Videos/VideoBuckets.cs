using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;

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
        return new PresignedPut(await AskAsync(() => s3.GetPreSignedURLAsync(request), CancellationToken.None), headers);
    }

    /// <returns>Null when there is no such object, or none that we may see: without the right to list the bucket S3 says 403 for a missing one.</returns>
    /// <exception cref="UnavailableException"/>
    public async Task<MasterObject?> FindMasterAsync(string key, CancellationToken ct)
    {
        if (await HeadAsync(aws.Value.MasterBucket, key, ct) is not { } head)
            return null;
        // A composite checksum is one of the parts' checksums, not of the file.
        var whole = head.ChecksumType != ChecksumType.COMPOSITE;
        return new MasterObject(head.ContentLength, head.ETag, head.VersionId, whole ? head.ChecksumSHA256 : null);
    }

    /// <exception cref="UnavailableException"/>
    public async Task<bool> HasOutputAsync(string key, CancellationToken ct) => await HeadAsync(aws.Value.OutputBucket, key, ct) is not null;

    private Task<GetObjectMetadataResponse?> HeadAsync(string bucket, string key, CancellationToken ct) => AskAsync(async () =>
    {
        try
        {
            return await s3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, ct);
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return null;
        }
    }, ct);

    /// <summary>All that the SDK throws besides (no connection, no credentials, throttling, S3's own trouble), in types that have no common base.</summary>
    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken ct)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            throw new UnavailableException("The storage of the videos does not answer just now. Try again in a moment.", e);
        }
    }
}

/// <param name="Headers">To be sent exactly so.</param>
internal sealed record PresignedPut(string Url, IReadOnlyDictionary<string, string> Headers);
