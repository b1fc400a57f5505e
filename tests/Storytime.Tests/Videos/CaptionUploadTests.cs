using System.Net;
using System.Security.Cryptography;
using System.Text;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Videos;

public sealed class CaptionUploadTests(VideoHost host) : IClassFixture<VideoHost>
{
    private const string Captions = "/admin/api/v1/uploads/captions";
    private static readonly byte[] _words = "WEBVTT\n\n00:00.000 --> 00:02.000\nOnce upon a time\n"u8.ToArray();

    [Fact]
    public async Task An_editor_gets_an_address_that_takes_exactly_these_captions()
    {
        var answer = (await host.Editor.PostAsync(Captions, new { filename = "Der Fuchs & die Stiefel.VTT", content_type = "text/vtt", size = _words.Length, checksum_sha256 = Convert.ToBase64String(SHA256.HashData(_words)) }))
            .ShouldBe(HttpStatusCode.Created);
        ((string)answer["captions_s3_key"]!).ShouldMatch("^captions/[0-9a-f-]{36}/Der-Fuchs-die-Stiefel.vtt$");
        ((string?)answer["method"]).ShouldBe("PUT");
        ((string?)answer["headers"]!["Content-Type"]).ShouldBe("text/vtt");
        answer["expires_at"].ShouldNotBeNull();
        (await VideoHost.PutAsync(answer.Json, [.. _words.Reverse()])).ShouldBe(HttpStatusCode.BadRequest);
        (await VideoHost.PutAsync(answer.Json, _words)).ShouldBe(HttpStatusCode.OK);

        var upload = (await host.Editor.GetAsync($"/admin/api/v1/uploads/{answer["upload_id"]}")).ShouldBe(HttpStatusCode.OK);
        ((string?)upload["kind"]).ShouldBe("captions");
        (await host.App.SqlAsync($"select count(*) from audit_entries where subject_type = 'upload' and subject_id = {answer["upload_id"]}")).ShouldBe(1L);
    }

    [Theory]
    [InlineData("a.vtt", "text/plain", 100L, "content_type")]
    [InlineData("a.srt", "text/vtt", 100L, "filename")]
    [InlineData("vtt", "text/vtt", 100L, "filename")]
    [InlineData(null, "text/vtt", 100L, "filename")]
    [InlineData("a.vtt", "text/vtt", 0L, "size")]
    [InlineData("a.vtt", "text/vtt", 1_048_577L, "size")]
    [InlineData("a.vtt", "text/vtt", null, "size")]
    public async Task Only_WebVTT_of_a_sensible_size_is_taken(string? filename, string contentType, long? size, string field) =>
        (await host.Editor.PostAsync(Captions, new { filename, content_type = contentType, size }))
            .ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldNotBeNull();

    [Fact]
    public async Task Finance_and_parents_may_not_upload_captions()
    {
        foreach (var caller in new[] { await host.App.StaffAsync(AdminRole.Finance), await host.App.ParentAsync() })
            (await caller.PostAsync(Captions, new { filename = "a.vtt", content_type = "text/vtt", size = 10 })).Status.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Captions_belong_to_one_video_in_the_language_of_the_book_unless_another_is_given()
    {
        var book = await host.BookAsync();
        var key = await host.UploadCaptionsAsync(_words);
        ((string?)(await CreateAsync(book, key)).ShouldBe(HttpStatusCode.Accepted)["captions_language"]).ShouldBe("en");
        ShouldRefuse(await CreateAsync(book, key), "used already");
        ((string?)(await CreateAsync(book, await host.UploadCaptionsAsync(_words), "pt-BR")).ShouldBe(HttpStatusCode.Accepted)["captions_language"]).ShouldBe("pt-BR");
        ((string?)(await CreateAsync(book, null)).ShouldBe(HttpStatusCode.Accepted)["captions_language"]).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_no_WebVTT_is_refused_before_a_video_is_made_of_it()
    {
        var book = await host.BookAsync();
        ShouldRefuse(await CreateAsync(book, await host.UploadCaptionsAsync("1\n00:00:00,000 --> 00:00:02,000\nOnce"u8.ToArray())), "first line must be WEBVTT");
        ShouldRefuse(await CreateAsync(book, await host.UploadCaptionsAsync(Encoding.Latin1.GetBytes("WEBVTT\n\n00:00.000 --> 00:02.000\nÉs war"))), "UTF-8");
        ShouldRefuse(await CreateAsync(book, "captions/somebody/else.vtt"), "no key");
        var missing = (await host.Editor.PostAsync(Captions, new { filename = "a.vtt", content_type = "text/vtt", size = 10 })).ShouldBe(HttpStatusCode.Created);
        ShouldRefuse(await CreateAsync(book, (string)missing["captions_s3_key"]!), "Finish the upload first");
        (await host.App.SqlAsync($"select count(*) from video_assets where book_id = {book}")).ShouldBe(0L);
    }

    private async Task<Answer> CreateAsync(long book, string? captions, string? language = null)
    {
        var film = await File.ReadAllBytesAsync(await TestVideos.Tiny);
        return await host.Editor.PostAsync(
            $"/admin/api/v1/books/{book}/video_assets",
            new { master_s3_key = await host.UploadAsync("film.mp4", film), size = film.Length, captions_s3_key = captions, captions_language = language });
    }

    private static void ShouldRefuse(Answer answer, string found) =>
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["captions_s3_key"]![0]!.ToString().ShouldContain(found);
}
