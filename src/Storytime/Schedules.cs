using Hangfire;
using Storytime.Accounts;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Data;
using Storytime.Privacy;
using Storytime.Reporting;
using Storytime.Rights;
using Storytime.Usage;
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
        // Mails whose nudge was lost, and those that the mail server did not take.
        jobs.AddOrUpdate<SendMails>("send-mails", j => j.RunAsync(CancellationToken.None), Cron.Minutely());
        jobs.AddOrUpdate<CleanLinks>("clean-links", j => j.RunAsync(CancellationToken.None), Cron.Hourly(15));
        jobs.AddOrUpdate<CleanVideos>("clean-videos", j => j.RunAsync(CancellationToken.None), Cron.Hourly());
        jobs.AddOrUpdate<CleanCovers>("clean-covers", j => j.RunAsync(CancellationToken.None), Cron.Hourly(30));
        jobs.AddOrUpdate<CleanSessions>("clean-sessions", j => j.RunAsync(CancellationToken.None), Cron.Daily(3));
        // The second pass of an erasure, and what a crash left of the first.
        jobs.AddOrUpdate<EraseData>("erase-data", j => j.SweepAsync(CancellationToken.None), Cron.Minutely());
        jobs.AddOrUpdate<RollUpJobs>("roll-up-usage", j => j.RunAsync(CancellationToken.None), "*/2 * * * *");
        jobs.AddOrUpdate<RollUpJobs>("check-rollups", j => j.NightlyAsync(CancellationToken.None), Cron.Daily(1));
        jobs.AddOrUpdate<CleanSetAside>("clean-set-aside", j => j.RunAsync(CancellationToken.None), Cron.Daily(4));
        jobs.AddOrUpdate<RecomputeDrafts>("recompute-drafts", j => j.RunAsync(CancellationToken.None), Cron.Daily(4));
        jobs.AddOrUpdate<ArchiveUsage>("archive-usage", j => j.RunAsync(CancellationToken.None), Cron.Daily(1, 30));
        jobs.AddOrUpdate<DropOldMonths>("drop-old-months", j => j.RunAsync(CancellationToken.None), Cron.Daily(2));
        jobs.AddOrUpdate<ExpireContracts>("expire-contracts", j => j.RunAsync(CancellationToken.None), Cron.Hourly(3));
        jobs.AddOrUpdate<CleanCatalogChanges>("clean-catalog-changes", j => j.RunAsync(CancellationToken.None), Cron.Hourly(45));
        jobs.AddOrUpdate<Partitions>("make-partitions", p => p.MakeAheadAsync(CancellationToken.None), Cron.Daily());
    }
}
