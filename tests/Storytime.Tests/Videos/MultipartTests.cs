using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using Storytime.LocalCloud.S3;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Videos;

public sealed class MultipartHost(Database database) : VideoHost(database)
{
    protected override Task ConfigureAsync(StorytimeApp app)
    {
        app.With("Uploads:MultipartAboveBytes", $"{2 * PartSize}");
        return Task.CompletedTask;
    }
}

public sealed class MultipartTests(MultipartHost host) : IClassFixture<MultipartHost>
{
    private const string Uploads = "/admin/api/v1/uploads";

    /// <summary>Three parts, the last one small.</summary>
    private static readonly byte[] _film = [.. TestVideos.Mp4Start, .. RandomNumberGenerator.GetBytes(2 * VideoHost.PartSize)];

    /// <summary>One part.</summary>
    private static readonly byte[] _small = [.. TestVideos.Mp4Start, .. "not a film, but bytes enough for the bucket"u8];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_file_is_planned_in_parts_and_a_small_one_in_one_piece()
    {
        var large = (await BeginAsync(new { filename = "film.mp4", content_type = "video/mp4", size = (2L * VideoHost.PartSize) + 1 })).ShouldBe(HttpStatusCode.Created);
        ((string?)large["method"]).ShouldBe("MULTIPART");
        ((long)large["part_size"]!).ShouldBe(VideoHost.PartSize);
        ((int)large["part_count"]!).ShouldBe(3);
        large["url"].ShouldBeNull();
        ((DateTimeOffset)large["expires_at"]!).ShouldBe(host.App.Now.AddDays(7));

        var edge = (await BeginAsync(new { filename = "film.mp4", content_type = "video/mp4", size = 2 * VideoHost.PartSize })).ShouldBe(HttpStatusCode.Created);
        ((string?)edge["method"]).ShouldBe("PUT");
        edge["part_size"].ShouldBeNull();
    }

    [Fact]
    public async Task The_largest_file_has_at_most_ten_thousand_parts()
    {
        var answer = (await BeginAsync(new { filename = "film.mp4", content_type = "video/mp4", size = 107_374_182_400L })).ShouldBe(HttpStatusCode.Created);
        ((int)answer["part_count"]!).ShouldBeLessThanOrEqualTo(10_000);
        ((long)answer["part_size"]!).ShouldBe(11L * 1024 * 1024);
    }

    [Theory]
    [InlineData("put")]
    [InlineData("post")]
    public async Task What_S3_does_not_take_at_once_is_refused_in_one_piece(string method)
    {
        var answer = await BeginAsync(new { filename = "film.mp4", content_type = "video/mp4", size = 5_368_709_121L, method });
        Refused(answer, "method", "say multipart");
    }

    [Fact]
    public async Task Checksums_belong_to_their_method()
    {
        var digest = Convert.ToBase64String(SHA256.HashData(_small));
        Refused(await BeginAsync(new { filename = "a.mp4", content_type = "video/mp4", size = 63, method = "multipart", checksum_sha256 = digest }), "checksum_sha256", "checksum_crc64nvme");
        Refused(await BeginAsync(new { filename = "a.mp4", content_type = "video/mp4", size = 63, method = "put", checksum_algorithm = "sha256" }), "checksum_algorithm", "checksum_sha256");
    }

    [Fact]
    public async Task Parts_that_are_signed_in_batches_and_sent_in_any_order_become_a_video_asset()
    {
        var upload = await host.BeginPartsAsync(_film);
        var book = await host.BookAsync();
        await host.SendAsync(upload, _film, [3]);
        await host.SendAsync(upload, _film, [2, 1]);
        (await AssetAsync(book, upload, _film)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain($"/uploads/{upload["upload_id"]}/complete");

        var done = (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
        ((string?)done["status"]).ShouldBe("uploaded");
        (await ObjectAsync(upload)).ShouldBe(_film);
        // Its answer was lost, say: it is harmless to ask again, also when something was made of it.
        (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(done.Text);
        (await AssetAsync(book, upload, _film)).ShouldBe(HttpStatusCode.Accepted);
        ((string?)(await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK)["status"]).ShouldBe("used");
        (await AuditAsync(upload)).ShouldBe("created,completed");
    }

    [Fact]
    public async Task A_part_of_another_size_or_with_other_bytes_is_refused_by_S3()
    {
        var upload = await host.BeginPartsAsync(_film, "sha256");
        var part = (await host.SignAsync(upload, _film, [3], digests: true))[0]!;
        ((long)part["size"]!).ShouldBe(20);
        (await VideoHost.PutAsync(part, [.. VideoHost.Part(_film, 3), 0])).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PutAsync(part, VideoHost.Part(_film, 3)[1..])).ShouldBe(HttpStatusCode.Forbidden);
        (await VideoHost.PutAsync(part, new byte[20])).ShouldBe(HttpStatusCode.BadRequest);
        (await PartsAsync(upload)).ShouldBeEmpty();
        (await VideoHost.PutAsync(part, VideoHost.Part(_film, 3))).ShouldBe(HttpStatusCode.OK);
        (await PartsAsync(upload)).Select(p => (string?)p!["checksum_sha256"]).ShouldBe([Convert.ToBase64String(SHA256.HashData(VideoHost.Part(_film, 3)))]);
    }

    [Fact]
    public async Task Who_lost_everything_but_the_id_learns_what_is_there_and_what_is_missing()
    {
        var upload = await host.BeginPartsAsync(_film);
        await host.SendAsync(upload, _film, [1, 3]);

        var state = (await host.Editor.GetAsync($"{Uploads}/{upload["upload_id"]}")).ShouldBe(HttpStatusCode.OK);
        ((string?)state["status"]).ShouldBe("pending");
        ((string?)state["method"]).ShouldBe("multipart");
        ((string?)state["checksum_algorithm"]).ShouldBe("crc64nvme");
        ((string?)state["filename"]).ShouldBe("film.mp4");
        ((long)state["size"]!).ShouldBe(_film.Length);
        ((long)state["part_size"]!).ShouldBe(VideoHost.PartSize);
        ((int)state["part_count"]!).ShouldBe(3);

        var page = (await host.Editor.GetAsync($"{Uploads}/{upload["upload_id"]}/parts?per_page=1&page=2")).ShouldBe(HttpStatusCode.OK);
        ((int)page["pagination"]!["total"]!).ShouldBe(2);
        var part = page["data"]!.AsArray().ShouldHaveSingleItem()!;
        ((int)part["part_number"]!).ShouldBe(3);
        ((long)part["size"]!).ShouldBe(20);
        ((string)part["etag"]!).Trim('"').ShouldMatch("^[0-9a-f]{32}$");

        Refused(await host.CompleteAsync(upload), "parts", "1 of 3 parts are missing: 2.");
        await host.SendAsync(upload, _film, [2]);
        (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
        (await ObjectAsync(upload)).ShouldBe(_film);
    }

    [Fact]
    public async Task Parts_that_the_caller_names_must_be_those_that_S3_has()
    {
        var upload = await host.BeginPartsAsync(_film);
        await host.SendAsync(upload, _film, [1, 2, 3]);
        var parts = (await PartsAsync(upload)).Select(p => new { part_number = (int)p!["part_number"]!, etag = (string)p["etag"]! }).ToArray();
        Refused(await host.CompleteAsync(upload, new { parts = parts[..2] }), "parts", "Name all 3 parts, or none");
        Refused(await host.CompleteAsync(upload, new { parts = new[] { parts[0], parts[1], parts[1] } }), "parts", "Name all 3 parts, or none");
        Refused(await host.CompleteAsync(upload, new { parts = new[] { parts[0], parts[1], parts[0] with { part_number = 3 } } }), "parts", "Part 3 in the bucket is not the one");
        Refused(await host.CompleteAsync(upload, new { parts = new[] { parts[0], parts[1], parts[2] with { part_number = 4 } } }), "parts", "Part 4 in the bucket is not the one");
        Refused(await host.CompleteAsync(upload, """{"parts":[{"part_number":1}]}"""), "parts", "its etag");
        Refused(await host.CompleteAsync(upload, """{"parts":[null]}"""), "parts", "its etag");
        Refused(await host.CompleteAsync(upload, new { parts = Enumerable.Repeat(parts[0], 10_001) }), "parts", "at most 10000 parts");
        (await host.CompleteAsync(upload, new { parts })).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_part_that_came_around_the_address_in_another_size_is_named()
    {
        var upload = await host.BeginPartsAsync(_small);
        await host.S3.UploadPartAsync(new UploadPartRequest { BucketName = VideoHost.MasterBucket, Key = Key(upload), UploadId = await IdAtS3Async(upload), PartNumber = 1, InputStream = new MemoryStream([1, 2, 3]) }, Ct);
        Refused(await host.CompleteAsync(upload), "parts", $"Part 1 has 3 bytes, not {_small.Length}");
    }

    [Fact]
    public async Task A_completion_whose_answer_was_lost_is_made_good_by_the_next()
    {
        var upload = await host.BeginPartsAsync(_small);
        await host.SendAsync(upload, _small, [1]);
        await CompleteBehindOurBackAsync(upload);
        ((string?)(await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK)["status"]).ShouldBe("uploaded");
        (await AssetAsync(await host.BookAsync(), upload, _small)).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task An_object_that_was_put_together_without_some_parts_is_not_the_file()
    {
        var upload = await host.BeginPartsAsync(_film);
        await host.SendAsync(upload, _film, [1]);
        await CompleteBehindOurBackAsync(upload);
        (await host.CompleteAsync(upload)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain($"{VideoHost.PartSize} bytes, not {_film.Length}");
    }

    [Fact]
    public async Task Many_completions_at_once_are_one()
    {
        var upload = await host.BeginPartsAsync(_small);
        await host.SendAsync(upload, _small, [1]);
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.CompleteAsync(upload))))
            answer.ShouldBe(HttpStatusCode.OK);
        (await AuditAsync(upload)).ShouldBe("created,completed");
    }

    [Fact]
    public async Task Who_completes_while_another_gives_up_leaves_no_object_behind()
    {
        for (var round = 0; round < 10; round++)
        {
            var upload = await host.BeginPartsAsync(_small);
            await host.SendAsync(upload, _small, [1]);
            var (completions, abort) = (Task.WhenAll(host.CompleteAsync(upload), host.CompleteAsync(upload)), AbortAsync(upload));
            foreach (var answer in await completions)
                answer.Status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Conflict);
            (await abort).ShouldBe(HttpStatusCode.NoContent);
            ((string?)(await host.Editor.GetAsync($"{Uploads}/{upload["upload_id"]}"))["status"]).ShouldBe("aborted");
            await NothingIsAtAsync(upload);
        }
    }

    [Fact]
    public async Task Giving_up_deletes_what_was_sent()
    {
        var upload = await host.BeginPartsAsync(_film);
        await host.SendAsync(upload, _film, [1]);
        (await AbortAsync(upload)).ShouldBe(HttpStatusCode.NoContent);
        (await IsOpenAtS3Async(upload)).ShouldBeFalse();
        (await AbortAsync(upload)).ShouldBe(HttpStatusCode.NoContent);
        (await AuditAsync(upload)).ShouldBe("created,aborted");

        ((string?)(await host.Editor.GetAsync($"{Uploads}/{upload["upload_id"]}"))["status"]).ShouldBe("aborted");
        await ClosedAsync(upload, "given up");
        (await host.CompleteAsync(upload)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("given up");
        (await AssetAsync(await host.BookAsync(), upload, _film)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("given up");
    }

    [Fact]
    public async Task Giving_up_what_is_put_together_deletes_the_object()
    {
        var upload = await host.BeginPartsAsync(_small);
        await host.SendAsync(upload, _small, [1]);
        (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
        await ClosedAsync(upload, "put together already");
        (await AbortAsync(upload)).ShouldBe(HttpStatusCode.NoContent);
        await NothingIsAtAsync(upload);
    }

    [Fact]
    public async Task What_something_was_made_of_cannot_be_given_up()
    {
        var upload = await host.BeginPartsAsync(_small);
        await host.SendAsync(upload, _small, [1]);
        (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
        (await AssetAsync(await host.BookAsync(), upload, _small)).ShouldBe(HttpStatusCode.Accepted);
        (await AbortAsync(upload)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("cannot be given up");
        (await ObjectAsync(upload)).ShouldBe(_small);
    }

    [Fact]
    public async Task An_upload_that_S3_forgot_must_begin_again()
    {
        var upload = await host.BeginPartsAsync(_small);
        await host.S3.AbortMultipartUploadAsync(VideoHost.MasterBucket, Key(upload), await IdAtS3Async(upload), Ct);
        (await host.Editor.GetAsync($"{Uploads}/{upload["upload_id"]}/parts")).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("Begin another one");
        (await host.CompleteAsync(upload)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("Begin another one");
        (await AbortAsync(upload)).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task No_address_outlives_its_upload()
    {
        var upload = await host.BeginPartsAsync(_small);
        await host.App.SqlAsync($"update uploads set expires_at = '{host.App.Now.AddMinutes(10):O}' where id = {upload["upload_id"]}");
        var signed = (await SignAsync(upload, new { part_numbers = new[] { 1 } })).ShouldBe(HttpStatusCode.OK);
        ((DateTimeOffset)signed["expires_at"]!).ShouldBe(host.App.Now.AddMinutes(10));
        await host.App.SqlAsync($"update uploads set expires_at = '{host.App.Now.AddMinutes(-10):O}' where id = {upload["upload_id"]}");
        (await SignAsync(upload, new { part_numbers = new[] { 1 } })).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("Begin another one");
    }

    [Theory]
    [InlineData("""{}""", "part_numbers", "needed")]
    [InlineData("""{"part_numbers":[]}""", "part_numbers", "1 to 100")]
    [InlineData("""{"part_numbers":[0]}""", "part_numbers", "there is no part 0")]
    [InlineData("""{"part_numbers":[1,4]}""", "part_numbers", "there is no part 4")]
    [InlineData("""{"part_numbers":[1],"checksums_sha256":["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]}""", "checksums_sha256", "Leave the digests out")]
    public async Task Addresses_are_only_for_parts_of_the_upload(string body, string field, string found)
    {
        var upload = await host.BeginPartsAsync(_film);
        Refused(await SignAsync(upload, body), field, found);
    }

    [Fact]
    public async Task A_hundred_addresses_can_be_had_at_once_and_no_more()
    {
        var upload = await host.BeginPartsAsync(_film);
        (await SignAsync(upload, new { part_numbers = Enumerable.Repeat(1, 100) })).ShouldBe(HttpStatusCode.OK)["parts"]!.AsArray().Count.ShouldBe(100);
        Refused(await SignAsync(upload, new { part_numbers = Enumerable.Repeat(1, 101) }), "part_numbers", "1 to 100");
    }

    [Theory]
    [InlineData("""{"part_numbers":[1]}""")]
    [InlineData("""{"part_numbers":[1],"checksums_sha256":[]}""")]
    [InlineData("""{"part_numbers":[1],"checksums_sha256":[null]}""")]
    [InlineData("""{"part_numbers":[1],"checksums_sha256":["abc"]}""")]
    [InlineData("""{"part_numbers":[1,2],"checksums_sha256":["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]}""")]
    public async Task Each_part_of_an_upload_with_SHA256_needs_its_digest(string body)
    {
        var upload = await host.BeginPartsAsync(_film, "sha256");
        Refused(await SignAsync(upload, body), "checksums_sha256", "the SHA-256 of each part");
    }

    [Fact]
    public async Task The_CRC_of_the_whole_file_is_compared_with_the_one_that_S3_computed()
    {
        var upload = await CompletedAsync(_film);
        var book = await host.BookAsync();
        var right = Crc64Nvme(_film);
        Refused(await AssetAsync(book, upload, _film, crc: Crc64Nvme(_small)), "checksum_crc64nvme", right);
        Refused(await AssetAsync(book, upload, _film, sha256: Convert.ToBase64String(SHA256.HashData(_film))), "checksum_sha256", "Give checksum_crc64nvme instead");
        (await AssetAsync(book, upload, _film, crc: right)).ShouldBe(HttpStatusCode.Accepted);
    }

    /// <summary>The check value of the CRC catalogue, https://reveng.sourceforge.io/crc-catalogue/all.htm#crc.cat.crc-64-nvme</summary>
    [Fact]
    public void The_CRC_is_the_one_of_the_catalogue() => Crc64Nvme("123456789"u8).ShouldBe(Convert.ToBase64String(Convert.FromHexString("AE8B14860A799888")));

    [Fact]
    public async Task The_digest_of_the_digests_is_compared_where_parts_have_them()
    {
        var upload = await CompletedAsync(_film, "sha256");
        var book = await host.BookAsync();
        var right = Composite(_film, 3);
        Refused(await AssetAsync(book, upload, _film, sha256: Composite(_small, 1)), "checksum_sha256", right);
        Refused(await AssetAsync(book, upload, _film, sha256: Convert.ToBase64String(SHA256.HashData(_film))), "checksum_sha256", right);
        Refused(await AssetAsync(book, upload, _film, crc: Crc64Nvme(_film)), "checksum_crc64nvme", "S3 holds no CRC64NVME");
        (await AssetAsync(book, upload, _film, sha256: right)).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_form_takes_a_file_up_to_its_size_and_no_larger()
    {
        var book = await host.BookAsync();
        var upload = await BeginFormAsync();
        ((string?)upload["method"]).ShouldBe("POST");
        (await VideoHost.PostFormAsync(upload, [.. _small, 0])).ShouldBe(HttpStatusCode.BadRequest);
        (await VideoHost.PostFormAsync(upload, _small[..^1])).ShouldBe(HttpStatusCode.NoContent);
        Refused(await AssetAsync(book, upload, _small), "size", "62 bytes, not 63");
        (await VideoHost.PostFormAsync(upload, _small)).ShouldBe(HttpStatusCode.NoContent);
        (await AssetAsync(book, upload, _small)).ShouldBe(HttpStatusCode.Accepted);
        (await ObjectAsync(upload)).ShouldBe(_small);
    }

    [Fact]
    public async Task A_form_with_a_digest_takes_no_other_file()
    {
        var digest = Convert.ToBase64String(SHA256.HashData(_small));
        var upload = await BeginFormAsync(digest);
        (await VideoHost.PostFormAsync(upload, new byte[_small.Length])).ShouldBe(HttpStatusCode.BadRequest);
        (await VideoHost.PostFormAsync(upload, _small)).ShouldBe(HttpStatusCode.NoContent);
        (await AssetAsync(await host.BookAsync(), upload, _small, sha256: digest)).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task What_is_not_in_parts_has_none()
    {
        foreach (var method in (string[])["put", "post"])
        {
            var upload = (await BeginAsync(new { filename = "film.mp4", content_type = "video/mp4", size = 63, method })).ShouldBe(HttpStatusCode.Created).Json;
            await ClosedAsync(upload, "not in parts");
            (await host.CompleteAsync(upload)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("not in parts");
            (await AbortAsync(upload)).ShouldBe(HttpStatusCode.NoContent);
            (await AssetAsync(await host.BookAsync(), upload, _small)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        }
    }

    [Fact]
    public async Task An_upload_that_nobody_began_is_not_found()
    {
        var upload = new JsonObject { ["upload_id"] = 999_999 };
        (await host.Editor.GetAsync($"{Uploads}/999999")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await host.Editor.GetAsync($"{Uploads}/999999/parts")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await SignAsync(upload, new { part_numbers = new[] { 1 } })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await host.CompleteAsync(upload)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await AbortAsync(upload)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData(AdminRole.Finance, HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task Only_editors_touch_uploads(AdminRole? role, HttpStatusCode status)
    {
        var path = $"{Uploads}/{(await host.BeginPartsAsync(_small))["upload_id"]}";
        var caller = role is null ? host.App.Client() : await host.App.StaffAsync(role.Value);
        (await caller.GetAsync(path)).Status.ShouldBe(status);
        (await caller.GetAsync($"{path}/parts")).Status.ShouldBe(status);
        (await caller.PostAsync($"{path}/parts", new { part_numbers = new[] { 1 } })).Status.ShouldBe(status);
        (await caller.PostAsync($"{path}/complete")).Status.ShouldBe(status);
        (await caller.DeleteAsync(path)).Status.ShouldBe(status);
    }

    private Task<Answer> BeginAsync(object body) => host.Editor.PostAsync($"{Uploads}/master_video", body);

    private async Task<JsonNode> BeginFormAsync(string? checksum = null) =>
        (await BeginAsync(new { filename = "film.mp4", content_type = "video/mp4", size = _small.Length, method = "post", checksum_sha256 = checksum })).ShouldBe(HttpStatusCode.Created).Json;

    private async Task<JsonNode> CompletedAsync(byte[] content, string? algorithm = null)
    {
        var upload = await host.BeginPartsAsync(content, algorithm);
        await host.SendAsync(upload, content, [.. Enumerable.Range(1, (int)upload["part_count"]!)], digests: algorithm is not null);
        (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
        return upload;
    }

    private Task<Answer> SignAsync(JsonNode upload, object body) => host.Editor.PostAsync($"{Uploads}/{upload["upload_id"]}/parts", body);

    private Task<Answer> AbortAsync(JsonNode upload) => host.Editor.DeleteAsync($"{Uploads}/{upload["upload_id"]}");

    private async Task<JsonArray> PartsAsync(JsonNode upload) =>
        (await host.Editor.GetAsync($"{Uploads}/{upload["upload_id"]}/parts")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray();

    private Task<Answer> AssetAsync(long book, JsonNode upload, byte[] content, string? sha256 = null, string? crc = null) => host.Editor.PostAsync(
        $"/admin/api/v1/books/{book}/video_assets", new { master_s3_key = Key(upload), size = content.Length, checksum_sha256 = sha256, checksum_crc64nvme = crc });

    /// <summary>Takes no parts and shows none.</summary>
    private async Task ClosedAsync(JsonNode upload, string found)
    {
        (await SignAsync(upload, new { part_numbers = new[] { 1 } })).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain(found);
        (await host.Editor.GetAsync($"{Uploads}/{upload["upload_id"]}/parts")).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain(found);
    }

    private async Task CompleteBehindOurBackAsync(JsonNode upload)
    {
        var id = await IdAtS3Async(upload);
        var parts = await host.S3.ListPartsAsync(VideoHost.MasterBucket, Key(upload), id, Ct);
        await host.S3.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = VideoHost.MasterBucket, Key = Key(upload), UploadId = id, PartETags = [.. parts.Parts.Select(p => new PartETag(p.PartNumber ?? 0, p.ETag))] }, Ct);
    }

    private async Task<bool> IsOpenAtS3Async(JsonNode upload) => (await host.S3.ListMultipartUploadsAsync(
        new ListMultipartUploadsRequest { BucketName = VideoHost.MasterBucket, Prefix = Key(upload) }, Ct)).MultipartUploads is { Count: > 0 };

    private async Task NothingIsAtAsync(JsonNode upload) =>
        (await host.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = VideoHost.MasterBucket, Prefix = Key(upload) }, Ct)).KeyCount.ShouldBe(0);

    private async Task<string> IdAtS3Async(JsonNode upload) => (string)(await host.App.SqlAsync($"select multipart_upload_id from uploads where id = {upload["upload_id"]}"))!;

    private async Task<string> AuditAsync(JsonNode upload) => (string)(await host.App.SqlAsync(
        $"select string_agg(action, ',' order by id) from audit_entries where subject_type = 'upload' and subject_id = {upload["upload_id"]}"))!;

    private async Task<byte[]> ObjectAsync(JsonNode upload)
    {
        using var answer = await host.S3.GetObjectAsync(VideoHost.MasterBucket, Key(upload), Ct);
        using var bytes = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(bytes, Ct);
        return bytes.ToArray();
    }

    private static void Refused(Answer answer, string field, string found) =>
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldNotBeNull(answer.Text)[0]!.ToString().ShouldContain(found);

    private static string Key(JsonNode upload) => (string)upload["master_s3_key"]!;

    private static string Composite(byte[] content, int parts) =>
        $"{Convert.ToBase64String(SHA256.HashData([.. Enumerable.Range(1, parts).SelectMany(n => SHA256.HashData(VideoHost.Part(content, n)))]))}-{parts}";

    private static string Crc64Nvme(ReadOnlySpan<byte> content)
    {
        var crc = Crc.Crc64Nvme();
        crc.Append(content);
        return Convert.ToBase64String(crc.Finish());
    }
}
