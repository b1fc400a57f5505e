using Storytime.LocalCloud.CloudFront;
using Storytime.LocalCloud.EventBridge;
using Storytime.LocalCloud.Faults;
using Storytime.LocalCloud.Http;
using Storytime.LocalCloud.MediaConvert;
using Storytime.LocalCloud.S3;
using Storytime.LocalCloud.SecretsManager;
using Storytime.LocalCloud.Signing;
using Storytime.LocalCloud.Sns;
using Storytime.LocalCloud.Sqs;

namespace Storytime.LocalCloud;

/// <summary>S3, MediaConvert, SNS, SQS, Secrets Manager and CloudFront on loopback, in AWS's own wire formats.</summary>
public sealed class CloudServices : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];
    private SnsTopic _topic = null!;

    private CloudServices()
    {
    }

    public Uri S3Url { get; private set; } = null!;
    public Uri MediaConvertUrl { get; private set; } = null!;
    public Uri CdnUrl { get; private set; } = null!;

    /// <summary>The queue that gets MediaConvert's events; SQS's own address is that of MediaConvert.</summary>
    public Uri QueueUrl { get; private set; } = null!;

    public Uri DeadLetterQueueUrl { get; private set; } = null!;

    /// <summary>What goes wrong, and how often; also at <c>/faults</c> of <see cref="MediaConvertUrl"/>.</summary>
    public FaultRules Faults { get; private set; } = null!;

    public SecretVault Secrets { get; private set; } = null!;

    /// <summary>Starts all of them; jobs that an earlier run left unfinished are run again.</summary>
    /// <exception cref="InvalidOperationException">A port is taken, the folder cannot be written, or ffmpeg is missing: one sentence for the person who runs it.</exception>
    public static async Task<CloudServices> StartAsync(CloudOptions options, CancellationToken ct)
    {
        var cloud = new CloudServices();
        try
        {
            await cloud.StartPartsAsync(options, ct);
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    /// <summary>Subscribes an HTTP endpoint to the topic and delivers the SubscriptionConfirmation, again and again for about half a minute.
    /// Notifications follow once the endpoint has fetched the SubscribeURL.</summary>
    /// <exception cref="InvalidOperationException">The endpoint took no confirmation.</exception>
    public Task SubscribeAsync(Uri endpoint, CancellationToken ct) => _topic.SubscribeAsync(endpoint, ct);

    /// <summary>Stops everything; a running job stays PROGRESSING on disk and is run again by the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = _parts.Count - 1; i >= 0; i--) await _parts[i].DisposeAsync();
        _parts.Clear();
    }

    private async Task StartPartsAsync(CloudOptions options, CancellationToken ct)
    {
        var store = ObjectStore.Open(Path.Combine(options.DataFolder, "s3"), [options.MasterBucket, options.OutputBucket], versioned: [options.MasterBucket], options.Time);
        var verifier = new SigV4Verifier(options.AccessKeyId, options.SecretAccessKey, options.Region, options.SigningTime);

        var s3 = await LoopbackServer.StartAsync("S3", options.S3Port, new S3Server(store, verifier, options).MapTo, ct);
        _parts.Add(s3);
        S3Url = s3.Url;

        var behaviours = Behaviour.Default(options.OutputBucket);
        var cdn = await LoopbackServer.StartAsync("CDN", options.CdnPort, new CdnServer(store, behaviours, options).MapTo, ct);
        _parts.Add(cdn);
        CdnUrl = cdn.Url;

        (Faults, Secrets) = (new FaultRules(options.FaultSeed), new SecretVault(options));
        var calls = new SignedCalls(verifier, Faults);
        _topic = new SnsTopic(options);
        _parts.Add(_topic);
        var deadLetters = new MessageQueue($"{options.QueueName}-dlq", options);
        var queue = new MessageQueue(options.QueueName, options, deadLetters, options.QueueMaxReceives);
        var sqs = new SqsServer([queue, deadLetters], options);
        var events = new EventRule(_topic, queue, Faults);
        _parts.Add(events);
        var media = new MediaConvertEngine(options, store, events);
        _parts.Add(media);
        var mediaConvert = await LoopbackServer.StartAsync(
            "MediaConvert",
            options.MediaConvertPort,
            app =>
            {
                new SnsServer(_topic).MapTo(app);
                new TargetServer(sqs, Secrets, calls, options.AccountId).MapTo(app);
                new FaultServer(Faults).MapTo(app);
                new MediaConvertServer(media, store, calls, options).MapTo(app);
            },
            ct);
        _parts.Add(mediaConvert);
        MediaConvertUrl = mediaConvert.Url;
        _topic.ServedAt(mediaConvert.Url);
        sqs.ServedAt(mediaConvert.Url);
        (QueueUrl, DeadLetterQueueUrl) = (sqs.UrlOf(queue), sqs.UrlOf(deadLetters));
        media.Run();
    }
}
