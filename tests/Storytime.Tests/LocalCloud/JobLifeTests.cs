using System.Net;
using System.Text.Json.Nodes;
using Amazon.SQS.Model;
using Storytime.LocalCloud;

namespace Storytime.Tests.LocalCloud;

/// <summary>Queueing, listing, cancelling and restarting; each test has a cloud of its own.</summary>
public sealed class JobLifeTests : IAsyncLifetime
{
    private readonly CloudFixture _fixture = new();
    private string Missing => $"s3://{_fixture.Options.MasterBucket}/none.mp4";
    private string Output => $"s3://{_fixture.Options.OutputBucket}/books/1";

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Answer_echoes_the_request()
    {
        var body = Body(Missing);
        body["clientRequestToken"] = "token-1";
        var job = await _fixture.SubmitAsync(body);

        ((string)job["arn"]!).ShouldBe($"arn:aws:mediaconvert:us-east-1:111122223333:jobs/{(string)job["id"]!}");
        ((string)job["id"]!).ShouldMatch("^[0-9]{13}-[0-9a-z]{6}$");
        ((string)job["queue"]!).ShouldBe("arn:aws:mediaconvert:us-east-1:111122223333:queues/Default");
        ((string)job["status"]!).ShouldBe("SUBMITTED");
        ((string)job["clientRequestToken"]!).ShouldBe("token-1");
        JsonNode.DeepEquals(job["settings"], body["settings"]).ShouldBeTrue();
        JsonNode.DeepEquals(job["userMetadata"], body["userMetadata"]).ShouldBeTrue();
        ((long)job["createdAt"]!).ShouldBe((long)job["timing"]!["submitTime"]!);
        body["queue"] = "arn:aws:mediaconvert:us-east-1:111122223333:queues/other";
        body["clientRequestToken"] = "token-2";
        (await _fixture.MediaConvert.CallAsync(HttpMethod.Post, "jobs", body)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Jobs_are_listed_in_pages_by_status_and_order()
    {
        List<string> ids = [];
        for (var i = 0; i < 5; i++)
        {
            _fixture.Clock.By += TimeSpan.FromSeconds(1);
            ids.Add((string)(await _fixture.RunAsync(Body(Missing)))["id"]!);
        }

        (await IdsAsync("maxResults=2&order=ASCENDING&status=ERROR")).ShouldBe(ids);
        ids.Reverse();
        (await IdsAsync("maxResults=3")).ShouldBe(ids);
        (await IdsAsync("queue=Default&maxResults=5")).ShouldBe(ids);
        (await IdsAsync("status=COMPLETE")).ShouldBeEmpty();
        foreach (var wrong in (string[])["maxResults=21", "maxResults=0", "status=DONE", "order=UP", "nextToken=zz"])
            (await _fixture.MediaConvert.CallAsync(HttpMethod.Get, $"jobs?{wrong}")).Status.ShouldBe(HttpStatusCode.BadRequest, wrong);
    }

    [Fact]
    public async Task Running_and_waiting_jobs_can_be_cancelled_and_finished_ones_not()
    {
        await using var endpoint = await SnsEndpoint.StartAsync(TestContext.Current.CancellationToken);
        await _fixture.Cloud.SubscribeAsync(endpoint.Url, TestContext.Current.CancellationToken);
        await _fixture.Http.GetStringAsync(new Uri((string)(await endpoint.NextAsync()).Message["SubscribeURL"]!), TestContext.Current.CancellationToken);
        var running = (string)(await _fixture.SubmitAsync(Body(await LongMasterAsync(), height: 1080)))["id"]!;
        var waiting = (string)(await _fixture.SubmitAsync(Body(Missing)))["id"]!;
        ((string)(await endpoint.NextAsync()).Event["detail"]!["status"]!).ShouldBe("PROGRESSING");

        (await _fixture.MediaConvert.CallAsync(HttpMethod.Delete, $"jobs/{waiting}")).Status.ShouldBe(HttpStatusCode.Accepted);
        (await _fixture.MediaConvert.CallAsync(HttpMethod.Delete, $"jobs/{running}")).Status.ShouldBe(HttpStatusCode.Accepted);
        foreach (var id in (string[])[waiting, running])
        {
            var canceled = await endpoint.NextAsync();
            ((string)canceled.Event["detail"]!["status"]!).ShouldBe("CANCELED");
            ((string)canceled.Event["detail"]!["jobId"]!).ShouldBe(id);
            ((string)(await _fixture.FinishAsync(id))["status"]!).ShouldBe("CANCELED");
            (await _fixture.MediaConvert.CallAsync(HttpMethod.Delete, $"jobs/{id}")).Status.ShouldBe(HttpStatusCode.Conflict);
        }

        // The queue is told too, and the job that waited never ran.
        (await EventsAsync(_fixture, 3)).ShouldBe([(running, "PROGRESSING"), (waiting, "CANCELED"), (running, "CANCELED")]);

        // The worker is free again, and nothing of the cancelled job is in the bucket.
        ((string)(await _fixture.RunAsync(Body(Missing)))["status"]!).ShouldBe("ERROR");
        (await _fixture.S3.ListObjectsV2Async(new() { BucketName = _fixture.Options.OutputBucket }, TestContext.Current.CancellationToken)).S3Objects.ShouldBeNull();
    }

    [Fact]
    public async Task Hundreds_of_jobs_are_run_listed_and_told_of()
    {
        const int Many = 500;
        await using var fixture = new CloudFixture { Configure = options => options with { TranscodeJobs = false, ConcurrentJobs = 4 } };
        await fixture.InitializeAsync();
        var input = await fixture.UploadAsync("no video at all"u8.ToArray());
        List<string> ids = [];
        for (var i = 0; i < Many; i++)
        {
            fixture.Clock.By += TimeSpan.FromMilliseconds(1);
            var body = Jobs.Body(input, $"s3://{fixture.Options.OutputBucket}/books/{i}", [Jobs.Rendition("_a", 900_000, height: 360), Jobs.Rendition("_b", 300_000, height: 180)]);
            body["userMetadata"]!["videoAssetId"] = $"{i}";
            ids.Add((string)(await fixture.SubmitAsync(body))["id"]!);
        }

        var events = await EventsAsync(fixture, 2 * Many);
        events.Where(told => told.Status == "COMPLETE").Select(told => told.Id).ShouldBe(ids, ignoreOrder: true);
        var listed = await PagesAsync(fixture, "maxResults=20&order=ASCENDING&status=COMPLETE");
        listed.Select(job => (string)job["id"]!).ShouldBe(ids);
        listed.Select(job => (string)job["userMetadata"]!["videoAssetId"]!).ShouldBe(Enumerable.Range(0, Many).Select(i => $"{i}"));

        var folder = Path.Combine(fixture.Folder, "one");
        (await fixture.DownloadAsync("books/499/", folder)).ShouldBe(
            ["hls/index.m3u8", .. ((string[])["a", "b"]).SelectMany(name => (string[])[$"hls/index_{name}.m3u8", $"hls/index_{name}_00001.ts", $"hls/index_{name}_I-Frame-Only.m3u8"]), "thumbs/thumb.0000000.jpg"], ignoreOrder: true);
        (await Shell.TextAsync("ffprobe", "-v", "error", "-allowed_extensions", "ALL", "-show_entries", "stream=codec_name", "-of", "csv=p=0", Path.Combine(folder, "hls/index_b.m3u8"))).ShouldContain("h264");
    }

    [Fact]
    public async Task Unfinished_job_is_run_again_after_a_restart()
    {
        var id = (string)(await _fixture.SubmitAsync(Body(await LongMasterAsync())))["id"]!;
        await _fixture.Cloud.DisposeAsync();
        await _fixture.StartAsync();
        var job = await _fixture.FinishAsync(id);
        ((string)job["status"]!).ShouldBe("COMPLETE", job.ToJsonString());
        await _fixture.S3.GetObjectMetadataAsync(_fixture.Options.OutputBucket, "books/1/hls/index.m3u8", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Taken_port_is_told_in_one_sentence()
    {
        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => CloudServices.StartAsync(
            _fixture.Options with { DataFolder = Path.Combine(_fixture.Folder, "second"), S3Port = _fixture.Cloud.S3Url.Port }, TestContext.Current.CancellationToken));
        refusal.Message.ShouldContain($"S3 cannot listen on port {_fixture.Cloud.S3Url.Port}");
    }

    private JsonObject Body(string input, int height = 180) => Jobs.Body(input, Output, [Jobs.Rendition("_a", 300_000, height: height, sound: false)]);

    /// <summary>Long enough to be still running when the next call comes, the more so when it is scaled up.</summary>
    private async Task<string> LongMasterAsync() => await _fixture.UploadAsync(await TestVideos.MakeAsync(640, 360, 60, sound: false));

    private async Task<List<string>> IdsAsync(string query) => [.. (await PagesAsync(_fixture, query)).Select(job => (string)job["id"]!)];

    /// <summary>The next events of the queue, in the order of their arrival.</summary>
    private static async Task<List<(string Id, string Status)>> EventsAsync(CloudFixture fixture, int count)
    {
        using var sqs = fixture.NewSqsClient(fixture.Options.SecretAccessKey);
        List<(string, string)> events = [];
        while (events.Count < count)
        {
            var answer = await sqs.ReceiveMessageAsync(new ReceiveMessageRequest(fixture.Cloud.QueueUrl.ToString()) { MaxNumberOfMessages = 10, WaitTimeSeconds = 20 }, TestContext.Current.CancellationToken);
            foreach (var message in answer.Messages ?? [])
            {
                var detail = JsonNode.Parse(message.Body)!["detail"]!;
                events.Add(((string)detail["jobId"]!, (string)detail["status"]!));
                await sqs.DeleteMessageAsync(fixture.Cloud.QueueUrl.ToString(), message.ReceiptHandle, TestContext.Current.CancellationToken);
            }
        }

        return events;
    }

    private static async Task<List<JsonNode>> PagesAsync(CloudFixture fixture, string query)
    {
        List<JsonNode> jobs = [];
        string? token = null;
        do
        {
            var (status, body, _) = await fixture.MediaConvert.CallAsync(HttpMethod.Get, $"jobs?{query}{(token is null ? "" : $"&nextToken={token}")}");
            status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
            jobs.AddRange(body["jobs"]!.AsArray()!);
            token = (string?)body["nextToken"];
        }
        while (token is not null);
        return jobs;
    }
}
