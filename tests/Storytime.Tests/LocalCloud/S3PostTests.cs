using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Amazon.S3;
using Amazon.S3.Model;

namespace Storytime.Tests.LocalCloud;

public sealed class S3PostTests(CloudFixture fixture) : IClassFixture<CloudFixture>
{
    private static readonly byte[] Body = RandomNumberGenerator.GetBytes(300_000);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private string Bucket => fixture.Options.MasterBucket;

    [Fact]
    public async Task Form_of_the_sdk_stores_its_file()
    {
        var form = await FormAsync();
        form["Content-Type"] = "video/mp4";

        using var answer = await PostAsync(form);

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(Ct));
        var head = await HeadAsync(form["key"]);
        answer.Headers.ETag!.Tag.ShouldBe(head.ETag);
        answer.Headers.Location!.AbsolutePath.ShouldBe($"/{Bucket}/{form["key"]}");
        answer.Headers.GetValues("x-amz-version-id").ShouldBe([head.VersionId]);
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([CloudFixture.Origin]);
        head.ContentLength.ShouldBe(Body.Length);
        head.Headers.ContentType.ShouldBe("video/mp4");
        head.ChecksumCRC64NVME.ShouldNotBeNull();
        (await fixture.S3.GetObjectAsync(Bucket, form["key"], Ct).BytesAsync()).ShouldBe(Body);
    }

    [Theory]
    [InlineData("200", HttpStatusCode.OK)]
    [InlineData("201", HttpStatusCode.Created)]
    [InlineData("204", HttpStatusCode.NoContent)]
    public async Task Success_status_is_the_one_asked_for(string asked, HttpStatusCode expected)
    {
        var form = await FormAsync(request => request.Fields.Add("success_action_status", asked));
        using var answer = await PostAsync(form);
        answer.StatusCode.ShouldBe(expected);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        if (asked == "201") XElement.Parse(text).Element("Key")!.Value.ShouldBe(form["key"]);
        else text.ShouldBeEmpty();
    }

    [Fact]
    public async Task Checksum_field_is_compared_and_kept()
    {
        var sha256 = Convert.ToBase64String(SHA256.HashData(Body));
        var form = await FormAsync(request =>
        {
            request.Fields.Add("x-amz-checksum-algorithm", "SHA256");
            request.Fields.Add("x-amz-checksum-sha256", sha256);
        });

        using (var wrong = await PostAsync(form, body: Body[1..])) await wrong.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "BadDigest");
        await NothingIsAtAsync(form["key"]);
        using var right = await PostAsync(form);
        right.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await HeadAsync(form["key"])).ChecksumSHA256.ShouldBe(sha256);
    }

    [Theory]
    [InlineData(99, "EntityTooSmall")]
    [InlineData(100, null)]
    [InlineData(1000, null)]
    [InlineData(1001, "EntityTooLarge")]
    [InlineData(200_000, "EntityTooLarge")]
    public async Task Size_is_held_to_the_range(int size, string? code)
    {
        var form = await FormAsync(request => request.Conditions.Add(S3PostCondition.ContentLengthRange(100, 1000)));
        using var answer = await PostAsync(form, body: Body[..size]);
        if (code is null)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            return;
        }

        await answer.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, code);
        await NothingIsAtAsync(form["key"]);
    }

    [Theory]
    [InlineData("key", "masters/other.mp4", "Policy Condition failed: [\"eq\", \"$key\"")]
    [InlineData("Content-Type", "text/html", "Policy Condition failed: [\"starts-with\", \"$Content-Type\", \"video/\"]")]
    [InlineData("Content-Type", "video/mp4,text/html", "Policy Condition failed")]
    [InlineData("Content-Type", null, "Policy Condition failed")]
    [InlineData("x-amz-meta-note", "hello", "Extra input fields: x-amz-meta-note")]
    [InlineData("success_action_status", "201", "Extra input fields: success_action_status")]
    [InlineData("x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "Extra input fields: x-amz-checksum-sha256")]
    public async Task Field_that_the_policy_does_not_allow_is_refused(string field, string? value, string message)
    {
        var form = await FormAsync(request => request.Conditions.Add(S3PostCondition.StartsWith("Content-Type", "video/")));
        var key = form["key"];
        form["Content-Type"] = "video/mp4";
        form.Remove(field);
        if (value is not null) form[field] = value;

        using var answer = await PostAsync(form);
        await answer.ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "AccessDenied", $"Invalid according to Policy: {message}");
        await NothingIsAtAsync(key);
    }

    [Fact]
    public async Task Field_that_is_to_be_ignored_needs_no_condition()
    {
        var form = await FormAsync();
        form["Content-Type"] = "video/mp4, video/webm";
        form["x-ignore-me"] = "yes";
        using var answer = await PostAsync(form);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Policy_of_one_bucket_opens_no_other()
    {
        var form = await FormAsync();
        using var answer = await PostAsync(form, bucket: fixture.Options.OutputBucket);
        await answer.ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "AccessDenied", "Policy Condition failed");
    }

    [Fact]
    public async Task Policy_is_refused_from_the_second_it_expires()
    {
        var form = await FormAsync();
        fixture.SigningClock.By = TimeSpan.FromSeconds(601);
        try
        {
            using var answer = await PostAsync(form);
            await answer.ShouldBeS3ErrorAsync(HttpStatusCode.Forbidden, "AccessDenied", "Invalid according to Policy: Policy expired.");
        }
        finally
        {
            fixture.SigningClock.By = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task Changed_policies_and_signatures_and_unknown_keys_are_refused()
    {
        async Task ShouldBeAsync(string field, Func<string, string?> change, HttpStatusCode status, string code)
        {
            var form = await FormAsync();
            var value = change(form[field]);
            form.Remove(field);
            if (value is not null) form[field] = value;
            using var answer = await PostAsync(form);
            await answer.ShouldBeS3ErrorAsync(status, code);
        }

        await ShouldBeAsync("Policy", policy => Convert.ToBase64String([.. Convert.FromBase64String(policy), (byte)' ']), HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
        await ShouldBeAsync("Policy", _ => null, HttpStatusCode.Forbidden, "AccessDenied");
        await ShouldBeAsync("x-amz-signature", signature => new string([.. signature.Reverse()]), HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
        await ShouldBeAsync("x-amz-signature", _ => null, HttpStatusCode.BadRequest, "InvalidArgument");
        await ShouldBeAsync("x-amz-algorithm", _ => "AWS4-HMAC-SHA1", HttpStatusCode.BadRequest, "InvalidArgument");
        await ShouldBeAsync("x-amz-credential", credential => "X" + credential, HttpStatusCode.Forbidden, "InvalidAccessKeyId");
        await ShouldBeAsync("x-amz-credential", credential => credential.Replace("us-east-1", "us-east-2", StringComparison.Ordinal), HttpStatusCode.BadRequest, "InvalidArgument");
        await ShouldBeAsync("key", _ => null, HttpStatusCode.BadRequest, "InvalidArgument");
    }

    [Fact]
    public async Task File_must_be_there_and_whole()
    {
        var form = await FormAsync();
        using (var none = await SendAsync(Multipart(form), Bucket)) await none.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidArgument", "exactly one file");
        using (var early = await SendAsync(Multipart([], Body, form), Bucket)) await early.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "InvalidArgument", "'key'");
        using var content = Multipart(form, Body);
        var bytes = await content.ReadAsByteArrayAsync(Ct);
        using var cut = new ByteArrayContent(bytes[..^60]) { Headers = { ContentType = content.Headers.ContentType } };
        using (var torn = await SendAsync(cut, Bucket)) await torn.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "MalformedPOSTRequest");
        using (var other = await SendAsync(new StringContent("key=x"), Bucket)) await other.ShouldBeS3ErrorAsync(HttpStatusCode.PreconditionFailed, "PreconditionFailed");
        form["x-ignore-me"] = new string('x', 30_000);
        using (var fat = await PostAsync(form)) await fat.ShouldBeS3ErrorAsync(HttpStatusCode.BadRequest, "MaxPostPreDataLengthExceeded");
        await NothingIsAtAsync(form["key"]);
    }

    [Fact]
    public async Task Filename_is_put_into_the_key()
    {
        var folder = $"masters/{Guid.NewGuid()}";
        var form = await FormAsync(request => request.Key = folder + "/${filename}");
        using var answer = await PostAsync(form);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(Ct));
        (await HeadAsync(folder + "/master.mp4")).ContentLength.ShouldBe(Body.Length);
    }

    private async Task<Dictionary<string, string>> FormAsync(Action<CreatePresignedPostRequest>? change = null)
    {
        var request = new CreatePresignedPostRequest { BucketName = Bucket, Key = $"masters/{Guid.NewGuid()}/master.mp4", Expires = DateTime.UtcNow.AddSeconds(600) };
        request.Conditions.Add(S3PostCondition.StartsWith("Content-Type", ""));
        change?.Invoke(request);
        var form = await fixture.S3.CreatePresignedPostAsync(request);
        return new(form.Fields) { ["Content-Type"] = "video/mp4" };
    }

    private Task<HttpResponseMessage> PostAsync(Dictionary<string, string> fields, byte[]? body = null, string? bucket = null) => SendAsync(Multipart(fields, body ?? Body), bucket ?? Bucket);

    private async Task<HttpResponseMessage> SendAsync(HttpContent content, string bucket)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(fixture.Cloud.S3Url, bucket)) { Content = content };
        request.Headers.Add("Origin", CloudFixture.Origin);
        return await fixture.Http.SendAsync(request, Ct);
    }

    private static MultipartFormDataContent Multipart(Dictionary<string, string> fields, byte[]? file = null, Dictionary<string, string>? after = null)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields) form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(value)), name);
        if (file is not null) form.Add(new ByteArrayContent(file), "file", "master.mp4");
        foreach (var (name, value) in after ?? []) form.Add(new StringContent(value), name);
        return form;
    }

    private Task<GetObjectMetadataResponse> HeadAsync(string key) =>
        fixture.S3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = Bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, Ct);

    private async Task NothingIsAtAsync(string key) =>
        (await fixture.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Prefix = key }, Ct)).KeyCount.ShouldBe(0);
}
