using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <summary>What is in the two buckets: masters that came in by <see cref="UploadBucket"/>, and the outputs of MediaConvert. No video byte passes through Storytime.</summary>
internal sealed class VideoBuckets(IAmazonS3 s3, IOptions<AwsOptions> aws)
{
    /// <summary>S3 deletes at most so many at once.</summary>
    private const int DeleteAtOnce = 1000;

    /// <summary>A manifest of a book has a few kilobytes.</summary>
    private const int LargestText = 1024 * 1024;

    /// <returns>Null when there is no such object, or none that we may see: without the right to list the bucket S3 says 403 for a missing one.</returns>
    /// <exception cref="UnavailableException"/>
    public async Task<MasterObject?> FindMasterAsync(string key, CancellationToken ct)
    {
        if (await HeadAsync(aws.Value.MasterBucket, key, ct) is not { } head)
            return null;
        return new MasterObject(head.ContentLength, head.ETag, head.VersionId, head.ChecksumSHA256, head.ChecksumCRC64NVME);
    }

    /// <summary>The first bytes of a master, at most so many.</summary>
    /// <returns>Null when there is no such object.</returns>
    /// <exception cref="UnavailableException"/>
    public Task<byte[]?> ReadMasterStartAsync(string key, int count, CancellationToken ct) =>
        ReadAsync(new GetObjectRequest { BucketName = aws.Value.MasterBucket, Key = key, ByteRange = new ByteRange(0, count - 1) }, count, ct);

    /// <exception cref="UnavailableException"/>
    public async Task<bool> HasOutputAsync(string key, CancellationToken ct) => await HeadAsync(aws.Value.OutputBucket, key, ct) is not null;

    /// <summary>A manifest, or another small text.</summary>
    /// <returns>Null when there is no such object.</returns>
    /// <exception cref="UnavailableException"/>
    public async Task<string?> ReadOutputTextAsync(string key, CancellationToken ct) =>
        await ReadAsync(new GetObjectRequest { BucketName = aws.Value.OutputBucket, Key = key }, LargestText, ct) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Deletes the outputs below a prefix that <paramref name="isTheirs"/> says yes to; what is gone already is no trouble.</summary>
    /// <exception cref="UnavailableException"/>
    public Task<int> DeleteOutputsAsync(string prefix, Func<string, bool> isTheirs, CancellationToken ct) => AskAsync(async () =>
    {
        var deleted = 0;
        var request = new ListObjectsV2Request { BucketName = aws.Value.OutputBucket, Prefix = prefix };
        while (true)
        {
            var page = await s3.ListObjectsV2Async(request, ct);
            foreach (var some in (page.S3Objects ?? []).Where(o => isTheirs(o.Key)).Chunk(DeleteAtOnce))
            {
                await s3.DeleteObjectsAsync(
                    new DeleteObjectsRequest { BucketName = aws.Value.OutputBucket, Objects = [.. some.Select(o => new KeyVersion { Key = o.Key })] }, ct);
                deleted += some.Length;
            }
            if (page.IsTruncated is not true)
                return deleted;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }, ct);

    private Task<byte[]?> ReadAsync(GetObjectRequest request, int most, CancellationToken ct) => AskAsync(async () =>
    {
        try
        {
            using var answer = await s3.GetObjectAsync(request, ct);
            var bytes = new byte[most];
            var length = await answer.ResponseStream.ReadAtLeastAsync(bytes, most, throwOnEndOfStream: false, ct);
            return bytes[..length];
        }
        catch (AmazonS3Exception e) when (IsMissing(e))
        {
            return null;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return [];
        }
    }, ct);

    private Task<GetObjectMetadataResponse?> HeadAsync(string bucket, string key, CancellationToken ct) => AskAsync(async () =>
    {
        try
        {
            return await s3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, ct);
        }
        catch (AmazonS3Exception e) when (IsMissing(e))
        {
            return null;
        }
    }, ct);

    private static bool IsMissing(AmazonS3Exception e) => e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden;

    /// <summary>All that the SDK throws besides (no connection, no credentials, throttling, S3's own trouble), in types that have no common base.</summary>
    public static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken ct)
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
