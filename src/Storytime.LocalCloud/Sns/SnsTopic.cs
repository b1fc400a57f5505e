using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storytime.LocalCloud.Sns;

/// <summary>The one topic, with HTTP subscriptions that live as long as the program (https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html).</summary>
internal sealed class SnsTopic : IAsyncDisposable
{
    private const int Retries = 3;
    private const int ConfirmationAttempts = 60;
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ConcurrentDictionary<Uri, Subscription> _subscriptions = new();
    private readonly ConcurrentBag<Task> _deliveries = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(15) };
    private readonly CloudOptions _options;
    private Uri _url = new("http://localhost/");

    public SnsTopic(CloudOptions options)
    {
        _options = options;
        Signer = new SnsSigner(options.SnsSignatureVersion, options.Time.GetUtcNow());
    }

    public SnsSigner Signer { get; }
    public string Arn => _options.TopicArn;

    /// <summary>Where the certificate and the SubscribeURLs are found; known once the server listens.</summary>
    public void ServedAt(Uri url) => _url = url;

    public async Task SubscribeAsync(Uri endpoint, CancellationToken ct)
    {
        var fresh = new Subscription(endpoint, $"{Arn}:{Guid.NewGuid()}", Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(96)));
        var subscription = _subscriptions.GetOrAdd(endpoint, fresh);
        if (subscription == fresh) _deliveries.Add(Task.Run(() => DeliverAsync(fresh), ct));
        if (subscription.Confirmed) return;
        var confirmation = Confirmation(subscription);
        for (var attempt = 1; ; attempt++)
        {
            var answer = await PostAsync(subscription, confirmation, ct);
            if (answer is >= 200 and < 300) return;
            if (!IsTemporary(answer) || attempt == ConfirmationAttempts)
                throw new InvalidOperationException($"{endpoint} did not take the subscription confirmation: {(answer is null ? "no answer" : $"it answered {answer}")}.");
            await Task.Delay(_options.SnsRetryDelay, ct);
        }
    }

    /// <summary>The subscription's ARN, or null when the token is of none.</summary>
    public string? Confirm(string token)
    {
        var subscription = _subscriptions.Values.FirstOrDefault(candidate => candidate.Token == token);
        if (subscription is not null) subscription.Confirmed = true;
        return subscription?.Arn;
    }

    public bool Unsubscribe(string arn)
    {
        var subscription = _subscriptions.Values.FirstOrDefault(candidate => candidate.Arn == arn);
        if (subscription is null || !_subscriptions.TryRemove(subscription.Endpoint, out _)) return false;
        subscription.Close();
        return true;
    }

    /// <summary>Returns at once; deliveries follow.</summary>
    public void Publish(string message)
    {
        foreach (var subscription in _subscriptions.Values.Where(subscription => subscription.Confirmed))
        {
            var id = Guid.NewGuid().ToString();
            var notification = new JsonObject { ["Type"] = "Notification", ["MessageId"] = id, ["TopicArn"] = Arn, ["Message"] = message, ["Timestamp"] = Now() };
            Sign(notification);
            notification["UnsubscribeURL"] = new Uri(_url, $"/?Action=Unsubscribe&SubscriptionArn={subscription.Arn}").ToString();
            subscription.Enqueue(new Delivery("Notification", id, notification.ToJsonString(Json)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions.Values) subscription.Close();
        await _stopping.CancelAsync();
        await Task.WhenAll(_deliveries);
        _http.Dispose();
        Signer.Dispose();
        _stopping.Dispose();
    }

    private Delivery Confirmation(Subscription subscription)
    {
        var id = Guid.NewGuid().ToString();
        var message = new JsonObject
        {
            ["Type"] = "SubscriptionConfirmation",
            ["MessageId"] = id,
            ["Token"] = subscription.Token,
            ["TopicArn"] = Arn,
            ["Message"] = $"You have chosen to subscribe to the topic {Arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.",
            ["SubscribeURL"] = new Uri(_url, $"/?Action=ConfirmSubscription&TopicArn={Arn}&Token={subscription.Token}").ToString(),
            ["Timestamp"] = Now(),
        };
        Sign(message);
        return new Delivery("SubscriptionConfirmation", id, message.ToJsonString(Json));
    }

    private void Sign(JsonObject message)
    {
        var signature = Signer.Sign(message);
        message["SignatureVersion"] = Signer.Version;
        message["Signature"] = signature;
        message["SigningCertURL"] = new Uri(_url, Signer.CertificatePath).ToString();
    }

    private async Task DeliverAsync(Subscription subscription)
    {
        try
        {
            await foreach (var delivery in subscription.Waiting.ReadAllAsync(_stopping.Token))
            {
                for (var attempt = 0; IsTemporary(await PostAsync(subscription, delivery, _stopping.Token)) && attempt < Retries; attempt++) await Task.Delay(_options.SnsRetryDelay, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <returns>The status, or null when there was no answer in time.</returns>
    private async Task<int?> PostAsync(Subscription subscription, Delivery delivery, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, subscription.Endpoint);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/plain; charset=UTF-8");
        request.Headers.Add("x-amz-sns-message-type", delivery.Type);
        request.Headers.Add("x-amz-sns-message-id", delivery.MessageId);
        request.Headers.Add("x-amz-sns-topic-arn", Arn);
        if (delivery.Type == "Notification") request.Headers.Add("x-amz-sns-subscription-arn", subscription.Arn);
        request.Headers.TryAddWithoutValidation("User-Agent", "Amazon Simple Notification Service Agent");
        try
        {
            using var response = await _http.SendAsync(request, ct);
            return (int)response.StatusCode;
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Timeouts, 5xx and 429 are tried again, everything else is final (https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html).</summary>
    private static bool IsTemporary(int? status) => status is null or 429 or >= 500;

    private string Now() => _options.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
