namespace Storytime.LocalCloud;

/// <summary>What the local cloud is made of. Ports of 0 mean any free one.</summary>
public sealed record CloudOptions
{
    /// <summary>Objects, jobs and work files live under this folder; it is made when it is missing.</summary>
    public required string DataFolder { get; init; }

    public int S3Port { get; init; }
    public int MediaConvertPort { get; init; }
    public int CdnPort { get; init; }

    public string AccessKeyId { get; init; } = "AKIALOCALSTORYTIME00";
    public string SecretAccessKey { get; init; } = "local-storytime-secret-access-key";
    public string Region { get; init; } = "us-east-1";
    public string AccountId { get; init; } = "111122223333";
    public string MasterBucket { get; init; } = "storytime-master-uploads";
    public string OutputBucket { get; init; } = "storytime-hls-outputs";
    public string TopicArn { get; init; } = "arn:aws:sns:us-east-1:111122223333:storytime-mediaconvert";

    /// <summary>The queue that gets MediaConvert's events; its dead-letter queue has <c>-dlq</c> behind the name.</summary>
    public string QueueName { get; init; } = "storytime-mediaconvert";

    /// <summary>Receives before a message goes to the dead-letter queue.</summary>
    public int QueueMaxReceives { get; init; } = 5;

    /// <summary>Secrets Manager's secrets at the start, name → SecretString; <see cref="CloudServices.Secrets"/> changes them.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Seed of the dice of <see cref="CloudServices.Faults"/>.</summary>
    public int FaultSeed { get; init; } = 1;

    /// <summary>The CDN's trusted key group: key id → public key PEM (RSA or ECDSA P-256).</summary>
    public required IReadOnlyDictionary<string, string> CloudFrontKeys { get; init; }

    /// <summary>Origins of browser pages that may call S3 and the CDN, compared exactly (<c>http://localhost:5084</c>).</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>How many ffmpeg runs at once.</summary>
    public int ConcurrentJobs { get; init; } = 1;

    /// <summary>Off for tests of hundreds of jobs: neither ffmpeg nor ffprobe is run, and a job whose input exists becomes two seconds of a placeholder, with all the files
    /// that it asks for.</summary>
    public bool TranscodeJobs { get; init; } = true;

    /// <summary>Topic attribute SignatureVersion: "1" is SHA-1 (AWS's default), "2" SHA-256.</summary>
    public string SnsSignatureVersion { get; init; } = "2";

    /// <summary>Pause between delivery attempts; AWS waits 20 s, which nobody wants on a laptop.</summary>
    public TimeSpan SnsRetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Clock of cookies, jobs and notices.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Clock against which SigV4 dates and expiries are checked: the AWS SDK signs by the machine's clock, so this is not <see cref="Time"/>.</summary>
    public TimeProvider SigningTime { get; init; } = TimeProvider.System;

    internal string QueueArn(string name) => $"arn:aws:mediaconvert:{Region}:{AccountId}:queues/{name}";

    internal string JobArn(string id) => $"arn:aws:mediaconvert:{Region}:{AccountId}:jobs/{id}";
}
