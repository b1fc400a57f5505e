using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>What Storytime needs of any S3: the same tests on the local cloud and on a server that others wrote.</summary>
public abstract class BucketTests(VideoHost host)
{
    protected static byte[] Content { get; } = Encoding.UTF8.GetBytes("not a film, but bytes enough for the bucket");

    protected VideoHost Host => host;

    [Fact]
    public async Task An_address_takes_only_the_size_the_type_and_the_checksum_that_it_was_made_for()
    {
        var upload = (await BeginAsync(Convert.ToBase64String(SHA256.HashData(Content)))).Json;
        (await VideoHost.PutAsync(upload, [.. Content, 0])).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PutAsync(upload, Content[1..])).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PutAsync(With("Content-Type", "video/quicktime"), Content)).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PutAsync(With("x-amz-checksum-sha256", Convert.ToBase64String(SHA256.HashData("something else"u8))), Content)).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PutAsync(With("x-amz-checksum-sha256", null), Content)).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PutAsync(upload, Content)).ShouldBe(HttpStatusCode.OK);

        JsonNode With(string header, string? value)
        {
            var changed = upload.DeepClone();
            changed["headers"]!.AsObject().Remove(header);
            if (value is not null)
                changed["headers"]![header] = value;
            return changed;
        }
    }

    [Fact]
    public async Task An_object_that_is_there_becomes_a_video_asset_once()
    {
        var book = await host.BookAsync();
        var body = new { master_s3_key = await host.UploadAsync("film.mp4", Content), size = Content.Length };
        var asset = (await host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", body)).ShouldBe(HttpStatusCode.Accepted);
        ((string?)asset["status"]).ShouldBe("uploaded");
        // Its MD5, as md5sum prints it.
        (await host.App.SqlAsync($"select master_etag from video_assets where id = {asset["id"]}")).ShouldBe("\"bae0d8ea5f3d4a51a07a1ee7cff01738\"");
        (await host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", body)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
    }

    [Fact]
    public async Task A_checksum_of_an_object_that_was_uploaded_without_one_cannot_be_compared_and_the_answer_says_what_to_do()
    {
        var book = await host.BookAsync();
        var key = await host.UploadAsync("film.mp4", Content);
        var digest = Convert.ToBase64String(SHA256.HashData(Content));
        await RefusedAsync(book, new { master_s3_key = key, size = Content.Length, checksum_sha256 = digest }, "checksum_sha256", "Give checksum_sha256 to /uploads/master_video");
        (await host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", new { master_s3_key = key, size = Content.Length })).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task An_object_that_is_missing_or_has_another_size_by_now_is_refused()
    {
        var book = await host.BookAsync();
        var key = (string)(await BeginAsync())["master_s3_key"]!;
        await RefusedAsync(book, new { master_s3_key = key, size = Content.Length }, "master_s3_key", "no object");
        await host.PutBehindOurBackAsync(VideoHost.MasterBucket, key, "shorter"u8.ToArray());
        await RefusedAsync(book, new { master_s3_key = key, size = Content.Length }, "size", "7 bytes");
    }

    [Fact]
    public async Task A_master_that_was_replaced_after_it_was_verified_is_not_encoded_until_a_retry_takes_it()
    {
        var id = await host.AssetAsync(await host.BookAsync(), await TestVideos.Tiny);
        var key = (string)(await host.ReadAsync(id))["master_s3_key"]!;
        await host.ShowMediaConvertAsync(key, await TestVideos.Silent);
        await host.PutBehindOurBackAsync(VideoHost.MasterBucket, key, await File.ReadAllBytesAsync(await TestVideos.Silent, TestContext.Current.CancellationToken));

        await host.SubmitAsync(id);
        ((string?)(await host.ReadAsync(id))["error_code"]).ShouldBe("master_replaced");
        (await JobAsync(id)).ShouldBe(DBNull.Value);

        var retried = (await host.Editor.PostAsync($"/admin/api/v1/video_assets/{id}/retries")).ShouldBe(HttpStatusCode.Accepted);
        ((long)retried["size"]!).ShouldBe(new FileInfo(await TestVideos.Silent).Length);
        await host.SubmitAsync(id);
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("processing");
        (await JobAsync(id)).ShouldBeOfType<string>();
    }

    [Fact]
    public async Task An_output_is_there_when_the_bucket_shows_it()
    {
        var key = $"books/1/hls/{Guid.NewGuid()}/index.m3u8";
        await host.RunAsync<VideoBuckets>(async b => (await b.HasOutputAsync(key, CancellationToken.None)).ShouldBeFalse());
        await host.PutBehindOurBackAsync(VideoHost.OutputBucket, key, "#EXTM3U"u8.ToArray());
        await host.RunAsync<VideoBuckets>(async b => (await b.HasOutputAsync(key, CancellationToken.None)).ShouldBeTrue());
    }

    protected async Task<Answer> BeginAsync(string? checksum = null) => (await host.Editor.PostAsync(
        "/admin/api/v1/uploads/master_video", new { filename = "film.mp4", content_type = "video/mp4", size = Content.Length, checksum_sha256 = checksum }))
        .ShouldBe(HttpStatusCode.Created);

    protected async Task RefusedAsync(long book, object body, string field, string found)
    {
        var answer = await host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", body);
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        answer.Json["error"]!["details"]![field].ShouldNotBeNull(answer.Text)[0]!.ToString().ShouldContain(found);
        (await host.App.SqlAsync($"select count(*) from video_assets where book_id = {book}")).ShouldBe(0L);
    }

    private Task<object?> JobAsync(long asset) => host.App.SqlAsync($"select mediaconvert_job_id from video_assets where id = {asset}");
}

public sealed class LocalBucketTests(VideoHost host) : BucketTests(host), IClassFixture<VideoHost>;
