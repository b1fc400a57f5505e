using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Storytime.LocalCloud.Faults;
using Storytime.LocalCloud.Sns;
using Storytime.LocalCloud.Sqs;

namespace Storytime.LocalCloud.EventBridge;

/// <summary>The rule "MediaConvert Job State Change" with its two targets: the topic, and the queue, which gets the bare event
/// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html).</summary>
internal sealed class EventRule(SnsTopic topic, MessageQueue queue, FaultRules faults) : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _changing = new();
    private readonly List<Task> _late = [];

    /// <summary>Returns at once; what goes to the topic is delivered later.</summary>
    public void Publish(JsonObject message)
    {
        var text = message.ToJsonString(Json);
        Deliver("SNS", () => topic.Publish(text));
        Deliver("SQS", () => queue.Send(text));
    }

    /// <summary>What is late is delivered now.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_late);
        _stopping.Dispose();
    }

    private void Deliver(string target, Action send)
    {
        var rule = faults.Take(target);
        if (rule is { Fault: Fault.Delay })
        {
            lock (_changing) _late.Add(DeliverLateAsync(rule.Delay, send));
            return;
        }

        var copies = rule?.Fault switch { Fault.Drop => 0, Fault.Duplicate => rule.Factor, _ => 1 };
        for (var i = 0; i < copies; i++) send();
    }

    private async Task DeliverLateAsync(TimeSpan delay, Action send)
    {
        await Task.Delay(delay, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        send();
    }
}
