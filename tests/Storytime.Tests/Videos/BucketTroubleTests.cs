using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Storytime.Platform.Errors;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>With an S3 that answers whatever a test wants; 0 is no answer at all.</summary>
public sealed class BucketTroubleHost(Database database) : VideoHost(database)
{
    private WebApplication? _server;

    public int Status { get; set; }

    protected override async Task ConfigureAsync(StorytimeApp app)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(http =>
        {
            http.Response.StatusCode = Status;
            if (Status == 0)
                http.Abort();
            return Task.CompletedTask;
        });
        await _server.StartAsync();
        app.With("Aws:S3Url", _server.Urls.Single());
    }

    protected override async ValueTask StoppedAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}

public sealed class BucketTroubleTests(BucketTroubleHost host) : IClassFixture<BucketTroubleHost>
{
    [Fact]
    public async Task An_object_that_is_not_there_is_a_wrong_key()
    {
        host.Status = 404;
        (await CreateAsync()).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["master_s3_key"].ShouldNotBeNull();
        await host.RunAsync<VideoBuckets>(async b => (await b.HasOutputAsync("books/1/hls/index.m3u8", CancellationToken.None)).ShouldBeFalse());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task Trouble_of_S3_is_a_reason_to_try_again(int status)
    {
        host.Status = status;
        (await CreateAsync()).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");
        await host.RunAsync<VideoBuckets>(b => Should.ThrowAsync<UnavailableException>(() => b.HasOutputAsync("books/1/hls/index.m3u8", CancellationToken.None)));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(503)]
    public async Task Trouble_of_S3_leaves_a_poster_due(int status)
    {
        host.Status = status;
        var book = await host.App.BookAsync();
        await host.RunAsync<MakePosters>(j => j.RunAsync(book, CancellationToken.None));
        await host.RunAsync<MakePosters>(j => j.SweepAsync(CancellationToken.None));
        (await host.App.SqlAsync($"select count(*) from books where id = {book} and poster_asset_id is null and playing_asset_id is not null")).ShouldBe(1L);
    }

    private async Task<Answer> CreateAsync()
    {
        var upload = await host.Editor.PostAsync("/admin/api/v1/uploads/master_video", new { filename = "a.mp4", content_type = "video/mp4", size = 100 });
        var key = (string)upload.ShouldBe(HttpStatusCode.Created)["master_s3_key"]!;
        return await host.Editor.PostAsync($"/admin/api/v1/books/{await host.BookAsync()}/video_assets", new { master_s3_key = key, size = 100 });
    }
}
