using Amazon.S3;
using Amazon.S3.Transfer;
using Microsoft.Extensions.Options;
using Storytime.Platform;
using Storytime.Platform.Aws;

namespace Storytime.Usage;

/// <summary>The archive in the output bucket, below <c>analytics/</c>, which CloudFront may not read.</summary>
internal sealed class ArchiveBucket(IAmazonS3 s3, IOptions<AwsOptions> aws)
{
    /// <summary>Partitioned as Hive does it, so that engines find a day without reading the others.</summary>
    public static string KeyOf(DateOnly day) => $"analytics/usage/day={Days.Format(day)}/events.parquet";

    /// <summary>Puts a day there, in the place of what may be there of it. Large files go in parts, each of which S3 may take its time for.</summary>
    public async Task PutAsync(DateOnly day, Stream content, CancellationToken ct)
    {
        content.Position = 0;
        using var transfer = new TransferUtility(s3);
        await transfer.UploadAsync(
            new TransferUtilityUploadRequest
            {
                BucketName = aws.Value.OutputBucket,
                Key = KeyOf(day),
                InputStream = content,
                AutoCloseStream = false,
                // https://www.iana.org/assignments/media-types/application/vnd.apache.parquet
                ContentType = "application/vnd.apache.parquet",
            },
            ct);
    }
}
