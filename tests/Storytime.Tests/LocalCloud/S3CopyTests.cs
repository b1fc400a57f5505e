using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace Storytime.Tests.LocalCloud;

public sealed class S3CopyTests(CloudFixture fixture) : IClassFixture<CloudFixture>
{
    private readonly string _key = $"masters/{Guid.NewGuid()}/the master ü+.mp4";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private string Bucket => fixture.Options.MasterBucket;

    [Fact]
    public async Task Copy_has_the_bytes_and_the_metadata_of_its_source()
    {
        await PutAsync("one");

        var copied = await fixture.S3.CopyObjectAsync(new CopyObjectRequest { SourceBucket = Bucket, SourceKey = _key, DestinationBucket = fixture.Options.OutputBucket, DestinationKey = "covers/copy" }, Ct);

        var head = await HeadAsync("covers/copy", fixture.Options.OutputBucket);
        head.ETag.ShouldBe(copied.ETag);
        head.Headers.ContentType.ShouldBe("video/mp4");
        head.Metadata["origin"].ShouldBe("studio");
        head.ChecksumSHA256.ShouldBe(Convert.ToBase64String(SHA256.HashData("one"u8)));
        copied.SourceVersionId.ShouldNotBeNull();
        copied.VersionId.ShouldBeNull();
    }

    [Fact]
    public async Task Earlier_version_is_copied_with_new_metadata()
    {
        var version = await PutAsync("one");
        await PutAsync("two");
        var request = new CopyObjectRequest
        {
            SourceBucket = Bucket,
            SourceKey = _key,
            SourceVersionId = version,
            DestinationBucket = Bucket,
            DestinationKey = _key,
            MetadataDirective = S3MetadataDirective.REPLACE,
            ContentType = "video/quicktime",
        };
        request.Metadata["origin"] = "archive";

        (await fixture.S3.CopyObjectAsync(request, Ct)).SourceVersionId.ShouldBe(version);

        var head = await HeadAsync(_key, Bucket);
        (head.Headers.ContentType, head.Metadata["origin"], head.ContentLength).ShouldBe(("video/quicktime", "archive", 3));
        Encoding.UTF8.GetString(await fixture.S3.GetObjectAsync(Bucket, _key, Ct).BytesAsync()).ShouldBe("one");
        (await fixture.S3.ListVersionsAsync(Bucket, _key, Ct)).Versions.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Copy_of_a_multipart_object_is_in_one_piece()
    {
        var begun = await fixture.S3.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = Bucket, Key = _key, ChecksumAlgorithm = ChecksumAlgorithm.SHA256 }, Ct);
        var part = await fixture.S3.UploadPartAsync(new UploadPartRequest { BucketName = Bucket, Key = _key, UploadId = begun.UploadId, PartNumber = 1, InputStream = new MemoryStream("one"u8.ToArray()), ChecksumAlgorithm = ChecksumAlgorithm.SHA256 }, Ct);
        await fixture.S3.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = Bucket, Key = _key, UploadId = begun.UploadId, PartETags = [new PartETag(1, part.ETag) { ChecksumSHA256 = part.ChecksumSHA256 }] }, Ct);

        var copied = await fixture.S3.CopyObjectAsync(Bucket, _key, Bucket, _key + "2", Ct);

        copied.ETag.ShouldNotContain("-");
        var head = await HeadAsync(_key + "2", Bucket);
        (head.ChecksumSHA256, head.ChecksumType).ShouldBe((Convert.ToBase64String(SHA256.HashData("one"u8)), ChecksumType.FULL_OBJECT));
    }

    [Fact]
    public async Task Copy_of_nothing_or_onto_itself_or_of_something_else_is_refused()
    {
        await PutAsync("one");
        await fixture.S3.CopyObjectAsync(Bucket, _key + "x", Bucket, _key, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchKey");
        await fixture.S3.CopyObjectAsync("no-such-bucket", _key, Bucket, _key, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchBucket");
        await fixture.S3.CopyObjectAsync(Bucket, _key, Bucket, _key, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidRequest", "to itself");
        await fixture.S3.CopyObjectAsync(new CopyObjectRequest { SourceBucket = Bucket, SourceKey = _key, DestinationBucket = Bucket, DestinationKey = _key + "2", ETagToMatch = "\"another\"" }, Ct)
            .ShouldBeS3ErrorAsync(HttpStatusCode.PreconditionFailed, "PreconditionFailed");
    }

    private async Task<string> PutAsync(string body)
    {
        var request = new PutObjectRequest { BucketName = Bucket, Key = _key, ContentBody = body, ContentType = "video/mp4", ChecksumAlgorithm = ChecksumAlgorithm.SHA256 };
        request.Metadata["origin"] = "studio";
        return (await fixture.S3.PutObjectAsync(request, Ct)).VersionId;
    }

    private Task<GetObjectMetadataResponse> HeadAsync(string key, string bucket) =>
        fixture.S3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, Ct);
}
