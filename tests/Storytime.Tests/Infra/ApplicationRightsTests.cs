using System.Text.RegularExpressions;

namespace Storytime.Tests.Infra;

/// <summary>What the application may do in AWS, and what it is told. <c>{master}</c> and the like stand for ARNs of the stack.</summary>
public sealed partial class ApplicationRightsTests
{
    private const string Role = "storytime-web";

    internal Template Template { get; init; } = Template.Read();

    private Deployed Stack => field ??= Template.Deploy(("AppRoleName", Role));

    [Theory]
    [InlineData("s3:PutObject", "{master}/masters/1/a.mp4")]
    [InlineData("s3:GetObject", "{master}/masters/1/a.mp4")]
    [InlineData("s3:GetObjectVersion", "{master}/masters/1/a.mp4")]
    [InlineData("s3:AbortMultipartUpload", "{master}/masters/1/a.mp4")]
    [InlineData("s3:ListMultipartUploadParts", "{master}/masters/1/a.mp4")]
    [InlineData("s3:ListBucket", "{master}")]
    [InlineData("s3:ListBucket", "{output}")]
    [InlineData("s3:GetObject", "{output}/books/1/hls/index.m3u8")]
    [InlineData("s3:DeleteObject", "{output}/books/1/hls/index.m3u8")]
    [InlineData("s3:PutObject", "{output}/covers/1.jpg")]
    [InlineData("s3:DeleteObject", "{output}/covers/1.jpg")]
    [InlineData("s3:DeleteObject", "{master}/masters/1/a.mp4")]
    [InlineData("s3:PutObject", "{output}/analytics/usage/day=2026-01-31/events.parquet")]
    [InlineData("s3:AbortMultipartUpload", "{output}/analytics/usage/day=2026-01-31/events.parquet")]
    [InlineData("mediaconvert:CreateJob", "{queue}")]
    [InlineData("mediaconvert:GetJob", "{job}")]
    [InlineData("mediaconvert:CancelJob", "{job}")]
    [InlineData("mediaconvert:ListJobs", "*")]
    [InlineData("mediaconvert:Probe", "*")]
    [InlineData("iam:PassRole", "{role}")]
    [InlineData("sqs:ReceiveMessage", "{events}")]
    [InlineData("sqs:DeleteMessage", "{events}")]
    [InlineData("sqs:ChangeMessageVisibility", "{events}")]
    [InlineData("sqs:GetQueueAttributes", "{events}")]
    [InlineData("sns:ConfirmSubscription", "{topic}")]
    [InlineData("secretsmanager:GetSecretValue", "{secret}")]
    public void It_may_do_what_it_does(string action, string resource) => May(action, resource).ShouldBeTrue();

    [Theory]
    [InlineData("s3:DeleteObjectVersion", "{master}/masters/1/a.mp4")]
    [InlineData("s3:PutObject", "{output}/books/1/hls/index.m3u8")]
    [InlineData("s3:GetObject", "{output}/analytics/usage/day=2026-01-31/events.parquet")]
    [InlineData("s3:DeleteObject", "{output}/analytics/usage/day=2026-01-31/events.parquet")]
    [InlineData("s3:PutBucketPolicy", "{output}")]
    [InlineData("s3:GetObject", "arn:aws:s3:::another/books/1/x")]
    [InlineData("mediaconvert:CreateJob", "arn:aws:mediaconvert:eu-west-1:111122223333:queues/Default")]
    [InlineData("mediaconvert:DeleteQueue", "{queue}")]
    [InlineData("iam:PassRole", "arn:aws:iam::111122223333:role/admin")]
    [InlineData("iam:PutRolePolicy", "{role}")]
    [InlineData("sqs:SendMessage", "{events}")]
    [InlineData("sqs:PurgeQueue", "{events}")]
    [InlineData("sns:Publish", "{topic}")]
    [InlineData("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:another")]
    [InlineData("secretsmanager:PutSecretValue", "{secret}")]
    [InlineData("cloudfront:UpdateDistribution", "*")]
    public void It_may_do_no_more(string action, string resource) => May(action, resource).ShouldBeFalse();

    [Fact]
    public void It_hands_its_role_to_MediaConvert_only() => May("iam:PassRole", "{role}", "lambda.amazonaws.com").ShouldBeFalse();

    [Fact]
    public void Its_policy_goes_to_no_role_that_was_not_named() => Template.Deploy().Only("AWS::IAM::ManagedPolicy")["Roles"].ShouldBeNull();

    [Theory]
    [InlineData("Aws:Region"), InlineData("Aws:MasterBucket"), InlineData("Aws:OutputBucket"), InlineData("Aws:MediaConvertRole"), InlineData("Aws:MediaConvertQueue")]
    [InlineData("Sqs:QueueUrl"), InlineData("Sns:TopicArn"), InlineData("CloudFront:BaseUrl"), InlineData("CloudFront:PrivateKeySecret")]
    public void The_stack_tells_each_setting_by_its_name(string setting) => Stack.Setting(setting).ShouldNotBeEmpty();

    [Fact]
    public void No_account_is_written_into_the_template() => AccountNumber().Matches(Template.Text()).Select(m => m.Value).ShouldBeEmpty();

    private bool May(string action, string resource, string passedTo = "mediaconvert.amazonaws.com")
    {
        var stack = Stack;
        var arn = resource.Replace("{master}", Deployed.Arn(stack.Master), StringComparison.Ordinal)
            .Replace("{output}", Deployed.Arn(stack.Output), StringComparison.Ordinal)
            .Replace("{queue}", stack.Setting("Aws:MediaConvertQueue"), StringComparison.Ordinal)
            .Replace("{role}", stack.Setting("Aws:MediaConvertRole"), StringComparison.Ordinal)
            .Replace("{events}", Deployed.Arn(stack.Setting("Sqs:QueueUrl")), StringComparison.Ordinal)
            .Replace("{topic}", stack.Setting("Sns:TopicArn"), StringComparison.Ordinal)
            .Replace("{secret}", stack.Setting("CloudFront:PrivateKeySecret"), StringComparison.Ordinal)
            .Replace("{job}", $"arn:aws:mediaconvert:eu-west-1:{Deployed.Account}:jobs/1671476818694-phptj0", StringComparison.Ordinal);
        return Iam.Allows(stack.PoliciesOf(Role), action, arn, "*", ("iam:PassedToService", passedTo));
    }

    [GeneratedRegex(@"(?<![\w-])\d{12}(?!\w)")]
    private static partial Regex AccountNumber();
}
