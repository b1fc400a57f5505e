using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Videos;

/// <summary>Masters and outputs are in a Ceph; MediaConvert is the local cloud's, which reads masters from its own bucket.</summary>
public sealed class CephHost(Database database) : VideoHost(database)
{
    private Ceph? _ceph;

    protected override async Task ConfigureAsync(StorytimeApp app)
    {
        _ceph = await Ceph.StartAsync(Defaults.AccessKeyId, Defaults.SecretAccessKey, TestContext.Current.CancellationToken);
        app.With("Aws:S3Url", Origin(_ceph.S3Url));
    }

    protected override async Task StartedAsync()
    {
        await S3.PutBucketAsync(MasterBucket);
        await S3.PutBucketAsync(OutputBucket);
    }

    protected override async ValueTask StoppedAsync()
    {
        if (_ceph is not null)
            await _ceph.DisposeAsync();
    }

    public override async Task ShowMediaConvertAsync(string key, string file)
    {
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials(Defaults.AccessKeyId, Defaults.SecretAccessKey),
            new AmazonS3Config { ServiceURL = Cloud.S3Url.ToString(), ForcePathStyle = true, AuthenticationRegion = Defaults.Region });
        await s3.PutObjectAsync(new() { BucketName = MasterBucket, Key = key, FilePath = file });
    }
}

/// <summary>Run by <c>./test --ceph</c> only: they need packages that nothing else does.</summary>
[Trait("Server", "Ceph")]
public sealed class CephTests(CephHost host) : BucketTests(host), IClassFixture<CephHost>
{
    /// <summary>Ceph 16 takes checksum headers as any others: signed, but not compared with the body and not kept. docs/ceph.md</summary>
    [Theory]
    [InlineData("not a film, but bytes enough for the bucket")]
    [InlineData("not a film, but bytes enough for the BUCKET")]
    public async Task A_checksum_that_the_storage_does_not_check_is_not_believed_whether_it_is_right_or_wrong(string sent)
    {
        var book = await Host.BookAsync();
        var upload = await BeginAsync(Convert.ToBase64String(SHA256.HashData(Content)));
        (await VideoHost.PutAsync(upload.Json, [.. TestVideos.Mp4Start, .. Encoding.UTF8.GetBytes(sent)])).ShouldBe(HttpStatusCode.OK);
        await RefusedAsync(book, new { master_s3_key = (string)upload["master_s3_key"]!, size = Content.Length }, "checksum_sha256", "again without checksum_sha256");
    }

    [Fact]
    public async Task Digests_of_parts_that_the_storage_does_not_keep_cannot_be_compared()
    {
        var book = await Host.BookAsync();
        var upload = await Host.BeginPartsAsync(Content, "sha256");
        var part = (await Host.SignAsync(upload, Content, [1], digests: true))[0]!;
        (await VideoHost.PutAsync(part, new byte[Content.Length])).ShouldBe(HttpStatusCode.OK);
        (await VideoHost.PutAsync(part, Content)).ShouldBe(HttpStatusCode.OK);
        (await Host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
        var (key, digest) = ((string)upload["master_s3_key"]!, Convert.ToBase64String(SHA256.HashData(SHA256.HashData(Content))));
        await RefusedAsync(book, new { master_s3_key = key, size = Content.Length, checksum_sha256 = $"{digest}-1" }, "checksum_sha256", "the storage does not check SHA-256. Leave it out");
        await RefusedAsync(book, new { master_s3_key = key, size = Content.Length, checksum_crc64nvme = "rosUhgp5mIg=" }, "checksum_crc64nvme", "Leave it out here");
        (await Host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", new { master_s3_key = key, size = Content.Length })).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task The_digest_in_a_form_is_not_compared_and_therefore_not_believed()
    {
        var digest = Convert.ToBase64String(SHA256.HashData(Content));
        var upload = (await BeginAsync(digest, "post")).Json;
        (await VideoHost.PostFormAsync(upload, [.. TestVideos.Mp4Start, .. new byte[Content.Length - TestVideos.Mp4Start.Length]])).ShouldBe(HttpStatusCode.NoContent);
        await RefusedAsync(await Host.BookAsync(), new { master_s3_key = (string)upload["master_s3_key"]!, size = Content.Length }, "checksum_sha256", "again without checksum_sha256");
    }
}
