using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Storytime.Tests.Videos;

/// <summary>Signs messages as SNS does, written apart from the product; serves its certificate and counts what it is asked.</summary>
public sealed class FakeSns : IAsyncDisposable
{
    public const string Topic = "arn:aws:sns:us-east-1:111122223333:storytime-mediaconvert";

    private readonly RSA _key = RSA.Create(2048);
    private readonly ECDsa _elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private WebApplication? _server;

    /// <summary>Somebody else's key; its certificate is served too.</summary>
    public RSA OtherKey { get; } = RSA.Create(2048);

    public string Origin { get; private set; } = "";

    public string CertificateUrl => $"{Origin}/cert.pem";

    public List<string> Requests { get; } = [];

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(async http =>
        {
            lock (Requests)
                Requests.Add(http.Request.Path + http.Request.QueryString);
            switch (http.Request.Path.Value)
            {
                case "/cert.pem":
                    await http.Response.WriteAsync(Certificate(-1, 30));
                    break;
                case "/expired.pem":
                    await http.Response.WriteAsync(Certificate(-30, -1));
                    break;
                case "/future.pem":
                    await http.Response.WriteAsync(Certificate(1, 30));
                    break;
                case "/other.pem":
                    await http.Response.WriteAsync(Certificate(-1, 30, OtherKey));
                    break;
                case "/elliptic.pem":
                    await http.Response.WriteAsync(Certificate(new CertificateRequest("CN=sns.amazonaws.com", _elliptic, HashAlgorithmName.SHA256), -1, 30));
                    break;
                case "/charset.pem":
                    http.Response.ContentType = "text/plain; charset=none-such";
                    await http.Response.WriteAsync("This is no certificate.");
                    break;
                case "/redirect.pem":
                    http.Response.Redirect("/cert.pem");
                    break;
                case "/redirect-away.pem":
                    http.Response.Redirect("http://evil.example/cert.pem");
                    break;
                case "/trouble.pem":
                    http.Response.StatusCode = 503;
                    break;
                case "/huge.pem":
                    await http.Response.WriteAsync(new string('x', 100_000));
                    break;
                case "/text.pem":
                    await http.Response.WriteAsync("This is no certificate.");
                    break;
                case "/":
                    http.Response.StatusCode = http.Request.Query["Token"] == "refused" ? 400 : 200;
                    break;
                default:
                    http.Response.StatusCode = 404;
                    break;
            }
        });
        await _server.StartAsync();
        Origin = _server.Urls.Single();
    }

    public JsonObject Notification(string message, DateTimeOffset now, string version = "2", string? subject = null)
    {
        var body = new JsonObject
        {
            ["Type"] = "Notification",
            ["MessageId"] = Guid.NewGuid().ToString(),
            ["TopicArn"] = Topic,
            ["Message"] = message,
            ["Timestamp"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
            ["SignatureVersion"] = version,
            ["SigningCertURL"] = CertificateUrl,
            ["UnsubscribeURL"] = $"{Origin}/?Action=Unsubscribe",
        };
        if (subject is not null)
            body["Subject"] = subject;
        return Sign(body);
    }

    public JsonObject Confirmation(DateTimeOffset now, string token, string? subscribeUrl = null) => Sign(new JsonObject
    {
        ["Type"] = "SubscriptionConfirmation",
        ["MessageId"] = Guid.NewGuid().ToString(),
        ["Token"] = token,
        ["TopicArn"] = Topic,
        ["Message"] = "You have chosen to subscribe.",
        ["SubscribeURL"] = subscribeUrl ?? $"{Origin}/?Action=ConfirmSubscription&TopicArn={Topic}&Token={token}",
        ["Timestamp"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
        ["SignatureVersion"] = "2",
        ["SigningCertURL"] = CertificateUrl,
    });

    /// <summary>Signs the members as they are now, by the rules of AWS's validators.</summary>
    public JsonObject Sign(JsonObject body, RSA? key = null) =>
        Sign(body, StringToSign(body), (string?)body["SignatureVersion"] == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, key);

    /// <summary>Signs any text, and puts the signature into the message.</summary>
    public JsonObject Sign(JsonObject body, string text, HashAlgorithmName hash, RSA? key = null)
    {
        body["Signature"] = Convert.ToBase64String((key ?? _key).SignData(Encoding.UTF8.GetBytes(text), hash, RSASignaturePadding.Pkcs1));
        return body;
    }

    public static string StringToSign(JsonObject body)
    {
        string[] names = (string?)body["Type"] == "Notification"
            ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
            : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
        return string.Concat(names.Where(n => body[n] is not null).Select(n => $"{n}\n{body[n]!}\n"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _key.Dispose();
        OtherKey.Dispose();
        _elliptic.Dispose();
    }

    private string Certificate(int fromDays, int toDays, RSA? key = null) =>
        Certificate(new CertificateRequest("CN=sns.amazonaws.com", key ?? _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), fromDays, toDays);

    private static string Certificate(CertificateRequest request, int fromDays, int toDays)
    {
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
        return certificate.ExportCertificatePem();
    }
}
