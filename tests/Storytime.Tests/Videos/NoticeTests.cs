using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Videos;

/// <summary>The SNS webhook. No worker runs and no job exists: the notices alone tell what happened.</summary>
public sealed class NoticeTests(VideoHost host) : IClassFixture<VideoHost>
{
    private const string Webhook = "/webhooks/mediaconvert";
    private static int _jobs;

    [Theory]
    [InlineData("1", null)]
    [InlineData("2", null)]
    [InlineData("2", "a subject")]
    public async Task A_complete_notice_makes_the_video_ready(string version, string? subject)
    {
        var (id, book, job) = await ProcessingAsync();
        await ManifestAsync(book);
        await DeliverAsync(host.Sns.Notification(Event(job, id, "COMPLETE"), host.App.Now, version, subject));
        var asset = await host.ReadAsync(id);
        ((string?)asset["status"]).ShouldBe("ready");
        ((int)asset["duration_seconds"]!).ShouldBe(180);
        ((bool)asset["playing"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Notices_that_come_twice_late_or_out_of_order_have_one_effect()
    {
        var (id, book, job) = await ProcessingAsync();
        await ManifestAsync(book);
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
    public async Task A_complete_notice_may_come_before_we_know_the_job_id()
    {
        var book = await host.BookAsync();
        var id = await host.AssetAsync(book, TestVideos.Broken);
        var asset = await host.ReadAsync(id);
        await ManifestAsync(book);
        var job = NewJob();
        // Another installation in the same AWS account has an asset with the same number.
        await DeliverAsync(host.Sns.Notification(Event(job, id, "COMPLETE", master: "masters/other/film.mp4"), host.App.Now));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");
        await DeliverAsync(host.Sns.Notification(Event(job, id, "COMPLETE", attempt: 2, master: (string)asset["master_s3_key"]!), host.App.Now));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");

        await DeliverAsync(host.Sns.Notification(Event(job, id, "COMPLETE", master: (string)asset["master_s3_key"]!), host.App.Now));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("ready");
        (await host.App.SqlAsync($"select mediaconvert_job_id from video_assets where id = {id}")).ShouldBe(job);
    }

    [Fact]
    public async Task An_error_notice_keeps_MediaConvert_s_code_and_words_and_a_retry_forgets_the_old_job()
    {
        var (id, book, job) = await ProcessingAsync();
        await DeliverAsync(Notice(job, id, "ERROR"));
        var asset = await host.ReadAsync(id);
        ((string?)asset["status"]).ShouldBe("failed");
        ((string?)asset["error_code"]).ShouldBe("1404");
        ((string?)asset["error_message"]).ShouldBe("Unable to open input file");

        (await host.Editor.PostAsync($"/admin/api/v1/video_assets/{id}/retries")).ShouldBe(HttpStatusCode.Accepted);
        await ManifestAsync(book);
        await DeliverAsync(Notice(job, id, "COMPLETE"));
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("uploaded");
    }

    [Fact]
    public async Task A_canceled_job_is_a_failed_video()
    {
        var (id, _, job) = await ProcessingAsync();
        await DeliverAsync(Notice(job, id, "CANCELED"));
        ((string?)(await host.ReadAsync(id))["error_code"]).ShouldBe("canceled");
    }

    [Fact]
    public async Task Complete_without_a_manifest_in_the_bucket_is_a_failed_video()
    {
        var (id, _, job) = await ProcessingAsync();
        await DeliverAsync(Notice(job, id, "COMPLETE"));
        var asset = await host.ReadAsync(id);
        ((string?)asset["error_code"]).ShouldBe("outputs_missing");
        ((bool)asset["playing"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task An_older_version_that_is_late_does_not_replace_a_newer_one()
    {
        var (first, book, firstJob) = await ProcessingAsync();
        var (second, _, secondJob) = await ProcessingAsync(book);
        await ManifestAsync(book);
        await ManifestAsync(book, "v2/");
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
        var (id, book, job) = await ProcessingAsync();
        await ManifestAsync(book);
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

    public static TheoryData<string> Forgeries =>
    [
        "no JSON", "an array", "no signature", "empty signature", "signature of another key", "message changed", "subject added", "message id changed", "timestamp changed",
        "another topic", "topic in another account", "too old", "from the future", "no timestamp", "unknown type", "no type", "type changed", "version 3", "no version",
        "version 1 claimed for 2", "certificate elsewhere", "certificate on a lookalike host", "certificate with user info", "certificate with a port", "certificate over http",
        "certificate of another region", "certificate with a query", "certificate not pem", "certificate in S3", "certificate with a fragment", "certificate address with dots", "no certificate",
        "expired certificate", "certificate that is none", "unsigned unsubscribe",
    ];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_notice_is_refused_and_changes_nothing(string forgery)
    {
        var (id, book, job) = await ProcessingAsync();
        await ManifestAsync(book);
        var body = host.Sns.Notification(Event(job, id, "COMPLETE"), host.App.Now);
        var text = Forge(body, forgery) ?? body.ToJsonString();
        (await PostAsync(text)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        ((string?)(await host.ReadAsync(id))["status"]).ShouldBe("processing");
    }

    [Theory]
    [InlineData("/redirect.pem")]
    [InlineData("/huge.pem")]
    [InlineData("/missing.pem")]
    public async Task A_certificate_that_cannot_be_fetched_is_a_reason_to_try_again(string path)
    {
        var body = host.Sns.Notification("{}", host.App.Now);
        body["SigningCertURL"] = host.Sns.Origin + path;
        (await PostAsync(host.Sns.Sign(body).ToJsonString())).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");
    }

    [Fact]
    public async Task A_body_that_no_SNS_message_can_have_is_too_large() =>
        (await PostAsync(new string(' ', 300 * 1024))).ShouldBeError(HttpStatusCode.RequestEntityTooLarge, "too_large");

    private string? Forge(JsonObject body, string forgery)
    {
        const string host443 = "https://sns.us-east-1.amazonaws.com";
        switch (forgery)
        {
            case "no JSON": return "COMPLETE";
            case "an array": return $"[{body.ToJsonString()}]";
            case "no signature": body.Remove("Signature"); break;
            case "empty signature": body["Signature"] = ""; break;
            case "signature of another key": using (var other = RSA.Create(2048)) host.Sns.Sign(body, other); break;
            case "message changed": body["Message"] = (string)body["Message"]! + " "; break;
            case "subject added": body["Subject"] = "x"; break;
            case "message id changed": body["MessageId"] = Guid.NewGuid().ToString(); break;
            case "timestamp changed": body["Timestamp"] = "2026-01-01T00:00:00.000Z"; break;
            case "another topic": body["TopicArn"] = FakeSns.Topic + "-2"; host.Sns.Sign(body); break;
            case "topic in another account": body["TopicArn"] = FakeSns.Topic.Replace("1111", "9999", StringComparison.Ordinal); host.Sns.Sign(body); break;
            case "too old": body["Timestamp"] = Time(-61); host.Sns.Sign(body); break;
            case "from the future": body["Timestamp"] = Time(10); host.Sns.Sign(body); break;
            case "no timestamp": body.Remove("Timestamp"); host.Sns.Sign(body); break;
            case "unknown type": body["Type"] = "Message"; host.Sns.Sign(body); break;
            case "no type": body.Remove("Type"); break;
            case "type changed": body["Type"] = "SubscriptionConfirmation"; body["Token"] = "t"; body["SubscribeURL"] = host.Sns.Origin; break;
            case "version 3": body["SignatureVersion"] = "3"; host.Sns.Sign(body); break;
            case "no version": body.Remove("SignatureVersion"); break;
            case "version 1 claimed for 2": body["SignatureVersion"] = "1"; break;
            case "certificate elsewhere": body["SigningCertURL"] = "https://evil.example/cert.pem"; break;
            case "certificate on a lookalike host": body["SigningCertURL"] = "https://sns.us-east-1.amazonaws.com.evil.example/cert.pem"; break;
            case "certificate with user info": body["SigningCertURL"] = "https://sns.us-east-1.amazonaws.com@evil.example/cert.pem"; break;
            case "certificate with a port": body["SigningCertURL"] = host443 + ":8443/cert.pem"; break;
            case "certificate over http": body["SigningCertURL"] = "http://sns.us-east-1.amazonaws.com/cert.pem"; break;
            case "certificate of another region": body["SigningCertURL"] = "https://sns.eu-west-1.amazonaws.com/cert.pem"; break;
            case "certificate with a query": body["SigningCertURL"] = host.Sns.CertificateUrl + "?x=.pem"; break;
            case "certificate not pem": body["SigningCertURL"] = host443 + "/cert.txt"; break;
            case "certificate in S3": body["SigningCertURL"] = "https://s3.amazonaws.com/sns.us-east-1.amazonaws.com/cert.pem"; break;
            case "certificate with a fragment": body["SigningCertURL"] = host.Sns.CertificateUrl + "#.pem"; break;
            case "certificate address with dots": body["SigningCertURL"] = host.Sns.Origin + "/x/../cert.pem"; break;
            case "no certificate": body.Remove("SigningCertURL"); break;
            case "expired certificate": body["SigningCertURL"] = host.Sns.Origin + "/expired.pem"; break;
            case "certificate that is none": body["SigningCertURL"] = host.Sns.Origin + "/text.pem"; break;
            case "unsigned unsubscribe": body["Type"] = "UnsubscribeConfirmation"; body["Token"] = "t"; body["SubscribeURL"] = host.Sns.Origin; break;
            default: throw new ArgumentException(forgery);
        }
        return null;
    }

    private string Time(int minutes) => host.App.Now.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    private static string NewJob() => $"1772049000123-{Interlocked.Increment(ref _jobs):000000}";

    /// <summary>An asset whose job runs, as far as the database knows.</summary>
    private async Task<(long Asset, long Book, string Job)> ProcessingAsync(long? book = null)
    {
        var (bookId, job) = (book ?? await host.BookAsync(), NewJob());
        var id = await host.AssetAsync(bookId, TestVideos.Broken);
        await host.App.InDatabaseAsync(async db =>
        {
            (await db.VideoAssets.SingleAsync(a => a.Id == id)).Submitted(job, host.App.Now);
            await db.SaveChangesAsync();
        });
        return (id, bookId, job);
    }

    private async Task ManifestAsync(long book, string version = "")
    {
        await host.S3.PutObjectAsync(new() { BucketName = VideoHost.OutputBucket, Key = $"books/{book}/hls/{version}index.m3u8", ContentBody = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex_1.m3u8\n" });
        await host.S3.PutObjectAsync(new() { BucketName = VideoHost.OutputBucket, Key = $"books/{book}/hls/{version}index_1.m3u8", ContentBody = "#EXTM3U" });
    }

    private JsonObject Notice(string job, long asset, string status, int? percent = null) => host.Sns.Notification(Event(job, asset, status, percent), host.App.Now);

    private static string Event(string job, long asset, string status, int? percent = null, int attempt = 1, string? master = null)
    {
        var detail = new JsonObject
        {
            ["timestamp"] = 1772049100456,
            ["accountId"] = "111122223333",
            ["jobId"] = job,
            ["status"] = status,
            ["userMetadata"] = new JsonObject { ["videoAssetId"] = $"{asset}", ["attempt"] = $"{attempt}", ["masterS3Key"] = master ?? "" },
        };
        if (status == "COMPLETE")
            detail["outputGroupDetails"] = new JsonArray(
                new JsonObject { ["type"] = "FILE_GROUP", ["outputDetails"] = new JsonArray(new JsonObject { ["durationInMs"] = 999_000 }) },
                new JsonObject { ["type"] = "HLS_GROUP", ["outputDetails"] = new JsonArray(new JsonObject { ["durationInMs"] = 179_000 }, new JsonObject { ["durationInMs"] = 180_041 }) });
        if (status == "ERROR")
            (detail["errorCode"], detail["errorMessage"]) = (1404, "Unable to open input file");
        if (percent is not null)
            detail["jobProgress"] = new JsonObject { ["jobPercentComplete"] = percent };
        return new JsonObject
        {
            ["version"] = "0",
            ["id"] = Guid.NewGuid().ToString(),
            ["detail-type"] = "MediaConvert Job State Change",
            ["source"] = "aws.mediaconvert",
            ["detail"] = detail,
        }.ToJsonString();
    }

    private async Task DeliverAsync(JsonObject message) => (await PostAsync(message.ToJsonString())).ShouldBe(HttpStatusCode.OK);

    /// <summary>As SNS sends it: JSON that says it is text.</summary>
    private Task<Answer> PostAsync(string body) => host.App.Client().SendAsync(
        HttpMethod.Post, Webhook, null, request => request.Content = new StringContent(body, Encoding.UTF8, "text/plain"));
}
