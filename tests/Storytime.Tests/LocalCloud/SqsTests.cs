using System.Net;
using System.Text.Json.Nodes;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace Storytime.Tests.LocalCloud;

/// <summary>The queue, as AWS's own SDK sees it; each test has a cloud of its own.</summary>
public sealed class SqsTests : IAsyncLifetime
{
    private readonly CloudFixture _fixture = new();
    private AmazonSQSClient _sqs = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private string QueueUrl => _fixture.Cloud.QueueUrl.ToString();

    public async ValueTask InitializeAsync()
    {
        await _fixture.InitializeAsync();
        _sqs = _fixture.NewSqsClient(_fixture.Options.SecretAccessKey);
    }

    public ValueTask DisposeAsync()
    {
        _sqs?.Dispose();
        return _fixture.DisposeAsync();
    }

    [Fact]
    public async Task Messages_are_received_in_order_and_deleted()
    {
        (await _sqs.GetQueueUrlAsync("storytime-mediaconvert", Ct)).QueueUrl.ShouldBe(QueueUrl);
        // The SDK itself compares the MD5 of what it sent and of what it received.
        foreach (var text in (string[])["one", "zwei ü", "three"]) (await _sqs.SendMessageAsync(QueueUrl, text, Ct)).MessageId.ShouldNotBeEmpty();

        var received = await ReceiveAsync(most: 10);
        received.Select(message => message.Body).ShouldBe(["one", "zwei ü", "three"]);
        received.ShouldAllBe(message => message.Attributes["ApproximateReceiveCount"] == "1" && message.Attributes["SentTimestamp"].Length == 13);
        (await ReceiveAsync()).ShouldBeEmpty();
        (await CountsAsync()).ShouldBe((0, 3));

        await _sqs.DeleteMessageAsync(QueueUrl, received[0].ReceiptHandle, Ct);
        var batch = await _sqs.DeleteMessageBatchAsync(QueueUrl, [new("a", received[1].ReceiptHandle), new("b", "nonsense")], Ct);
        batch.Successful.Single().Id.ShouldBe("a");
        (batch.Failed.Single().Id, batch.Failed[0].Code).ShouldBe(("b", "ReceiptHandleIsInvalid"));
        (await CountsAsync()).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Message_that_is_not_deleted_comes_again_and_its_old_handle_no_longer_deletes_it()
    {
        await _sqs.SendMessageAsync(QueueUrl, "again", Ct);
        var first = (await ReceiveAsync(visibility: 60)).Single();
        await _sqs.ChangeMessageVisibilityAsync(QueueUrl, first.ReceiptHandle, 0, Ct);
        var second = (await ReceiveAsync(visibility: 60)).Single();
        (second.MessageId, second.Attributes["ApproximateReceiveCount"]).ShouldBe((first.MessageId, "2"));
        _fixture.Clock.By += TimeSpan.FromSeconds(61);
        var third = (await ReceiveAsync()).Single();
        third.Attributes["ApproximateReceiveCount"].ShouldBe("3");

        await _sqs.DeleteMessageAsync(QueueUrl, second.ReceiptHandle, Ct);
        (await CountsAsync()).ShouldBe((0, 1));
        await _sqs.DeleteMessageAsync(QueueUrl, third.ReceiptHandle, Ct);
        (await CountsAsync()).ShouldBe((0, 0));
        (await Should.ThrowAsync<MessageNotInflightException>(() => _sqs.ChangeMessageVisibilityAsync(QueueUrl, third.ReceiptHandle, 5, Ct))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Sixth_receive_finds_the_message_in_the_dead_letter_queue()
    {
        var id = (await _sqs.SendMessageAsync(QueueUrl, "poison", Ct)).MessageId;
        for (var i = 1; i <= 5; i++) (await ReceiveAsync(visibility: 0)).Single().Attributes["ApproximateReceiveCount"].ShouldBe($"{i}");
        (await ReceiveAsync()).ShouldBeEmpty();

        var dead = (await _sqs.ReceiveMessageAsync(_fixture.Cloud.DeadLetterQueueUrl.ToString(), Ct)).Messages.Single();
        (dead.MessageId, dead.Body).ShouldBe((id, "poison"));
        var policy = JsonNode.Parse((await _sqs.GetQueueAttributesAsync(QueueUrl, ["RedrivePolicy"], Ct)).Attributes["RedrivePolicy"])!;
        ((string)policy["deadLetterTargetArn"]!).ShouldBe("arn:aws:sqs:us-east-1:111122223333:storytime-mediaconvert-dlq");
        ((int)policy["maxReceiveCount"]!).ShouldBe(5);
    }

    [Fact]
    public async Task Long_poll_ends_when_a_message_comes()
    {
        var polling = _sqs.ReceiveMessageAsync(new ReceiveMessageRequest(QueueUrl) { WaitTimeSeconds = 20 }, Ct);
        await _sqs.SendMessageAsync(QueueUrl, "late", Ct);
        (await polling).Messages.Single().Body.ShouldBe("late");
    }

    [Fact]
    public async Task Messages_survive_a_restart_with_their_counts_and_handles()
    {
        await _sqs.SendMessageAsync(QueueUrl, "kept", Ct);
        var before = (await ReceiveAsync(visibility: 300)).Single();
        await _fixture.Cloud.DisposeAsync();
        await _fixture.StartAsync();
        _sqs.Dispose();
        _sqs = _fixture.NewSqsClient(_fixture.Options.SecretAccessKey);

        (await CountsAsync()).ShouldBe((0, 1));
        _fixture.Clock.By += TimeSpan.FromSeconds(301);
        var after = (await ReceiveAsync()).Single();
        (after.MessageId, after.Attributes["ApproximateReceiveCount"]).ShouldBe((before.MessageId, "2"));
        await _sqs.DeleteMessageAsync(QueueUrl, after.ReceiptHandle, Ct);
        (await CountsAsync()).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Event_of_a_job_is_the_bare_event()
    {
        var body = Jobs.Body($"s3://{_fixture.Options.MasterBucket}/none.mp4", $"s3://{_fixture.Options.OutputBucket}/books/1", [Jobs.Rendition("_180p", 300_000, height: 180)]);
        var id = (string)(await _fixture.RunAsync(body))["id"]!;

        List<JsonNode> events = [];
        while (events.Count < 2) events.AddRange((await ReceiveAsync(most: 10, wait: 20)).Select(message => JsonNode.Parse(message.Body)!));
        events.Select(message => (string)message["detail"]!["status"]!).ShouldBe(["PROGRESSING", "ERROR"]);
        events.ShouldAllBe(message => (string)message["detail-type"]! == "MediaConvert Job State Change" && (string)message["detail"]!["jobId"]! == id);
        events.ShouldAllBe(message => (string)message["detail"]!["userMetadata"]!["videoAssetId"]! == "41");
    }

    [Fact]
    public async Task Wrong_requests_are_refused_in_the_services_words()
    {
        (await Should.ThrowAsync<QueueDoesNotExistException>(() => _sqs.GetQueueUrlAsync("other", Ct))).ErrorCode.ShouldBe("AWS.SimpleQueueService.NonExistentQueue");
        await Should.ThrowAsync<QueueDoesNotExistException>(() => _sqs.SendMessageAsync(QueueUrl + "x", "lost", Ct));
        await Should.ThrowAsync<ReceiptHandleIsInvalidException>(() => _sqs.DeleteMessageAsync(QueueUrl, "nonsense", Ct));
        await Should.ThrowAsync<EmptyBatchRequestException>(() => _sqs.DeleteMessageBatchAsync(QueueUrl, [], Ct));
        foreach (var wrong in (ReceiveMessageRequest[])[new(QueueUrl) { MaxNumberOfMessages = 11 }, new(QueueUrl) { WaitTimeSeconds = 21 }, new(QueueUrl) { VisibilityTimeout = 43_201 }])
            (await Should.ThrowAsync<AmazonSQSException>(() => _sqs.ReceiveMessageAsync(wrong, Ct))).ErrorCode.ShouldBe("InvalidParameterValue");
        using var stranger = _fixture.NewSqsClient("wrong");
        var refusal = await Should.ThrowAsync<AmazonSQSException>(() => stranger.SendMessageAsync(QueueUrl, "forged", Ct));
        (refusal.StatusCode, refusal.ErrorCode).ShouldBe((HttpStatusCode.Forbidden, "InvalidSignatureException"));
        (await CountsAsync()).ShouldBe((0, 0));
    }

    private async Task<List<Message>> ReceiveAsync(int most = 1, int? visibility = null, int wait = 0) => (await _sqs.ReceiveMessageAsync(
        new ReceiveMessageRequest(QueueUrl) { MaxNumberOfMessages = most, VisibilityTimeout = visibility, WaitTimeSeconds = wait, MessageSystemAttributeNames = ["All"] }, Ct)).Messages ?? [];

    private async Task<(int Visible, int InFlight)> CountsAsync()
    {
        var attributes = await _sqs.GetQueueAttributesAsync(QueueUrl, ["All"], Ct);
        return (attributes.ApproximateNumberOfMessages, attributes.ApproximateNumberOfMessagesNotVisible);
    }
}
