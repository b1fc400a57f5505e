using System.Linq.Expressions;
using Hangfire;

namespace Storytime.Platform;

/// <summary>Asks a worker to look at something now. What is due stands in its row already, so a nudge that gets lost costs a minute, not the work.</summary>
internal sealed partial class Nudges(IBackgroundJobClient jobs, ILogger<Nudges> log)
{
    public void Send<T>(Expression<Func<T, Task>> call)
    {
        try
        {
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

/// <summary>Stores the recurring jobs; keeps trying while the database does not answer, because a node must start without it.</summary>
internal sealed partial class SetSchedules(Action<IRecurringJobManager> set, IRecurringJobManager jobs, ILogger<SetSchedules> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Run(() => set(jobs), stoppingToken);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.NotYet(log, e);
                await Task.Delay(TimeSpan.FromSeconds(5), stoppingToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The schedules could not be stored yet")]
        public static partial void NotYet(ILogger logger, Exception e);
    }
}
