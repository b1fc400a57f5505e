using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.SQS;
using Amazon.SQS.Model;
using Storytime.LocalCloud.Faults;

namespace Storytime.Tests.LocalCloud;

/// <summary>Faults on demand; each test has a cloud of its own.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private readonly CloudFixture _fixture = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private FaultRules Faults => _fixture.Cloud.Faults;

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData(Fault.Throttle, 429, "TooManyRequestsException")]
    [InlineData(Fault.Quota, 402, "ServiceQuotaExceededException")]
    [InlineData(Fault.ServerError, 500, "InternalServerErrorException")]
    public async Task Refused_job_is_not_made_and_the_next_one_is(Fault fault, int expected, string type)
    {
        Faults.Set(new FaultRule("CreateJob", fault) { Count = 1 });
        var (status, _, headers) = await _fixture.MediaConvert.CallAsync(HttpMethod.Post, "jobs", Body());
        ((int)status).ShouldBe(expected);
        headers.GetValues("x-amzn-ErrorType").ShouldBe([type]);
        (await ListAsync()).ShouldBeEmpty();
        await _fixture.SubmitAsync(Body());
        (await ListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lost_answer_leaves_the_job_behind_and_a_dropped_call_does_not()
    {
        Faults.Set(new FaultRule("CreateJob", Fault.LostAnswer) { Count = 1 });
        await Should.ThrowAsync<HttpRequestException>(() => _fixture.MediaConvert.CallAsync(HttpMethod.Post, "jobs", Body()));
        (await ListAsync()).Count.ShouldBe(1);
        Faults.Set(new FaultRule("CreateJob", Fault.Drop) { Count = 1 });
        await Should.ThrowAsync<HttpRequestException>(() => _fixture.MediaConvert.CallAsync(HttpMethod.Post, "jobs", Body()));
        (await ListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Deliveries_to_the_queue_are_dropped_duplicated_and_late()
    {
        Faults.Set(new FaultRule("SQS", Fault.Drop) { Count = 1 }, new FaultRule("SQS", Fault.Duplicate) { Count = 1, Factor = 3 });
        await _fixture.RunAsync(Body());
        (await StatusesAsync(3)).ShouldBe(["ERROR", "ERROR", "ERROR"]);

        // The event of the start arrives after the one of the end: in ten minutes, or when the cloud stops.
        Faults.Set(new FaultRule("SQS", Fault.Delay) { Count = 1, DelayMs = 600_000 });
        await _fixture.RunAsync(Body());
        (await StatusesAsync(1)).ShouldBe(["ERROR"]);
        await _fixture.Cloud.DisposeAsync();
        await _fixture.StartAsync();
        (await StatusesAsync(1)).ShouldBe(["PROGRESSING"]);
    }

    [Fact]
    public async Task Queue_can_be_in_trouble_too()
    {
        Faults.Set(new FaultRule("SQS.ReceiveMessage", Fault.Throttle) { Count = 1 }, new FaultRule("SQS.ReceiveMessage", Fault.ServerError) { Count = 1 }, new FaultRule("SQS.ReceiveMessage", Fault.LostAnswer));
        using var sqs = _fixture.NewSqsClient(_fixture.Options.SecretAccessKey);
        await sqs.SendMessageAsync(_fixture.Cloud.QueueUrl.ToString(), "once", Ct);
        await Should.ThrowAsync<RequestThrottledException>(() => sqs.ReceiveMessageAsync(_fixture.Cloud.QueueUrl.ToString(), Ct));
        (await Should.ThrowAsync<AmazonSQSException>(() => sqs.ReceiveMessageAsync(_fixture.Cloud.QueueUrl.ToString(), Ct))).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        await Should.ThrowAsync<Exception>(() => sqs.ReceiveMessageAsync(_fixture.Cloud.QueueUrl.ToString(), Ct));
        Faults.Clear();

        // The answer was lost (each time, as HTTP clients repeat by themselves what a kept connection lost), so the message is in flight, and comes again after its visibility timeout.
        (await sqs.ReceiveMessageAsync(_fixture.Cloud.QueueUrl.ToString(), Ct)).Messages.ShouldBeNull();
        _fixture.Clock.By += TimeSpan.FromSeconds(31);
        (await sqs.ReceiveMessageAsync(_fixture.Cloud.QueueUrl.ToString(), Ct)).Messages.Single().Body.ShouldBe("once");
    }

    [Fact]
    public async Task Notices_are_duplicated_too()
    {
        await using var endpoint = await SnsEndpoint.StartAsync(Ct);
        await _fixture.Cloud.SubscribeAsync(endpoint.Url, Ct);
        await _fixture.Http.GetStringAsync(new Uri((string)(await endpoint.NextAsync()).Message["SubscribeURL"]!), Ct);
        Faults.Set(new FaultRule("SNS", Fault.Duplicate) { Count = 1 });
        await _fixture.RunAsync(Body());
        SnsPost[] posts = [await endpoint.NextAsync(), await endpoint.NextAsync(), await endpoint.NextAsync()];
        posts.Select(post => (string)post.Event["detail"]!["status"]!).ShouldBe(["PROGRESSING", "PROGRESSING", "ERROR"]);
        ((string)posts[1].Event["id"]!).ShouldBe((string)posts[0].Event["id"]!);
    }

    [Fact]
    public async Task Dice_fall_the_same_way_each_time()
    {
        List<string> rounds = [];
        for (var round = 0; round < 2; round++)
        {
            Faults.Set(new FaultRule("GetJob", Fault.Throttle) { Probability = 0.5 });
            var statuses = new StringBuilder();
            for (var i = 0; i < 20; i++) statuses.Append((int)(await _fixture.MediaConvert.CallAsync(HttpMethod.Get, "jobs/none")).Status).Append(' ');
            rounds.Add(statuses.ToString());
        }

        rounds[1].ShouldBe(rounds[0]);
        rounds[0].ShouldContain("429");
        rounds[0].ShouldContain("404");
    }

    [Fact]
    public async Task Rules_are_set_read_and_cleared_over_http()
    {
        var (status, answer) = await FaultsAsync(HttpMethod.Put, """[{"operation":"CreateJob","fault":"server_error","probability":0.25,"count":3},{"operation":"SQS","fault":"delay","delay_ms":50}]""");
        status.ShouldBe(HttpStatusCode.OK, answer);
        Faults.Rules.ShouldBe([new FaultRule("CreateJob", Fault.ServerError) { Probability = 0.25, Count = 3 }, new FaultRule("SQS", Fault.Delay) { DelayMs = 50 }]);
        (await FaultsAsync(HttpMethod.Get)).Answer.ShouldBe(answer);
        foreach (var wrong in (string[])["""[{"operation":"Dance","fault":"drop"}]""", """[{"operation":"SNS","fault":"quota"}]""", """[{"operation":"GetJob","fault":"duplicate"}]""", """[{"operation":"GetJob","fault":"drop","chance":1}]""", """[{"operation":"GetJob","fault":"drop","probability":2}]""", """[{"operation":"GetJob"}]""", "{"])
            (await FaultsAsync(HttpMethod.Put, wrong)).Status.ShouldBe(HttpStatusCode.BadRequest, wrong);
        Faults.Rules.Count.ShouldBe(2);
        (await FaultsAsync(HttpMethod.Delete)).Answer.ShouldBe("[]");
        Faults.Rules.ShouldBeEmpty();
    }

    private JsonObject Body() => Jobs.Body($"s3://{_fixture.Options.MasterBucket}/none.mp4", $"s3://{_fixture.Options.OutputBucket}/books/1", [Jobs.Rendition("_180p", 300_000, height: 180)]);

    private async Task<JsonArray> ListAsync() => (await _fixture.MediaConvert.CallAsync(HttpMethod.Get, "jobs")).Body["jobs"]!.AsArray();

    private async Task<List<string>> StatusesAsync(int count)
    {
        using var sqs = _fixture.NewSqsClient(_fixture.Options.SecretAccessKey);
        List<string> statuses = [];
        while (statuses.Count < count)
        {
            var answer = await sqs.ReceiveMessageAsync(new ReceiveMessageRequest(_fixture.Cloud.QueueUrl.ToString()) { MaxNumberOfMessages = 10, WaitTimeSeconds = 20 }, Ct);
            foreach (var message in answer.Messages ?? [])
            {
                statuses.Add((string)JsonNode.Parse(message.Body)!["detail"]!["status"]!);
                await sqs.DeleteMessageAsync(_fixture.Cloud.QueueUrl.ToString(), message.ReceiptHandle, Ct);
            }
        }

        return statuses;
    }

    private async Task<(HttpStatusCode Status, string Answer)> FaultsAsync(HttpMethod method, string? rules = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_fixture.Cloud.MediaConvertUrl, "/faults")) { Content = rules is null ? null : new StringContent(rules, Encoding.UTF8, "application/json") };
        using var response = await _fixture.Http.SendAsync(request, Ct);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
    }
}
