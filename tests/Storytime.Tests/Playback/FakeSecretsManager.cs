using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Storytime.LocalCloud;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Playback;

/// <summary>A Secrets Manager with one secret, which a test may break; notes what it is asked.</summary>
public sealed class FakeSecretsManager : IAsyncDisposable
{
    public const string SecretName = "storytime/cloudfront-key";

    private readonly WebApplication _server;

    static FakeSecretsManager()
    {
        // Where the SDK's default chain looks first; the same ones as in all tests of this process.
        var defaults = new CloudOptions { DataFolder = "", CloudFrontKeys = new Dictionary<string, string>() };
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", defaults.AccessKeyId);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", defaults.SecretAccessKey);
    }

    private FakeSecretsManager(WebApplication server) => _server = server;

    public sealed record Call(string Method, string Path, string? Target, string? ContentType, string? Authorization, string Body);

    public ConcurrentQueue<Call> Calls { get; } = [];

    /// <summary>The secret; null for none.</summary>
    public string? Secret { get; set; }

    /// <summary>When the secret was stored; null leaves it out.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>Whether it hangs up on everybody.</summary>
    public bool IsDown { get; set; }

    public string Url => _server.Urls.Single();

    public static async Task<FakeSecretsManager> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var secrets = new FakeSecretsManager(builder.Build());
        secrets._server.Run(secrets.AnswerAsync);
        await secrets._server.StartAsync();
        return secrets;
    }

    /// <summary>JSON of id and private key, as the secret holds it, and the public key.</summary>
    public static (string Secret, string PublicKeyPem) NewPair(string keyPairId)
    {
        using var key = RSA.Create(2048);
        return (JsonSerializer.Serialize(new { key_pair_id = keyPairId, private_key_pem = key.ExportPkcs8PrivateKeyPem() }), key.ExportSubjectPublicKeyInfoPem());
    }

    /// <summary>Lets the app read its key here.</summary>
    public StorytimeApp Serve(StorytimeApp app) => app.With("CloudFront:KeyPairId", "").With("CloudFront:PrivateKeyPem", "")
        .With("CloudFront:PrivateKeySecret", SecretName).With("Aws:SecretsManagerUrl", Url);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var headers = http.Request.Headers;
        Calls.Enqueue(new Call(http.Request.Method, http.Request.Path, headers["X-Amz-Target"], http.Request.ContentType, headers.Authorization, await reader.ReadToEndAsync()));
        if (IsDown)
        {
            http.Abort();
            return;
        }
        http.Response.ContentType = "application/x-amz-json-1.1";
        http.Response.StatusCode = (int)(Secret is null ? HttpStatusCode.BadRequest : HttpStatusCode.OK);
        await http.Response.WriteAsync(Secret is null
            ? """{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}"""
            : JsonSerializer.Serialize(new { Name = SecretName, SecretString = Secret, VersionStages = new[] { "AWSCURRENT" }, CreatedDate = CreatedAt?.ToUnixTimeMilliseconds() / 1000.0 }));
    }
}
