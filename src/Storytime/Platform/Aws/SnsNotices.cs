using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Storytime.Platform.Aws;

/// <summary>Decides whether a delivery is from our topic, and confirms the subscription to it.</summary>
internal sealed class SnsNotices(SnsCertificates certificates, IHttpClientFactory clients, IOptions<SnsOptions> options, TimeProvider time)
{
    private static readonly TimeSpan _clockSkew = TimeSpan.FromMinutes(5);

    /// <summary>A message that says something twice means one thing to us and maybe another one to whoever looks at it next.</summary>
    private static readonly JsonSerializerOptions _json = new() { AllowDuplicateProperties = false };

    /// <returns>The message, or why it is not believed. The cheap questions come first: nothing is fetched for a message that is refused anyway.</returns>
    /// <exception cref="HttpRequestException">The certificate could not be fetched; SNS should try again.</exception>
    public async Task<(SnsMessage? Message, string? Refusal)> VerifyAsync(ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        if (Parse(body) is not { } message)
            return (null, "The body is no SNS message.");
        if (options.Value.TopicArn is null || message.TopicArn != options.Value.TopicArn)
            return (null, "The message is not from the topic that Storytime listens to.");
        if (message.StringToSign() is null)
            return (null, "The message is of an unknown type, or a member that must be signed is missing.");
        // The signed text does not tell where a value ends: a subject could be folded into the id, and a message that was seen would look like a new one.
        if (!Guid.TryParseExact(message.MessageId, "D", out _))
            return (null, "The message's id is none of SNS.");
        var now = time.Now();
        if (!Rfc3339.TryParse(message.Timestamp, out var sentAt) || sentAt < now - options.Value.MaxAge || sentAt > now + _clockSkew)
            return (null, "The message is too old, or its time cannot be read.");
        if (message.SignatureVersion is not ("1" or "2"))
            return (null, "The signature is of a version that is not known.");
        if (certificates.TrustedAddress(message.SigningCertURL) is not { } address)
            return (null, "The certificate is not at an address of SNS.");
        var certificate = await certificates.GetAsync(address, ct);
        if (certificate is null || now.UtcDateTime < certificate.NotBefore.ToUniversalTime() || now.UtcDateTime > certificate.NotAfter.ToUniversalTime())
            return (null, "The certificate is none, or not valid now.");
        return message.IsSignedBy(certificate) ? (message, null) : (null, "The signature does not fit the message.");
    }

    /// <summary>
    /// Confirms a verified subscription. The address is built from the token, not taken from the message: what is called can be nothing but
    /// ConfirmSubscription of our topic. https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
    /// </summary>
    /// <returns>False when SubscribeURL is not at a host of SNS.</returns>
    /// <exception cref="HttpRequestException">SNS did not take it; it should send the request again.</exception>
    public async Task<bool> ConfirmAsync(SnsMessage message, CancellationToken ct)
    {
        if (!Uri.TryCreate(message.SubscribeURL, UriKind.Absolute, out var given) || !certificates.IsTrustedHost(given))
            return false;
        var address = new Uri(given, $"/?Action=ConfirmSubscription&TopicArn={Uri.EscapeDataString(message.TopicArn!)}&Token={Uri.EscapeDataString(message.Token!)}");
        using var http = clients.CreateClient(SnsCertificates.HttpClientName);
        using var response = await http.GetAsync(address, ct);
        response.EnsureSuccessStatusCode();
        return true;
    }

    private static SnsMessage? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize<SnsMessage>(body.Span, _json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
