using System.Text.Json.Nodes;

namespace Storytime.Tests.Infra;

/// <summary>Sections 2.3 and 7.3 of the specification, held against the template. MediaConvert has no endpoint of an account any more: there is none to make.</summary>
public sealed class JobEventsTests
{
    internal Template Template { get; init; } = Template.Read();

    private Deployed Stack => field ??= Template.Deploy();

    private string Queue => Deployed.Arn(Stack.Setting("Sqs:QueueUrl"));

    private string Topic => Stack.Setting("Sns:TopicArn");

    private JsonObject Rule => Stack.Only("AWS::Events::Rule");

    [Fact]
    public void Jobs_have_a_queue_of_their_own() => ((string?)Stack.Of(Stack.Setting("Aws:MediaConvertQueue"))["PricingPlan"]).ShouldBe("ON_DEMAND");

    [Fact]
    public void Only_MediaConvert_takes_its_role_and_only_for_jobs_of_this_account()
    {
        MayAssume("mediaconvert.amazonaws.com", Deployed.Account, $"arn:aws:mediaconvert:eu-west-1:{Deployed.Account}:jobs/1671476818694-phptj0").ShouldBeTrue();
        MayAssume("mediaconvert.amazonaws.com", "999999999999", "arn:aws:mediaconvert:eu-west-1:999999999999:jobs/1671476818694-phptj0").ShouldBeFalse();
        MayAssume("mediaconvert.amazonaws.com", Deployed.Account, "arn:aws:mediaconvert:eu-west-1:999999999999:jobs/1671476818694-phptj0").ShouldBeFalse();
        MayAssume("lambda.amazonaws.com", Deployed.Account, $"arn:aws:lambda:eu-west-1:{Deployed.Account}:function:x").ShouldBeFalse();

        bool MayAssume(string service, string account, string arn) => Iam.Allows([Stack.Of(Stack.Setting("Aws:MediaConvertRole"))["AssumeRolePolicyDocument"]!.AsObject()],
            "sts:AssumeRole", "", service, ("aws:SourceAccount", account), ("aws:SourceArn", arn));
    }

    [Theory, InlineData("PROGRESSING"), InlineData("STATUS_UPDATE"), InlineData("COMPLETE"), InlineData("ERROR"), InlineData("CANCELED")]
    public void Every_step_of_a_job_is_told(string status) => IsTold(Event(status)).ShouldBeTrue();

    [Fact]
    public void Jobs_of_other_queues_and_events_of_others_are_not_told()
    {
        IsTold(Event("COMPLETE", queue: "arn:aws:mediaconvert:eu-west-1:111122223333:queues/Default")).ShouldBeFalse();
        IsTold(Event("COMPLETE", source: "aws.s3")).ShouldBeFalse();
        IsTold(Event("INPUT_INFORMATION")).ShouldBeFalse();
    }

    [Fact]
    public void Events_go_to_the_queue_and_to_the_topic() => Rule["Targets"]!.AsArray().Select(t => (string?)t!["Arn"]).ShouldBe([Queue, Topic], ignoreOrder: true);

    [Fact]
    public void Only_this_rule_sends_to_the_queue()
    {
        var rule = (string?)Iam.List(Stack.PolicyAt(Stack.Setting("Sqs:QueueUrl"))["Statement"]).Select(s => s["Condition"]?["ArnEquals"]?["aws:SourceArn"]).Single(a => a is not null);
        Stack.Of(rule!).ToJsonString().ShouldBe(Rule.ToJsonString());
        MaySend("events.amazonaws.com", ("aws:SourceArn", rule!)).ShouldBeTrue();
        MaySend("events.amazonaws.com", ("aws:SourceArn", "arn:aws:events:eu-west-1:999999999999:rule/other")).ShouldBeFalse();
        MaySend("events.amazonaws.com").ShouldBeFalse();
        MaySend("arn:aws:iam::999999999999:user/stranger", ("aws:SourceArn", rule!)).ShouldBeFalse();
        MaySend("events.amazonaws.com", ("aws:SourceArn", rule!), ("aws:SecureTransport", "false")).ShouldBeFalse();

        bool MaySend(string principal, params (string, string)[] context) =>
            Iam.Allows([Stack.PolicyAt(Stack.Setting("Sqs:QueueUrl"))], "sqs:SendMessage", Queue, principal, context);
    }

    [Fact]
    public void Only_EventBridge_publishes_notices_and_only_by_TLS()
    {
        // EventBridge sends SNS no aws:SourceArn; it must be let in without one.
        MayPublish("events.amazonaws.com").ShouldBeTrue();
        MayPublish("events.amazonaws.com", ("aws:SecureTransport", "false")).ShouldBeFalse();
        MayPublish("arn:aws:iam::999999999999:user/stranger").ShouldBeFalse();

        bool MayPublish(string principal, params (string, string)[] context) => Iam.Allows([Stack.PolicyAt(Topic)], "sns:Publish", Topic, principal, context);
    }

    [Fact]
    public void What_cannot_be_delivered_or_handled_is_kept()
    {
        var dead = (string?)Stack.Of(Queue)["RedrivePolicy"]?["deadLetterTargetArn"];
        dead.ShouldNotBeNull().ShouldNotBe(Queue);
        Rule["Targets"]!.AsArray().ShouldAllBe(t => (string?)t!["DeadLetterConfig"]!["Arn"] == dead);
        var kept = int.Parse((string)Stack.Of(dead)["MessageRetentionPeriod"]!);
        kept.ShouldBeGreaterThan(int.Parse((string)Stack.Of(Queue)["MessageRetentionPeriod"]!));

        var policy = Stack.PolicyAt(dead.Replace(".Arn", "", StringComparison.Ordinal));
        var senders = Iam.List(policy["Statement"]).Where(s => (string?)s["Effect"] == "Allow").ToList();
        senders.Select(s => (string?)s["Principal"]!["Service"]).ShouldBe(["events.amazonaws.com", "sns.amazonaws.com"], ignoreOrder: true);
        senders.ShouldAllBe(s => (string?)s["Condition"]!["ArnEquals"]!["aws:SourceArn"] != null);
    }

    [Fact]
    public void Queues_are_encrypted() => Stack.All("AWS::SQS::Queue").ShouldAllBe(q => (string?)q["SqsManagedSseEnabled"] == "true");

    [Fact]
    public void Notices_are_signed_with_SHA_256() => ((string?)Stack.Of(Topic)["SignatureVersion"]).ShouldBe("2");

    [Fact]
    public void The_webhook_is_subscribed_only_where_there_is_one()
    {
        Stack.All("AWS::SNS::Subscription").ShouldBeEmpty();
        var subscription = Template.Deploy(("WebhookUrl", "https://api.example.com/webhooks/mediaconvert")).Only("AWS::SNS::Subscription");
        ((string?)subscription["Protocol"], (string?)subscription["Endpoint"], (string?)subscription["TopicArn"])
            .ShouldBe(("https", "https://api.example.com/webhooks/mediaconvert", Topic));
        subscription["RedrivePolicy"].ShouldNotBeNull();
    }

    private JsonObject Event(string status, string? queue = null, string source = "aws.mediaconvert") => new()
    {
        ["source"] = source,
        ["detail-type"] = "MediaConvert Job State Change",
        ["detail"] = new JsonObject { ["status"] = status, ["queue"] = queue ?? Stack.Setting("Aws:MediaConvertQueue"), ["jobId"] = "1671476818694-phptj0" },
    };

    private bool IsTold(JsonObject e) => (string?)Rule["State"] == "ENABLED" && Matches(Rule["EventPattern"]!.AsObject(), e);

    private static bool Matches(JsonObject pattern, JsonObject e) => pattern.All(p => p.Value is JsonObject inner
        ? e[p.Key] is JsonObject part && Matches(inner, part)
        : Iam.List(p.Value).Any(v => (string?)v == (string?)e[p.Key]));
}
