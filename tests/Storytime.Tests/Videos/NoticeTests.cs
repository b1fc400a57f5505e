using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Videos;

/// <summary>The SNS webhook. No worker runs and no job exists: the notices alone tell what happened.</summary>
public sealed class NoticeTests(VideoHost host) : IClassFixture<VideoHost>
{
    private const string Webhook = "/webhooks/mediaconvert";

    [Theory]
    [InlineData("1", null)]
    [InlineData("2", null)]
    [InlineData("2", "a subject")]
    public async Task A_complete_notice_makes_the_video_ready(string version, string? subject)
    {
        var (id, book, job) = await host.ProcessingAsync();
        await host.ManifestAsync(book);
        await DeliverAsync(host.Sns.Notification(TestJobs.Event(job, id, "COMPLETE"), host.App.Now, version, subject));
        var asset = await host.ReadAsync(id);
        ((string?)asset["status"]).ShouldBe("ready");
        ((int)asset["duration_seconds"]!).ShouldBe(180);
        ((bool)asset["playing"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Notices_that_come_twice_late_or_out_of_order_have_one_effect()
    {
        var (id, book, job) = await host.ProcessingAsync();
        await host.ManifestAsync(book);
        await DeliverAsync(Notice(job, id, "STATUS_UPDATE", 40));
        ((int)(await host.ReadAsync(id))["progress_percent"]!).ShouldBe(40);
        await DeliverAsync(Notice(job, id, "STATUS_UPDATE", 10));
        ((int)(await host.ReadAsync(id))["progress_percent"]!).ShouldBe(40);

        var complete = Notice(job, id, "COMPLETE");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => DeliverAsync(complete)));
        var ready = (await host.ReadAsync(id)).ToString();
        await DeliverAsync(complete);
        await DeliverAsync(Notice(job, id, "ERROR"));
        await DeliverAsync(Notice(job, id, "CANCELED"));
        await DeliverAsync(Notice(job, id, "PROGRESSING"));
        (await host.ReadAsync(id)).ToString().ShouldBe(ready);
    }

    [Fact]
    public async Task Many_different_notices_at_the_same_moment_are_all_taken()
    {
        var (id, book, job) = await host.ProcessingAsync();
        await host.ManifestAsync(book);
        await Task.WhenAll(Enumerable.Range(1, 40).Select(percent => Notice(job, id, "STATUS_UPDATE", percent)).SelectMany(notice => new[] { notice, notice })
            .OrderBy(_ => Random.Shared.Next()).Select(DeliverAsync));
        ((int)(await host.ReadAsync(id))["progress_percent"]!).ShouldBe(40);
    }

    [Fact]
    public async Task A_replay_is_known_by_its_id_and_does_nothing_even_where_it_could()
    {
        var (id, book, job) = await host.ProcessingAsync();
        var error = Notice(job, id, "ERROR");
        await DeliverAsync(error);
        (await host.App.SqlAsync($"select count(*) from seen_notices where message_id = '{error["MessageId"]}'")).ShouldBe(1L);
        // As if nothing had happened.
        await host.App.SqlAsync($"update video_assets set processing_status = 'processing', error_code = null, error_message = null where id = {id}");
        await DeliverAsync(error);
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("processing");
        await host.ManifestAsync(book);
        await DeliverAsync(Notice(job, id, "COMPLETE"));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("ready");
    }

    [Fact]
    public async Task A_complete_notice_may_come_before_we_know_the_job_id()
    {
        var book = await host.BookAsync();
        var id = await host.AssetAsync(book, TestVideos.Broken);
        var asset = await host.ReadAsync(id);
        await host.ManifestAsync(book);
        var job = TestJobs.NewId();
        // Another installation in the same AWS account has an asset with the same number.
        await DeliverAsync(host.Sns.Notification(TestJobs.Event(job, id, "COMPLETE", master: "masters/other/film.mp4"), host.App.Now));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");
        await DeliverAsync(host.Sns.Notification(TestJobs.Event(job, id, "COMPLETE", attempt: 2, master: (string)asset["master_s3_key"]!), host.App.Now));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");

        await DeliverAsync(host.Sns.Notification(TestJobs.Event(job, id, "COMPLETE", master: (string)asset["master_s3_key"]!), host.App.Now));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("ready");
        (await host.App.SqlAsync($"select mediaconvert_job_id from video_assets where id = {id}")).ShouldBe(job);
    }

    [Fact]
    public async Task An_error_notice_keeps_MediaConvert_s_code_and_words_and_a_retry_forgets_the_old_job()
    {
        var (id, book, job) = await host.ProcessingAsync();
        await DeliverAsync(Notice(job, id, "ERROR"));
        var asset = await host.ReadAsync(id);
        ((string?)asset["status"]).ShouldBe("failed");
        ((string?)asset["error_code"]).ShouldBe("1404");
        ((string?)asset["error_message"]).ShouldBe("Unable to open input file");

        (await host.Editor.PostAsync($"/admin/api/v1/video_assets/{id}/retries")).ShouldBe(HttpStatusCode.Accepted);
        await host.ManifestAsync(book);
        await DeliverAsync(Notice(job, id, "COMPLETE"));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");
    }

    [Fact]
    public async Task A_canceled_job_is_a_failed_video()
    {
        var (id, _, job) = await host.ProcessingAsync();
        await DeliverAsync(Notice(job, id, "CANCELED"));
        ((string?)(await host.ReadAsync(id))["error_code"]).ShouldBe("canceled");
    }

    [Fact]
    public async Task Complete_without_a_manifest_in_the_bucket_is_a_failed_video()
    {
        var (id, _, job) = await host.ProcessingAsync();
        await DeliverAsync(Notice(job, id, "COMPLETE"));
        var asset = await host.ReadAsync(id);
        ((string?)asset["error_code"]).ShouldBe("outputs_missing");
        ((bool)asset["playing"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task An_older_version_that_is_late_does_not_replace_a_newer_one()
    {
        var (first, book, firstJob) = await host.ProcessingAsync();
        var (second, _, secondJob) = await host.ProcessingAsync(book);
        await host.ManifestAsync(book);
        await host.ManifestAsync(book, "v2/");
        await DeliverAsync(Notice(secondJob, second, "COMPLETE"));
        await DeliverAsync(Notice(firstJob, first, "COMPLETE"));
        ((string?)(await host.ReadAsync(first))["status"]).ShouldBe("ready");
        ((bool)(await host.ReadAsync(first))["playing"]!).ShouldBeFalse();
        ((bool)(await host.ReadAsync(second))["playing"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Notices_about_jobs_of_others_and_other_words_of_the_topic_are_taken_and_change_nothing()
    {
        await DeliverAsync(Notice("1700000000000-others", 999_999, "COMPLETE"));
        await DeliverAsync(host.Sns.Notification("Hello from the SNS console", host.App.Now));
        await DeliverAsync(host.Sns.Notification("{\"source\":\"aws.s3\",\"detail-type\":\"Object Created\",\"detail\":{}}", host.App.Now));
        await DeliverAsync(host.Sns.Notification("""{"source":"aws.mediaconvert","detail-type":"MediaConvert Job State Change","detail":{"jobId":7}}""", host.App.Now));
    }

    [Fact]
    public async Task While_our_database_is_away_SNS_is_told_to_come_again()
    {
        var (id, book, job) = await host.ProcessingAsync();
        await host.ManifestAsync(book);
        var notice = Notice(job, id, "COMPLETE");
        await host.App.SqlAsync("alter table video_assets rename to video_assets_away");
        try
        {
            (await PostAsync(notice.ToJsonString())).ShouldBeError(HttpStatusCode.InternalServerError, "internal_error");
        }
        finally
        {
            await host.App.SqlAsync("alter table video_assets_away rename to video_assets");
        }
        await DeliverAsync(notice);
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("ready");
    }

    [Fact]
    public async Task A_subscription_is_confirmed_by_a_call_that_is_built_here()
    {
        await DeliverAsync(host.Sns.Confirmation(host.App.Now, "token-1", $"{host.Sns.Origin}/steal?Action=DeleteTopic&Token=other"));
        var request = host.Sns.Requests.Single(r => r.Contains("token-1", StringComparison.Ordinal));
        request.ShouldBe($"/?Action=ConfirmSubscription&TopicArn={Uri.EscapeDataString(FakeSns.Topic)}&Token=token-1");
        host.Sns.Requests.ShouldNotContain(r => r.StartsWith("/steal", StringComparison.Ordinal));

        (await PostAsync(host.Sns.Confirmation(host.App.Now, "token-2", "https://evil.example/?Token=token-2").ToJsonString())).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await PostAsync(host.Sns.Confirmation(host.App.Now, "refused").ToJsonString())).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_fetched_now_is_a_reason_to_try_again()
    {
        var body = host.Sns.Notification("{}", host.App.Now);
        body["SigningCertURL"] = host.Sns.Origin + "/trouble.pem";
        (await PostAsync(host.Sns.Sign(body).ToJsonString())).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");
    }

    private JsonObject Notice(string job, long asset, string status, int? percent = null) => host.Sns.Notification(TestJobs.Event(job, asset, status, percent), host.App.Now);

    private async Task DeliverAsync(JsonObject message) => (await PostAsync(message.ToJsonString())).ShouldBe(HttpStatusCode.OK);

    /// <summary>As SNS sends it: JSON that says it is text.</summary>
    private Task<Answer> PostAsync(string body) => host.App.Client().SendAsync(
        HttpMethod.Post, Webhook, null, request => request.Content = new StringContent(body, Encoding.UTF8, "text/plain"));
}
