using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3.Model;
using Storytime.Catalog;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;
using Storytime.Tests.Videos;
using Storytime.Videos;

namespace Storytime.Tests.Catalog;

public sealed class CoverTests(VideoHost host) : IClassFixture<VideoHost>
{
    private static readonly byte[] _jpeg = [0xFF, 0xD8, 0xFF, 0xE0, .. RandomNumberGenerator.GetBytes(2000)];
    private static readonly byte[] _png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, .. RandomNumberGenerator.GetBytes(2000)];
    private static readonly byte[] _webp = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. RandomNumberGenerator.GetBytes(2000)];

    [Theory]
    [InlineData("Der Fuchs.JPG", "image/jpeg", "jpg")]
    [InlineData("fox.png", "image/png", "png")]
    [InlineData("fox.webp", "image/webp", "webp")]
    public async Task A_cover_is_uploaded_and_then_open_to_everybody_while_the_books_stay_closed(string filename, string type, string extension)
    {
        var picture = extension switch { "jpg" => _jpeg, "png" => _png, _ => _webp };
        var book = await host.BookAsync();
        var upload = (await BeginAsync(book, filename, type, picture.Length, Digest(picture))).ShouldBe(HttpStatusCode.Created);
        ((string)upload["cover_s3_key"]!).ShouldMatch($"^covers/[0-9a-f-]{{36}}/[A-Za-z-]+[.]{extension}$");
        ((string?)upload["method"]).ShouldBe("PUT");
        (await VideoHost.PutAsync(upload.Json, [.. picture[..^1], (byte)~picture[^1]])).ShouldBe(HttpStatusCode.BadRequest);
        (await VideoHost.PutAsync(upload.Json, picture)).ShouldBe(HttpStatusCode.OK);

        var answer = (await SetAsync(book, (string)upload["cover_s3_key"]!)).ShouldBe(HttpStatusCode.OK);
        var url = (string)answer["cover_image_url"]!;
        url.ShouldMatch($"^{host.Cloud.CdnUrl}covers/{book}/[0-9a-f-]{{36}}[.]{extension}$");
        using var http = new HttpClient();
        using var shown = await http.GetAsync(new Uri(url), TestContext.Current.CancellationToken);
        shown.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await shown.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(picture);
        shown.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        shown.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        var thumb = await PublishAsync($"books/{book}/hls/thumbs/thumb.0000000.jpg");
        foreach (var path in new[] { thumb, $"covers/../{thumb}", $"covers/%2e%2e/{thumb}", ((string)upload["cover_s3_key"]!)[7..] })
        {
            using var closed = await http.GetAsync(new Uri(host.Cloud.CdnUrl + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), TestContext.Current.CancellationToken);
            closed.StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        }

        var (parent, child) = await host.App.FamilyAsync(book);
        ((string?)(await parent.GetAsync($"/api/v1/catalog/books/{book}"))["cover_image_url"]).ShouldBe(url);
        ((string?)(await parent.GetAsync($"/api/v1/children/{child}/library"))["data"]![0]!["cover_image_url"]).ShouldBe(url);
        ((string?)(await host.Editor.GetAsync($"/admin/api/v1/books/{book}"))["cover_image_url"]).ShouldBe(url);
        (await host.App.SqlAsync($"select status from uploads where s3_key = '{upload["cover_s3_key"]}'")).ShouldBe("used");
        (await host.App.SqlAsync($"select after->>'cover_s3_key' from audit_entries where subject_type = 'book' and subject_id = {book}")).ShouldBe(new Uri(url).AbsolutePath[1..]);
    }

    [Theory]
    [InlineData("a.gif", "image/gif", 100L, "content_type")]
    [InlineData("a.svg", "image/svg+xml", 100L, "content_type")]
    [InlineData("a.mp4", "video/mp4", 100L, "content_type")]
    [InlineData("a.png", "image/jpeg", 100L, "filename")]
    [InlineData("a", "image/jpeg", 100L, "filename")]
    [InlineData("a.jpg", "image/jpeg", 0L, "size")]
    [InlineData("a.jpg", "image/jpeg", 10_485_761L, "size")]
    [InlineData("a.jpg", "image/jpeg", null, "size")]
    public async Task Only_pictures_of_a_sensible_size_are_taken(string filename, string type, long? size, string field) =>
        ShouldBeRefused(await BeginAsync(await host.BookAsync(), filename, type, size), field, "");

    [Theory]
    [InlineData("image/jpeg", "fox.jpg", "png", "it is a PNG picture. Upload it as image/png.")]
    [InlineData("image/png", "fox.png", "webp", "it is a WebP picture. Upload it as image/webp.")]
    [InlineData("image/png", "fox.png", "html", "it is a text file. Upload a JPEG, PNG or WebP picture.")]
    [InlineData("image/webp", "fox.webp", "mp4", "it is an MPEG-4 film (brand isom). Upload a JPEG, PNG or WebP picture.")]
    public async Task A_file_that_is_not_what_it_says_becomes_no_cover(string type, string filename, string content, string message)
    {
        byte[] bytes = content switch
        {
            "png" => _png,
            "webp" => _webp,
            "html" => Encoding.ASCII.GetBytes("<script>alert(1)</script>"),
            _ => [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0],
        };
        var book = await host.BookAsync();
        ShouldBeRefused(await SetAsync(book, await UploadAsync(book, filename, type, bytes)), "cover_s3_key", message);
        (await CoverAsync(book)).ShouldBeNull();
    }

    [Fact]
    public async Task Keys_that_are_not_for_covers_are_refused_and_so_are_objects_that_are_not_there()
    {
        var book = await host.BookAsync();
        ShouldBeRefused(await SetAsync(book, "covers/1/none.jpg"), "cover_s3_key", "no key that a POST");
        ShouldBeRefused(await SetAsync(book, await host.UploadAsync("film.mp4", _jpeg)), "cover_s3_key", "no key that a POST");
        var key = (string)(await BeginAsync(book, "fox.jpg", "image/jpeg", 100))["cover_s3_key"]!;
        ShouldBeRefused(await SetAsync(book, key), "cover_s3_key", "Finish the upload first");
        await host.S3.PutObjectAsync(new PutObjectRequest { BucketName = VideoHost.MasterBucket, Key = key, ContentBody = "other" }, TestContext.Current.CancellationToken);
        ShouldBeRefused(await SetAsync(book, key), "cover_s3_key", "has 5 bytes, not 100");
        var digested = (string)(await BeginAsync(book, "fox.jpg", "image/jpeg", 5, Digest(_jpeg)))["cover_s3_key"]!;
        await host.S3.PutObjectAsync(new PutObjectRequest { BucketName = VideoHost.MasterBucket, Key = digested, ContentBody = "other" }, TestContext.Current.CancellationToken);
        ShouldBeRefused(await SetAsync(book, digested), "cover_s3_key", Digest(_jpeg));
        (await SetAsync(987654, key)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await BeginAsync(987654, "fox.jpg", "image/jpeg", 100)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await host.Editor.DeleteAsync("/admin/api/v1/books/987654/cover")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task One_upload_becomes_one_cover_however_many_ask_at_once()
    {
        var book = await host.BookAsync();
        var key = await UploadAsync(book, "fox.jpg", "image/jpeg", _jpeg);
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SetAsync(book, key)));
        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.Conflict).ShouldBe(4);
        (await SetAsync(await host.BookAsync(), key)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
    }

    [Theory]
    [InlineData(AdminRole.Finance)]
    [InlineData(null)]
    public async Task Only_editors_change_covers(AdminRole? role)
    {
        var caller = role is null ? await host.App.ParentAsync() : await host.App.StaffAsync(role.Value);
        var path = $"/admin/api/v1/books/{await host.BookAsync()}/cover";
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete })
            (await caller.SendAsync(method, path, method == HttpMethod.Delete ? null : new { })).Status.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_crash_between_ready_and_poster_is_mended_by_the_sweep()
    {
        // Straight through the domain: nobody nudges.
        var book = await host.App.BookAsync();
        await PublishAsync($"books/{book}/hls/thumbs/thumb.0000000.jpg", [1]);
        var picture = await host.S3.GetObjectMetadataAsync(VideoHost.OutputBucket, await PublishAsync($"books/{book}/hls/thumbs/thumb.0000001.jpg"), TestContext.Current.CancellationToken);
        (await CoverAsync(book)).ShouldBeNull();
        await SweepAsync();
        var key = (await CoverAsync(book)).ShouldNotBeNull();
        key.ShouldMatch($"^covers/{book}/poster-[0-9]+[.]jpg$");
        var poster = await host.S3.GetObjectMetadataAsync(VideoHost.OutputBucket, key, TestContext.Current.CancellationToken);
        poster.ETag.ShouldBe(picture.ETag);
        poster.Headers.ContentType.ShouldBe("image/jpeg");
        poster.Headers.CacheControl.ShouldBe("public, max-age=31536000, immutable");
    }

    [Fact]
    public async Task A_short_film_gives_its_first_frame_and_one_without_pictures_none()
    {
        var (first, none) = (await host.App.BookAsync(), await host.App.BookAsync());
        await PublishAsync($"books/{first}/hls/thumbs/thumb.0000000.jpg");
        await SweepAsync();
        (await CoverAsync(first)).ShouldNotBeNull();
        (await CoverAsync(none)).ShouldBeNull();
        (await host.App.SqlAsync("select count(*) from books where playing_asset_id is distinct from poster_asset_id")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_cover_of_an_editor_survives_a_new_video_and_without_it_the_newest_poster_is_shown()
    {
        var book = await host.App.BookAsync();
        await PublishAsync($"books/{book}/hls/thumbs/thumb.0000001.jpg");
        await SweepAsync();
        (await SetAsync(book, await UploadAsync(book, "fox.jpg", "image/jpeg", _jpeg))).ShouldBe(HttpStatusCode.OK);
        var given = await CoverAsync(book);
        await PublishAsync($"books/{book}/hls/v2/thumbs/thumb.0000001.jpg");
        var second = await host.App.ReadyVideoAsync(book);
        await SweepAsync();
        (await CoverAsync(book)).ShouldBe(given);

        (await host.Editor.DeleteAsync($"/admin/api/v1/books/{book}/cover")).ShouldBe(HttpStatusCode.NoContent);
        (await CoverAsync(book)).ShouldBe($"covers/{book}/poster-{second}.jpg");
        (await host.Editor.DeleteAsync($"/admin/api/v1/books/{book}/cover")).ShouldBe(HttpStatusCode.NoContent);
        (await host.App.SqlAsync($"select count(*) from audit_entries where subject_type = 'book' and subject_id = {book}")).ShouldBe(2L);
    }

    [Fact]
    public async Task A_rollback_renews_the_poster()
    {
        var book = await host.App.BookAsync();
        foreach (var path in new[] { "hls/", "hls/v2/" })
            await PublishAsync($"books/{book}/{path}thumbs/thumb.0000001.jpg");
        await PublishAsync($"books/{book}/hls/index.m3u8", "#EXTM3U\nindex_720p.m3u8\n"u8.ToArray());
        await PublishAsync($"books/{book}/hls/index_720p.m3u8");
        await SweepAsync();
        var before = await CoverAsync(book);
        var first = await host.App.SqlAsync($"select playing_asset_id from books where id = {book}");
        var second = await host.App.ReadyVideoAsync(book);
        await SweepAsync();
        (await CoverAsync(book)).ShouldBe($"covers/{book}/poster-{second}.jpg");
        (await host.Editor.PostAsync($"/admin/api/v1/video_assets/{first}/rollbacks")).ShouldBe(HttpStatusCode.OK);
        (await host.App.SqlAsync($"select count(*) from hangfire.job where arguments::text like '%{book}%' and invocationdata::text like '%MakePosters%'")).ShouldBe(1L);
        await host.RunAsync<MakePosters>(j => j.RunAsync(book, CancellationToken.None));
        (await CoverAsync(book)).ShouldBe(before);
    }

    [Fact]
    public async Task Covers_that_no_book_has_are_deleted_after_30_days_and_the_others_stay()
    {
        // A clock of its own: the other tests' must not jump.
        await using var later = new StorytimeApp(host.App.ConnectionString).With("Aws:S3Url", host.Cloud.S3Url.GetLeftPart(UriPartial.Authority));
        await later.InitializeAsync();
        var book = await host.App.BookAsync();
        await PublishAsync($"books/{book}/hls/thumbs/thumb.0000001.jpg");
        await SweepAsync();
        var poster = (await CoverAsync(book))!;
        (await SetAsync(book, await UploadAsync(book, "fox.jpg", "image/jpeg", _jpeg))).ShouldBe(HttpStatusCode.OK);
        var replaced = (await CoverAsync(book))!;
        (await SetAsync(book, await UploadAsync(book, "fox.png", "image/png", _png))).ShouldBe(HttpStatusCode.OK);
        var cover = (await CoverAsync(book))!;
        var digit = $"{book}"[0] - '0';

        async Task<string[]> KeysAfterAsync(TimeSpan time)
        {
            later.Clock.Advance(time);
            await later.RunAsync<CleanCovers>(j => j.CleanAsync(digit, CancellationToken.None));
            var found = await host.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = VideoHost.OutputBucket, Prefix = $"covers/{book}/" }, TestContext.Current.CancellationToken);
            return [.. found.S3Objects.Select(o => o.Key)];
        }
        (await KeysAfterAsync(TimeSpan.FromDays(29))).ShouldBe([poster, replaced, cover], ignoreOrder: true);
        (await KeysAfterAsync(TimeSpan.FromDays(2))).ShouldBe([poster, cover], ignoreOrder: true);
    }

    private static string Digest(byte[] bytes) => Convert.ToBase64String(SHA256.HashData(bytes));

    private Task<Answer> BeginAsync(long book, string filename, string type, long? size, string? checksum = null) =>
        host.Editor.PostAsync($"/admin/api/v1/books/{book}/cover", new { filename, content_type = type, size, checksum_sha256 = checksum });

    private async Task<string> UploadAsync(long book, string filename, string type, byte[] bytes)
    {
        var upload = (await BeginAsync(book, filename, type, bytes.Length)).ShouldBe(HttpStatusCode.Created);
        (await VideoHost.PutAsync(upload.Json, bytes)).ShouldBe(HttpStatusCode.OK);
        return (string)upload["cover_s3_key"]!;
    }

    private Task<Answer> SetAsync(long book, string key) => host.Editor.SendAsync(HttpMethod.Put, $"/admin/api/v1/books/{book}/cover", new { cover_s3_key = key });

    /// <summary>The key of the cover that staff and families are shown.</summary>
    private async Task<string?> CoverAsync(long book) =>
        (string?)(await host.Editor.GetAsync($"/admin/api/v1/books/{book}")).ShouldBe(HttpStatusCode.OK)["cover_image_url"] is { } url ? new Uri(url).AbsolutePath[1..] : null;

    private Task SweepAsync() => host.RunAsync<MakePosters>(j => j.SweepAsync(CancellationToken.None));

    /// <summary>As MediaConvert would.</summary>
    private async Task<string> PublishAsync(string key, byte[]? content = null)
    {
        await host.S3.PutObjectAsync(
            new PutObjectRequest { BucketName = VideoHost.OutputBucket, Key = key, InputStream = new MemoryStream(content ?? RandomNumberGenerator.GetBytes(500)) }, TestContext.Current.CancellationToken);
        return key;
    }

    private static void ShouldBeRefused(Answer answer, string field, string message) =>
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldNotBeNull()[0]!.GetValue<string>().ShouldContain(message);
}
