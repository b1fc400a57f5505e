using Hangfire;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Data;
using Storytime.Privacy;
using Storytime.Videos;

namespace Storytime;

/// <summary>All that runs by the clock (cron in UTC; with six fields the first one is seconds).</summary>
internal static class Schedules
{
    public static void Set(IRecurringJobManager jobs)
    {
        // What a lost notice left behind, and progress in between notices.
        jobs.AddOrUpdate<PollVideos>("poll-videos", j => j.RunAsync(CancellationToken.None), "*/15 * * * * *");
        // What a crash, a full queue or a throttled submit left behind.
        jobs.AddOrUpdate<SweepVideos>("sweep-videos", j => j.RunAsync(CancellationToken.None), Cron.Minutely());
        jobs.AddOrUpdate<MakePosters>("make-posters", j => j.SweepAsync(CancellationToken.None), Cron.Minutely());
        jobs.AddOrUpdate<CleanVideos>("clean-videos", j => j.RunAsync(CancellationToken.None), Cron.Hourly());
        jobs.AddOrUpdate<CleanCovers>("clean-covers", j => j.RunAsync(CancellationToken.None), Cron.Hourly(30));
        // The second pass of an erasure, and what a crash left of the first.
        jobs.AddOrUpdate<EraseData>("erase-data", j => j.SweepAsync(CancellationToken.None), Cron.Minutely());
        jobs.AddOrUpdate<DropOldMonths>("drop-old-months", j => j.RunAsync(CancellationToken.None), Cron.Daily(2));
        jobs.AddOrUpdate<CleanSessions>("clean-sessions", j => j.RunAsync(CancellationToken.None), Cron.Daily(3));
        jobs.AddOrUpdate<Partitions>("make-partitions", p => p.MakeAheadAsync(CancellationToken.None), Cron.Daily());
    }
}
