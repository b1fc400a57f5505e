using System.Text.Json.Nodes;

namespace Storytime.Tests.Infra;

/// <summary>Section 2.1 of the specification, held against the template.</summary>
public sealed class BucketsTests
{
    private const string AnyMaster = "/masters/0198/night.mp4";
    private const string AnySegment = "/books/12/hls/index_720p_00001.ts";

    internal Template Template { get; init; } = Template.Read();

    private Deployed Stack => field ??= Template.Deploy();

    [Fact]
    public void Masters_and_outputs_have_a_bucket_each()
    {
        Stack.All("AWS::S3::Bucket").Count().ShouldBe(2);
        Stack.Master.ShouldNotBe(Stack.Output);
    }

    [Fact]
    public void No_bucket_can_be_opened_to_the_public()
    {
        foreach (var bucket in Stack.All("AWS::S3::Bucket"))
        {
            foreach (var gate in (string[])["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"])
                ((string?)bucket["PublicAccessBlockConfiguration"]?[gate]).ShouldBe("true", gate);
            ((string?)bucket["OwnershipControls"]?["Rules"]?[0]?["ObjectOwnership"]).ShouldBe("BucketOwnerEnforced");
            bucket.ContainsKey("WebsiteConfiguration").ShouldBeFalse();
        }
    }

    [Theory, InlineData("s3:GetObject"), InlineData("s3:PutObject"), InlineData("s3:ListBucket"), InlineData("s3:DeleteObject")]
    public void Bucket_policies_let_no_stranger_in(string action)
    {
        foreach (var bucket in (string[])[Stack.Master, Stack.Output])
            foreach (var what in (string[])["", AnyMaster, AnySegment, "/covers/12.jpg", "/analytics/usage/day=2026-01-31/events.parquet"])
                Iam.Allows([Stack.PolicyAt(bucket)], action, Deployed.Arn(bucket) + what, "arn:aws:iam::999999999999:user/stranger").ShouldBeFalse($"{bucket}{what}");
    }

    [Fact]
    public void Buckets_encrypt_what_they_keep() => Stack.All("AWS::S3::Bucket").ShouldAllBe(bucket =>
        (string?)bucket["BucketEncryption"]!["ServerSideEncryptionConfiguration"]![0]!["ServerSideEncryptionByDefault"]!["SSEAlgorithm"] == "AES256");

    [Fact]
    public void Buckets_refuse_requests_without_TLS_even_of_those_who_may_do_everything()
    {
        JsonObject everything = new() { ["Statement"] = new JsonObject { ["Effect"] = "Allow", ["Action"] = "*", ["Resource"] = "*" } };
        foreach (var bucket in (string[])[Stack.Master, Stack.Output])
            foreach (var (action, resource) in (ReadOnlySpan<(string, string)>)[("s3:ListBucket", Deployed.Arn(bucket)), ("s3:PutObject", Deployed.Arn(bucket) + "/x")])
            {
                Iam.Allows([everything, Stack.PolicyAt(bucket)], action, resource).ShouldBeTrue();
                Iam.Allows([everything, Stack.PolicyAt(bucket)], action, resource, "*", ("aws:SecureTransport", "false")).ShouldBeFalse($"{action} {resource}");
            }
    }

    [Fact]
    public void A_master_that_is_overwritten_is_kept_for_a_while()
    {
        var bucket = Stack.Of(Stack.Master);
        ((string?)bucket["VersioningConfiguration"]?["Status"]).ShouldBe("Enabled");
        Rules(bucket).ShouldContain(r => r["NoncurrentVersionExpiration"] != null);
    }

    [Fact]
    public void Uploads_that_nobody_finished_are_cleared_away_after_a_week() => Stack.All("AWS::S3::Bucket").ShouldAllBe(bucket =>
        Rules(bucket).Any(r => r["AbortIncompleteMultipartUpload"] != null && (string?)r["AbortIncompleteMultipartUpload"]!["DaysAfterInitiation"] == "7"));

    [Fact]
    public void Masters_never_expire_by_themselves() =>
        Stack.All("AWS::S3::Bucket").SelectMany(Rules).ShouldAllBe(r => r["ExpirationInDays"] == null && r["ExpirationDate"] == null);

    [Fact]
    public void A_browser_uploads_from_the_console_only_and_learns_what_multipart_needs()
    {
        foreach (var bucket in Stack.All("AWS::S3::Bucket"))
        {
            var rule = bucket["CorsConfiguration"]!["CorsRules"]!.AsArray().ShouldHaveSingleItem()!;
            Words(rule["AllowedOrigins"]).ShouldBe(["https://admin.example.com"]);
            Words(rule["AllowedMethods"]).ShouldBe(["PUT", "POST"], ignoreOrder: true);
            Words(rule["ExposedHeaders"]).ShouldContain("ETag");
            Words(rule["ExposedHeaders"]).ShouldContain("x-amz-checksum-sha256");
        }
    }

    [Fact]
    public void Buckets_outlive_the_stack() => Template.Root["Resources"]!.AsObject().Where(r => (string?)r.Value!["Type"] == "AWS::S3::Bucket")
        .ShouldAllBe(r => (string?)r.Value!["DeletionPolicy"] == "Retain" && (string?)r.Value["UpdateReplacePolicy"] == "Retain");

    [Fact]
    public void MediaConvert_reads_masters_and_writes_books()
    {
        MediaConvertMay("s3:GetObject", Deployed.Arn(Stack.Master) + AnyMaster).ShouldBeTrue();
        MediaConvertMay("s3:PutObject", Deployed.Arn(Stack.Output) + AnySegment).ShouldBeTrue();
    }

    [Theory, InlineData("s3:PutObject"), InlineData("s3:DeleteObject"), InlineData("s3:GetObject"), InlineData("s3:PutBucketPolicy"), InlineData("iam:PassRole")]
    public void MediaConvert_may_nothing_else(string action)
    {
        if (action != "s3:GetObject")
            MediaConvertMay(action, Deployed.Arn(Stack.Master) + AnyMaster).ShouldBeFalse("masters");
        if (action != "s3:PutObject")
            MediaConvertMay(action, Deployed.Arn(Stack.Output) + AnySegment).ShouldBeFalse("books");
        foreach (var other in (string[])[Deployed.Arn(Stack.Output) + "/covers/12.jpg", Deployed.Arn(Stack.Output), "arn:aws:s3:::another/books/1/x"])
            MediaConvertMay(action, other).ShouldBeFalse(other);
        Stack.Of(Stack.Setting("Aws:MediaConvertRole")).ContainsKey("ManagedPolicyArns").ShouldBeFalse();
    }

    [Fact]
    public void CloudFront_reads_books_and_covers_for_this_distribution_only()
    {
        var distribution = Stack.CdnArn;
        foreach (var what in (string[])[AnySegment, "/covers/12.jpg"])
        {
            CloudFrontMay("s3:GetObject", Stack.Output, what, ("AWS:SourceArn", distribution)).ShouldBeTrue(what);
            CloudFrontMay("s3:GetObject", Stack.Output, what, ("AWS:SourceArn", "arn:aws:cloudfront::999999999999:distribution/E1")).ShouldBeFalse(what);
            CloudFrontMay("s3:GetObject", Stack.Output, what).ShouldBeFalse(what);
            CloudFrontMay("s3:PutObject", Stack.Output, what, ("AWS:SourceArn", distribution)).ShouldBeFalse(what);
        }
        CloudFrontMay("s3:GetObject", Stack.Output, "/analytics/usage/day=2026-01-31/events.parquet", ("AWS:SourceArn", distribution)).ShouldBeFalse();
        CloudFrontMay("s3:GetObject", Stack.Master, AnyMaster, ("AWS:SourceArn", distribution)).ShouldBeFalse();
    }

    private bool MediaConvertMay(string action, string resource) =>
        Iam.Allows(Stack.PoliciesOf(Stack.Setting("Aws:MediaConvertRole")), action, resource);

    private bool CloudFrontMay(string action, string bucket, string what, params (string, string)[] context) =>
        Iam.Allows([Stack.PolicyAt(bucket)], action, Deployed.Arn(bucket) + what, "cloudfront.amazonaws.com", context);

    private static IEnumerable<JsonNode> Rules(JsonObject bucket) =>
        Iam.List(bucket["LifecycleConfiguration"]?["Rules"]).Where(r => (string?)r["Status"] == "Enabled");

    private static IEnumerable<string> Words(JsonNode? list) => Iam.List(list).Select(x => (string)x!);
}
