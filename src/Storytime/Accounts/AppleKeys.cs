using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Polly;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <summary>
/// The public keys that Apple signs identity tokens with. <c>ConfigurationManager</c> of the token library would fetch new ones in the background and by the system
/// clock: the first parents after Apple has changed its keys would be refused. Here they wait for the answer.
/// </summary>
internal sealed partial class AppleKeys(IHttpClientFactory clients, IOptions<AppleOptions> options, TimeProvider time, ILogger<AppleKeys> logger) : IDisposable
{
    public const string HttpClientName = "apple";

    private static readonly TimeSpan _fresh = TimeSpan.FromDays(1);

    /// <summary>Tokens with invented key ids, which cost nothing to make, ask Apple this often at the most.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1);
    private volatile Known? _known;
    private DateTimeOffset _nextFetch = DateTimeOffset.MinValue;
    private bool _failed;

    /// <returns>Null when Apple has no such key.</returns>
    /// <exception cref="UnavailableException">Apple does not answer, and the key is not known from before.</exception>
    public async Task<SecurityKey?> FindAsync(string keyId, CancellationToken ct)
    {
        if (_known is { } fresh && time.Now() < fresh.At + _fresh && fresh.Find(keyId) is { } key)
            return key;
        await _turn.WaitAsync(ct);
        try
        {
            // Whoever had the turn before may have fetched it.
            if (time.Now() >= _nextFetch)
                await FetchAsync(ct);
            return _known?.Find(keyId) ?? (_failed ? throw new UnavailableException("Apple does not answer just now. Try again in a moment.") : null);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task FetchAsync(CancellationToken ct)
    {
        try
        {
            using var http = clients.CreateClient(HttpClientName);
            var set = new JsonWebKeySet(await http.GetStringAsync(options.Value.JwksUrl, ct));
            var keys = set.Keys.Where(k => k.Kty == JsonWebAlgorithmsKeyTypes.RSA && k.Use is null or "sig").ToList();
            _failed = keys.Count == 0;
            if (_failed)
                Log.NoKeys(logger);
            else
                _known = new Known(keys, time.Now());
        }
        // No answer, no JSON, or not in time.
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException or ArgumentException or InvalidOperationException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            _failed = true;
            Log.NoAnswer(logger, e.GetType().Name);
        }
        _nextFetch = time.Now() + (_failed ? _pauseAfterFailure : _pause);
    }

    private sealed record Known(List<JsonWebKey> Keys, DateTimeOffset At)
    {
        public JsonWebKey? Find(string keyId) => Keys.Find(k => k.Kid == keyId);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Apple's keys could not be fetched: {Reason}")]
        public static partial void NoAnswer(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "There are no RSA keys where Apple's keys should be")]
        public static partial void NoKeys(ILogger logger);
    }
}
