using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Storytime.Platform.Aws;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>With a MediaConvert that answers whatever a test wants.</summary>
public sealed class TroubleHost(Database database) : VideoHost(database)
{
    private WebApplication? _server;

    /// <summary>Method and path → status and body.</summary>
    public Func<string, (int Status, string Body)> Answer { get; set; } = _ => (500, "{}");

    public List<string> Calls { get; } = [];

    protected override async Task ConfigureAsync(StorytimeApp app)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(async http =>
        {
            var call = $"{http.Request.Method} {http.Request.Path.Value!["/2017-08-29/".Length..]}";
            lock (Calls)
                Calls.Add(call);
            var (status, body) = Answer(call);
            if (status == 0)
            {
                http.Abort();
                return;
            }
            http.Response.StatusCode = status;
            http.Response.Headers["x-amzn-ErrorType"] = $"{(status == 400 ? "BadRequest" : "Something")}Exception:http://internal.amazon.com/";
            await http.Response.WriteAsync(body);
        });
        await _server.StartAsync();
        // Pauses between tries go by the clock of the app, and a still one would never end them.
        app.InRealTime().With("Aws:MediaConvertUrl", _server.Urls.Single());
    }

    protected override async ValueTask StoppedAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}

/// <summary>What becomes of an asset when MediaConvert does not do as it should.</summary>
public sealed class TroubleTests(TroubleHost host) : IClassFixture<TroubleHost>
{
    private const string Probed = """
        {"probeResults":[{"container":{"format":"mp4","duration":3,"tracks":[{"index":1,"trackType":"video","codec":"AVC","videoProperties":{"width":1280,"height":720}}]}}]}
        """;

    [Theory]
    [InlineData(429)]
    [InlineData(402)]
    [InlineData(403)]
    public async Task A_clear_no_that_may_pass_is_tried_again_without_looking_for_a_job_that_was_not_made(int status)
    {
        var id = await AssetAsync();
        Answering(call => call == "POST probe" ? (200, Probed) : (status, """{"message":"Not now."}"""));
        await Should.ThrowAsync<MediaConvertException>(() => host.SubmitAsync(id));
        var asset = await host.ReadAsync(id);
        ((string?)asset["status"]).ShouldBe("uploaded");
        ((string)asset["submit_problem"]!).ShouldContain("Not now.");

        Answering(call => call == "POST probe" ? (200, Probed) : (201, $$"""{"job":{{Job(id, "SUBMITTED")}}}"""));
        await host.SubmitAsync(id);
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("processing");
        host.Calls.ShouldNotContain("GET jobs");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task Trouble_that_passes_leaves_the_asset_as_it_was_and_is_never_answered_by_a_blind_second_job(int status)
    {
        var id = await AssetAsync();
        Answering(call => call switch { "POST probe" => (200, Probed), "GET jobs" => (200, """{"jobs":[]}"""), _ => (status, """{"message":"Not now."}""") });
        await Should.ThrowAsync<Exception>(() => host.SubmitAsync(id));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");
        host.Calls.Count(c => c == "POST jobs").ShouldBe(1);

        // Next time: first it is looked whether there is a job after all.
        Answering(call => call == "GET jobs" ? (200, $$"""{"jobs":[{{Job(id, "COMPLETE")}}]}""") : (500, "{}"));
        await host.SubmitAsync(id);
        host.Calls.ShouldNotContain("POST jobs");
        // Complete, but this MediaConvert wrote nothing.
        ((string?)(await host.ReadAsync(id))["error_code"]).ShouldBe("outputs_missing");
    }

    [Fact]
    public async Task A_job_that_is_refused_is_a_failed_video_with_MediaConvert_s_words()
    {
        var id = await AssetAsync();
        Answering(call => call == "POST probe" ? (200, Probed) : (400, """{"message":"/outputGroups: Should not be so"}"""));
        await host.SubmitAsync(id);
        var asset = await host.ReadAsync(id);
        ((string?)asset["error_code"]).ShouldBe("job_refused");
        ((string)asset["error_message"]!).ShouldContain("/outputGroups: Should not be so");
    }

    [Fact]
    public async Task A_job_that_staff_cancel_is_in_the_audit_trail_with_what_became_of_the_video()
    {
        var (id, _, job) = await host.ProcessingAsync();
        Answering(call => call == $"DELETE jobs/{job}" ? (202, "{}") : (500, "{}"));
        ((string?)(await host.Editor.PostAsync($"/admin/api/v1/video_assets/{id}/cancellations")).ShouldBe(HttpStatusCode.Accepted)["error_code"]).ShouldBe("canceled");
        (await host.App.SqlAsync($"""
            select concat_ws(' ', before ->> 'processing_status', before ->> 'job_id', after ->> 'processing_status', after ->> 'error_code') from audit_entries
            where subject_type = 'video_asset' and subject_id = {id} and action = 'canceled'
            """)).ShouldBe($"processing {job} failed canceled");
    }

    [Fact]
    public async Task The_sweep_stops_at_throttling_and_goes_on_after_other_trouble()
    {
        long[] ids = [await AssetAsync(), await AssetAsync(), await AssetAsync()];
        await host.App.SqlAsync($"update video_assets set updated_at = updated_at - interval '1 minute' where id in ({string.Join(',', ids)})");
        Answering(_ => (429, """{"message":"Too many"}"""));
        await host.RunAsync<SweepVideos>(s => s.RunAsync(CancellationToken.None));
        host.Calls.Count.ShouldBe(1);

        // The one that was throttled waits for longer than the others; its pause is over by then.
        await host.App.SqlAsync($"update video_assets set next_submit_at = null, updated_at = updated_at - interval '1 minute' where id in ({string.Join(',', ids)})");
        Answering(_ => (500, "<html>oops</html>"));
        await host.RunAsync<SweepVideos>(s => s.RunAsync(CancellationToken.None));
        host.Calls.Count.ShouldBe(3);
        foreach (var id in ids)
            await host.App.SqlAsync($"delete from video_assets where id = {id}");
    }

    [Fact]
    public async Task Reading_is_tried_again_and_errors_keep_their_type()
    {
        var calls = 0;
        Answering(_ => Interlocked.Increment(ref calls) < 3 ? (500, "{}") : (404, """{"message":"Job with id x not found."}"""));
        await host.RunAsync<MediaConvertClient>(async client =>
        {
            var error = await Should.ThrowAsync<MediaConvertException>(() => client.GetJobAsync("x", CancellationToken.None));
            error.Status.ShouldBe(HttpStatusCode.NotFound);
            error.Type.ShouldBe("SomethingException");
            error.Message.ShouldBe("Job with id x not found.");
        });
        calls.ShouldBe(3);
    }

    private async Task<long> AssetAsync() => await host.AssetAsync(await host.BookAsync(), TestVideos.Broken);

    private void Answering(Func<string, (int, string)> answer)
    {
        host.Calls.Clear();
        host.Answer = answer;
    }

    private string Job(long asset, string status)
    {
        var key = (string)host.App.SqlAsync($"select master_s3_key from video_assets where id = {asset}").GetAwaiter().GetResult()!;
        return new JsonObject
        {
            ["id"] = $"1772049000123-lost{asset}",
            ["status"] = status,
            ["createdAt"] = host.App.Now.ToUnixTimeSeconds(),
            ["userMetadata"] = new JsonObject { ["videoAssetId"] = $"{asset}", ["attempt"] = "1", ["masterS3Key"] = key },
        }.ToJsonString();
    }
}
