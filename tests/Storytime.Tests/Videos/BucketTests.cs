using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>What Storytime needs of any S3: the same tests on the local cloud and on a server that others wrote.</summary>
public abstract class BucketTests(VideoHost host)
{
    protected static byte[] Content { get; } = [.. TestVideos.Mp4Start, .. "not a film, but bytes enough for the bucket"u8];

    /// <summary>Two parts.</summary>
    private static readonly byte[] _long = [.. TestVideos.Mp4Start, .. RandomNumberGenerator.GetBytes(VideoHost.PartSize)];

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
        (await host.App.SqlAsync($"select master_etag from video_assets where id = {asset["id"]}")).ShouldBe("\"0e99bf9be732575d16e374b19cc0c786\"");
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

    [Fact]
    public async Task Parts_become_the_object_in_their_order()
    {
        var upload = await host.BeginPartsAsync(_long);
        await host.SendAsync(upload, _long, [2]);
        (await NumbersAsync(upload)).ShouldBe([2]);
        var missing = (await host.CompleteAsync(upload)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        ((string)missing["error"]!["details"]!["parts"]![0]!).ShouldContain("1 of 2 parts are missing: 1.");
        await host.SendAsync(upload, _long, [1]);
        (await NumbersAsync(upload)).ShouldBe([1, 2]);

        (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
        (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
        using (var answer = await host.S3.GetObjectAsync(VideoHost.MasterBucket, (string)upload["master_s3_key"]!, TestContext.Current.CancellationToken))
            (await SHA256.HashDataAsync(answer.ResponseStream, TestContext.Current.CancellationToken)).ShouldBe(SHA256.HashData(_long));
        var asset = await host.Editor.PostAsync($"/admin/api/v1/books/{await host.BookAsync()}/video_assets", new { master_s3_key = (string)upload["master_s3_key"]!, size = _long.Length });
        asset.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Parts_that_were_put_together_in_a_call_whose_answer_was_lost_are_found_as_the_object()
    {
        var upload = await host.BeginPartsAsync(Content);
        await host.SendAsync(upload, Content, [1]);
        var (key, id) = ((string)upload["master_s3_key"]!, await IdAtS3Async(upload));
        var part = (await host.S3.ListPartsAsync(VideoHost.MasterBucket, key, id, TestContext.Current.CancellationToken)).Parts.ShouldHaveSingleItem();
        await host.S3.CompleteMultipartUploadAsync(
            new() { BucketName = VideoHost.MasterBucket, Key = key, UploadId = id, PartETags = [new(1, part.ETag)] }, TestContext.Current.CancellationToken);
        ((string?)(await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK)["status"]).ShouldBe("uploaded");
    }

    [Fact]
    public async Task An_address_of_a_part_takes_only_its_size_and_its_signed_digest()
    {
        var upload = await host.BeginPartsAsync(Content, "sha256");
        var part = (await host.SignAsync(upload, Content, [1], digests: true))[0]!;
        (await VideoHost.PutAsync(part, [.. Content, 0])).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PutAsync(part, Content[1..])).ShouldBe(HttpStatusCode.Forbidden);
        var other = part.DeepClone();
        other["headers"]!["x-amz-checksum-sha256"] = Convert.ToBase64String(SHA256.HashData("something else"u8));
        (await VideoHost.PutAsync(other, Content)).ShouldBe(HttpStatusCode.Forbidden);
        (await NumbersAsync(upload)).ShouldBeEmpty();
        (await VideoHost.PutAsync(part, Content)).ShouldBe(HttpStatusCode.OK);
        (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_upload_that_is_given_up_leaves_nothing()
    {
        var upload = await host.BeginPartsAsync(Content);
        await host.SendAsync(upload, Content, [1]);
        (await host.Editor.DeleteAsync($"/admin/api/v1/uploads/{upload["upload_id"]}")).ShouldBe(HttpStatusCode.NoContent);
        var left = await host.S3.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = VideoHost.MasterBucket, Prefix = (string)upload["master_s3_key"]! }, TestContext.Current.CancellationToken);
        (left.MultipartUploads?.Count ?? 0).ShouldBe(0);
    }

    [Fact]
    public async Task An_upload_that_the_storage_forgot_must_begin_again()
    {
        var upload = await host.BeginPartsAsync(Content);
        await host.S3.AbortMultipartUploadAsync(VideoHost.MasterBucket, (string)upload["master_s3_key"]!, await IdAtS3Async(upload), TestContext.Current.CancellationToken);
        (await host.CompleteAsync(upload)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("Begin another one");
        (await host.Editor.DeleteAsync($"/admin/api/v1/uploads/{upload["upload_id"]}")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_form_takes_only_the_type_the_key_and_at_most_the_size_that_it_was_made_for()
    {
        var upload = (await BeginAsync(method: "post")).Json;
        (await VideoHost.PostFormAsync(upload, [.. Content, 0])).ShouldBe(HttpStatusCode.BadRequest);
        (await VideoHost.PostFormAsync(With("Content-Type", "video/quicktime"), Content)).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PostFormAsync(With("key", "masters/somebody/else.mp4"), Content)).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PostFormAsync(upload, Content)).ShouldBe(HttpStatusCode.NoContent);
        var asset = await host.Editor.PostAsync($"/admin/api/v1/books/{await host.BookAsync()}/video_assets", new { master_s3_key = (string)upload["master_s3_key"]!, size = Content.Length });
        asset.ShouldBe(HttpStatusCode.Accepted);

        JsonNode With(string field, string value)
        {
            var changed = upload.DeepClone();
            changed["fields"]![field] = value;
            return changed;
        }
    }

    protected async Task<Answer> BeginAsync(string? checksum = null, string? method = null) => (await host.Editor.PostAsync(
        "/admin/api/v1/uploads/master_video", new { filename = "film.mp4", content_type = "video/mp4", size = Content.Length, checksum_sha256 = checksum, method }))
        .ShouldBe(HttpStatusCode.Created);

    protected async Task RefusedAsync(long book, object body, string field, string found)
    {
        var answer = await host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", body);
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        answer.Json["error"]!["details"]![field].ShouldNotBeNull(answer.Text)[0]!.ToString().ShouldContain(found);
        (await host.App.SqlAsync($"select count(*) from video_assets where book_id = {book}")).ShouldBe(0L);
    }

    private async Task<IEnumerable<int>> NumbersAsync(JsonNode upload) => (await host.Editor.GetAsync($"/admin/api/v1/uploads/{upload["upload_id"]}/parts"))
        .ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(p => (int)p!["part_number"]!);

    private async Task<string> IdAtS3Async(JsonNode upload) => (string)(await host.App.SqlAsync($"select multipart_upload_id from uploads where id = {upload["upload_id"]}"))!;

    private Task<object?> JobAsync(long asset) => host.App.SqlAsync($"select mediaconvert_job_id from video_assets where id = {asset}");
}

public sealed class LocalBucketTests(VideoHost host) : BucketTests(host), IClassFixture<VideoHost>;
