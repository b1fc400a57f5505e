using System.Threading.Channels;

namespace Storytime.LocalCloud.Sns;

/// <summary>A message on its way; the same id on every attempt.</summary>
internal sealed record Delivery(string Type, string MessageId, string Body);

/// <summary>One HTTP endpoint with its queue: messages arrive in the order of publishing, and a slow endpoint holds up nobody else.</summary>
internal sealed class Subscription(Uri endpoint, string arn, string token)
{
    private readonly Channel<Delivery> _queue = Channel.CreateUnbounded<Delivery>();

    public Uri Endpoint { get; } = endpoint;
    public string Arn { get; } = arn;
    public string Token { get; } = token;
    public bool Confirmed { get; set; }
    public ChannelReader<Delivery> Waiting => _queue.Reader;

    public void Enqueue(Delivery delivery) => _queue.Writer.TryWrite(delivery);

    public void Close() => _queue.Writer.TryComplete();
}
