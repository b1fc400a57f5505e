using Microsoft.EntityFrameworkCore;
using Storytime.LocalCloud;
using Storytime.LocalCloud.Faults;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>With jobs that are done at once, notices by SNS, and nobody who works but the worker nodes that a test starts and kills.</summary>
public sealed class StormHost(Database database) : PipelineHost(database)
{
    protected override CloudOptions Change(CloudOptions cloud) => cloud with { TranscodeJobs = false, ConcurrentJobs = 4 };

    protected override Task ConfigureAsync(StorytimeApp app)
    {
        app.InRealTime().With("Roles", "web").With("Aws:MediaConvertReadsPerSecond", "1000");
        return Task.CompletedTask;
    }
}

public sealed class StormTests(StormHost host, ITestOutputHelper output) : IClassFixture<StormHost>
{
    private const int Assets = 200;
    private const int Kills = 12;

    [Fact]
    public async Task Two_hundred_videos_get_one_job_each_whatever_is_lost_throttled_or_killed()
    {
        host.Cloud.Faults.Set(
            new FaultRule("CreateJob", Fault.LostAnswer) { Probability = 0.25 },
            new FaultRule("CreateJob", Fault.Throttle) { Probability = 0.15 },
            new FaultRule("CreateJob", Fault.Quota) { Probability = 0.05 },
            new FaultRule("CreateJob", Fault.ServerError) { Probability = 0.1 },
            new FaultRule("ListJobs", Fault.Throttle) { Probability = 0.1 },
            new FaultRule("SNS", Fault.Drop) { Probability = 0.3 },
            new FaultRule("SNS", Fault.Duplicate) { Probability = 0.2 });
        var ids = new List<long>();
        foreach (var _ in Enumerable.Range(0, Assets))
            ids.Add(await host.AssetAsync(await host.BookAsync(), TestVideos.Broken));

        var random = new Random(7);
        for (var kill = 0; kill < Kills && await CountAsync("uploaded") > 0; kill++)
        {
            await using var worker = WorkerProcess.Start(host.App);
            // Killed in the thick of it: after so many further tries, got through or not, wherever the others are by then. One that finds little to do is killed anyway.
            var (enough, patience) = (await TriesAsync() + random.Next(1, 2 * Assets / Kills), TimeProvider.System.GetTimestamp());
            await WhileAsync(async () => !worker.HasEnded && await TriesAsync() < enough && TimeProvider.System.GetElapsedTime(patience).TotalSeconds < 15, () => Task.CompletedTask);
        }
        output.WriteLine($"After {Kills} kills: {await CountAsync("uploaded")} uploaded (of which {await host.App.SqlAsync("select count(*) from video_assets where processing_status = 'uploaded' and submit_started_at is not null")} with an intent), {await CountAsync("processing")} processing, {await CountAsync("ready")} ready.");

        // What a worker would do next, by the hands of this test, so that nobody waits for the clock; the faults go on.
        await WhileAsync(async () => await CountAsync("ready") < Assets, async () =>
        {
            await MakeDueAsync();
            await host.RunAsync<SweepVideos>(s => s.RunAsync(CancellationToken.None));
            await host.RunAsync<PollVideos>(p => p.RunAsync(CancellationToken.None));
        });

        host.Cloud.Faults.Clear();
        var jobs = await host.JobsAsync();
        jobs.GroupBy(j => j.UserMetadata!["videoAssetId"]).ShouldAllBe(g => g.Count() == 1);
        jobs.Count.ShouldBe(Assets);
        var bound = await host.App.InDatabaseAsync(db => db.VideoAssets.Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.MediaConvertJobId));
        jobs.ShouldAllBe(j => bound[long.Parse(j.UserMetadata!["videoAssetId"])] == j.Id);
        (await host.App.SqlAsync("select count(*) from stray_jobs")).ShouldBe(0L);
        (await host.App.SqlAsync("select count(*) from video_assets where stuck_at is not null or attempt > 1")).ShouldBe(0L);
        (await host.App.SqlAsync("select count(*) from books b join video_assets a on a.id = b.playing_asset_id")).ShouldBe((long)Assets);
        output.WriteLine($"{await host.App.SqlAsync("select sum(submit_failures) from video_assets")} submits did not get through.");
    }

    /// <summary>As if the pauses were over.</summary>
    private Task<object?> MakeDueAsync() => host.App.SqlAsync("""
        update video_assets set updated_at = updated_at - interval '1 minute', next_submit_at = null where processing_status = 'uploaded' and updated_at > now() - interval '30 seconds';
        update video_assets set checked_at = checked_at - interval '1 minute' where processing_status = 'processing'
        """);

    private async Task<long> TriesAsync() =>
        (long)(await host.App.SqlAsync("select sum(submit_failures) + count(*) filter (where processing_status <> 'uploaded') from video_assets"))!;

    private async Task<int> CountAsync(string status) => (int)(long)(await host.App.SqlAsync($"select count(*) from video_assets where processing_status = '{status}'"))!;

    private static async Task WhileAsync(Func<Task<bool>> condition, Func<Task> meanwhile)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (await condition())
        {
            patience.IsCancellationRequested.ShouldBeFalse("It did not come to its end in four minutes.");
            await meanwhile();
            await Task.Delay(50);
        }
    }
}
