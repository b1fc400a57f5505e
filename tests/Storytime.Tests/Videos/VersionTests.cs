using System.Net;
using Microsoft.EntityFrameworkCore;
using Storytime.LocalCloud;
using Storytime.LocalCloud.Faults;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>With jobs that are done at once.</summary>
public sealed class VersionHost(Database database) : VideoHost(database)
{
    protected override CloudOptions Change(CloudOptions cloud) => cloud with { TranscodeJobs = false };

    protected override Task ConfigureAsync(StorytimeApp app)
    {
        app.With("Aws:MediaConvertReadsPerSecond", "1000");
        return Task.CompletedTask;
    }
}

/// <summary>What becomes of a book's encodes: which one plays, which can play again, which are deleted; and of jobs that nobody waits for.</summary>
public sealed class VersionTests(VersionHost host) : IClassFixture<VersionHost>
{
    private const string Assets = "/admin/api/v1/video_assets";

    [Fact]
    public async Task An_earlier_version_can_play_again_and_a_later_one_takes_over_when_it_is_ready()
    {
        var book = await host.BookAsync();
        var (first, second) = (await ReadyAsync(book), await ReadyAsync(book));
        ((bool)(await host.ReadAsync(second))["playing"]!).ShouldBeTrue();
        (await host.ReadAsync(first))["superseded_at"].ShouldNotBeNull();

        var back = (await host.Editor.PostAsync($"{Assets}/{first}/rollbacks")).ShouldBe(HttpStatusCode.OK);
        ((bool)back["playing"]!).ShouldBeTrue();
        back["superseded_at"].ShouldBeNull();
        (await host.ReadAsync(second))["superseded_at"].ShouldNotBeNull();
        (await host.Editor.PostAsync($"{Assets}/{first}/rollbacks")).ShouldBe(HttpStatusCode.OK);
        (await host.App.SqlAsync($"select count(*) from audit_entries where action = 'rolled_back' and subject_id = {book}")).ShouldBe(1L);

        var third = await ReadyAsync(book);
        ((bool)(await host.ReadAsync(third))["playing"]!).ShouldBeTrue();
        ((string?)(await host.ReadAsync(third))["hls_manifest_path"]).ShouldBe($"books/{book}/hls/v3/index.m3u8");
    }

    [Fact]
    public async Task An_older_version_that_is_late_does_not_overrule_a_rollback()
    {
        var book = await host.BookAsync();
        var first = await ReadyAsync(book);
        var second = await host.AssetAsync(book, TestVideos.Broken);
        await ReadyAsync(book);
        (await host.Editor.PostAsync($"{Assets}/{first}/rollbacks")).ShouldBe(HttpStatusCode.OK);
        await ReadyAsync(book, second);
        ((bool)(await host.ReadAsync(first))["playing"]!).ShouldBeTrue();
        (await host.ReadAsync(second))["superseded_at"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Only_what_is_ready_and_still_there_can_play_again()
    {
        var book = await host.BookAsync();
        var first = await ReadyAsync(book);
        var failed = await host.AssetAsync(book, TestVideos.Broken);
        (await host.Editor.PostAsync($"{Assets}/{failed}/rollbacks")).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        (await host.Editor.PostAsync($"{Assets}/999999/rollbacks")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        await ReadyAsync(book);
        await host.S3.DeleteObjectAsync(VideoHost.OutputBucket, $"books/{book}/hls/index_480p.m3u8", TestContext.Current.CancellationToken);
        (await host.Editor.PostAsync($"{Assets}/{first}/rollbacks")).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("index_480p.m3u8");
    }

    [Fact]
    public async Task Outputs_of_a_superseded_version_are_deleted_after_thirty_days_and_only_those()
    {
        var book = await host.BookAsync();
        var (first, second) = (await ReadyAsync(book), await ReadyAsync(book));
        await host.App.SqlAsync($"update video_assets set superseded_at = superseded_at - interval '29 days' where id = {first}");
        await CleanAsync();
        (await CountOutputsAsync($"books/{book}/hls/index")).ShouldBeGreaterThan(0);

        await host.App.SqlAsync($"update video_assets set superseded_at = superseded_at - interval '2 days' where id = {first}");
        await CleanAsync();
        (await CountOutputsAsync($"books/{book}/hls/index")).ShouldBe(0);
        (await CountOutputsAsync($"books/{book}/hls/thumbs")).ShouldBe(0);
        (await CountOutputsAsync($"books/{book}/hls/v2/")).ShouldBeGreaterThan(3);
        (await host.ReadAsync(first))["retired_at"].ShouldNotBeNull();
        (await host.Editor.PostAsync($"{Assets}/{first}/rollbacks")).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("deleted");
        ((bool)(await host.ReadAsync(second))["playing"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task A_version_that_plays_again_is_not_deleted_however_long_ago_another_one_took_its_place()
    {
        var book = await host.BookAsync();
        var (first, second) = (await ReadyAsync(book), await ReadyAsync(book));
        (await host.Editor.PostAsync($"{Assets}/{first}/rollbacks")).ShouldBe(HttpStatusCode.OK);
        // Whatever the row says: what plays stays.
        await host.App.SqlAsync($"update video_assets set superseded_at = now() - interval '90 days' where id = {first}");
        await CleanAsync();
        (await CountOutputsAsync($"books/{book}/hls/index")).ShouldBeGreaterThan(0);
        (await host.ReadAsync(first))["retired_at"].ShouldBeNull();
        (await host.ReadAsync(second))["retired_at"].ShouldBeNull();
    }

    [Fact]
    public async Task A_retry_writes_to_a_prefix_of_its_own_and_what_the_failed_attempt_left_goes_after_thirty_days()
    {
        var book = await host.BookAsync();
        var id = await host.AssetAsync(book, TestVideos.Broken);
        await host.App.InDatabaseAsync(async db =>
        {
            (await db.VideoAssets.SingleAsync(a => a.Id == id)).Fail("1999", "Something broke.", host.App.Now);
            await db.SaveChangesAsync();
        });
        await host.S3.PutObjectAsync(new() { BucketName = VideoHost.OutputBucket, Key = $"books/{book}/hls/index_480p_00001.ts", ContentBody = "half" }, TestContext.Current.CancellationToken);
        ((string)(await host.ReadAsync(id))["error_advice"]!).ShouldContain("Try again");

        (await host.Editor.PostAsync($"{Assets}/{id}/retries")).ShouldBe(HttpStatusCode.Accepted);
        await ReadyAsync(book, id);
        ((string?)(await host.ReadAsync(id))["hls_manifest_path"]).ShouldBe($"books/{book}/hls/v1-2/index.m3u8");
        var attempts = (await host.Editor.GetAsync($"{Assets}/{id}/attempts")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray();
        attempts.Select(a => $"{a!["attempt"]} {a["error_code"]} {a["error_message"]}").ShouldBe(["1 1999 Something broke."]);
        ((string)attempts[0]!["error_advice"]!).ShouldContain("Try again");
        await host.App.SqlAsync($"update video_attempts set ended_at = ended_at - interval '31 days' where video_asset_id = {id}");
        await CleanAsync();
        (await CountOutputsAsync($"books/{book}/hls/index")).ShouldBe(0);
        (await CountOutputsAsync($"books/{book}/hls/v1-2/")).ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task A_video_can_be_canceled_before_and_after_it_has_a_job_and_tried_again()
    {
        var waiting = await host.AssetAsync(await host.BookAsync(), TestVideos.Broken);
        ((string?)(await host.Editor.PostAsync($"{Assets}/{waiting}/cancellations")).ShouldBe(HttpStatusCode.Accepted)["error_code"]).ShouldBe("canceled");
        (await host.Editor.PostAsync($"{Assets}/{waiting}/cancellations")).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        (await host.Editor.PostAsync($"{Assets}/999999/cancellations")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await host.Editor.PostAsync($"{Assets}/{waiting}/retries")).ShouldBe(HttpStatusCode.Accepted);
        await ReadyAsync(0, waiting);
        (await host.Editor.PostAsync($"{Assets}/{waiting}/cancellations")).ShouldBeError(HttpStatusCode.Conflict, "conflict");
    }

    [Fact]
    public async Task Canceling_a_video_whose_job_s_answer_was_lost_cancels_that_job()
    {
        var id = await host.AssetAsync(await host.BookAsync(), TestVideos.Broken);
        host.Cloud.Faults.Set(new FaultRule("CreateJob", Fault.LostAnswer));
        await Should.ThrowAsync<HttpRequestException>(() => host.SubmitAsync(id));
        host.Cloud.Faults.Clear();

        // The job may be done by now: then there is nothing left to cancel, and the video is ready, at the latest when it is asked for.
        var answer = await host.Editor.PostAsync($"{Assets}/{id}/cancellations");
        var asset = answer.Status == HttpStatusCode.Accepted ? await host.ReadAsync(id) : await host.WaitAsync(id, () => PollAsync(id));
        (await host.App.SqlAsync($"select mediaconvert_job_id from video_assets where id = {id}")).ShouldBeOfType<string>();
        ((string?)asset["status"]).ShouldBe(answer.Status == HttpStatusCode.Accepted ? "failed" : "ready", answer.Text);
        (await host.App.SqlAsync($"select count(*) from stray_jobs where video_asset_id = {id}")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_job_that_nobody_waits_for_is_noted_and_canceled_and_the_one_that_is_waited_for_is_left_alone()
    {
        var book = await host.BookAsync();
        var id = await ReadyAsync(book);
        var asset = await host.ReadAsync(id);
        var stray = new JobReport("1772049000123-stray1", JobState.Running, id, 1, (string)asset["master_s3_key"]!);
        foreach (var report in new[] { stray, stray, stray with { MasterS3Key = "masters/of/another/installation.mp4" } })
            await host.RunAsync<JobOutcome>(async o => (await o.ApplyAsync(report, CancellationToken.None)).ShouldBeFalse());
        (await host.App.SqlAsync($"select count(*) from stray_jobs where video_asset_id = {id} and ended_at is null")).ShouldBe(1L);

        await host.RunAsync<SweepVideos>(s => s.RunAsync(CancellationToken.None));
        (await host.App.SqlAsync($"select count(*) from stray_jobs where video_asset_id = {id} and ended_at is null")).ShouldBe(0L);
        ((bool)(await host.ReadAsync(id))["playing"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task News_of_the_job_of_an_earlier_attempt_is_no_stray_job()
    {
        var id = await host.AssetAsync(await host.BookAsync(), TestVideos.Broken);
        await host.SubmitAsync(id);
        var job = (string)(await host.App.SqlAsync($"select mediaconvert_job_id from video_assets where id = {id}"))!;
        var key = (string)(await host.ReadAsync(id))["master_s3_key"]!;
        var failure = new JobReport(job, JobState.Failed, id, 1, key, ErrorCode: "1999", ErrorMessage: "Something broke.");
        await host.RunAsync<JobOutcome>(o => o.ApplyAsync(failure, CancellationToken.None));
        (await host.Editor.PostAsync($"{Assets}/{id}/retries")).ShouldBe(HttpStatusCode.Accepted);
        await host.RunAsync<JobOutcome>(o => o.ApplyAsync(failure with { State = JobState.Complete }, CancellationToken.None));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");
        (await host.App.SqlAsync($"select count(*) from stray_jobs where video_asset_id = {id}")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_video_that_does_not_move_for_an_hour_is_flagged_until_it_does()
    {
        var id = await host.AssetAsync(await host.BookAsync(), TestVideos.Broken);
        await host.App.InDatabaseAsync(async db =>
        {
            (await db.VideoAssets.SingleAsync(a => a.Id == id)).Submitted($"1772049000123-{id}", host.App.Now);
            await db.SaveChangesAsync();
        });
        await host.App.SqlAsync($"update video_assets set progressed_at = progressed_at - interval '61 minutes' where id = {id}");
        await host.RunAsync<SweepVideos>(s => s.RunAsync(CancellationToken.None));
        (await host.ReadAsync(id))["stuck_at"].ShouldNotBeNull();
        (await host.Editor.GetAsync($"{Assets}?stuck=true&status=processing")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(a => (long)a!["id"]!).ShouldContain(id);
        (await host.Editor.GetAsync($"{Assets}?status=lost")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");

        await host.RunAsync<JobOutcome>(o => o.ApplyAsync(new JobReport($"1772049000123-{id}", JobState.Running, Percent: 10), CancellationToken.None));
        (await host.ReadAsync(id))["stuck_at"].ShouldBeNull();
    }

    /// <summary>A version that is ready, by a job and by asking for it.</summary>
    private async Task<long> ReadyAsync(long book, long? asset = null)
    {
        var id = asset ?? await host.AssetAsync(book, TestVideos.Broken);
        await host.SubmitAsync(id);
        var answer = await host.WaitAsync(id, () => PollAsync(id));
        ((string?)answer["status"]).ShouldBe("ready", answer.ToString());
        return id;
    }

    private async Task PollAsync(long id)
    {
        await host.App.SqlAsync($"update video_assets set checked_at = checked_at - interval '1 minute' where id = {id}");
        await host.RunAsync<PollVideos>(p => p.RunAsync(CancellationToken.None));
    }

    private Task CleanAsync() => host.RunAsync<CleanVideos>(c => c.RunAsync(CancellationToken.None));

    private async Task<int> CountOutputsAsync(string prefix) =>
        (await host.S3.ListObjectsV2Async(new() { BucketName = VideoHost.OutputBucket, Prefix = prefix }, TestContext.Current.CancellationToken)).S3Objects?.Count ?? 0;
}
