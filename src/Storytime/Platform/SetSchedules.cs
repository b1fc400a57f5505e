using Hangfire;

namespace Storytime.Platform;

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
