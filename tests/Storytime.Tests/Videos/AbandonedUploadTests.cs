using System.Net;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

public sealed class AbandonedUploadTests(VideoHost host) : IClassFixture<VideoHost>
{
    private static readonly byte[] _film = [.. TestVideos.Mp4Start, .. new byte[VideoHost.PartSize]];

    [Fact]
    public async Task Uploads_that_nothing_was_made_of_in_a_week_are_given_up_and_their_bytes_deleted()
    {
        var begun = await host.BeginPartsAsync(_film);
        await host.SendAsync(begun, _film, [1]);
        var together = await CompletedAsync();
        var used = await CompletedAsync();
        (await host.Editor.PostAsync($"/admin/api/v1/books/{await host.BookAsync()}/video_assets", new { master_s3_key = Key(used), size = _film.Length })).ShouldBe(HttpStatusCode.Accepted);
        var whole = await host.UploadAsync("film.mp4", TestVideos.Mp4Start);

        var late = await host.BeginPartsAsync(_film);
        await host.SendAsync(late, _film, [1, 2]);

        host.App.Clock.Advance(TimeSpan.FromDays(6));
        // What was put together on the last day has a week from then on.
        (await (await host.App.EditorAsync()).PostAsync($"/admin/api/v1/uploads/{late["upload_id"]}/complete")).ShouldBe(HttpStatusCode.OK);
        host.App.Clock.Advance(TimeSpan.FromDays(1));
        await host.RunAsync<CleanVideos>(j => j.RunAsync(CancellationToken.None));
        (await StatusesAsync()).ShouldBe("pending,uploaded,used,pending");
        (await AtS3Async()).ShouldBe(5);

        (await StatusAsync(Key(late))).ShouldBe("uploaded");

        host.App.Clock.Advance(TimeSpan.FromSeconds(1));
        await host.RunAsync<CleanVideos>(j => j.RunAsync(CancellationToken.None));
        (await StatusesAsync()).ShouldBe("aborted,aborted,used,aborted");
        (await AtS3Async()).ShouldBe(2);
        (await StatusAsync(Key(late))).ShouldBe("uploaded");
        (await host.S3.GetObjectMetadataAsync(VideoHost.MasterBucket, Key(used), TestContext.Current.CancellationToken)).ContentLength.ShouldBe(_film.Length);
        await host.RunAsync<CleanVideos>(j => j.RunAsync(CancellationToken.None));
        (await StatusesAsync()).ShouldBe("aborted,aborted,used,aborted");

        Task<object?> StatusAsync(string key) => host.App.SqlAsync($"select status from uploads where s3_key = '{key}'");
        async Task<string> StatusesAsync() => string.Join(',', await StatusAsync(Key(begun)), await StatusAsync(Key(together)), await StatusAsync(Key(used)), await StatusAsync(whole));
    }

    private async Task<JsonNode> CompletedAsync()
    {
        var upload = await host.BeginPartsAsync(_film);
        await host.SendAsync(upload, _film, [1, 2]);
        (await host.CompleteAsync(upload)).ShouldBe(HttpStatusCode.OK);
        return upload;
    }

    /// <summary>Objects and uploads in parts that are there.</summary>
    private async Task<int> AtS3Async()
    {
        var objects = await host.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = VideoHost.MasterBucket }, TestContext.Current.CancellationToken);
        var uploads = await host.S3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = VideoHost.MasterBucket }, TestContext.Current.CancellationToken);
        return (objects.S3Objects?.Count ?? 0) + (uploads.MultipartUploads?.Count ?? 0);
    }

    private static string Key(JsonNode upload) => (string)upload["master_s3_key"]!;
}
