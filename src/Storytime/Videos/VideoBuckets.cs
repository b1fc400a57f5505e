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

    private static readonly TimeSpan _readLimit = TimeSpan.FromSeconds(30);

    /// <returns>Null when there is no such object.</returns>
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
        // The SDK's own limit ends at the headers: a body that stops in the middle must not hold us for ever.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(_readLimit);
        try
        {
            using var answer = await s3.GetObjectAsync(request, patience.Token);
            var bytes = new byte[most];
            var length = await answer.ResponseStream.ReadAtLeastAsync(bytes, most, throwOnEndOfStream: false, patience.Token);
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

    /// <summary>
    /// Only a clear word counts: with the right to list the bucket, which Storytime needs, S3 says 404 for a missing object. 403 (a wrong key, a policy
    /// under change) and a bucket that is not there say nothing about an object, and a finished encode must not be thrown away for them.
    /// </summary>
    private static bool IsMissing(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket";

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
