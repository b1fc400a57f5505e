using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Storytime.LocalCloud.Sns;

/// <summary>Signs messages with a key of this run
/// (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html).</summary>
internal sealed class SnsSigner : IDisposable
{
    /// <summary>In byte order; Subject and the confirmation's members only where the message has them.</summary>
    private static readonly string[] Signed = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"];
    private readonly RSA _key = RSA.Create(2048);
    private readonly HashAlgorithmName _hash;

    /// <summary>Version "1" is SHA-1, "2" SHA-256.</summary>
    public SnsSigner(string version, DateTimeOffset now)
    {
        Version = version;
        _hash = version switch
        {
            "1" => HashAlgorithmName.SHA1,
            "2" => HashAlgorithmName.SHA256,
            _ => throw new InvalidOperationException($"SnsSignatureVersion is \"{version}\"; it should be \"1\" or \"2\"."),
        };
        var request = new CertificateRequest("CN=sns.localcloud", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        // Generous at both ends: a test's clock may stand anywhere.
        using var certificate = request.CreateSelfSigned(now.AddYears(-20), now.AddYears(20));
        CertificatePem = certificate.ExportCertificatePem() + "\n";
        CertificatePath = $"/SimpleNotificationService-{certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant()[..32]}.pem";
    }

    public string Version { get; }
    public string CertificatePem { get; }
    public string CertificatePath { get; }

    public string Sign(JsonObject message) => Convert.ToBase64String(_key.SignData(Encoding.UTF8.GetBytes(StringToSign(message)), _hash, RSASignaturePadding.Pkcs1));

    public void Dispose() => _key.Dispose();

    /// <summary>Name and value each end with a newline, the last value too: AWS's prose says otherwise, its validators do not.</summary>
    private static string StringToSign(JsonObject message)
    {
        var text = new StringBuilder();
        foreach (var name in Signed.Where(name => message[name] is not null)) text.Append(name).Append('\n').Append((string)message[name]!).Append('\n');
        return text.ToString();
    }
}
