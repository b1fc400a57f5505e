using System.IO.Enumeration;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Infra;

/// <summary>Section 2.2 of the specification, held against the template.</summary>
public sealed class DistributionTests
{
    /// <summary>https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html</summary>
    private const string CachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6", CachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";

    internal Template Template { get; init; } = Template.Read();

    private Deployed Stack => field ??= Template.Deploy();

    private static readonly string[] _paths =
        ["books/12/hls/index.m3u8", "books/12/hls/v2/index_720p_00001.ts", "books/12/thumbs/thumb.0000000.jpg", "Books/12/hls/index.m3u8", "analytics/usage/day=2026-01-31/events.parquet", "index.html", ""];

    [Fact]
    public void The_only_origin_is_the_output_bucket_through_an_origin_access_control()
    {
        var origin = Stack.Cdn["Origins"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)origin["DomainName"]).ShouldBe(Stack.Output.Replace("›", ".RegionalDomainName›", StringComparison.Ordinal));
        ((string?)origin["S3OriginConfig"]?["OriginAccessIdentity"]).ShouldBe("");
        var control = Stack.Of(((string?)origin["OriginAccessControlId"]).ShouldNotBeNull())["OriginAccessControlConfig"]!;
        ((string?)control["OriginAccessControlOriginType"], (string?)control["SigningBehavior"], (string?)control["SigningProtocol"]).ShouldBe(("s3", "always", "sigv4"));
    }

    [Fact]
    public void Books_have_a_behaviour_of_their_own() => ((string?)BehaviourOf("books/12/hls/index.m3u8")["PathPattern"]).ShouldBe("books/*");

    [Fact]
    public void Whatever_is_no_cover_plays_to_signed_cookies_only()
    {
        foreach (var path in _paths)
        {
            var groups = Iam.List(BehaviourOf(path)["TrustedKeyGroups"]).Select(g => (string)g!).ToList();
            groups.ShouldNotBeEmpty($"/{path} is open.");
            groups.ShouldAllBe(g => Stack.Of(g)["KeyGroupConfig"]!["Items"]!.AsArray().Count > 0);
        }
    }

    [Fact]
    public void Covers_are_open() => BehaviourOf("covers/12.jpg")["TrustedKeyGroups"].ShouldBeNull();

    [Fact]
    public void Viewers_can_read_and_nothing_else() => Behaviours().ShouldAllBe(b =>
        Iam.List(b["AllowedMethods"]).Select(m => (string)m!).Order().SequenceEqual(new[] { "GET", "HEAD" }));

    [Fact]
    public void Plain_HTTP_is_refused() => Behaviours().ShouldAllBe(b => (string?)b["ViewerProtocolPolicy"] == "https-only");

    [Fact]
    public void One_cached_copy_serves_all_viewers() =>
        Behaviours().ShouldAllBe(b => (string?)b["CachePolicyId"] == CachingOptimized && b["OriginRequestPolicyId"] == null && b["ForwardedValues"] == null);

    [Fact]
    public void Playlists_are_compressed() => ((string?)BehaviourOf("books/12/hls/index.m3u8")["Compress"]).ShouldBe("true");

    [Fact]
    public void Web_players_with_cookies_are_named_one_by_one()
    {
        Origins(Stack).ShouldBe(["https://admin.example.com"]);
        Origins(Template.Deploy(("WebPlayerOrigin", "https://watch.example.com"))).ShouldBe(["https://admin.example.com", "https://watch.example.com"]);

        static IEnumerable<string> Origins(Deployed stack)
        {
            var cors = stack.Of((string)BehaviourOf("books/12/hls/index.m3u8", stack)["ResponseHeadersPolicyId"]!)["ResponseHeadersPolicyConfig"]!["CorsConfig"]!;
            ((string?)cors["AccessControlAllowCredentials"], (string?)cors["OriginOverride"]).ShouldBe(("true", "true"));
            foreach (var list in (string[])["AccessControlAllowMethods", "AccessControlAllowHeaders", "AccessControlExposeHeaders"])
                Iam.List(cors[list]?["Items"]).ShouldNotContain(x => (string?)x == "*", "Browsers take no * together with credentials.");
            return Iam.List(cors["AccessControlAllowOrigins"]!["Items"]).Select(x => (string)x!);
        }
    }

    [Fact]
    public void The_distribution_has_its_own_name_only_with_a_certificate()
    {
        Stack.Cdn["Aliases"].ShouldBeNull();
        Stack.Setting("CloudFront:BaseUrl").ShouldEndWith(".DomainName›");

        var named = Template.Deploy(("CdnDomain", "cdn.example.com"), ("CdnCertificateArn", "arn:aws:acm:us-east-1:1:certificate/1"));
        Iam.List(named.Cdn["Aliases"]).Select(a => (string)a!).ShouldBe(["cdn.example.com"]);
        var certificate = named.Cdn["ViewerCertificate"]!;
        ((string?)certificate["AcmCertificateArn"], (string?)certificate["SslSupportMethod"], (string?)certificate["MinimumProtocolVersion"])
            .ShouldBe(("arn:aws:acm:us-east-1:1:certificate/1", "sni-only", "TLSv1.2_2021"));
        named.Setting("CloudFront:BaseUrl").ShouldBe("https://cdn.example.com");
    }

    [Fact]
    public void The_API_stands_behind_CloudFront_only_where_that_is_asked_for() => Stack.All("AWS::CloudFront::Distribution").Count().ShouldBe(1);

    [Fact]
    public void Behind_CloudFront_the_API_learns_the_country_and_the_load_balancer_knows_that_it_was_CloudFront()
    {
        var stack = Template.Deploy(("ApiOriginDomain", "lb.example.com"), ("ApiDomain", "api.example.com"), ("ApiCertificateArn", "arn:aws:acm:us-east-1:1:certificate/2"));
        var api = stack.All("AWS::CloudFront::Distribution").Select(d => d["DistributionConfig"]!.AsObject()).Where(d => d != stack.Cdn).ShouldHaveSingleItem();
        var behaviour = api["DefaultCacheBehavior"]!;
        ((string?)behaviour["CachePolicyId"]).ShouldBe(CachingDisabled);
        ((string?)behaviour["ViewerProtocolPolicy"]).ShouldBe("https-only");
        var forwarded = stack.Of((string)behaviour["OriginRequestPolicyId"]!)["OriginRequestPolicyConfig"]!;
        Iam.List(forwarded["HeadersConfig"]!["Headers"]).Select(h => (string)h!).ShouldContain("CloudFront-Viewer-Country");
        ((string?)forwarded["CookiesConfig"]!["CookieBehavior"], (string?)forwarded["QueryStringsConfig"]!["QueryStringBehavior"]).ShouldBe(("all", "all"));

        var origin = api["Origins"]![0]!;
        ((string?)origin["CustomOriginConfig"]!["OriginProtocolPolicy"]).ShouldBe("https-only");
        var secret = origin["OriginCustomHeaders"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)secret["HeaderValue"]!).ShouldStartWith("{{resolve:secretsmanager:");
    }

    private IEnumerable<JsonNode> Behaviours() => [.. Iam.List(Stack.Cdn["CacheBehaviors"]), Stack.Cdn["DefaultCacheBehavior"]!];

    private JsonNode BehaviourOf(string path) => BehaviourOf(path, Stack);

    /// <summary>The first whose pattern matches, in their order, else the default. Patterns are case-sensitive.</summary>
    private static JsonNode BehaviourOf(string path, Deployed stack) =>
        Iam.List(stack.Cdn["CacheBehaviors"]).FirstOrDefault(b => FileSystemName.MatchesSimpleExpression((string)b["PathPattern"]!, path, ignoreCase: false))
        ?? stack.Cdn["DefaultCacheBehavior"]!;
}
