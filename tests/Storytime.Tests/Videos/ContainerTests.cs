using System.Net;

namespace Storytime.Tests.Videos;

/// <summary>What a file is called and declared to be says nothing; its first bytes do.</summary>
public sealed class ContainerTests(VideoHost host) : IClassFixture<VideoHost>
{
    private static readonly Dictionary<string, byte[]> _starts = new()
    {
        ["matroska"] = [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x86, 0x81],
        ["avi"] = [.. "RIFF"u8, 0, 0, 1, 0, .. "AVI LIST"u8],
        ["text"] = "Once upon a time there was a text that wanted to be a film."u8.ToArray(),
        ["jpeg"] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF"u8, 0],
        ["quicktime"] = [0, 0, 0, 20, .. "ftypqt  "u8, 0, 0, 2, 0, .. "qt  "u8],
        ["old quicktime"] = [0, 0, 0, 108, .. "moov"u8, 0, 0, 0, 100, .. "mvhd"u8],
        ["older quicktime"] = [0, 0, 0, 8, .. "wide"u8, 0, 0, 1, 0, .. "mdat"u8],
        ["mp4"] = TestVideos.Mp4Start,
        ["m4a"] = [0, 0, 0, 20, .. "ftypM4A "u8, 0, 0, 2, 0, .. "isom"u8],
        ["heic"] = [0, 0, 0, 20, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1"u8],
        ["zeros"] = new byte[64],
        ["one byte"] = [0],
    };

    [Theory]
    [InlineData("matroska", "video/mp4", "it is a Matroska file (MKV or WebM). Upload an MP4 or a QuickTime film.")]
    [InlineData("avi", "video/mp4", "it is an AVI file. Upload an MP4 or a QuickTime film.")]
    [InlineData("text", "video/mp4", "it is a text file. Upload an MP4 or a QuickTime film.")]
    [InlineData("text", "video/quicktime", "it is a text file.")]
    [InlineData("jpeg", "video/mp4", "it is a JPEG picture.")]
    [InlineData("quicktime", "video/mp4", "it is a QuickTime film. Upload it as video/quicktime.")]
    [InlineData("old quicktime", "video/mp4", "it is a QuickTime film. Upload it as video/quicktime.")]
    [InlineData("older quicktime", "video/mp4", "it is a QuickTime film. Upload it as video/quicktime.")]
    [InlineData("mp4", "video/quicktime", "it is an MPEG-4 film (brand isom). Upload it as video/mp4.")]
    [InlineData("m4a", "video/mp4", "it is an MPEG-4 sound file.")]
    [InlineData("heic", "video/mp4", "it is a HEIF or AVIF picture.")]
    [InlineData("zeros", "video/mp4", "it is nothing that Storytime knows.")]
    [InlineData("one byte", "video/mp4", "it is nothing that Storytime knows.")]
    public async Task A_file_that_is_not_what_it_was_declared_to_be_is_refused_and_changes_nothing(string start, string contentType, string found)
    {
        var book = await host.BookAsync();
        var key = await UploadAsync(start, contentType);
        var answer = await host.Editor.PostAsync($"/admin/api/v1/books/{book}/video_assets", new { master_s3_key = key, size = _starts[start].Length });
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        ((string)answer["error"]!["details"]!["master_s3_key"]![0]!).ShouldContain(found);
        (await host.App.SqlAsync($"select count(*) from video_assets where book_id = {book}")).ShouldBe(0L);
        (await host.App.SqlAsync($"select status from uploads where s3_key = '{key}'")).ShouldBe("pending");
    }

    [Theory]
    [InlineData("mp4", "video/mp4")]
    [InlineData("quicktime", "video/quicktime")]
    [InlineData("old quicktime", "video/quicktime")]
    [InlineData("older quicktime", "video/quicktime")]
    public async Task A_file_that_is_what_it_was_declared_to_be_is_taken(string start, string contentType)
    {
        var key = await UploadAsync(start, contentType);
        (await host.Editor.PostAsync($"/admin/api/v1/books/{await host.BookAsync()}/video_assets", new { master_s3_key = key, size = _starts[start].Length })).ShouldBe(HttpStatusCode.Accepted);
    }

    private Task<string> UploadAsync(string start, string contentType) => host.UploadAsync(contentType == "video/mp4" ? "film.mp4" : "film.mov", _starts[start], contentType);
}
