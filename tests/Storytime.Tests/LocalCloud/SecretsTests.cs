using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;
using Storytime.LocalCloud.Faults;

namespace Storytime.Tests.LocalCloud;

/// <summary>Secrets Manager in its wire format (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).</summary>
public sealed class SecretsTests : IAsyncLifetime
{
    private readonly CloudFixture _fixture = new() { Configure = options => options with { Secrets = new Dictionary<string, string> { ["storytime/cloudfront"] = "first key" } } };

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Secret_is_found_by_name_and_arn_and_can_be_rotated()
    {
        var (status, first) = await GetAsync(new JsonObject { ["SecretId"] = "storytime/cloudfront" });
        status.ShouldBe(HttpStatusCode.OK, first.ToJsonString());
        ((string)first["SecretString"]!).ShouldBe("first key");
        ((string)first["Name"]!).ShouldBe("storytime/cloudfront");
        ((string)first["ARN"]!).ShouldMatch("^arn:aws:secretsmanager:us-east-1:111122223333:secret:storytime/cloudfront-[0-9A-F]{6}$");

        _fixture.Cloud.Secrets.Set("storytime/cloudfront", "second key");
        var (_, second) = await GetAsync(new JsonObject { ["SecretId"] = (string)first["ARN"]! });
        ((string)second["SecretString"]!).ShouldBe("second key");
        ((string)second["VersionId"]!).ShouldNotBe((string)first["VersionId"]!);
        ((string)(await GetAsync(new JsonObject { ["SecretId"] = "storytime/cloudfront", ["VersionStage"] = "AWSPREVIOUS" })).Body["SecretString"]!).ShouldBe("first key");
        ((string)(await GetAsync(new JsonObject { ["SecretId"] = "storytime/cloudfront", ["VersionId"] = (string)first["VersionId"]! })).Body["SecretString"]!).ShouldBe("first key");
    }

    [Fact]
    public async Task Unknown_secrets_and_forged_calls_are_refused()
    {
        var (status, body) = await GetAsync(new JsonObject { ["SecretId"] = "other" });
        (status, (string)body["__type"]!).ShouldBe((HttpStatusCode.BadRequest, "ResourceNotFoundException"));
        (status, body) = await GetAsync(new JsonObject { ["SecretId"] = "storytime/cloudfront" }, secret: "wrong");
        (status, (string)body["__type"]!).ShouldBe((HttpStatusCode.Forbidden, "InvalidSignatureException"));
        _fixture.Cloud.Faults.Set(new FaultRule("SecretsManager.GetSecretValue", Fault.Throttle));
        (status, body) = await GetAsync(new JsonObject { ["SecretId"] = "storytime/cloudfront" });
        (status, (string)body["__type"]!).ShouldBe((HttpStatusCode.BadRequest, "ThrottlingException"));
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> GetAsync(JsonObject body, string? secret = null)
    {
        using var http = new HttpClient(new SigV4SigningHandler(new BasicAWSCredentials(_fixture.Options.AccessKeyId, secret ?? _fixture.Options.SecretAccessKey), RegionEndpoint.USEast1, "secretsmanager", new SocketsHttpHandler()));
        using var request = new HttpRequestMessage(HttpMethod.Post, _fixture.Cloud.MediaConvertUrl) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "secretsmanager.GetSecretValue");
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject());
    }
}
