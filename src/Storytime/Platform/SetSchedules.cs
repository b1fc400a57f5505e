using Hangfire;

namespace Storytime.Platform;

/// <summary>
/// Stores the recurring jobs, and again every minute: a Redis that keeps nothing on disk forgets them when it starts anew, and without them no sweep would
/// find what it forgot, too. A node must start without its job storage, so it keeps trying.
/// </summary>
internal sealed partial class SetSchedules(Action<IRecurringJobManager> set, IRecurringJobManager jobs, TimeProvider time, ILogger<SetSchedules> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = TimeSpan.FromMinutes(1);
            try
            {
                await Task.Run(() => set(jobs), stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.NotYet(log, e);
                pause = TimeSpan.FromSeconds(5);
            }
            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The schedules could not be stored yet")]
        public static partial void NotYet(ILogger logger, Exception e);
    }
}
