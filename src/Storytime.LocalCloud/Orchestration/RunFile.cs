using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Storytime.LocalCloud.Demo;

namespace Storytime.LocalCloud.Orchestration;

/// <summary><c>run.json</c>: where everything answers and who can sign in, for scripts and tests. It is there only while all of it runs.</summary>
internal sealed record RunFile(
    Uri App, Uri Cdn, Uri S3, [property: JsonPropertyName("mediaconvert")] Uri MediaConvert, Uri Device, string Database, string Mails,
    IReadOnlyList<DemoAdmin> Admins, IReadOnlyList<RunFile.Parent> Parents, [property: JsonPropertyName("cloudfront")] RunFile.CloudFrontKey CloudFront)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        // A PEM's plus signs stay plus signs, for readers with simpler tools.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task WriteAsync(RunOptions options, CloudServices cloud, string database, Secrets secrets, CancellationToken ct)
    {
        IReadOnlyList<Parent> parents = options.Demo == DemoSize.None ? [] : [.. DemoPeople.Parents.Select(p => new Parent(p.Email, p.Password))];
        var run = new RunFile(
            options.App, cloud.CdnUrl, cloud.S3Url, cloud.MediaConvertUrl, options.Device, database, options.Mails, DemoPeople.Admins, parents,
            new CloudFrontKey(secrets.CloudFrontKeyPairId, secrets.CloudFrontPublicKey));
        var unfinished = options.RunFile + ".new";
        await File.WriteAllTextAsync(unfinished, JsonSerializer.Serialize(run, Json) + "\n", ct);
        File.Move(unfinished, options.RunFile, overwrite: true);
    }

    internal sealed record Parent(string Email, string Password);

    internal sealed record CloudFrontKey(string KeyPairId, string PublicKeyPem);
}
