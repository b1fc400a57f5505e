using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;
using Storytime.Tests.Videos;
using static Storytime.Tests.Admin.AuditedCall;

namespace Storytime.Tests.Admin;

/// <summary>Uploads and the videos that are made of them.</summary>
internal static class AuditedVideoWrites
{
    private static readonly byte[] _film = [.. TestVideos.Mp4Start, .. new byte[100]];

    public static readonly AuditedWrite[] All =
    [
        new("POST /admin/api/v1/uploads/master_video", AdminRole.Editor, "created upload", null, (_, _) => Task.FromResult(
            Making(new { filename = "moon.mp4", content_type = "video/mp4", size = 1000 }, new { kind = "master_video", filename = "moon.mp4", size_bytes = 1000 }))),
        new("POST /admin/api/v1/uploads/captions", AdminRole.Editor, "created upload", null, (_, _) => Task.FromResult(
            Making(new { filename = "moon.vtt", content_type = "text/vtt", size = 1000 }, new { kind = "captions", filename = "moon.vtt", size_bytes = 1000 }))),
        new("POST /admin/api/v1/uploads/{id}/complete", AdminRole.Editor, "completed upload", 200, async (host, _) =>
        {
            var upload = await host.BeginPartsAsync(_film);
            await host.SendAsync(upload, _film, [1]);
            return Changing((long)upload["upload_id"]!, new { }, new { status = "pending" }, new { status = "uploaded" });
        }),
        new("DELETE /admin/api/v1/uploads/{id}", AdminRole.Editor, "aborted upload", 204, async (host, _) =>
            Changing((long)(await host.BeginPartsAsync(_film))["upload_id"]!, null, new { status = "pending" }, new { status = "aborted" })),

        new("POST /admin/api/v1/books/{id}/video_assets", AdminRole.Editor, "created video_asset", 409, async (host, _) =>
        {
            var (book, key) = (await host.BookAsync(), await host.UploadAsync("moon.mp4", _film));
            return Making(new { master_s3_key = key, size = _film.Length }, new { book_id = book, version = 1, master_s3_key = key }, book);
        }),
        new("POST /admin/api/v1/video_assets/{id}/cancellations", AdminRole.Editor, "canceled video_asset", 409, async (host, _) =>
            Changing(
                await host.AssetAsync(await host.BookAsync(), TestVideos.Broken), null,
                new { processing_status = "uploaded", error_code = (string?)null }, new { processing_status = "failed", error_code = "canceled" })),
        new("POST /admin/api/v1/video_assets/{id}/retries", AdminRole.Editor, "retried video_asset", 409, async (host, editor) =>
        {
            var video = await host.AssetAsync(await host.BookAsync(), TestVideos.Broken);
            (await editor.PostAsync($"/admin/api/v1/video_assets/{video}/cancellations")).ShouldBe(HttpStatusCode.Accepted);
            return Changing(video, null, new { attempt = 1 }, new { attempt = 2 });
        }),
        new("POST /admin/api/v1/video_assets/{id}/rollbacks", AdminRole.Editor, "rolled_back book", 200, async (host, _) =>
        {
            var book = await host.BookAsync();
            var (first, second) = (await host.App.ReadyVideoAsync(book), await host.App.ReadyVideoAsync(book));
            await host.ManifestAsync(book);
            return Changing(book, null, new { playing_asset_id = second }, new { playing_asset_id = first }) with { Ids = [first] };
        }),
    ];
}
