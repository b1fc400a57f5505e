using System.Linq.Expressions;
using Hangfire;

namespace Storytime.Platform;

/// <summary>Asks a worker to look at something now. What is due stands in its row already, so a nudge that gets lost costs a minute, not the work.</summary>
internal sealed partial class Nudges(IBackgroundJobClient jobs, ILogger<Nudges> log)
{
    /// <param name="after">How long to wait first; at once when it is not given.</param>
    public void Send<T>(Expression<Func<T, Task>> call, TimeSpan? after = null)
    {
        try
        {
            if (after is { } delay)
                jobs.Schedule(call, delay);
            else
                jobs.Enqueue(call);
        }
        catch (BackgroundJobClientException e)
        {
            Log.Lost(log, e, typeof(T).Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A nudge for {Job} could not be stored; the sweep will find what is due")]
        public static partial void Lost(ILogger logger, Exception e, string job);
    }
}
