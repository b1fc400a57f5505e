using StackExchange.Redis;

namespace Storytime.Platform;

/// <summary>At most so many requests in a window are counted under this key.</summary>
internal sealed record Limit(string Key, int Most);

/// <summary>
/// Counts requests in windows; a window begins with its first request. With Redis all nodes count together. When Redis does not answer, each
/// node goes on with the same limits for itself: families must be able to watch, and a limit that is as many times higher as there are nodes is still one.
/// </summary>
/// <remarks>
/// RedisRateLimiting works, but its Retry-After is up to a second early (it compares whole seconds, of the node's clock), and two limits would be two
/// round trips, of which the first is counted although the second refuses.
/// </remarks>
internal sealed partial class RequestCounts(IConnectionMultiplexer? redis, TimeProvider time, ILogger<RequestCounts> log)
{
    private static readonly TimeSpan _cleanEvery = TimeSpan.FromMinutes(1);

    /// <summary>Redis that has just failed is not asked again so soon: a Redis that hangs would make every request wait.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(5);

    /// <summary>Counts under all keys or, when one of them is at its limit, under none. ARGV: the limits, then the window in ms. Returns how long to wait, ms.</summary>
    private const string Script = """
        local wait = 0
        for i, key in ipairs(KEYS) do
          if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[i]) then
            wait = math.max(wait, redis.call('PTTL', key) + 1)
          end
        end
        if wait > 0 then return wait end
        for _, key in ipairs(KEYS) do
          redis.call('SET', key, 0, 'PX', ARGV[#ARGV], 'NX')
          redis.call('INCR', key)
        end
        return 0
        """;

    private readonly Dictionary<string, (int Count, DateTimeOffset EndsAt)> _here = [];
    private DateTimeOffset _cleanAt;
    private DateTimeOffset _askAgainAt;
    private DateTimeOffset _warnAgainAt;

    /// <returns>Zero when the request was counted; otherwise how long it must wait until none of the limits refuses it.</returns>
    public async ValueTask<TimeSpan> CountAsync(Limit[] limits, TimeSpan window, CancellationToken ct)
    {
        var now = time.Now();
        if (redis is null || IsPausing(now))
            return CountHere(limits, window, now);
        try
        {
            // One slot for all keys, as one script needs it where Redis is a cluster.
            var keys = limits.Select(l => (RedisKey)$"{{storytime:limits}}:{l.Key}").ToArray();
            var arguments = limits.Select(l => (RedisValue)l.Most).Append((RedisValue)window.TotalMilliseconds).ToArray();
            return TimeSpan.FromMilliseconds((long)await redis.GetDatabase().ScriptEvaluateAsync(Script, keys, arguments).WaitAsync(ct));
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            if (Pause(now))
                Log.OnOurOwn(log, e);
            return CountHere(limits, window, now);
        }
    }

    private TimeSpan CountHere(Limit[] limits, TimeSpan window, DateTimeOffset now)
    {
        lock (_here)
        {
            if (now >= _cleanAt)
            {
                foreach (var ended in _here.Where(w => w.Value.EndsAt <= now).Select(w => w.Key).ToList())
                    _here.Remove(ended);
                _cleanAt = now + _cleanEvery;
            }
            var windows = limits.Select(l => _here.TryGetValue(l.Key, out var found) && found.EndsAt > now ? found : (Count: 0, EndsAt: now + window)).ToArray();
            var wait = windows.Zip(limits, (w, l) => w.Count >= l.Most ? w.EndsAt - now : TimeSpan.Zero).Max();
            if (wait == TimeSpan.Zero)
            {
                foreach (var ((count, endsAt), limit) in windows.Zip(limits))
                    _here[limit.Key] = (count + 1, endsAt);
            }
            return wait;
        }
    }

    private bool IsPausing(DateTimeOffset now)
    {
        lock (_here)
            return now < _askAgainAt;
    }

    /// <returns>Whether it is time for a word in the log: once a minute.</returns>
    private bool Pause(DateTimeOffset now)
    {
        lock (_here)
        {
            _askAgainAt = now + _pause;
            if (now < _warnAgainAt)
                return false;
            _warnAgainAt = now + TimeSpan.FromMinutes(1);
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Redis does not answer; this node limits requests by what it counts itself")]
        public static partial void OnOurOwn(ILogger logger, Exception e);
    }
}
