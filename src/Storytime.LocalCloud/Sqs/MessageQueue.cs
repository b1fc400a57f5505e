using System.Text.Json;

namespace Storytime.LocalCloud.Sqs;

/// <summary>A standard queue (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html): at least once, in about the order of
/// sending. Each message is also a file, so that it survives a restart.</summary>
internal sealed class MessageQueue
{
    /// <summary>SQS's defaults.</summary>
    public static readonly TimeSpan Visibility = TimeSpan.FromSeconds(30), Retention = TimeSpan.FromDays(4);

    /// <summary>How often a waiting receiver looks for messages whose visibility timeout has ended.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private readonly SortedDictionary<long, QueueMessage> _messages = [];
    private readonly Lock _changing = new();
    private readonly string _folder;
    private readonly TimeProvider _time;
    private TaskCompletionSource _sent = NewSignal();
    private long _last;

    /// <param name="name">Also the name of its folder.</param>
    /// <param name="deadLetters">Where a message goes instead of a receive beyond <paramref name="maxReceives"/>.</param>
    public MessageQueue(string name, CloudOptions options, MessageQueue? deadLetters = null, int maxReceives = 0)
    {
        (Name, Arn, DeadLetters, MaxReceives, _time) = (name, $"arn:aws:sqs:{options.Region}:{options.AccountId}:{name}", deadLetters, maxReceives, options.Time);
        _folder = Path.Combine(options.DataFolder, "sqs", name);
        Directory.CreateDirectory(_folder);
        foreach (var file in Directory.EnumerateFiles(_folder, "*.json"))
        {
            var message = JsonSerializer.Deserialize<QueueMessage>(File.ReadAllBytes(file))!;
            if (message.SentAt + Retention < Now()) File.Delete(file);
            else _messages[message.Number] = message;
        }

        _last = _messages.Keys.LastOrDefault();
    }

    public string Name { get; }
    public string Arn { get; }
    public MessageQueue? DeadLetters { get; }
    public int MaxReceives { get; }

    /// <summary>The message's id.</summary>
    public string Send(string body, TimeSpan delay = default)
    {
        var now = Now();
        var message = new QueueMessage { Number = 0, Id = Guid.NewGuid().ToString(), Body = body, SentAt = now, VisibleAt = now + delay };
        Add(message);
        return message.Id;
    }

    /// <summary>Waits for the first messages, at most <paramref name="wait"/> of the machine's time; empty when none came.</summary>
    public async Task<IReadOnlyList<QueueMessage>> ReceiveAsync(int most, TimeSpan visibility, TimeSpan wait, CancellationToken ct)
    {
        var end = TimeProvider.System.GetTimestamp() + (long)(wait.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (true)
        {
            // Taken before the look, so that a message sent in between is not slept over.
            var sent = Volatile.Read(ref _sent).Task;
            var received = Take(most, visibility);
            var left = TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), end);
            if (received.Count > 0 || left <= TimeSpan.Zero || ct.IsCancellationRequested) return received;
            await Task.WhenAny(sent, Task.Delay(left < Look ? left : Look, ct));
        }
    }

    /// <summary>A message that is gone, or was received again since, is left alone: the answer is the same, as SQS's is.</summary>
    public void Delete(string handle)
    {
        lock (_changing)
        {
            if (Find(handle) is not { } message) return;
            _messages.Remove(message.Number);
            File.Delete(FileOf(message));
        }
    }

    /// <summary>False when the message is not in flight.</summary>
    public bool ChangeVisibility(string handle, TimeSpan visibility)
    {
        lock (_changing)
        {
            var now = Now();
            if (Find(handle) is not { } message || message.VisibleAt <= now) return false;
            Save(message with { VisibleAt = now + visibility });
            return true;
        }
    }

    public (int Visible, int InFlight, int Delayed) Count()
    {
        lock (_changing)
        {
            var (now, all) = (Now(), _messages.Values);
            return (all.Count(message => message.VisibleAt <= now), all.Count(message => message.VisibleAt > now && message.Receives > 0), all.Count(message => message.VisibleAt > now && message.Receives == 0));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Add(QueueMessage message)
    {
        lock (_changing) Save(message with { Number = ++_last });
        Interlocked.Exchange(ref _sent, NewSignal()).TrySetResult();
    }

    private List<QueueMessage> Take(int most, TimeSpan visibility)
    {
        List<QueueMessage> received = [];
        lock (_changing)
        {
            var now = Now();
            foreach (var message in _messages.Values.Where(message => message.VisibleAt <= now).ToList())
            {
                if (received.Count == most) break;
                if (DeadLetters is not null && message.Receives >= MaxReceives)
                {
                    DeadLetters.Add(message);
                    _messages.Remove(message.Number);
                    File.Delete(FileOf(message));
                    continue;
                }

                received.Add(message with { Receives = message.Receives + 1, FirstReceivedAt = message.FirstReceivedAt ?? now, VisibleAt = now + visibility });
                Save(received[^1]);
            }
        }

        return received;
    }

    private QueueMessage? Find(string handle)
    {
        var id = QueueMessage.IdIn(handle);
        return _messages.Values.FirstOrDefault(message => message.Id == id && message.Receives > 0 && message.Handle() == handle);
    }

    private void Save(QueueMessage message)
    {
        var file = FileOf(message);
        File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(message));
        File.Move(file + ".new", file, overwrite: true);
        _messages[message.Number] = message;
    }

    private string FileOf(QueueMessage message) => Path.Combine(_folder, $"{message.Number:D12}.json");

    private DateTimeOffset Now() => _time.GetUtcNow();
}
