using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Storytime.Platform;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;

namespace Storytime.Playback;

/// <summary>Where a signing key comes from.</summary>
public enum SigningKeySource
{
    Settings,
    File,
    SecretsManager,
}

/// <summary>What may be told of a key that signs, or signed: never the key.</summary>
/// <param name="MadeAt">When its file or secret was written; null where that is not known.</param>
/// <param name="KnownSince">When this node first had it.</param>
/// <param name="ReplacedAt">Null while it signs.</param>
internal sealed record KnownSigningKey(string KeyPairId, SigningKeySource Source, DateTimeOffset? MadeAt, DateTimeOffset KnownSince, DateTimeOffset? ReplacedAt);

/// <summary>
/// The key that signs now. One from a file or from Secrets Manager is read again and again, and goes on being used for as long as nothing better
/// is there. Only the newest is needed: what an older one has signed is the CDN's to check, whose key group holds both for a while.
/// </summary>
internal sealed partial class SigningKeys : IHealthCheck
{
    private readonly CloudFrontOptions _options;
    private readonly SecretsManagerClient _secrets;
    private readonly TimeProvider _time;
    private readonly ILogger<SigningKeys> _log;
    private volatile SigningKey? _current;
    private volatile KnownSigningKey[] _known = [];

    public SigningKeys(IOptions<CloudFrontOptions> options, SecretsManagerClient secrets, TimeProvider time, ILogger<SigningKeys> log)
    {
        (_options, _secrets, _time, _log) = (options.Value, secrets, time, log);
        if (_options.KeyFromSettings() is { } key)
            Use(key, SigningKeySource.Settings, madeAt: null);
    }

    /// <summary>Every key that this node has had since it started, the one that signs first.</summary>
    public IReadOnlyList<KnownSigningKey> Known => _known;

    public bool HasOne => _current is not null;

    /// <exception cref="UnavailableException">None could be read yet.</exception>
    public SigningKey Current => _current ?? throw new UnavailableException("Storytime cannot open videos just now. Try again in a moment.");

    /// <summary>Reads the key anew from where it is kept. Never throws: what is wrong is logged, and the key stays what it was.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        try
        {
            var (content, madeAt) = string.IsNullOrEmpty(_options.PrivateKeySecret)
                ? new SecretText(await File.ReadAllTextAsync(_options.PrivateKeyFile!, ct), new DateTimeOffset(File.GetLastWriteTimeUtc(_options.PrivateKeyFile!)).Stored())
                : await _secrets.GetTextAsync(_options.PrivateKeySecret, ct);
            var key = SigningKey.Parse(content, _options.KeyPairId);
            if (key.IsSameAs(_current))
                return;
            Use(key, string.IsNullOrEmpty(_options.PrivateKeySecret) ? SigningKeySource.File : SigningKeySource.SecretsManager, madeAt);
            Log.Changed(_log, key.KeyPairId);
        }
        // No file, no network, no credentials, no right to read, no key in it: in types that have no common base.
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            Log.NotRead(_log, e, _current?.KeyPairId);
        }
    }

    private void Use(SigningKey key, SigningKeySource source, DateTimeOffset? madeAt)
    {
        var now = _time.Now();
        _known = [new KnownSigningKey(key.KeyPairId, source, madeAt, now, null), .. _known.Select(k => k with { ReplacedAt = k.ReplacedAt ?? now })];
        _current = key;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        HasOne ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The key that signs CloudFront cookies could not be read yet; the log says why."));

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "CloudFront cookies are signed with key {KeyPairId} from now on")]
        public static partial void Changed(ILogger logger, string keyPairId);

        [LoggerMessage(LogLevel.Error, "The key that signs CloudFront cookies could not be read; in use is {KeyPairId}")]
        public static partial void NotRead(ILogger logger, Exception e, string? keyPairId);
    }
}
