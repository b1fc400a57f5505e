using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;

namespace Storytime.Playback;

/// <summary>
/// The key that signs now. One from a file or from Secrets Manager is read again and again, and goes on being used for as long as nothing better
/// is there. Only the newest is needed: what an older one has signed is the CDN's to check, whose key group holds both for a while.
/// </summary>
internal sealed partial class SigningKeys(IOptions<CloudFrontOptions> options, SecretsManagerClient secrets, ILogger<SigningKeys> log) : IHealthCheck
{
    private readonly CloudFrontOptions _options = options.Value;
    private volatile SigningKey? _current = options.Value.KeyFromSettings();

    public bool HasOne => _current is not null;

    /// <exception cref="UnavailableException">None could be read yet.</exception>
    public SigningKey Current => _current ?? throw new UnavailableException("Storytime cannot open videos just now. Try again in a moment.");

    /// <summary>Reads the key anew from where it is kept. Never throws: what is wrong is logged, and the key stays what it was.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        try
        {
            var content = string.IsNullOrEmpty(_options.PrivateKeySecret)
                ? await File.ReadAllTextAsync(_options.PrivateKeyFile!, ct)
                : await secrets.GetTextAsync(_options.PrivateKeySecret, ct);
            var key = SigningKey.Parse(content, _options.KeyPairId);
            if (key.IsSameAs(_current))
                return;
            _current = key;
            Log.Changed(log, key.KeyPairId);
        }
        // No file, no network, no credentials, no right to read, no key in it: in types that have no common base.
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            Log.NotRead(log, e, _current?.KeyPairId);
        }
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
