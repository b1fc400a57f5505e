using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Storytime.Tests.LocalCloud;

public sealed class S3VersionTests(CloudFixture fixture) : IClassFixture<CloudFixture>
{
    private readonly string _key = $"masters/{Guid.NewGuid()}/master.mp4";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private string Bucket => fixture.Options.MasterBucket;

    [Fact]
    public async Task Put_keeps_the_version_before()
    {
        var (first, second) = (await PutAsync("one"), await PutAsync("two and more"));

        first.ShouldNotBe(second);
        (await TextAsync()).ShouldBe("two and more");
        (await TextAsync(first)).ShouldBe("one");
        (await TextAsync(second)).ShouldBe("two and more");
        var head = await fixture.S3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = Bucket, Key = _key, VersionId = first }, Ct);
        (head.VersionId, head.ContentLength).ShouldBe((first, 3));
        (await fixture.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Prefix = _key }, Ct)).KeyCount.ShouldBe(1);
    }

    [Fact]
    public async Task Delete_puts_a_marker_that_can_be_taken_away_again()
    {
        var version = await PutAsync("one");

        var deleted = await fixture.S3.DeleteObjectAsync(Bucket, _key, Ct);

        deleted.DeleteMarker.ShouldBe("true");
        deleted.VersionId.ShouldNotBe(version);
        await fixture.S3.GetObjectAsync(Bucket, _key, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchKey");
        await fixture.S3.GetObjectAsync(Bucket, _key, deleted.VersionId, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.MethodNotAllowed, "MethodNotAllowed");
        (await fixture.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Prefix = _key }, Ct)).KeyCount.ShouldBe(0);
        (await TextAsync(version)).ShouldBe("one");
        using var head = await fixture.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, Presign(HttpVerb.HEAD)), Ct);
        head.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        head.Headers.GetValues("x-amz-delete-marker").ShouldBe(["true"]);
        head.Headers.GetValues("x-amz-version-id").ShouldBe([deleted.VersionId]);

        (await fixture.S3.DeleteObjectAsync(Bucket, _key, deleted.VersionId, Ct)).DeleteMarker.ShouldBe("true");
        (await TextAsync()).ShouldBe("one");
    }

    [Fact]
    public async Task Deleted_version_is_gone_for_good_and_the_one_before_is_current()
    {
        var (first, second) = (await PutAsync("one"), await PutAsync("two"));

        (await fixture.S3.DeleteObjectAsync(Bucket, _key, second, Ct)).VersionId.ShouldBe(second);

        await fixture.S3.GetObjectAsync(Bucket, _key, second, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchVersion");
        (await TextAsync()).ShouldBe("one");
        await fixture.S3.DeleteObjectAsync(Bucket, _key, first, Ct);
        (await VersionsAsync()).ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(fixture.Options.DataFolder, "s3", Bucket, Path.GetDirectoryName(_key)!)).ShouldBeEmpty();
        await fixture.S3.DeleteObjectAsync(Bucket, _key, first, Ct);
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_and_by_the_page()
    {
        var first = await PutAsync("one");
        var marker = (await fixture.S3.DeleteObjectAsync(Bucket, _key, Ct)).VersionId;
        var third = await PutAsync("three");
        var other = await PutAsync("other", _key + "/b");

        var all = await VersionsAsync();
        all.Select(version => version.VersionId).ShouldBe([third, marker, first, other]);
        all.Select(version => version.IsLatest).ShouldBe([true, false, false, true]);
        all.Select(version => version.IsDeleteMarker ?? false).ShouldBe([false, true, false, false]);
        all[0].Size.ShouldBe(5);

        List<string> paged = [];
        var request = new ListVersionsRequest { BucketName = Bucket, Prefix = _key, MaxKeys = 1 };
        ListVersionsResponse page;
        do
        {
            page = await fixture.S3.ListVersionsAsync(request, Ct);
            paged.AddRange(page.Versions.Select(version => version.VersionId));
            (request.KeyMarker, request.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }
        while (page.IsTruncated == true);
        paged.ShouldBe([third, marker, first, other]);
    }

    [Fact]
    public async Task Bucket_without_versions_names_none_and_replaces()
    {
        var bucket = fixture.Options.OutputBucket;
        foreach (var body in (string[])["one", "two"])
            (await fixture.S3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = _key, ContentBody = body }, Ct)).VersionId.ShouldBeNull();

        (await fixture.S3.GetObjectMetadataAsync(bucket, _key, Ct)).VersionId.ShouldBeNull();
        (await fixture.S3.ListVersionsAsync(bucket, _key, Ct)).Versions.ShouldHaveSingleItem().VersionId.ShouldBe("null");
        var deleted = await fixture.S3.DeleteObjectAsync(bucket, _key, Ct);
        (deleted.DeleteMarker, deleted.VersionId).ShouldBe((null, null));
        Directory.EnumerateFiles(Path.Combine(fixture.Options.DataFolder, "s3", bucket, Path.GetDirectoryName(_key)!)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Objects_are_deleted_together()
    {
        var (version, bKey) = (await PutAsync("one"), _key + "/b");
        await PutAsync("b", bKey);
        var request = new DeleteObjectsRequest { BucketName = Bucket };
        request.AddKey(_key, version);
        request.AddKey(bKey);
        request.AddKey(_key + "/never-there");

        var answer = await fixture.S3.DeleteObjectsAsync(request, Ct);

        answer.DeletedObjects.Select(deleted => (deleted.Key, (string?)deleted.VersionId, deleted.DeleteMarker ?? false)).ShouldBe([(_key, version, false), (bKey, null, true), (_key + "/never-there", null, true)]);
        answer.DeletedObjects[1].DeleteMarkerVersionId.ShouldNotBeNullOrEmpty();
        (await VersionsAsync()).ShouldNotContain(found => found.VersionId == version);
        await fixture.S3.GetObjectAsync(Bucket, bKey, Ct).ShouldBeS3ErrorAsync(HttpStatusCode.NotFound, "NoSuchKey");
        request.Quiet = true;
        (await fixture.S3.DeleteObjectsAsync(request, Ct)).DeletedObjects.ShouldBeNull();
    }

    private async Task<string> PutAsync(string body, string? key = null) =>
        (await fixture.S3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key ?? _key, ContentBody = body }, Ct)).VersionId;

    private async Task<string> TextAsync(string? versionId = null) =>
        System.Text.Encoding.UTF8.GetString(await fixture.S3.GetObjectAsync(new GetObjectRequest { BucketName = Bucket, Key = _key, VersionId = versionId }, Ct).BytesAsync());

    private async Task<List<S3ObjectVersion>> VersionsAsync() => (await fixture.S3.ListVersionsAsync(Bucket, _key, Ct)).Versions ?? [];

    private string Presign(HttpVerb verb) =>
        fixture.S3.GetPreSignedURL(new GetPreSignedUrlRequest { BucketName = Bucket, Key = _key, Verb = verb, Expires = DateTime.UtcNow.AddSeconds(600), Protocol = Protocol.HTTP });
}
