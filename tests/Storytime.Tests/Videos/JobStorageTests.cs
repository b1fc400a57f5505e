using System.Net;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Storytime.LocalCloud.Faults;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>What the pipeline needs of a job storage, on each of those that there are: a worker, the true time, and nobody who tells it anything.</summary>
public abstract class JobStorageTests(JobStorageHost host)
{
    [Fact]
    public async Task A_video_goes_from_its_upload_to_its_poster_by_nudges_and_the_clock()
    {
        var book = await host.BookAsync();
        var asset = await host.WaitAsync(await host.AssetAsync(book, await TestVideos.Tiny));
        ((string?)asset["status"]).ShouldBe("ready", asset.ToString());
        (await host.PosterAsync(book)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_nudge_for_later_runs_when_its_time_has_come()
    {
        host.Cloud.Faults.Set(new FaultRule("CreateJob", Fault.Throttle) { Count = 1 });
        var id = await host.AssetAsync(await host.BookAsync(), await TestVideos.Tiny);
        var asset = await host.WaitAsync(id);
        ((string?)asset["status"]).ShouldBe("ready", asset.ToString());
        // The one that was throttled, and the one that it sent for later.
        await JobStorageHost.UntilAsync(() => host.Storage.GetMonitoringApi().SucceededJobs(0, 1000)
            .Count(j => j.Value.Job?.Type == typeof(SubmitVideo) && id.Equals(j.Value.Job.Args[0])) == 2);
    }

    [Fact]
    public async Task What_a_lost_nudge_was_about_is_found_by_the_sweep()
    {
        var book = await host.BookAsync();
        var file = await TestVideos.Tiny;
        await using var cutOff = await host.CutOffFromJobsAsync();
        var content = await File.ReadAllBytesAsync(file);
        var key = await host.UploadAsync("story.mp4", content);
        var answer = await cutOff.Client(host.Editor.Token).PostAsync($"/admin/api/v1/books/{book}/video_assets", new { master_s3_key = key, size = content.Length });
        var id = (long)answer.ShouldBe(HttpStatusCode.Accepted)["id"]!;
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");

        // As if half a minute had passed, which the sweep leaves to the nudge.
        await host.App.SqlAsync($"update video_assets set updated_at = updated_at - interval '1 minute' where id = {id}");
        new RecurringJobManager(host.Storage).Trigger("sweep-videos");
        var asset = await host.WaitAsync(id);
        ((string?)asset["status"]).ShouldBe("ready", asset.ToString());
    }

    [Fact]
    public async Task The_schedules_are_stored_and_say_when_they_run_next()
    {
        List<string> set = [];
        Schedules.Set(new Noted(set));
        set.Count.ShouldBeGreaterThan(4);
        await JobStorageHost.UntilAsync(() => host.Schedules().Count == set.Count);
        host.Schedules().Select(s => s.Id).ShouldBe(set, ignoreOrder: true);
        host.Schedules().ShouldAllBe(s => s.NextExecution != null && s.Error == null);
    }

    /// <summary>Writes down what is set.</summary>
    private sealed class Noted(List<string> ids) : IRecurringJobManager
    {
        public void AddOrUpdate(string recurringJobId, Hangfire.Common.Job job, string cronExpression, RecurringJobOptions options) => ids.Add(recurringJobId);

        public void Trigger(string recurringJobId) => throw new NotSupportedException();

        public void RemoveIfExists(string recurringJobId) => throw new NotSupportedException();
    }
}

public sealed class PostgresJobStorageTests(JobStorageHost host) : JobStorageTests(host), IClassFixture<JobStorageHost>;

public sealed class RedisJobStorageTests(RedisJobStorageHost host) : JobStorageTests(host), IClassFixture<RedisJobStorageHost>
{
    [Fact]
    public void The_jobs_are_in_Redis() =>
        host.Storage.ToString().ShouldNotBeNull().ShouldContain("redis", Case.Insensitive);
}

public class JobStorageHost(Database database) : VideoHost(database)
{
    public JobStorage Storage => App.Services.GetRequiredService<JobStorage>();

    public List<RecurringJobDto> Schedules()
    {
        using var connection = Storage.GetConnection();
        return connection.GetRecurringJobs();
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!condition())
        {
            patience.IsCancellationRequested.ShouldBeFalse("It did not come to be in two minutes.");
            await Task.Delay(100);
        }
    }

    /// <summary>A second web node, whose nudges go nowhere: its job storage does not answer.</summary>
    public async Task<StorytimeApp> CutOffFromJobsAsync()
    {
        var node = new StorytimeApp(App.ConnectionString).With("Jobs:Storage", "redis").With("Redis:ConnectionString", "127.0.0.1:1").InRealTime();
        string[] same = ["Auth", "Aws", "CloudFront", "Uploads"];
        foreach (var (key, value) in App.Services.GetRequiredService<IConfiguration>().AsEnumerable().Where(s => s.Value is not null && same.Contains(s.Key.Split(':')[0])))
            node.With(key, value);
        await node.InitializeAsync();
        return node;
    }

    protected override Task ConfigureAsync(StorytimeApp app)
    {
        app.InRealTime().With("Roles", "web,worker");
        return Task.CompletedTask;
    }
}

public sealed class RedisJobStorageHost(Database database) : JobStorageHost(database)
{
    private readonly RedisServer _redis = new();

    protected override async Task ConfigureAsync(StorytimeApp app)
    {
        await base.ConfigureAsync(app);
        await _redis.InitializeAsync();
        app.With("Jobs:Storage", "redis").With("Redis:ConnectionString", $"{_redis.ConnectionString},defaultDatabase=3");
    }

    protected override ValueTask StoppedAsync() => _redis.DisposeAsync();
}
