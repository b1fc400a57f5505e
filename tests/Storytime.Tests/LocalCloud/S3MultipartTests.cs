using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Storytime.LocalCloud.S3;

namespace Storytime.Tests.LocalCloud;

public sealed class S3MultipartTests(CloudFixture fixture) : IClassFixture<CloudFixture>
{
    private const int FiveMiB = 5 * 1024 * 1024;
    private static readonly byte[] First = RandomNumberGenerator.GetBytes(FiveMiB);
    private static readonly byte[] Second = RandomNumberGenerator.GetBytes(1000);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private string Bucket => fixture.Options.MasterBucket;

    [Fact]
    public async Task Presigned_parts_become_one_object_whose_crc_s3_computed()
    {
        var upload = await BeginAsync();
        var etags = new List<PartETag> { await PutPartAsync(upload, 1, First), await PutPartAsync(upload, 2, Second) };

        var done = await CompleteAsync(upload, etags);

        byte[] whole = [.. First, .. Second];
        var md5s = await Shell.RunAsync("openssl", ["md5", "-binary"], First);
        md5s = [.. md5s, .. await Shell.RunAsync("openssl", ["md5", "-binary"], Second)];
        var etag = $"\"{Encoding.ASCII.GetString(await Shell.RunAsync("openssl", ["md5", "-r"], md5s))[..32]}-2\"";
        done.ETag.ShouldBe(etag);
        done.VersionId.ShouldNotBeNullOrEmpty();
        done.ChecksumCRC64NVME.ShouldBe(Crc64Nvme(whole));
        done.ChecksumType.ShouldBe(ChecksumType.FULL_OBJECT);
        var head = await fixture.S3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = Bucket, Key = upload.Key, ChecksumMode = ChecksumMode.ENABLED }, Ct);
        head.ETag.ShouldBe(etag);
        head.ContentLength.ShouldBe(whole.Length);
        head.Headers.ContentType.ShouldBe("video/mp4");
        head.Metadata["origin"].ShouldBe("studio");
        head.ChecksumCRC64NVME.ShouldBe(Crc64Nvme(whole));
        (await fixture.S3.GetObjectAsync(Bucket, upload.Key, Ct).BytesAsync()).ShouldBe(whole);
    }

    [Fact]
    public async Task Composite_sha256_is_the_digest_of_the_digests()
    {
        var upload = await BeginAsync(ChecksumAlgorithm.SHA256);
        upload.ChecksumType.ShouldBe(ChecksumType.COMPOSITE);
        var parts = new List<PartETag> { await SdkPartAsync(upload, 1, First), await SdkPartAsync(upload, 2, Second) };

        await CompleteAsync(upload, [.. parts.Select(part => new PartETag(part.PartNumber ?? 0, part.ETag))])
            .ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidRequest", "It was missing for part 1");
        var done = await CompleteAsync(upload, parts);

        done.ChecksumSHA256.ShouldBe($"{Convert.ToBase64String(SHA256.HashData([.. SHA256.HashData(First), .. SHA256.HashData(Second)]))}-2");
        done.ChecksumType.ShouldBe(ChecksumType.COMPOSITE);
        (await fixture.S3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = Bucket, Key = upload.Key, ChecksumMode = ChecksumMode.ENABLED }, Ct)).ChecksumType.ShouldBe(ChecksumType.COMPOSITE);
    }

    [Fact]
    public async Task Crc64nvme_of_the_whole_object_is_compared_on_completion()
    {
        var upload = await BeginAsync(ChecksumAlgorithm.CRC64NVME);
        upload.ChecksumType.ShouldBe(ChecksumType.FULL_OBJECT);
        var parts = new List<PartETag> { await PutPartAsync(upload, 1, First), await SdkPartAsync(upload, 2, Second) };
        var wrong = new CompleteMultipartUploadRequest { BucketName = Bucket, Key = upload.Key, UploadId = upload.UploadId, PartETags = parts, ChecksumCRC64NVME = Crc64Nvme(Second) };

        await fixture.S3.CompleteMultipartUploadAsync(wrong, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "BadDigest");
        wrong.ChecksumCRC64NVME = Crc64Nvme([.. First, .. Second]);
        (await fixture.S3.CompleteMultipartUploadAsync(wrong, Ct)).ChecksumCRC64NVME.ShouldBe(wrong.ChecksumCRC64NVME);
    }

    [Fact]
    public async Task Checksum_type_that_the_algorithm_does_not_have_is_refused()
    {
        await BeginAsync(ChecksumAlgorithm.SHA256, ChecksumType.FULL_OBJECT).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidRequest", "FULL_OBJECT");
        await BeginAsync(ChecksumAlgorithm.CRC64NVME, ChecksumType.COMPOSITE).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidRequest", "COMPOSITE");
    }

    [Fact]
    public async Task Part_with_a_wrong_or_foreign_or_missing_checksum_is_refused_and_not_kept()
    {
        var sha256 = ("x-amz-checksum-sha256", Convert.ToBase64String(SHA256.HashData(Second)));
        var upload = await BeginAsync(ChecksumAlgorithm.SHA256);
        using (var wrong = await SendPartAsync(upload, 1, First, sha256)) await wrong.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "BadDigest");
        using (var none = await SendPartAsync(upload, 1, First)) await none.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidRequest", "expected checksum Type: sha256, actual checksum Type: null");
        var plain = await BeginAsync();
        using (var unasked = await SendPartAsync(plain, 1, Second, sha256)) await unasked.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidRequest", "expected checksum Type: null, actual checksum Type: sha256");

        foreach (var each in (InitiateMultipartUploadResponse[])[upload, plain])
            ((await fixture.S3.ListPartsAsync(Bucket, each.Key, each.UploadId, Ct)).Parts ?? []).ShouldBeEmpty();
        using var right = await SendPartAsync(upload, 1, Second, sha256);
        right.StatusCode.ShouldBe(HttpStatusCode.OK);
        right.Headers.GetValues(sha256.Item1).ShouldBe([sha256.Item2]);
    }

    [Fact]
    public async Task List_of_parts_must_be_in_order_and_known_and_large_enough()
    {
        var upload = await BeginAsync();
        var (small, large, last) = (await PutPartAsync(upload, 1, Second), await PutPartAsync(upload, 2, First), await PutPartAsync(upload, 3, Second));

        await CompleteAsync(upload, [large, large]).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidPartOrder");
        await CompleteAsync(upload, [new PartETag(2, small.ETag)]).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidPart");
        await CompleteAsync(upload, [new PartETag(4, last.ETag)]).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidPart");
        await CompleteAsync(upload, [small, large]).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "EntityTooSmall");
        await CompleteAsync(upload, []).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "MalformedXML");
        (await fixture.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Prefix = upload.Key }, Ct)).KeyCount.ShouldBe(0);
        await CompleteAsync(upload, [large, last]);
        (await fixture.S3.GetObjectMetadataAsync(Bucket, upload.Key, Ct)).ContentLength.ShouldBe(FiveMiB + 1000);
    }

    [Fact]
    public async Task Part_sent_again_replaces_the_one_before()
    {
        var upload = await BeginAsync();
        var before = await PutPartAsync(upload, 1, First);
        var after = await PutPartAsync(upload, 1, Second);

        await CompleteAsync(upload, [before]).ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidPart");
        await CompleteAsync(upload, [after]);
        (await fixture.S3.GetObjectAsync(Bucket, upload.Key, Ct).BytesAsync()).ShouldBe(Second);
    }

    [Fact]
    public async Task Completing_twice_answers_twice_and_makes_one_object()
    {
        var upload = await BeginAsync();
        List<PartETag> parts = [await PutPartAsync(upload, 1, Second)];

        var both = await Task.WhenAll(CompleteAsync(upload, parts), CompleteAsync(upload, parts));
        var third = await CompleteAsync(upload, parts);

        both.Append(third).Select(done => (done.VersionId, done.ETag)).Distinct().ShouldHaveSingleItem();
        (await fixture.S3.ListVersionsAsync(Bucket, upload.Key, Ct)).Versions.ShouldHaveSingleItem();
        using var late = await SendPartAsync(upload, 2, Second);
        await late.ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchUpload");
        await fixture.S3.ListPartsAsync(Bucket, upload.Key, upload.UploadId, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchUpload");
    }

    [Fact]
    public async Task Aborted_upload_is_gone()
    {
        var upload = await BeginAsync();
        var part = await PutPartAsync(upload, 1, Second);

        (await fixture.S3.AbortMultipartUploadAsync(Bucket, upload.Key, upload.UploadId, Ct)).HttpStatusCode.ShouldBe(HttpStatusCode.NoContent);

        await CompleteAsync(upload, [part]).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchUpload");
        await fixture.S3.AbortMultipartUploadAsync(Bucket, upload.Key, upload.UploadId, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchUpload");
        await fixture.S3.AbortMultipartUploadAsync(Bucket, upload.Key, "../../etc", Ct).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchUpload");
    }

    [Fact]
    public async Task Upload_belongs_to_its_key()
    {
        var upload = await BeginAsync();
        await fixture.S3.ListPartsAsync(Bucket, upload.Key + "x", upload.UploadId, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchUpload");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10001")]
    [InlineData("one")]
    [InlineData(null)]
    public async Task Part_number_out_of_range_is_refused(string? number)
    {
        var upload = await BeginAsync();
        var request = PartUrl(upload, 1);
        request.Parameters.Add("x-id", "UploadPart");
        request.PartNumber = null;
        if (number is not null) request.Parameters.Add("partNumber", number);

        using var answer = await fixture.Http.PutAsync(fixture.S3.GetPreSignedURL(request), new ByteArrayContent(Second), Ct);
        await answer.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidArgument", "between 1 and 10000");
    }

    [Fact]
    public async Task Presigned_part_cannot_be_moved_to_another_number()
    {
        var upload = await BeginAsync();
        var url = fixture.S3.GetPreSignedURL(PartUrl(upload, 1)).Replace("partNumber=1", "partNumber=2", StringComparison.Ordinal);
        using var answer = await fixture.Http.PutAsync(url, new ByteArrayContent(Second), Ct);
        await answer.ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task Parts_and_uploads_are_listed_by_the_page()
    {
        var uploads = new List<InitiateMultipartUploadResponse>();
        var root = NewKey();
        foreach (var name in (string[])["a", "a", "b"]) uploads.Add(await BeginAsync(key: $"{root}/{name}"));
        for (var number = 3; number >= 1; number--) await PutPartAsync(uploads[2], number, Second);

        List<int?> numbers = [];
        await foreach (var part in fixture.S3.Paginators.ListParts(new ListPartsRequest { BucketName = Bucket, Key = uploads[2].Key, UploadId = uploads[2].UploadId, MaxParts = 2 }).Parts.WithCancellation(Ct))
        {
            part.Size.ShouldBe(1000);
            numbers.Add(part.PartNumber);
        }

        numbers.ShouldBe([1, 2, 3]);
        List<string> listed = [];
        await foreach (var upload in fixture.S3.Paginators.ListMultipartUploads(new ListMultipartUploadsRequest { BucketName = Bucket, Prefix = root, MaxUploads = 1 }).Uploads.WithCancellation(Ct)) listed.Add(upload.UploadId);
        listed.ShouldBe(uploads.Select(upload => upload.UploadId), ignoreOrder: true);
    }

    [Fact]
    public async Task Transfer_utility_uploads_in_parts()
    {
        var (key, body) = (NewKey(), RandomNumberGenerator.GetBytes((2 * FiveMiB) + 7));
        using var transfer = new TransferUtility(fixture.S3, new TransferUtilityConfig { MinSizeBeforePartUpload = FiveMiB });

        await transfer.UploadAsync(new TransferUtilityUploadRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(body), PartSize = FiveMiB }, Ct);

        (await fixture.S3.GetObjectMetadataAsync(Bucket, key, Ct)).ETag.ShouldEndWith("-3\"");
        (await fixture.S3.GetObjectAsync(Bucket, key, Ct).BytesAsync()).ShouldBe(body);
    }

    [Fact]
    public async Task Upload_goes_on_after_a_restart()
    {
        await using var other = new CloudFixture();
        await other.InitializeAsync();
        var upload = await BeginAsync(on: other);
        var first = await PutPartAsync(upload, 1, First, other);
        // A part that had come in half when the cloud was killed.
        var torn = Path.Combine(other.Options.DataFolder, "s3", ".incoming", "torn");
        await File.WriteAllBytesAsync(torn, Second, Ct);

        await other.Cloud.DisposeAsync();
        await other.StartAsync();

        File.Exists(torn).ShouldBeFalse();
        var second = await PutPartAsync(upload, 2, Second, other);
        await CompleteAsync(upload, [first, second], other);
        await other.Cloud.DisposeAsync();
        await other.StartAsync();
        (await CompleteAsync(upload, [first, second], other)).ETag.ShouldEndWith("-2\"");
        (await other.S3.GetObjectAsync(Bucket, upload.Key, Ct).BytesAsync()).ShouldBe([.. First, .. Second]);
    }

    private static string NewKey() => $"masters/{Guid.NewGuid()}/master.mp4";

    private static string Crc64Nvme(byte[] body)
    {
        var crc = Crc.Crc64Nvme();
        crc.Append(body);
        return Convert.ToBase64String(crc.Finish());
    }

    /// <summary>The SDK would ask for a checksum of its own where the caller asks for none.</summary>
    private async Task<InitiateMultipartUploadResponse> BeginAsync(ChecksumAlgorithm? algorithm = null, ChecksumType? type = null, string? key = null, CloudFixture? on = null)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = Bucket, Key = key ?? NewKey(), ContentType = "video/mp4", ChecksumAlgorithm = algorithm, ChecksumType = type };
        request.Metadata["origin"] = "studio";
        using var s3 = (on ?? fixture).NewS3Client(fixture.Options.SecretAccessKey, config => config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED);
        return await s3.InitiateMultipartUploadAsync(request, Ct);
    }

    private GetPreSignedUrlRequest PartUrl(InitiateMultipartUploadResponse upload, int number) => new()
    {
        BucketName = Bucket,
        Key = upload.Key,
        Verb = HttpVerb.PUT,
        UploadId = upload.UploadId,
        PartNumber = number,
        Expires = DateTime.UtcNow.AddSeconds(600),
        Protocol = Protocol.HTTP,
    };

    private async Task<HttpResponseMessage> SendPartAsync(InitiateMultipartUploadResponse upload, int number, byte[] body, (string Name, string Value)? header = null, CloudFixture? on = null)
    {
        var presign = PartUrl(upload, number);
        if (header is { } signed) presign.Headers[signed.Name] = signed.Value;
        using var request = new HttpRequestMessage(HttpMethod.Put, (on ?? fixture).S3.GetPreSignedURL(presign)) { Content = new ByteArrayContent(body) };
        if (header is { } sent) request.Headers.Add(sent.Name, sent.Value);
        return await fixture.Http.SendAsync(request, Ct);
    }

    private async Task<PartETag> PutPartAsync(InitiateMultipartUploadResponse upload, int number, byte[] body, CloudFixture? on = null)
    {
        using var answer = await SendPartAsync(upload, number, body, on: on);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Ct));
        return new PartETag(number, answer.Headers.ETag!.Tag);
    }

    private async Task<PartETag> SdkPartAsync(InitiateMultipartUploadResponse upload, int number, byte[] body)
    {
        var answer = await fixture.S3.UploadPartAsync(
            new UploadPartRequest { BucketName = Bucket, Key = upload.Key, UploadId = upload.UploadId, PartNumber = number, InputStream = new MemoryStream(body), ChecksumAlgorithm = upload.ChecksumAlgorithm }, Ct);
        return new PartETag(number, answer.ETag) { ChecksumSHA256 = answer.ChecksumSHA256, ChecksumCRC64NVME = answer.ChecksumCRC64NVME };
    }

    private async Task<CompleteMultipartUploadResponse> CompleteAsync(InitiateMultipartUploadResponse upload, List<PartETag> parts, CloudFixture? on = null) =>
        await (on ?? fixture).S3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = Bucket, Key = upload.Key, UploadId = upload.UploadId, PartETags = parts }, Ct);
}
