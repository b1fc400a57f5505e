using System.Net;
using System.Security.Cryptography;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Videos;

public sealed class UploadTests(VideoHost host) : IClassFixture<VideoHost>
{
    private const string Uploads = "/admin/api/v1/uploads/master_video";
    private static readonly byte[] _content = [.. TestVideos.Mp4Start, .. "not a film, but bytes enough for the bucket"u8];
    private static readonly string _digest = Convert.ToBase64String(SHA256.HashData(_content));
    private static readonly string _otherDigest = Convert.ToBase64String(SHA256.HashData("something else"u8));

    [Fact]
    public async Task An_editor_gets_an_address_that_takes_exactly_this_file()
    {
        var answer = (await BeginAsync("Der Fuchs & die Stiefel (1).MP4", _digest)).ShouldBe(HttpStatusCode.Created);
        ((string)answer["master_s3_key"]!).ShouldMatch("^masters/[0-9a-f-]{36}/Der-Fuchs-die-Stiefel-1.mp4$");
        ((string?)answer["method"]).ShouldBe("PUT");
        ((string?)answer["headers"]!["Content-Type"]).ShouldBe("video/mp4");
        ((string?)answer["headers"]!["x-amz-checksum-sha256"]).ShouldBe(_digest);
        Uri.UnescapeDataString((string)answer["url"]!).ShouldContain("X-Amz-SignedHeaders=content-length;content-type;host;x-amz-checksum-sha256");
        ((long)answer["upload_id"]!).ShouldBeGreaterThan(0);
        answer["expires_at"].ShouldNotBeNull();

        (await VideoHost.PutAsync(answer.Json, [.. TestVideos.Mp4Start, .. "not a film, but bytes enough for the BUCKET"u8])).ShouldBe(HttpStatusCode.BadRequest);
        (await VideoHost.PutAsync(answer.Json, _content)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("a.mp4", "text/plain", 100L, "content_type")]
    [InlineData("a.txt", "video/mp4", 100L, "filename")]
    [InlineData("a.mov", "video/mp4", 100L, "filename")]
    [InlineData("a", "video/mp4", 100L, "filename")]
    [InlineData("a.mp4", "video/mp4", 0L, "size")]
    [InlineData("a.mp4", "video/mp4", -5L, "size")]
    [InlineData("a.mp4", "video/mp4", 107_374_182_401L, "size")]
    [InlineData("a.mp4", "video/mp4", null, "size")]
    [InlineData(null, "video/mp4", 100L, "filename")]
    public async Task Only_videos_of_a_sensible_size_are_taken(string? filename, string contentType, long? size, string field)
    {
        var answer = await host.Editor.PostAsync(Uploads, new { filename, content_type = contentType, size });
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=!")]
    public async Task A_checksum_is_a_SHA256_in_base64(string checksum) =>
        (await BeginAsync("a.mp4", checksum)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["checksum_sha256"].ShouldNotBeNull();

    [Theory]
    [InlineData(AdminRole.Finance)]
    [InlineData(null)]
    public async Task Only_editors_may_upload(AdminRole? role)
    {
        var caller = role is null ? await host.App.ParentAsync() : await host.App.StaffAsync(role.Value);
        (await caller.PostAsync(Uploads, new { filename = "a.mp4", content_type = "video/mp4", size = 10 })).Status.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_verified_object_becomes_a_video_asset_once()
    {
        var book = await host.BookAsync();
        var key = await host.UploadAsync("film.mp4", _content, checksum: _digest);
        var body = new { master_s3_key = key, size = _content.Length, checksum = _digest };
        var answer = (await host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", body)).ShouldBe(HttpStatusCode.Accepted);
        ((string?)answer["status"]).ShouldBe("uploaded");
        ((int)answer["version"]!).ShouldBe(1);
        ((int)answer["attempt"]!).ShouldBe(1);
        ((bool)answer["playing"]!).ShouldBeFalse();
        ((string?)answer["master_s3_key"]).ShouldBe(key);
        (await host.App.SqlAsync($"select status from uploads where s3_key = '{key}'")).ShouldBe("used");
        (await host.App.SqlAsync($"select count(*) from audit_entries where subject_type = 'video_asset' and subject_id = {answer["id"]}")).ShouldBe(1L);

        (await host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", body)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        var list = await host.Editor.GetAsync($"/admin/api/v1/books/{book}/video_assets");
        ((int)list["pagination"]!["total"]!).ShouldBe(1);
        (await host.Editor.PostAsync($"/admin/api/v1/video_assets/{answer["id"]}/retries")).ShouldBeError(HttpStatusCode.Conflict, "conflict");
    }

    [Fact]
    public async Task The_same_upload_used_by_many_at_once_makes_one_asset()
    {
        var book = await host.BookAsync();
        var key = await host.UploadAsync("film.mp4", _content);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", new { master_s3_key = key, size = _content.Length })));
        answers.Count(a => a.Status == HttpStatusCode.Accepted).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.Conflict).ShouldBe(7);
    }

    [Fact]
    public async Task Videos_of_one_book_made_at_once_count_up()
    {
        var book = await host.BookAsync();
        var keys = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.UploadAsync("film.mp4", _content)));
        var answers = await Task.WhenAll(keys.Select(key =>
            host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", new { master_s3_key = key, size = _content.Length })));
        answers.Select(a => (int)a.ShouldBe(HttpStatusCode.Accepted)["version"]!).Order().ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Two_checksums_that_differ_are_refused()
    {
        var book = await host.BookAsync();
        var key = await host.UploadAsync("film.mp4", _content, checksum: _digest);
        await RefusedAsync(book, new { master_s3_key = key, size = _content.Length, checksum_sha256 = _digest, checksum = _otherDigest }, "checksum", "differ");
        (await host.Editor.PostAsync(
            $"/admin/api/v1/books/{book}/video_assets", new { master_s3_key = key, size = _content.Length, checksum_sha256 = _digest, checksum = _digest }))
            .ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task What_is_not_the_uploaded_file_is_refused_and_changes_nothing()
    {
        var book = await host.BookAsync();
        var missing = (string)(await BeginAsync("film.mp4")).ShouldBe(HttpStatusCode.Created)["master_s3_key"]!;
        await RefusedAsync(book, new { master_s3_key = missing, size = _content.Length }, "master_s3_key", "no object");

        var key = await host.UploadAsync("film.mp4", _content, checksum: _digest);
        await RefusedAsync(book, new { master_s3_key = key, size = _content.Length + 1, checksum_sha256 = _digest }, "size", $"{_content.Length}");
        await RefusedAsync(book, new { master_s3_key = key, size = _content.Length, checksum_sha256 = _otherDigest }, "checksum_sha256", _digest);
        await RefusedAsync(book, new { master_s3_key = key, size = _content.Length, checksum = _otherDigest }, "checksum_sha256", _digest);
        await RefusedAsync(book, new { master_s3_key = "masters/somebody/else.mp4", size = 1 }, "master_s3_key", "no key");
        await RefusedAsync(book, new { master_s3_key = key }, "size", "needed");

        // Behind our back: the object is another one now.
        await host.S3.PutObjectAsync(new() { BucketName = VideoHost.MasterBucket, Key = key, ContentBody = "shorter" }, TestContext.Current.CancellationToken);
        await RefusedAsync(book, new { master_s3_key = key, size = _content.Length, checksum_sha256 = _digest }, "size", "7 bytes");
        (await host.Editor.PostAsync("/admin/api/v1/books/999999/video_assets", new { master_s3_key = key, size = _content.Length })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await host.Editor.GetAsync("/admin/api/v1/books/999999/video_assets")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    private Task<Answer> BeginAsync(string filename, string? checksum = null) =>
        host.Editor.PostAsync(Uploads, new { filename, content_type = "video/mp4", size = _content.Length, checksum_sha256 = checksum });

    private async Task RefusedAsync(long book, object body, string field, string found)
    {
        var answer = await host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", body);
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        answer.Json["error"]!["details"]![field].ShouldNotBeNull(answer.Text)[0]!.ToString().ShouldContain(found);
        (await host.App.SqlAsync($"select count(*) from video_assets where book_id = {book}")).ShouldBe(0L);
    }
}
