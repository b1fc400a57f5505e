using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Storytime.Platform.Aws;

/// <summary>
/// An SNS message as it is delivered over HTTP.
/// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
/// </summary>
internal sealed record SnsMessage(
    string? Type,
    string? MessageId,
    string? TopicArn,
    string? Subject,
    string? Message,
    string? Timestamp,
    string? SignatureVersion,
    string? Signature,
    string? SigningCertURL,
    string? SubscribeURL,
    string? Token)
{
    public const string Notification = "Notification";
    public const string SubscriptionConfirmation = "SubscriptionConfirmation";
    public const string UnsubscribeConfirmation = "UnsubscribeConfirmation";

    /// <summary>
    /// Names and values in byte order of the names, each followed by a newline, the last value too (AWS's text says otherwise, its validators do it).
    /// Null when a member that is signed is missing.
    /// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
    /// </summary>
    public string? StringToSign()
    {
        (string Name, string? Value)[] members = Type switch
        {
            Notification when Subject is null => [("Message", Message), ("MessageId", MessageId), ("Timestamp", Timestamp), ("TopicArn", TopicArn), ("Type", Type)],
            Notification =>
                [("Message", Message), ("MessageId", MessageId), ("Subject", Subject), ("Timestamp", Timestamp), ("TopicArn", TopicArn), ("Type", Type)],
            SubscriptionConfirmation or UnsubscribeConfirmation =>
            [
                ("Message", Message), ("MessageId", MessageId), ("SubscribeURL", SubscribeURL), ("Timestamp", Timestamp),
                ("Token", Token), ("TopicArn", TopicArn), ("Type", Type),
            ],
            _ => [],
        };
        if (members.Length == 0 || members.Any(m => m.Value is null))
            return null;
        var text = new StringBuilder();
        foreach (var (name, value) in members)
            text.Append(name).Append('\n').Append(value).Append('\n');
        return text.ToString();
    }

    /// <summary>RSA PKCS#1 v1.5; version 1 is SHA-1, the default of a topic, version 2 SHA-256. Nothing else is accepted.</summary>
    public bool IsSignedBy(X509Certificate2 certificate)
    {
        HashAlgorithmName? hash = SignatureVersion switch { "1" => HashAlgorithmName.SHA1, "2" => HashAlgorithmName.SHA256, _ => null };
        var signature = new byte[1024];
        if (hash is null || StringToSign() is not { } text || !Convert.TryFromBase64String(Signature ?? "", signature, out var length))
            return false;
        using var key = certificate.GetRSAPublicKey();
        return key is not null && key.VerifyData(Encoding.UTF8.GetBytes(text), signature.AsSpan(0, length), hash.Value, RSASignaturePadding.Pkcs1);
    }
}
