using System.Text.Json.Nodes;

namespace Storytime.Tests.Infra;

/// <summary>That the tests of the template bite: each of these changes to it makes the named one fail.</summary>
public sealed class TemplateTests
{
    private const string Books = "Resources/Distribution/Properties/DistributionConfig/CacheBehaviors/1";
    private const string Else = "Resources/Distribution/Properties/DistributionConfig/DefaultCacheBehavior";
    private const string MediaConvertMay = "Resources/MediaConvertRole/Properties/Policies/0/PolicyDocument/Statement";
    private const string AppMay = "Resources/AppPolicy/Properties/PolicyDocument/Statement";

    private static readonly Dictionary<string, (Action<Template> Plant, Action<Template> Notice)> _planted = new()
    {
        ["public policies allowed on masters"] = (
            t => t.At("Resources/MasterBucket/Properties/PublicAccessBlockConfiguration")["BlockPublicPolicy"] = "false",
            t => new BucketsTests { Template = t }.No_bucket_can_be_opened_to_the_public()),
        ["public access to outputs not blocked at all"] = (
            t => Remove(t, "Resources/OutputBucket/Properties", "PublicAccessBlockConfiguration"),
            t => new BucketsTests { Template = t }.No_bucket_can_be_opened_to_the_public()),
        ["ACLs back on outputs"] = (
            t => t.At("Resources/OutputBucket/Properties/OwnershipControls/Rules/0")["ObjectOwnership"] = "ObjectWriter",
            t => new BucketsTests { Template = t }.No_bucket_can_be_opened_to_the_public()),
        ["everyone may read outputs"] = (
            t => t.At("Resources/OutputBucketPolicy/Properties/PolicyDocument/Statement").AsArray().Add(Allow("s3:GetObject", "*", "*")),
            t => new BucketsTests { Template = t }.Bucket_policies_let_no_stranger_in("s3:GetObject")),
        ["masters by plain HTTP"] = (
            t => t.At("Resources/MasterBucketPolicy/Properties/PolicyDocument/Statement").AsArray().Clear(),
            t => new BucketsTests { Template = t }.Buckets_refuse_requests_without_TLS_even_of_those_who_may_do_everything()),
        ["TLS asked for objects only, not for the bucket"] = (
            t => t.At("Resources/OutputBucketPolicy/Properties/PolicyDocument/Statement/0/Resource").AsArray().RemoveAt(0),
            t => new BucketsTests { Template = t }.Buckets_refuse_requests_without_TLS_even_of_those_who_may_do_everything()),
        ["versioning off"] = (
            t => t.At("Resources/MasterBucket/Properties/VersioningConfiguration")["Status"] = "Suspended",
            t => new BucketsTests { Template = t }.A_master_that_is_overwritten_is_kept_for_a_while()),
        ["unfinished uploads kept for ever"] = (
            t => t.At("Resources/MasterBucket/Properties/LifecycleConfiguration/Rules/0")["Status"] = "Disabled",
            t => new BucketsTests { Template = t }.Uploads_that_nobody_finished_are_cleared_away_after_a_week()),
        ["any page may upload"] = (
            t => t.At("Resources/MasterBucket/Properties/CorsConfiguration/CorsRules/0")["AllowedOrigins"] = new JsonArray("*"),
            t => new BucketsTests { Template = t }.A_browser_uploads_from_the_console_only_and_learns_what_multipart_needs()),
        ["buckets deleted with the stack"] = (
            t => t.At("Resources/MasterBucket")["DeletionPolicy"] = "Delete",
            t => new BucketsTests { Template = t }.Buckets_outlive_the_stack()),
        ["MediaConvert may write masters"] = (
            t => t.At(MediaConvertMay + "/0")["Action"] = new JsonArray("s3:GetObject", "s3:PutObject"),
            t => new BucketsTests { Template = t }.MediaConvert_may_nothing_else("s3:PutObject")),
        ["MediaConvert may write anywhere in outputs"] = (
            t => t.At(MediaConvertMay + "/1")["Resource"] = new JsonObject { ["Fn::Sub"] = "${OutputBucket.Arn}/*" },
            t => new BucketsTests { Template = t }.MediaConvert_may_nothing_else("s3:PutObject")),
        ["MediaConvert may not read masters"] = (
            t => t.At(MediaConvertMay).AsArray().RemoveAt(0),
            t => new BucketsTests { Template = t }.MediaConvert_reads_masters_and_writes_books()),
        ["any distribution of anyone may read outputs"] = (
            t => Remove(t, "Resources/OutputBucketPolicy/Properties/PolicyDocument/Statement/1", "Condition"),
            t => new BucketsTests { Template = t }.CloudFront_reads_books_and_covers_for_this_distribution_only()),
        ["origin access control removed"] = (
            t => Remove(t, "Resources/Distribution/Properties/DistributionConfig/Origins/0", "OriginAccessControlId"),
            t => new DistributionTests { Template = t }.The_only_origin_is_the_output_bucket_through_an_origin_access_control()),
        ["origin access control that does not sign"] = (
            t => t.At("Resources/OriginAccessControl/Properties/OriginAccessControlConfig")["SigningBehavior"] = "never",
            t => new DistributionTests { Template = t }.The_only_origin_is_the_output_bucket_through_an_origin_access_control()),
        ["masters as the origin"] = (
            t => t.At("Resources/Distribution/Properties/DistributionConfig/Origins/0")["DomainName"] = new JsonObject { ["Fn::GetAtt"] = "MasterBucket.RegionalDomainName" },
            t => new DistributionTests { Template = t }.The_only_origin_is_the_output_bucket_through_an_origin_access_control()),
        ["books without cookies"] = (
            t => Remove(t, Books, "TrustedKeyGroups"),
            t => new DistributionTests { Template = t }.Whatever_is_no_cover_plays_to_signed_cookies_only()),
        ["everything else without cookies"] = (
            t => Remove(t, Else, "TrustedKeyGroups"),
            t => new DistributionTests { Template = t }.Whatever_is_no_cover_plays_to_signed_cookies_only()),
        ["open covers that swallow books"] = (
            t => t.At("Resources/Distribution/Properties/DistributionConfig/CacheBehaviors/0")["PathPattern"] = "*o*",
            t => new DistributionTests { Template = t }.Whatever_is_no_cover_plays_to_signed_cookies_only()),
        ["POST allowed"] = (
            t => t.At(Books + "/AllowedMethods").AsArray().Add("POST"),
            t => new DistributionTests { Template = t }.Viewers_can_read_and_nothing_else()),
        ["plain HTTP allowed"] = (
            t => t.At(Books)["ViewerProtocolPolicy"] = "allow-all",
            t => new DistributionTests { Template = t }.Plain_HTTP_is_refused()),
        ["a copy for every query string"] = (
            t => t.At(Books)["CachePolicyId"] = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            t => new DistributionTests { Template = t }.One_cached_copy_serves_all_viewers()),
        ["playlists not compressed"] = (
            t => t.At(Books)["Compress"] = "false",
            t => new DistributionTests { Template = t }.Playlists_are_compressed()),
        ["any web player with credentials"] = (
            t => t.At("Resources/PlayerHeaders/Properties/ResponseHeadersPolicyConfig/CorsConfig/AccessControlAllowOrigins")["Items"] = new JsonArray("*"),
            t => new DistributionTests { Template = t }.Web_players_with_cookies_are_named_one_by_one()),
        ["origin secret written down"] = (
            t => t.At("Resources/ApiDistribution/Properties/DistributionConfig/Origins/0/OriginCustomHeaders/0")["HeaderValue"] = "open sesame",
            t => new DistributionTests { Template = t }.Behind_CloudFront_the_API_learns_the_country_and_the_load_balancer_knows_that_it_was_CloudFront()),
        ["MediaConvert's role for anyone's jobs"] = (
            t => Remove(t, "Resources/MediaConvertRole/Properties/AssumeRolePolicyDocument/Statement/0", "Condition"),
            t => new JobEventsTests { Template = t }.Only_MediaConvert_takes_its_role_and_only_for_jobs_of_this_account()),
        ["failed jobs not told"] = (
            t => t.At("Resources/JobStateChanges/Properties/EventPattern/detail/status").AsArray().RemoveAt(3),
            t => new JobEventsTests { Template = t }.Every_step_of_a_job_is_told("ERROR")),
        ["jobs of all queues told"] = (
            t => Remove(t, "Resources/JobStateChanges/Properties/EventPattern/detail", "queue"),
            t => new JobEventsTests { Template = t }.Jobs_of_other_queues_and_events_of_others_are_not_told()),
        ["any rule may send events"] = (
            t => t.At("Resources/JobEventsPolicy/Properties/PolicyDocument/Statement").AsArray().Add(Allow("sqs:SendMessage", "*", "events.amazonaws.com")),
            t => new JobEventsTests { Template = t }.Only_this_rule_sends_to_the_queue()),
        ["a condition that EventBridge cannot meet"] = (
            t => t.At("Resources/JobNoticesPolicy/Properties/PolicyDocument/Statement/1")["Condition"] =
                new JsonObject { ["ArnEquals"] = new JsonObject { ["aws:SourceArn"] = new JsonObject { ["Fn::GetAtt"] = "JobStateChanges.Arn" } } },
            t => new JobEventsTests { Template = t }.Only_EventBridge_publishes_notices_and_only_by_TLS()),
        ["no dead-letter queue"] = (
            t => Remove(t, "Resources/JobEvents/Properties", "RedrivePolicy"),
            t => new JobEventsTests { Template = t }.What_cannot_be_delivered_or_handled_is_kept()),
        ["notices signed with SHA-1"] = (
            t => Remove(t, "Resources/JobNotices/Properties", "SignatureVersion"),
            t => new JobEventsTests { Template = t }.Notices_are_signed_with_SHA_256()),
        ["key group without a key"] = (
            t => t.At("Resources/KeyGroup/Properties/KeyGroupConfig/Items").AsArray().Clear(),
            t => new SigningKeysTests { Template = t }.The_key_group_holds_the_public_key()),
        ["no room for the next key"] = (
            t => t.At("Resources/KeyGroup/Properties/KeyGroupConfig/Items").AsArray().RemoveAt(1),
            t => new SigningKeysTests { Template = t }.While_a_key_is_rotated_both_are_trusted_and_then_the_new_one_alone()),
        ["a key for a parameter's default"] = (
            t => t.At("Parameters/SigningPublicKeyA")["Default"] = "-----BEGIN PRIVATE KEY-----",
            t => new SigningKeysTests { Template = t }.No_parameter_has_key_material_for_its_default()),
        ["private key as a parameter"] = (
            t => t.Parameters["SigningPrivateKey"] = new JsonObject { ["Type"] = "String", ["Default"] = "" },
            t => new SigningKeysTests { Template = t }.The_private_key_never_passes_through_the_template()),
        ["secret filled by the template"] = (
            t => t.At("Resources/PrivateKeySecret/Properties")["SecretString"] = new JsonObject { ["Ref"] = "SigningPublicKeyA" },
            t => new SigningKeysTests { Template = t }.The_private_key_never_passes_through_the_template()),
        ["the application may pass any role"] = (
            t => t.At(AppMay).AsArray().Add(Allow("iam:PassRole", "*", null)),
            t => new ApplicationRightsTests { Template = t }.It_may_do_no_more("iam:PassRole", "arn:aws:iam::111122223333:role/admin")),
        ["the application may read any secret"] = (
            t => t.At(AppMay).AsArray().Single(s => (string?)s!["Sid"] == "ReadPrivateKey")!["Resource"] = "*",
            t => new ApplicationRightsTests { Template = t }.It_may_do_no_more("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:another")),
        ["the application may delete masters for good"] = (
            t => t.At(AppMay + "/0")["Action"] = "s3:*",
            t => new ApplicationRightsTests { Template = t }.It_may_do_no_more("s3:DeleteObjectVersion", "{master}/masters/1/a.mp4")),
        ["the application may hand its role to others"] = (
            t => Remove(t, AppMay + "/" + t.At(AppMay).AsArray().ToList().FindIndex(s => (string?)s!["Sid"] == "HandMediaConvertItsRole"), "Condition"),
            t => new ApplicationRightsTests { Template = t }.It_hands_its_role_to_MediaConvert_only()),
    };

    public static TheoryData<string> Planted => [.. _planted.Keys];

    [Theory, MemberData(nameof(Planted))]
    public void A_planted_mistake_is_noticed(string mistake)
    {
        var template = Template.Read();
        _planted[mistake].Notice(template);
        _planted[mistake].Plant(template);
        Should.Throw<ShouldAssertException>(() => _planted[mistake].Notice(template));
    }

    private static void Remove(Template template, string path, string member) => template.At(path).AsObject().Remove(member).ShouldBeTrue();

    private static JsonObject Allow(string action, string resource, string? service)
    {
        JsonObject statement = new() { ["Effect"] = "Allow", ["Action"] = action, ["Resource"] = resource };
        if (service is not null)
            statement["Principal"] = service == "*" ? "*" : new JsonObject { ["Service"] = service };
        return statement;
    }
}
