using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using Storytime.Platform.Aws;
using Storytime.Videos;

namespace Storytime.Catalog;

/// <summary>
/// The pictures of books below <c>covers/{book id}/</c> in the output bucket, which CloudFront shows to everybody. S3 copies them there itself; a key never
/// gets another picture, so they may be cached for ever. All methods throw <see cref="Platform.Errors.UnavailableException"/> when S3 does not answer.
/// </summary>
internal sealed class CoverBucket(IAmazonS3 s3, IOptions<AwsOptions> aws)
{
    public const string Prefix = "covers/";

    private const string CacheControl = "public, max-age=31536000, immutable";

    /// <param name="upload">In the master bucket.</param>
    /// <param name="verified">As it was looked at: nothing else is copied.</param>
    /// <returns>False when it is gone, or another one by now.</returns>
    public Task<bool> CopyUploadAsync(Upload upload, MasterObject verified, string to, CancellationToken ct) => CopyAsync(
        new CopyObjectRequest
        {
            SourceBucket = aws.Value.MasterBucket,
            SourceKey = upload.S3Key,
            SourceVersionId = verified.VersionId,
            ETagToMatch = verified.ETag,
            ContentType = upload.ContentType,
        },
        to, ct);

    /// <param name="thumb">A JPEG in the output bucket.</param>
    /// <returns>False when there is no such object.</returns>
    public Task<bool> CopyThumbAsync(string thumb, string to, CancellationToken ct) =>
        CopyAsync(new CopyObjectRequest { SourceBucket = aws.Value.OutputBucket, SourceKey = thumb, ContentType = "image/jpeg" }, to, ct);

    /// <summary>Up to a thousand.</summary>
    /// <param name="continuation">Of the page before; null for the first one.</param>
    public Task<ListObjectsV2Response> ListAsync(string prefix, string? continuation, CancellationToken ct) => VideoBuckets.AskAsync(
        () => s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = aws.Value.OutputBucket, Prefix = prefix, ContinuationToken = continuation }, ct), ct);

    public Task DeleteAsync(string key, CancellationToken ct) =>
        VideoBuckets.AskAsync(() => s3.DeleteObjectAsync(new DeleteObjectRequest { BucketName = aws.Value.OutputBucket, Key = key }, ct), ct);

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html</summary>
    private Task<bool> CopyAsync(CopyObjectRequest request, string to, CancellationToken ct) => VideoBuckets.AskAsync(async () =>
    {
        (request.DestinationBucket, request.DestinationKey) = (aws.Value.OutputBucket, to);
        // Type and caching are those given here, not those of the original.
        request.MetadataDirective = S3MetadataDirective.REPLACE;
        request.Headers.CacheControl = CacheControl;
        try
        {
            await s3.CopyObjectAsync(request, ct);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed && e.ErrorCode != "NoSuchBucket")
        {
            return false;
        }
    }, ct);
}
