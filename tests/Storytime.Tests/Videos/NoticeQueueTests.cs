using Amazon.SQS;
using Amazon.SQS.Model;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Storytime.LocalCloud;
using Storytime.LocalCloud.Faults;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>With a worker that listens to the queue; nobody subscribes, and MediaConvert does not answer questions about its jobs.</summary>
public class QueueHost(Database database) : VideoHost(database)
{
    public const int MaxReceives = 2;

    private static readonly FaultRule[] _noPolling = [new("GetJob", Fault.ServerError), new("ListJobs", Fault.ServerError)];

    public IAmazonSQS Sqs => App.Services.GetRequiredService<IAmazonSQS>();

    public string Queue => Cloud.QueueUrl.AbsoluteUri;

    public string DeadLetters => Cloud.DeadLetterQueueUrl.AbsoluteUri;

    public void Fail(params FaultRule[] rules) => Cloud.Faults.Set([.. _noPolling, .. rules]);

    /// <summary>Messages that wait or are worked on.</summary>
    public async Task<int> CountAsync(string queue)
    {
        var counts = await Sqs.GetQueueAttributesAsync(queue, ["All"]);
        return counts.ApproximateNumberOfMessages + counts.ApproximateNumberOfMessagesNotVisible;
    }

    public static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            patience.IsCancellationRequested.ShouldBeFalse($"After a minute it was still not so: {what}");
            await Task.Delay(50);
        }
    }

    public Task UntilEmptyAsync() => UntilAsync("the queue is empty", async () => await CountAsync(Queue) == 0);

    protected override CloudOptions Change(CloudOptions cloud) => cloud with { TranscodeJobs = false, ConcurrentJobs = 4, QueueMaxReceives = MaxReceives };

    protected override Task ConfigureAsync(StorytimeApp app)
    {
        Fail();
        app.InRealTime().With("Roles", "web,worker").With("Sqs:QueueUrl", Queue).With("Aws:SqsUrl", Origin(Cloud.MediaConvertUrl)).With("Sqs:VisibilityTimeout", "00:00:01")
            .With("Logging:LogLevel:Storytime.Videos", "Information");
        return Task.CompletedTask;
    }
}

/// <summary>Also subscribed, and each event comes ten times by each way.</summary>
public sealed class AllWaysHost(Database database) : QueueHost(database)
{
    protected override async Task StartedAsync()
    {
        Cloud.Faults.Set(new FaultRule("SNS", Fault.Duplicate) { Factor = 10 }, new FaultRule("SQS", Fault.Duplicate) { Factor = 10 });
        await this.WatchAsync();
        await Cloud.SubscribeAsync(new Uri(App.ClientOptions.BaseAddress, "/webhooks/mediaconvert"), TestContext.Current.CancellationToken);
    }
}

/// <summary>Events by SQS alone. What a message does to the database is stopped by a trigger or a lock of the test's own.</summary>
public sealed class NoticeQueueTests(QueueHost host) : IClassFixture<QueueHost>
{
    [Fact]
    public async Task A_video_becomes_ready_by_the_queue_alone()
    {
        host.Fail();
        var asset = await host.WaitAsync(await host.AssetAsync(await host.BookAsync(), TestVideos.Broken));
        ((string?)asset["status"], (bool)asset["playing"]!).ShouldBe(("ready", true), asset.ToString());
        await host.UntilEmptyAsync();
        (await host.App.SqlAsync("select count(*) from seen_notices")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_message_whose_effect_failed_comes_again()
    {
        host.Fail();
        using var logs = new Logs(host.App);
        var book = await host.BookAsync();
        await FailAsync(book, times: 1);
        var asset = await host.WaitAsync(await host.AssetAsync(book, TestVideos.Broken));
        ((string?)asset["status"]).ShouldBe("ready");
        (await host.App.SqlAsync($"select last_value from failures_{book}")).ShouldBe(2L);
        logs.Text.ShouldContain("could not be applied; it comes again");
        await host.UntilEmptyAsync();
    }

    [Fact]
    public async Task A_message_that_always_fails_ends_in_the_dead_letter_queue_and_can_be_sent_again()
    {
        host.Fail();
        var book = await host.BookAsync();
        await FailAsync(book, times: 1000);
        var id = await host.AssetAsync(book, TestVideos.Broken);
        var dead = await DeadLetterAsync("COMPLETE");
        (await host.App.SqlAsync($"select last_value from failures_{book}")).ShouldBe((long)QueueHost.MaxReceives);
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("processing");
        // Meanwhile the others get through.
        ((string?)(await host.WaitAsync(await host.AssetAsync(await host.BookAsync(), TestVideos.Broken)))["status"]).ShouldBe("ready");

        await host.App.SqlAsync($"drop trigger fail_{book} on video_assets");
        await host.Sqs.SendMessageAsync(host.Queue, dead);
        ((string?)(await host.WaitAsync(id))["status"]).ShouldBe("ready");
        await host.UntilEmptyAsync();
    }

    [Fact]
    public async Task A_message_is_kept_until_its_effect_is_committed()
    {
        host.Fail(new FaultRule("SQS", Fault.Drop));
        var book = await host.BookAsync();
        var id = await host.AssetAsync(book, TestVideos.Broken);
        await QueueHost.UntilAsync("the job is known", async () => (string?)(await host.ReadAsync(id))["status"] == "processing");
        var job = (string)(await host.App.SqlAsync($"select mediaconvert_job_id from video_assets where id = {id}"))!;
        await QueueHost.UntilAsync("MediaConvert is done", async () => (await host.S3.ListObjectsV2Async(new() { BucketName = VideoHost.OutputBucket, Prefix = $"books/{book}/hls/index.m3u8" })).KeyCount > 0);

        await using (var connection = new NpgsqlConnection(host.App.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand($"select 1 from books where id = {book} for update", connection, transaction);
            await command.ExecuteScalarAsync();
            await host.Sqs.SendMessageAsync(host.Queue, TestJobs.Event(job, id, "COMPLETE"));
            await QueueHost.UntilAsync("the effect waits for the lock", async () =>
                (long)(await host.App.SqlAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))! > 0);
            (await host.CountAsync(host.Queue)).ShouldBe(1);
            ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("processing");
        }
        ((string?)(await host.WaitAsync(id))["status"]).ShouldBe("ready");
        await host.UntilEmptyAsync();
    }

    [Fact]
    public async Task What_is_no_event_or_about_no_asset_of_ours_is_deleted_and_said()
    {
        host.Fail();
        using var logs = new Logs(host.App);
        string[] bodies = ["hello", "{}", "null", "[1]", """{"source":"aws.s3","detail-type":"Object Created","detail":{}}""", """{"source":"aws.mediaconvert","detail-type":"MediaConvert Job State Change","detail":{"jobId":7}}"""];
        foreach (var body in bodies)
            await host.Sqs.SendMessageAsync(host.Queue, body);
        await host.Sqs.SendMessageAsync(host.Queue, TestJobs.Event("1700000000000-others", 999_999, "COMPLETE"));
        await host.UntilEmptyAsync();
        logs.Text.Split('\n').Count(line => line.Contains("is no event of MediaConvert; it was deleted", StringComparison.Ordinal)).ShouldBe(bodies.Length);
        logs.Text.ShouldContain("Nothing waits for job 1700000000000-others (named asset: 999999)");
        (await host.CountAsync(host.DeadLetters)).ShouldBe(0);
    }

    [Fact]
    public async Task Messages_with_holes_in_them_do_not_take_the_others_along()
    {
        host.Fail();
        var broken = TestJobs.Event("1700000000000-broken", 1, "COMPLETE").Replace("\"outputDetails\":[", "\"outputDetails\":[null,", StringComparison.Ordinal);
        for (var i = 0; i < 9; i++)
            await host.Sqs.SendMessageAsync(host.Queue, broken);
        var asset = await host.WaitAsync(await host.AssetAsync(await host.BookAsync(), TestVideos.Broken));
        ((string?)asset["status"]).ShouldBe("ready");
        await host.UntilEmptyAsync();
        (await host.CountAsync(host.DeadLetters)).ShouldBe(0);
    }

    /// <summary>Lets the asset of a book fail to become ready, so many times; what a sequence has counted is not rolled back.</summary>
    private async Task FailAsync(long book, int times) => await host.App.SqlAsync($"""
        create sequence failures_{book};
        create function fail_{book}() returns trigger language plpgsql as
          $$ begin if nextval('failures_{book}') <= {times} then raise exception 'The disk is full'; end if; return new; end $$;
        create trigger fail_{book} before update on video_assets for each row when (new.processing_status = 'ready' and new.book_id = {book}) execute function fail_{book}();
        """);

    /// <summary>Waits for the next dead letter, and takes it out.</summary>
    private async Task<string> DeadLetterAsync(string text)
    {
        var received = (await host.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = host.DeadLetters, WaitTimeSeconds = 20 })).Messages.ShouldNotBeNull().ShouldHaveSingleItem();
        received.Body.ShouldContain(text);
        await host.Sqs.DeleteMessageAsync(host.DeadLetters, received.ReceiptHandle);
        return received.Body;
    }
}

/// <summary>The same events by SNS, by SQS and by polling.</summary>
public sealed class AllWaysTests(AllWaysHost host) : IClassFixture<AllWaysHost>
{
    [Fact]
    public async Task Ten_of_each_event_by_each_way_and_polling_at_once_have_one_effect()
    {
        List<(long Asset, long Book)> videos = [];
        for (var i = 0; i < 4; i++)
        {
            var book = await host.BookAsync();
            videos.Add((await host.AssetAsync(book, TestVideos.Broken), book));
        }
        foreach (var (id, _) in videos)
        {
            var asset = await host.WaitAsync(id, async () =>
            {
                // Polling leaves alone what was heard of lately; in the copy of this one it was not.
                await host.App.SqlAsync("update video_assets set checked_at = checked_at - interval '1 hour' where processing_status = 'processing'");
                await host.RunAsync<PollVideos>(job => job.RunAsync(CancellationToken.None));
            });
            ((string?)asset["status"], (bool)asset["playing"]!).ShouldBe(("ready", true), asset.ToString());
        }
        await QueueHost.UntilAsync("posters are made", async () => (long)(await host.App.SqlAsync("select count(*) from books where poster_asset_id is distinct from playing_asset_id"))! == 0);
        var before = await RowsAsync();
        // PROGRESSING and COMPLETE of each job, ten times.
        await QueueHost.UntilAsync("SNS has told all", async () => (long)(await host.App.SqlAsync("select count(*) from seen_notices"))! >= videos.Count * 20);
        await host.UntilEmptyAsync();
        await host.RunAsync<PollVideos>(job => job.RunAsync(CancellationToken.None));

        (await RowsAsync()).ShouldBe(before);
        foreach (var (id, book) in videos)
        {
            (await host.App.SqlAsync($"select string_agg(asset_id::text, ' ') from switches where book_id = {book}")).ShouldBe($"{id}");
            (await host.App.SqlAsync($"select count(*) from asset_states where asset_id = {id} and status in ('ready', 'failed')")).ShouldBe(1L);
        }
        (await host.CountAsync(host.DeadLetters)).ShouldBe(0);
        (await host.App.SqlAsync("select count(*) from stray_jobs")).ShouldBe(0L);
    }

    private async Task<string> RowsAsync() => (string)(await host.App.SqlAsync(
        "select json_agg(json_build_array(a.xmin, a, b.xmin, b) order by a.id)::text from video_assets a join books b on b.id = a.book_id"))!;
}
