using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.LocalCloud;

namespace Storytime.Tests.LocalCloud;

/// <summary>Signatures are verified by the openssl command line over a string that is put together here.</summary>
public sealed class SnsTests(CloudFixture fixture) : IClassFixture<CloudFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2", "-sha256")]
    [InlineData("1", "-sha1")]
    public async Task Confirmation_and_notifications_are_signed_delivered_and_shaped_as_sns_does(string version, string digest)
    {
        await using var cloud = await CloudServices.StartAsync(fixture.Options with { DataFolder = Path.Combine(fixture.Folder, $"sns{version}"), SnsSignatureVersion = version }, Ct);
        await using var endpoint = await SnsEndpoint.StartAsync(Ct);
        await cloud.SubscribeAsync(endpoint.Url, Ct);

        var confirmation = await endpoint.NextAsync();
        confirmation.Headers["x-amz-sns-message-type"].ShouldBe("SubscriptionConfirmation");
        confirmation.Headers["content-type"].ShouldBe("text/plain; charset=UTF-8");
        confirmation.Headers.ShouldNotContainKey("x-amz-sns-subscription-arn");
        confirmation.Message.Select(member => member.Key).ShouldBe(["Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"]);
        await VerifyAsync(confirmation.Message, cloud, version, digest, "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

        // Nothing is delivered before the confirmation.
        await SubmitAsync(cloud);
        var answer = await fixture.Http.GetStringAsync(new Uri((string)confirmation.Message["SubscribeURL"]!), Ct);
        answer.ShouldContain($"<SubscriptionArn>{fixture.Options.TopicArn}:");
        var id = await SubmitAsync(cloud);

        var progressing = await endpoint.NextAsync();
        while ((string)progressing.Event["detail"]!["jobId"]! != id) progressing = await endpoint.NextAsync();
        progressing.Headers["x-amz-sns-message-type"].ShouldBe("Notification");
        progressing.Headers["x-amz-sns-message-id"].ShouldBe((string)progressing.Message["MessageId"]!);
        progressing.Headers["x-amz-sns-topic-arn"].ShouldBe(fixture.Options.TopicArn);
        progressing.Headers["x-amz-sns-subscription-arn"].ShouldStartWith(fixture.Options.TopicArn);
        progressing.Message.Select(member => member.Key).ShouldBe(["Type", "MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL"]);
        await VerifyAsync(progressing.Message, cloud, version, digest, "Message", "MessageId", "Timestamp", "TopicArn", "Type");
        CheckEnvelope(progressing.Event, id, "PROGRESSING", "timestamp", "accountId", "queue", "jobId", "status", "userMetadata");
        var failed = await endpoint.NextAsync();
        CheckEnvelope(failed.Event, id, "ERROR", "timestamp", "accountId", "queue", "jobId", "status", "userMetadata", "errorCode", "errorMessage");
        ((int)failed.Event["detail"]!["errorCode"]!).ShouldBe(1404);
    }

    [Fact]
    public async Task Failed_deliveries_are_repeated_with_the_same_id_and_in_order()
    {
        await using var endpoint = await SnsEndpoint.StartAsync(Ct);
        endpoint.Answers.Enqueue(503);
        await fixture.Cloud.SubscribeAsync(endpoint.Url, Ct);
        var (first, second) = (await endpoint.NextAsync(), await endpoint.NextAsync());
        second.Message.ToJsonString().ShouldBe(first.Message.ToJsonString());
        await fixture.Http.GetStringAsync(new Uri((string)second.Message["SubscribeURL"]!), Ct);

        foreach (var status in (int[])[500, 429, 200, 404]) endpoint.Answers.Enqueue(status);
        var id = await SubmitAsync(fixture.Cloud);
        SnsPost[] posts = [await endpoint.NextAsync(), await endpoint.NextAsync(), await endpoint.NextAsync(), await endpoint.NextAsync()];
        posts.Select(post => (string)post.Event["detail"]!["status"]!).ShouldBe(["PROGRESSING", "PROGRESSING", "PROGRESSING", "ERROR"]);
        posts.Take(3).Select(post => (string)post.Message["MessageId"]!).Distinct().Count().ShouldBe(1);

        // A 404 is final: the next post belongs to the next job.
        var next = await SubmitAsync(fixture.Cloud);
        next.ShouldNotBe(id);
        ((string)(await endpoint.NextAsync()).Event["detail"]!["jobId"]!).ShouldBe(next);
    }

    [Fact]
    public async Task Complete_event_tells_manifests_and_the_last_picture()
    {
        await using var endpoint = await SnsEndpoint.StartAsync(Ct);
        await fixture.Cloud.SubscribeAsync(endpoint.Url, Ct);
        await fixture.Http.GetStringAsync(new Uri((string)(await endpoint.NextAsync()).Message["SubscribeURL"]!), Ct);
        var input = await fixture.UploadAsync(await TestVideos.MakeAsync(320, 180, 4));
        var job = await fixture.SubmitAsync(Jobs.Body(input, $"s3://{fixture.Options.OutputBucket}/books/77", [Jobs.Rendition("_180p", 300_000, height: 180)]));

        var post = await endpoint.NextAsync();
        while ((string)post.Event["detail"]!["status"]! != "COMPLETE") post = await endpoint.NextAsync();
        var root = post.Event;
        CheckEnvelope(root, (string)job["id"]!, "COMPLETE", "timestamp", "accountId", "queue", "jobId", "status", "userMetadata", "warnings", "outputGroupDetails", "paddingInserted", "blackVideoDetected");
        ((string)root["detail"]!["userMetadata"]!["videoAssetId"]!).ShouldBe("41");
        var hls = root["detail"]!["outputGroupDetails"]![0]!;
        ((string)hls["type"]!).ShouldBe("HLS_GROUP");
        hls["playlistFilePaths"]!.ToJsonString().ShouldBe($"[\"s3://{fixture.Options.OutputBucket}/books/77/hls/index.m3u8\"]");
        var output = hls["outputDetails"]![0]!;
        output["outputFilePaths"]!.ToJsonString().ShouldBe($"[\"s3://{fixture.Options.OutputBucket}/books/77/hls/index_180p.m3u8\"]");
        ((int)output["durationInMs"]!).ShouldBeInRange(3900, 4100);
        ((int)output["videoDetails"]!["widthInPx"]!).ShouldBe(320);
        ((int)output["videoDetails"]!["averageBitrate"]!).ShouldBeGreaterThan(0);
        var thumbs = root["detail"]!["outputGroupDetails"]![1]!;
        ((string)thumbs["type"]!).ShouldBe("FILE_GROUP");
        thumbs["outputDetails"]![0]!["outputFilePaths"]!.ToJsonString().ShouldBe($"[\"s3://{fixture.Options.OutputBucket}/books/77/thumbs/thumb.0000001.jpg\"]");
    }

    [Fact]
    public async Task Wrong_tokens_and_refusing_endpoints_are_told()
    {
        using var wrong = await fixture.Http.GetAsync(new Uri(fixture.Cloud.MediaConvertUrl, $"/?Action=ConfirmSubscription&TopicArn={fixture.Options.TopicArn}&Token=0000"), Ct);
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var topic = await fixture.Http.GetAsync(new Uri(fixture.Cloud.MediaConvertUrl, "/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:111122223333:other&Token=0000"), Ct);
        topic.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await using var endpoint = await SnsEndpoint.StartAsync(Ct);
        endpoint.Answers.Enqueue(403);
        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => fixture.Cloud.SubscribeAsync(endpoint.Url, Ct));
        refusal.Message.ShouldContain("403");
    }

    /// <summary>A job that ends at once, as its master is missing.</summary>
    private async Task<string> SubmitAsync(CloudServices cloud)
    {
        using var client = new HttpClient(new Amazon.Runtime.Signing.SigV4SigningHandler(
            new Amazon.Runtime.BasicAWSCredentials(fixture.Options.AccessKeyId, fixture.Options.SecretAccessKey), Amazon.RegionEndpoint.USEast1, "mediaconvert", new SocketsHttpHandler()))
        { BaseAddress = cloud.MediaConvertUrl };
        var (status, body, _) = await client.CallAsync(HttpMethod.Post, "/2017-08-29/jobs", Jobs.Body($"s3://{fixture.Options.MasterBucket}/none.mp4", $"s3://{fixture.Options.OutputBucket}/books/1", [Jobs.Rendition("_180p", 300_000, height: 180)]));
        status.ShouldBe(HttpStatusCode.Created, body.ToJsonString());
        return (string)body["job"]!["id"]!;
    }

    private static void CheckEnvelope(JsonObject root, string id, string status, params string[] detail)
    {
        root.Select(member => member.Key).ShouldBe(["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]);
        ((string)root["detail-type"]!).ShouldBe("MediaConvert Job State Change");
        ((string)root["source"]!).ShouldBe("aws.mediaconvert");
        ((string)root["resources"]![0]!).ShouldBe($"arn:aws:mediaconvert:us-east-1:111122223333:jobs/{id}");
        root["detail"]!.AsObject().Select(member => member.Key).ShouldBe(detail);
        ((string)root["detail"]!["jobId"]!).ShouldBe(id);
        ((string)root["detail"]!["status"]!).ShouldBe(status);
        DateTimeOffset.FromUnixTimeMilliseconds((long)root["detail"]!["timestamp"]!).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null).ShouldBe((string)root["time"]!);
    }

    private async Task VerifyAsync(JsonObject message, CloudServices cloud, string version, string digest, params string[] names)
    {
        ((string)message["SignatureVersion"]!).ShouldBe(version);
        var url = (string)message["SigningCertURL"]!;
        url.ShouldMatch($"^{cloud.MediaConvertUrl}SimpleNotificationService-[0-9a-f]{{32}}\\.pem$");
        var (certificate, key, signature) = (Path.Combine(fixture.Folder, "sns.pem"), Path.Combine(fixture.Folder, "sns.pub"), Path.Combine(fixture.Folder, "sns.sig"));
        await File.WriteAllTextAsync(certificate, await fixture.Http.GetStringAsync(new Uri(url), Ct), Ct);
        await File.WriteAllTextAsync(key, await Shell.TextAsync("openssl", "x509", "-in", certificate, "-noout", "-pubkey"), Ct);
        await File.WriteAllBytesAsync(signature, Convert.FromBase64String((string)message["Signature"]!), Ct);
        var text = string.Concat(names.Select(name => $"{name}\n{(string)message[name]!}\n"));
        Encoding.UTF8.GetString(await Shell.RunAsync("openssl", ["dgst", digest, "-verify", key, "-signature", signature], Encoding.UTF8.GetBytes(text))).Trim().ShouldBe("Verified OK");
    }
}
