using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Storytime.Tests.LocalCloud;

public sealed class S3Tests(CloudFixture fixture) : IClassFixture<CloudFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private string Bucket => fixture.Options.MasterBucket;

    [Fact]
    public async Task Presigned_put_stores_the_object_and_head_tells_its_checksum()
    {
        var (key, body) = (NewKey(), RandomNumberGenerator.GetBytes(300_000));
        var sha256 = Convert.ToBase64String(SHA256.HashData(body));

        var answer = await PutAsync(Presign(key, body.Length, sha256), body, sha256);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Ct));
        var head = await fixture.S3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = Bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, Ct);
        head.ContentLength.ShouldBe(body.Length);
        head.Headers.ContentType.ShouldBe("video/mp4");
        head.ChecksumSHA256.ShouldBe(sha256);
        head.ChecksumType.ShouldBe(ChecksumType.FULL_OBJECT);
        head.ETag.ShouldBe($"\"{Encoding.ASCII.GetString(await Shell.RunAsync("openssl", ["md5", "-r"], body))[..32]}\"");
        head.VersionId.ShouldNotBeNullOrEmpty();
        head.LastModified.ShouldNotBeNull();
        (await fixture.S3.GetObjectMetadataAsync(Bucket, key, Ct)).ChecksumSHA256.ShouldBeNull();
    }

    [Fact]
    public async Task Presigned_put_with_another_body_is_a_bad_digest_and_stores_nothing()
    {
        var (key, body) = (NewKey(), RandomNumberGenerator.GetBytes(1000));
        var sha256 = Convert.ToBase64String(SHA256.HashData("another"u8));

        var answer = await PutAsync(Presign(key, body.Length, sha256), body, sha256);

        await answer.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "BadDigest");
        (await ListAsync(key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Presigned_put_holds_the_client_to_the_signed_length_type_and_checksum()
    {
        var (key, body) = (NewKey(), RandomNumberGenerator.GetBytes(1000));
        var sha256 = Convert.ToBase64String(SHA256.HashData(body));
        var url = Presign(key, body.Length, sha256);

        await (await PutAsync(url, [.. body, 1], sha256)).ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
        await (await PutAsync(url, body, sha256, "text/html")).ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
        await (await PutAsync(url, body, null)).ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
        await (await PutAsync(url, body, sha256, header: ("x-amz-meta-a", "b"))).ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "AccessDenied", "not signed");
        (await ListAsync(key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tampered_unknown_and_missing_signatures_are_refused()
    {
        var key = NewKey();
        var url = Presign(key, 3, null);

        await (await PutAsync(url.Replace(key, key + "x", StringComparison.Ordinal), "abc"u8.ToArray(), null)).ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
        await (await PutAsync(url.Replace("X-Amz-Expires=", "X-Amz-Expires=9", StringComparison.Ordinal), "abc"u8.ToArray(), null)).ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
        await (await PutAsync(url.Split('?')[0], "abc"u8.ToArray(), null)).ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "AccessDenied");
        await (await PutAsync(url.Replace(fixture.Options.AccessKeyId, "AKIANOBODY", StringComparison.Ordinal), "abc"u8.ToArray(), null)).ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "InvalidAccessKeyId");
        using var stranger = fixture.NewS3Client("another secret");
        var refusal = await Should.ThrowAsync<AmazonS3Exception>(() => stranger.GetObjectAsync(Bucket, key, Ct));
        refusal.ErrorCode.ShouldBe("SignatureDoesNotMatch");
    }

    [Fact]
    public async Task Presigned_url_is_refused_from_the_second_it_expires()
    {
        var url = Presign(NewKey(), 3, null);
        fixture.SigningClock.By = TimeSpan.FromSeconds(601);
        try
        {
            await (await PutAsync(url, "abc"u8.ToArray(), null)).ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "AccessDenied", "Request has expired");
        }
        finally
        {
            fixture.SigningClock.By = TimeSpan.Zero;
        }

        (await PutAsync(url, "abc"u8.ToArray(), null)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Header_signed_request_of_another_hour_is_too_skewed()
    {
        fixture.SigningClock.By = TimeSpan.FromHours(1);
        try
        {
            var refusal = await Should.ThrowAsync<AmazonS3Exception>(() => fixture.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, Ct));
            refusal.ErrorCode.ShouldBe("RequestTimeTooSkewed");
        }
        finally
        {
            fixture.SigningClock.By = TimeSpan.Zero;
        }
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(true, 300_000)]
    [InlineData(false, 300_000)]
    public async Task Sdk_put_get_and_delete_round_trip(bool chunked, int size)
    {
        var (key, body) = (NewKey() + " mit Leerzeichen+Plus ü.bin", RandomNumberGenerator.GetBytes(size));
        await fixture.S3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(body), UseChunkEncoding = chunked, ContentType = "application/x-test" }, Ct);

        using (var got = await fixture.S3.GetObjectAsync(Bucket, key, Ct))
        {
            (await got.BytesAsync()).ShouldBe(body);
            got.Headers.ContentType.ShouldBe("application/x-test");
            got.Headers.ContentEncoding.ShouldBeNull();
        }

        await fixture.S3.DeleteObjectAsync(Bucket, key, Ct);
        var missing = await Should.ThrowAsync<AmazonS3Exception>(() => fixture.S3.GetObjectAsync(Bucket, key, Ct));
        missing.ErrorCode.ShouldBe("NoSuchKey");
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("CRC32C")]
    [InlineData("CRC64NVME")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task Sdk_trailing_checksums_are_compared_and_kept(string algorithm)
    {
        var key = NewKey();
        await fixture.S3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = "Once upon a time", ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm) }, Ct);

        // The SDK verifies the checksum of what it reads against the header.
        using var got = await fixture.S3.GetObjectAsync(new GetObjectRequest { BucketName = Bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, Ct);
        Encoding.UTF8.GetString(await got.BytesAsync()).ShouldBe("Once upon a time");
        string?[] checksums = [got.ChecksumCRC32, got.ChecksumCRC32C, got.ChecksumCRC64NVME, got.ChecksumSHA1, got.ChecksumSHA256];
        checksums.Count(checksum => checksum is not null).ShouldBe(1);
    }

    [Fact]
    public async Task Tampered_chunk_is_refused_and_stores_nothing()
    {
        var key = NewKey();
        using var tampering = fixture.NewS3Client(fixture.Options.SecretAccessKey, config => config.HttpClientFactory = new TamperingFactory());
        var refusal = await Should.ThrowAsync<AmazonS3Exception>(() => tampering.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = "Once upon a time" }, Ct));
        refusal.ErrorCode.ShouldBe("SignatureDoesNotMatch");
        (await ListAsync(key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Presigned_get_serves_ranges()
    {
        var (key, body) = (NewKey(), RandomNumberGenerator.GetBytes(1000));
        await fixture.S3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(body) }, Ct);
        var url = fixture.S3.GetPreSignedURL(new GetPreSignedUrlRequest { BucketName = Bucket, Key = key, Verb = HttpVerb.GET, Expires = DateTime.Now.AddMinutes(5), Protocol = Protocol.HTTP });

        (await fixture.Http.GetByteArrayAsync(url, Ct)).ShouldBe(body);
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new RangeHeaderValue(10, 19) } };
        using var part = await fixture.Http.SendAsync(request, Ct);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        part.Content.Headers.ContentRange!.ToString().ShouldBe("bytes 10-19/1000");
        (await part.Content.ReadAsByteArrayAsync(Ct)).ShouldBe(body[10..20]);
        using var beyond = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new RangeHeaderValue(1000, null) } };
        await (await fixture.Http.SendAsync(beyond, Ct)).ShouldBeS3ErrorAsync(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange");
    }

    [Fact]
    public async Task Objects_are_listed_by_prefix_delimiter_and_page()
    {
        var root = NewKey();
        foreach (var name in (string[])["a/1", "a/2", "b", "c", "c/d", "..", "../../escape", "//double"])
            await fixture.S3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = $"{root}/{name}", ContentBody = name }, Ct);

        (await ListAsync(root + "/")).ShouldBe(new[] { "..", "../../escape", "//double", "a/1", "a/2", "b", "c", "c/d" }.Select(name => $"{root}/{name}").Order(StringComparer.Ordinal));
        var folders = await fixture.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Prefix = root + "/", Delimiter = "/" }, Ct);
        folders.CommonPrefixes.ShouldBe([$"{root}/../", $"{root}//", $"{root}/a/", $"{root}/c/"], ignoreOrder: true);
        folders.S3Objects.Select(found => found.Key).ShouldBe([$"{root}/..", $"{root}/b", $"{root}/c"]);
        List<string> paged = [];
        await foreach (var found in fixture.S3.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = Bucket, Prefix = root + "/", MaxKeys = 3 }).S3Objects.WithCancellation(Ct)) paged.Add(found.Key);
        paged.ShouldBe(await ListAsync(root + "/"));
    }

    [Theory]
    [InlineData("../../../../../tmp/escaped")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("..")]
    [InlineData("a\\..\\b")]
    [InlineData("nul\u0001@meta")]
    public void No_key_leaves_the_bucket_folder(string key)
    {
        foreach (var path in (string[])[Storytime.LocalCloud.S3.ObjectPaths.Metadata("/data/bucket", key), Storytime.LocalCloud.S3.ObjectPaths.Data("/data/bucket", key, "v")])
        {
            Path.GetFullPath(path).ShouldBe(path);
            path.ShouldStartWith("/data/bucket/");
        }
    }

    [Fact]
    public async Task Preflight_and_what_a_page_may_read_are_for_the_allowed_origin_only()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, new Uri(fixture.Cloud.S3Url, $"{Bucket}/masters/x.mp4"));
        preflight.Headers.Add("Origin", CloudFixture.Origin);
        preflight.Headers.Add("Access-Control-Request-Method", "PUT");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type,x-amz-checksum-sha256");
        using var allowed = await fixture.Http.SendAsync(preflight, Ct);
        allowed.StatusCode.ShouldBe(HttpStatusCode.OK);
        allowed.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([CloudFixture.Origin]);
        allowed.Headers.GetValues("Access-Control-Allow-Headers").ShouldBe(["content-type,x-amz-checksum-sha256"]);
        allowed.Headers.GetValues("Access-Control-Allow-Methods").Single().ShouldContain("PUT");

        using var foreign = new HttpRequestMessage(HttpMethod.Options, preflight.RequestUri);
        foreign.Headers.Add("Origin", CloudFixture.Origin + "0");
        foreign.Headers.Add("Access-Control-Request-Method", "PUT");
        using var refused = await fixture.Http.SendAsync(foreign, Ct);
        await refused.ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "AccessForbidden");
        refused.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();

        // A page must be able to read why its upload was refused, and the ETag of one that was not.
        using var put = new HttpRequestMessage(HttpMethod.Put, preflight.RequestUri) { Content = new ByteArrayContent([]) };
        put.Headers.Add("Origin", CloudFixture.Origin);
        using var unsigned = await fixture.Http.SendAsync(put, Ct);
        unsigned.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        unsigned.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([CloudFixture.Origin]);
        unsigned.Headers.GetValues("Access-Control-Expose-Headers").Single().Split(", ").ShouldBeSubsetOf(["ETag", "x-amz-version-id", "x-amz-checksum-type", .. Storytime.LocalCloud.S3.BodyDigests.Lengths.Keys]);
    }

    [Fact]
    public async Task Unknown_bucket_is_refused()
    {
        (await Should.ThrowAsync<AmazonS3Exception>(() => fixture.S3.GetObjectAsync("no-such-bucket", "a", Ct))).ErrorCode.ShouldBe("NoSuchBucket");
    }

    [Theory]
    [InlineData("crc32", "CBF43926")]
    [InlineData("crc32c", "E3069283")]
    [InlineData("crc64nvme", "AE8B14860A799888")]
    public void Crcs_have_their_published_check_values(string name, string expected)
    {
        var crc = name switch
        {
            "crc32" => Storytime.LocalCloud.S3.Crc.Crc32(),
            "crc32c" => Storytime.LocalCloud.S3.Crc.Crc32C(),
            _ => Storytime.LocalCloud.S3.Crc.Crc64Nvme(),
        };
        crc.Append("123456789"u8);
        Convert.ToHexString(crc.Finish()).ShouldBe(expected);
    }

    private static string NewKey() => $"masters/{Guid.NewGuid()}/master.mp4";

    private string Presign(string key, long length, string? sha256)
    {
        var request = new GetPreSignedUrlRequest { BucketName = Bucket, Key = key, Verb = HttpVerb.PUT, Expires = DateTime.UtcNow.AddSeconds(600), ContentType = "video/mp4", Protocol = Protocol.HTTP };
        request.Headers.ContentLength = length;
        if (sha256 is not null) request.Headers["x-amz-checksum-sha256"] = sha256;
        return fixture.S3.GetPreSignedURL(request);
    }

    private async Task<HttpResponseMessage> PutAsync(string url, byte[] body, string? sha256, string type = "video/mp4", (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (sha256 is not null) request.Headers.Add("x-amz-checksum-sha256", sha256);
        if (header is { } extra) request.Headers.Add(extra.Name, extra.Value);
        return await fixture.Http.SendAsync(request, Ct);
    }

    private async Task<List<string>> ListAsync(string prefix) =>
        [.. ((await fixture.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Prefix = prefix }, Ct)).S3Objects ?? []).Select(found => found.Key)];

    /// <summary>Changes one letter of the body on its way.</summary>
    private sealed class TamperingFactory : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Tampering());

        private sealed class Tampering() : DelegatingHandler(new SocketsHttpHandler())
        {
            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                var (headers, body) = (request.Content!.Headers, await request.Content.ReadAsStringAsync(cancellationToken));
                body.ShouldContain("chunk-signature=");
                request.Content = new StringContent(body.Replace("Once", "Oncf", StringComparison.Ordinal), Encoding.UTF8);
                request.Content.Headers.Clear();
                foreach (var header in headers) request.Content.Headers.TryAddWithoutValidation(header.Key, header.Value);
                return await base.SendAsync(request, cancellationToken);
            }
        }
    }
}
