using System.Net;
using System.Text.Json.Nodes;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;
using Microsoft.EntityFrameworkCore;
using Storytime.Platform.Aws;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>The job that makes MediaConvert jobs. No worker runs: each test says when.</summary>
public sealed class SubmitTests(VideoHost host) : IClassFixture<VideoHost>
{
    [Fact]
    public async Task MediaConvert_job_creation_sends_the_master_to_the_book_s_output_and_stores_the_job_id()
    {
        var book = await host.BookAsync();
        var id = await host.AssetAsync(book, await TestVideos.Tiny);
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");

        await host.SubmitAsync(id);

        var asset = await host.ReadAsync(id);
        ((string?)asset["status"]).ShouldBe("processing");
        var job = await JobAsync((string)(await host.App.SqlAsync($"select mediaconvert_job_id from video_assets where id = {id}"))!);
        ((string?)job["settings"]!["inputs"]![0]!["fileInput"]).ShouldBe($"s3://storytime-master-uploads/{asset["master_s3_key"]}");
        ((string?)job["settings"]!["outputGroups"]![0]!["outputGroupSettings"]!["hlsGroupSettings"]!["destination"])
            .ShouldBe($"s3://storytime-hls-outputs/books/{book}/hls/index");
        ((string?)job["userMetadata"]!["videoAssetId"]).ShouldBe($"{id}");
        ((string?)job["role"]).ShouldBe("arn:aws:iam::111122223333:role/storytime-mediaconvert");
    }

    [Fact]
    public async Task Submitting_many_times_at_once_and_again_makes_one_job()
    {
        var id = await host.AssetAsync(await host.BookAsync(), await TestVideos.Tiny);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.SubmitAsync(id)));
        await host.SubmitAsync(id);
        (await JobsOfAsync(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_job_whose_answer_was_lost_is_found_instead_of_made_again()
    {
        var id = await host.AssetAsync(await host.BookAsync(), await TestVideos.Tiny);
        // The process died between CreateJob and storing its id. The token is another one, as if AWS had forgotten it by now.
        await host.App.InDatabaseAsync(async db =>
        {
            var asset = await db.VideoAssets.SingleAsync(a => a.Id == id);
            var body = JobSettings.For(asset, new MasterFacts(160, 120, true), new AwsOptions
            {
                MasterBucket = VideoHost.MasterBucket,
                OutputBucket = VideoHost.OutputBucket,
                MediaConvertRole = "arn:aws:iam::111122223333:role/storytime-mediaconvert",
            });
            body["clientRequestToken"] = Guid.NewGuid().ToString();
            await host.RunAsync<MediaConvertClient>(m => m.CreateJobAsync(body, CancellationToken.None));
            asset.StartSubmit(host.App.Now);
            await db.SaveChangesAsync();
        });

        await host.SubmitAsync(id);

        var job = (await JobsOfAsync(id)).ShouldHaveSingleItem();
        (await host.App.SqlAsync($"select mediaconvert_job_id from video_assets where id = {id}")).ShouldBe(job.Id);
        ((string?)(await host.ReadAsync(id))["status"]).ShouldNotBe("uploaded");
    }

    [Fact]
    public async Task An_intent_without_a_job_makes_the_job()
    {
        var id = await host.AssetAsync(await host.BookAsync(), await TestVideos.Tiny);
        await host.App.InDatabaseAsync(async db =>
        {
            (await db.VideoAssets.SingleAsync(a => a.Id == id)).StartSubmit(host.App.Now);
            await db.SaveChangesAsync();
        });
        await host.SubmitAsync(id);
        (await JobsOfAsync(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_master_that_is_gone_cannot_be_tried_again()
    {
        var id = await host.AssetAsync(await host.BookAsync(), TestVideos.Broken);
        await host.SubmitAsync(id);
        await host.S3.DeleteObjectAsync(VideoHost.MasterBucket, (string)(await host.ReadAsync(id))["master_s3_key"]!, TestContext.Current.CancellationToken);
        (await host.Editor.PostAsync($"/admin/api/v1/video_assets/{id}/retries")).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("Upload the file again");
    }

    [Fact]
    public async Task The_sweep_finds_what_a_lost_nudge_left_behind()
    {
        var id = await host.AssetAsync(await host.BookAsync(), await TestVideos.Tiny);
        await host.RunAsync<SweepVideos>(s => s.RunAsync(CancellationToken.None));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");

        await host.App.SqlAsync($"update video_assets set updated_at = updated_at - interval '1 minute' where id = {id}");
        await host.RunAsync<SweepVideos>(s => s.RunAsync(CancellationToken.None));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("processing");
    }

    [Fact]
    public async Task Polling_tells_of_jobs_that_MediaConvert_does_not_know_any_more()
    {
        var id = await host.AssetAsync(await host.BookAsync(), await TestVideos.Tiny);
        await host.App.InDatabaseAsync(async db =>
        {
            (await db.VideoAssets.SingleAsync(a => a.Id == id)).Submitted("1700000000000-nobody", host.App.Now.AddMinutes(-1));
            await db.SaveChangesAsync();
        });
        await host.RunAsync<PollVideos>(p => p.RunAsync(CancellationToken.None));
        // Not at once: with a wrong address every job would look like this.
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("processing");

        await host.App.SqlAsync($"update video_assets set progressed_at = progressed_at - interval '1 hour', checked_at = checked_at - interval '1 minute' where id = {id}");
        await host.RunAsync<PollVideos>(p => p.RunAsync(CancellationToken.None));
        var asset = await host.ReadAsync(id);
        ((string?)asset["status"]).ShouldBe("failed");
        ((string?)asset["error_code"]).ShouldBe("job_not_found");
    }

    private async Task<List<MediaConvertJob>> JobsOfAsync(long asset) => [.. (await host.JobsAsync()).Where(j => j.UserMetadata?["videoAssetId"] == $"{asset}")];

    /// <summary>The whole job as MediaConvert tells it, asked without the product's client.</summary>
    private async Task<JsonNode> JobAsync(string id)
    {
        using var http = new HttpClient(new SigV4SigningHandler(
            new BasicAWSCredentials(Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"), Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY")),
            RegionEndpoint.USEast1, "mediaconvert", new SocketsHttpHandler { AllowAutoRedirect = false }));
        using var response = await http.GetAsync(new Uri(host.Cloud.MediaConvertUrl, $"/2017-08-29/jobs/{id}"));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["job"]!;
    }
}
