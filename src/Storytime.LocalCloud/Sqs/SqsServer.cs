using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Storytime.LocalCloud.Http;

namespace Storytime.LocalCloud.Sqs;

/// <summary>SQS in AWS JSON 1.0, as its SDKs speak it since 2023 (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html).
/// Members that the local cloud does not know are refused, not ignored.</summary>
internal sealed class SqsServer(IReadOnlyList<MessageQueue> queues, CloudOptions options)
{
    /// <summary>https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html</summary>
    private const int LargestMessage = 1024 * 1024;
    private Uri _url = new("http://localhost/");

    /// <summary>Where the queues are found; known once the server listens.</summary>
    public void ServedAt(Uri url) => _url = url;

    public Uri UrlOf(MessageQueue queue) => new(_url, $"/{options.AccountId}/{queue.Name}");

    public async Task<Answer> ActAsync(string operation, byte[] body, CancellationToken ct)
    {
        if (SignedCalls.Parse(body) is not { } request) return Answer.Error(400, "SerializationException", "The body is not a JSON object.");
        try
        {
            return operation switch
            {
                "SendMessage" => Send(Known(request, "QueueUrl", "MessageBody", "DelaySeconds")),
                "ReceiveMessage" => await ReceiveAsync(Known(request, "QueueUrl", "AttributeNames", "MessageSystemAttributeNames", "MessageAttributeNames", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds"), ct),
                "DeleteMessage" => Delete(Known(request, "QueueUrl", "ReceiptHandle")),
                "DeleteMessageBatch" => DeleteBatch(Known(request, "QueueUrl", "Entries")),
                "ChangeMessageVisibility" => ChangeVisibility(Known(request, "QueueUrl", "ReceiptHandle", "VisibilityTimeout")),
                "GetQueueAttributes" => GetAttributes(Known(request, "QueueUrl", "AttributeNames")),
                "GetQueueUrl" => GetUrl(Known(request, "QueueName", "QueueOwnerAWSAccountId")),
                _ => throw new SqsRefusal("UnsupportedOperation", $"The local cloud has no SQS operation {operation}."),
            };
        }
        catch (SqsRefusal refusal)
        {
            return Answer.Error(400, refusal.Type, refusal.Message);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or JsonException)
        {
            return Answer.Error(400, "SerializationException", "A member has a value of the wrong type.");
        }
    }

    private Answer Send(JsonObject request)
    {
        var (queue, body, delay) = (Queue(request), Text(request, "MessageBody"), Number(request, "DelaySeconds", 0, 900) ?? 0);
        if (System.Text.Encoding.UTF8.GetByteCount(body) > LargestMessage) throw new SqsRefusal("InvalidParameterValue", $"One or more parameters are invalid. Reason: Message must be shorter than {LargestMessage} bytes.");
        return Answer.Ok(new JsonObject { ["MessageId"] = queue.Send(body, TimeSpan.FromSeconds(delay)), ["MD5OfMessageBody"] = QueueMessage.Md5(body) });
    }

    private async Task<Answer> ReceiveAsync(JsonObject request, CancellationToken ct)
    {
        var queue = Queue(request);
        var visibility = Number(request, "VisibilityTimeout", 0, 43_200) is { } seconds ? TimeSpan.FromSeconds(seconds) : MessageQueue.Visibility;
        var messages = await queue.ReceiveAsync(Number(request, "MaxNumberOfMessages", 1, 10) ?? 1, visibility, TimeSpan.FromSeconds(Number(request, "WaitTimeSeconds", 0, 20) ?? 0), ct);
        if (messages.Count == 0) return Answer.Ok([]);
        // AttributeNames is the older name of MessageSystemAttributeNames.
        var asked = Names(request, "AttributeNames").Concat(Names(request, "MessageSystemAttributeNames")).ToHashSet();
        return Answer.Ok(new JsonObject { ["Messages"] = new JsonArray([.. messages.Select(message => ToWire(message, asked))]) });
    }

    private Answer Delete(JsonObject request)
    {
        Queue(request).Delete(Handle(request));
        return Answer.Ok([]);
    }

    private Answer DeleteBatch(JsonObject request)
    {
        var (queue, entries) = (Queue(request), request["Entries"]?.AsArray() ?? []);
        if (entries.Count == 0) throw new SqsRefusal("EmptyBatchRequest", "There should be at least one DeleteMessageBatchRequestEntry in the request.");
        if (entries.Count > 10) throw new SqsRefusal("TooManyEntriesInBatchRequest", $"Maximum number of entries per request are 10. You have sent {entries.Count}.");
        if (entries.Select(entry => Text(entry!.AsObject(), "Id")).Distinct().Count() < entries.Count) throw new SqsRefusal("BatchEntryIdsNotDistinct", "Two entries have the same id.");
        var (done, failed) = (new JsonArray(), new JsonArray());
        foreach (var entry in entries.Select(entry => entry!.AsObject()))
        {
            try
            {
                queue.Delete(Handle(entry));
                done.Add(new JsonObject { ["Id"] = Text(entry, "Id") });
            }
            catch (SqsRefusal refusal)
            {
                failed.Add(new JsonObject { ["Id"] = Text(entry, "Id"), ["SenderFault"] = true, ["Code"] = refusal.Type, ["Message"] = refusal.Message });
            }
        }

        return Answer.Ok(new JsonObject { ["Successful"] = done, ["Failed"] = failed });
    }

    private Answer ChangeVisibility(JsonObject request)
    {
        var seconds = Number(request, "VisibilityTimeout", 0, 43_200) ?? throw new SqsRefusal("MissingParameter", "The request must contain the parameter VisibilityTimeout.");
        return Queue(request).ChangeVisibility(Handle(request), TimeSpan.FromSeconds(seconds))
            ? Answer.Ok([])
            : throw new SqsRefusal("MessageNotInflight", "The specified message isn't in flight.");
    }

    private Answer GetAttributes(JsonObject request)
    {
        var queue = Queue(request);
        var (visible, inFlight, delayed) = queue.Count();
        var all = new Dictionary<string, string>
        {
            ["QueueArn"] = queue.Arn,
            ["ApproximateNumberOfMessages"] = $"{visible}",
            ["ApproximateNumberOfMessagesNotVisible"] = $"{inFlight}",
            ["ApproximateNumberOfMessagesDelayed"] = $"{delayed}",
            ["VisibilityTimeout"] = $"{MessageQueue.Visibility.TotalSeconds}",
            ["MessageRetentionPeriod"] = $"{MessageQueue.Retention.TotalSeconds}",
            ["MaximumMessageSize"] = $"{LargestMessage}",
            ["DelaySeconds"] = "0",
            ["ReceiveMessageWaitTimeSeconds"] = "0",
        };
        if (queue.DeadLetters is { } dead) all["RedrivePolicy"] = new JsonObject { ["deadLetterTargetArn"] = dead.Arn, ["maxReceiveCount"] = queue.MaxReceives }.ToJsonString();
        var asked = Names(request, "AttributeNames");
        if (asked.FirstOrDefault(name => name != "All" && name != "RedrivePolicy" && !all.ContainsKey(name)) is { } unknown) throw new SqsRefusal("InvalidAttributeName", $"Unknown Attribute {unknown}.");
        return Answer.Ok(new JsonObject { ["Attributes"] = new JsonObject(all.Where(pair => asked.Contains("All") || asked.Contains(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))) });
    }

    private Answer GetUrl(JsonObject request)
    {
        var name = Text(request, "QueueName");
        return Answer.Ok(new JsonObject { ["QueueUrl"] = UrlOf(queues.FirstOrDefault(queue => queue.Name == name) ?? throw NoSuchQueue()).ToString() });
    }

    private JsonObject ToWire(QueueMessage message, HashSet<string> asked)
    {
        var attributes = new Dictionary<string, string>
        {
            ["ApproximateReceiveCount"] = $"{message.Receives}",
            ["SentTimestamp"] = $"{message.SentAt.ToUnixTimeMilliseconds()}",
            ["ApproximateFirstReceiveTimestamp"] = $"{message.FirstReceivedAt!.Value.ToUnixTimeMilliseconds()}",
            ["SenderId"] = options.AccountId,
        };
        var wire = new JsonObject { ["MessageId"] = message.Id, ["ReceiptHandle"] = message.Handle(), ["MD5OfBody"] = QueueMessage.Md5(message.Body), ["Body"] = message.Body };
        var told = attributes.Where(pair => asked.Contains("All") || asked.Contains(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)).ToList();
        if (told.Count > 0) wire["Attributes"] = new JsonObject(told);
        return wire;
    }

    /// <summary>By account and name: whether the client calls the host localhost or 127.0.0.1 does not matter.</summary>
    private MessageQueue Queue(JsonObject request)
    {
        var path = Uri.TryCreate(Text(request, "QueueUrl"), UriKind.Absolute, out var url) ? url.AbsolutePath : null;
        return queues.FirstOrDefault(queue => path == $"/{options.AccountId}/{queue.Name}") ?? throw NoSuchQueue();
    }

    private static SqsRefusal NoSuchQueue() => new("QueueDoesNotExist", "The specified queue does not exist.");

    private static JsonObject Known(JsonObject request, params string[] members) =>
        request.Select(member => member.Key).FirstOrDefault(name => !members.Contains(name)) is { } unknown
            ? throw new SqsRefusal("InvalidParameterValue", $"The local cloud does not know the parameter {unknown} here.")
            : request;

    private static string Text(JsonObject request, string name) =>
        (string?)request[name] is { Length: > 0 } text ? text : throw new SqsRefusal("MissingParameter", $"The request must contain the parameter {name}.");

    private static string Handle(JsonObject request)
    {
        var handle = Text(request, "ReceiptHandle");
        return QueueMessage.IdIn(handle) is null ? throw new SqsRefusal("ReceiptHandleIsInvalid", $"The input receipt handle \"{handle}\" is not a valid receipt handle.") : handle;
    }

    private static IReadOnlyList<string> Names(JsonObject request, string member) => request[member] is JsonArray names ? [.. names.Select(name => (string)name!)] : [];

    private static int? Number(JsonObject request, string name, int least, int most) => (int?)request[name] is not { } value || (value >= least && value <= most)
        ? (int?)request[name]
        : throw new SqsRefusal("InvalidParameterValue", string.Create(CultureInfo.InvariantCulture, $"Value {value} for parameter {name} is invalid. Reason: Must be between {least} and {most}, if provided."));

    private sealed class SqsRefusal(string type, string message) : Exception(message)
    {
        public string Type { get; } = type;
    }
}
