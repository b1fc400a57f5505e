using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Videos;

/// <param name="Event">That the job of an asset is complete, and it is: whoever is believed makes the asset ready.</param>
/// <param name="Requests">How many requests SNS had got before.</param>
internal sealed record ForgeryScene(FakeSns Sns, DateTimeOffset Now, string Event, int Requests)
{
    public JsonObject Notice(string version = "2", string? subject = null) => Sns.Notification(Event, Now, version, subject);

    public JsonObject Confirmation(string? subscribeUrl = null) => Sns.Confirmation(Now, $"token-{Guid.NewGuid()}", subscribeUrl);

    public string At(double minutes, string format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'") => Now.AddMinutes(minutes).ToString(format);
}

/// <summary>Messages that must not be believed, by kind.</summary>
/// <param name="CallsNobody">Refused before a certificate is fetched.</param>
internal sealed record Forgery(Func<ForgeryScene, HttpContent> Make, HttpStatusCode Status = HttpStatusCode.Forbidden, bool CallsNobody = false)
{
    public static Dictionary<string, Forgery> All { get; } = [];

    static Forgery()
    {
        Bodies();
        Topics();
        Members();
        Times();
        Signatures();
        Certificates();
        CertificateAddresses();
        Subscriptions();
    }

    /// <summary>As SNS sends it: JSON that says it is text.</summary>
    public static StringContent Text(JsonNode body) => Text(body.ToJsonString());

    private static StringContent Text(string body) => new(body, Encoding.UTF8, "text/plain");

    private static void Raw(string kind, Func<ForgeryScene, string> make, HttpStatusCode status = HttpStatusCode.Forbidden) =>
        All.Add(kind, new Forgery(scene => Text(make(scene)), status, CallsNobody: true));

    private static void Bytes(string kind, Func<ForgeryScene, byte[]> make, string? encoding = null, HttpStatusCode status = HttpStatusCode.Forbidden) => All.Add(kind, new Forgery(
        scene =>
        {
            var content = new ByteArrayContent(make(scene));
            content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
            if (encoding is not null)
                content.Headers.ContentEncoding.Add(encoding);
            return content;
        },
        status,
        CallsNobody: true));

    /// <summary>A true message that was changed on its way.</summary>
    private static void Changed(string kind, Action<ForgeryScene, JsonObject> change, string? subject = null) => All.Add(kind, new Forgery(scene =>
    {
        var body = scene.Notice(subject: subject);
        change(scene, body);
        return Text(body);
    }));

    /// <summary>A message that SNS signed, and that is still not for us.</summary>
    private static void Signed(string kind, Action<ForgeryScene, JsonObject> change) => All.Add(kind, new Forgery(
        scene =>
        {
            var body = scene.Notice();
            change(scene, body);
            return Text(scene.Sns.Sign(body));
        },
        CallsNobody: true));

    /// <summary>A true message, but for where its certificate is said to be, which is not signed.</summary>
    private static void Address(string kind, Func<ForgeryScene, string> address) => All.Add(kind, new Forgery(
        scene =>
        {
            var body = scene.Notice();
            body["SigningCertURL"] = address(scene);
            return Text(body);
        },
        CallsNobody: true));

    private static void Address(string kind, string address) => Address(kind, _ => address);

    private static void Bodies()
    {
        Raw("body: empty", _ => "");
        Raw("body: no JSON", _ => "COMPLETE");
        Raw("body: null", _ => "null");
        Raw("body: a number", _ => "7");
        Raw("body: a string", scene => JsonValue.Create(scene.Notice().ToJsonString()).ToJsonString());
        Raw("body: an array", scene => $"[{scene.Notice().ToJsonString()}]");
        Raw("body: the bare event", scene => scene.Event);
        Raw("body: cut off", scene => scene.Notice().ToJsonString()[..^1]);
        Raw("body: two messages", scene => scene.Notice().ToJsonString() + scene.Notice().ToJsonString());
        Raw("body: with a comment", scene => "/* */" + scene.Notice().ToJsonString());
        Raw("body: a form", scene => "Message=" + Uri.EscapeDataString(scene.Notice().ToJsonString()));
        Raw("body: nested too deep", scene => scene.Notice().ToJsonString()[..^1] + ",\"x\":" + new string('[', 5000) + new string(']', 5000) + "}");
        Raw("body: half of a surrogate pair", scene => scene.Notice().ToJsonString().Replace("\"Type\":\"", "\"Type\":\"\\ud800", StringComparison.Ordinal));
        Raw("body: half of a surrogate pair as a name", scene => scene.Notice().ToJsonString()[..^1] + ",\"\\udfff\":1}");
        Raw("body: names in small letters", scene => scene.Notice().ToJsonString().Replace("\"Message\"", "\"message\"", StringComparison.Ordinal));
        Raw("body: a member twice, the false one first", scene => "{\"Message\":\"{}\"," + scene.Notice().ToJsonString()[1..]);
        Raw("body: a member twice, the false one last", scene => scene.Notice().ToJsonString()[..^1] + ",\"Message\":\"{}\"}");
        Raw("body: a member twice, once with escapes", scene => "{\"\\u004dessage\":\"{}\"," + scene.Notice().ToJsonString()[1..]);
        Raw("body: the message as JSON, not as text", scene => "{\"Message\":" + scene.Event + "," + Without(scene.Notice(), "Message").ToJsonString()[1..]);
        Bytes("body: UTF-16", scene => Encoding.Unicode.GetBytes(scene.Notice().ToJsonString()));
        Bytes("body: with a byte order mark", scene => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(scene.Notice().ToJsonString())]);
        Bytes("body: no UTF-8", scene => Encoding.Latin1.GetBytes(scene.Notice(subject: "\u00e9").ToJsonString().Replace("\\u00e9", "\u00e9", StringComparison.OrdinalIgnoreCase)));
        Bytes("body: gzip", scene => Gzip(scene.Notice().ToJsonString()), "gzip");
        Bytes("body: small once, large unpacked", _ => Gzip(new string(' ', 5_000_000)), "gzip");
        Raw("body: too large", _ => new string(' ', 300 * 1024), HttpStatusCode.RequestEntityTooLarge);
        All.Add("body: too large, of unknown length", new Forgery(
            _ => new StreamContent(new NoLength(new byte[300 * 1024])), HttpStatusCode.RequestEntityTooLarge, CallsNobody: true));
    }

    private static void Topics()
    {
        Signed("topic: another one", (_, body) => body["TopicArn"] = FakeSns.Topic + "-2");
        Signed("topic: another account", (_, body) => body["TopicArn"] = FakeSns.Topic.Replace("1111", "9999", StringComparison.Ordinal));
        Signed("topic: another region", (_, body) => body["TopicArn"] = FakeSns.Topic.Replace("us-east-1", "us-east-2", StringComparison.Ordinal));
        Signed("topic: another partition", (_, body) => body["TopicArn"] = FakeSns.Topic.Replace("arn:aws:", "arn:aws-cn:", StringComparison.Ordinal));
        Signed("topic: other letters", (_, body) => body["TopicArn"] = FakeSns.Topic.ToUpperInvariant());
        Signed("topic: a space behind", (_, body) => body["TopicArn"] = FakeSns.Topic + " ");
        Signed("topic: a subscription to it", (_, body) => body["TopicArn"] = $"{FakeSns.Topic}:{Guid.NewGuid()}");
        Signed("topic: none", (_, body) => body.Remove("TopicArn"));
        Signed("topic: null", (_, body) => body["TopicArn"] = null);
        Signed("topic: a list with ours in it", (_, body) => body["TopicArn"] = new JsonArray(FakeSns.Topic, "x"));
        Changed("topic: ours written over another", (scene, body) =>
        {
            body["TopicArn"] = FakeSns.Topic + "-2";
            scene.Sns.Sign(body)["TopicArn"] = FakeSns.Topic;
        });
    }

    private static void Members()
    {
        Changed("member: message changed", (_, body) => body["Message"] = body["Message"] + " ");
        Changed("member: message emptied", (_, body) => body["Message"] = "");
        Changed("member: message id changed", (_, body) => body["MessageId"] = Guid.NewGuid().ToString());
        Changed("member: message id in capitals", (_, body) => body["MessageId"] = "ABCDEF" + Guid.NewGuid().ToString()[6..]);
        Changed("member: timestamp changed", (scene, body) => body["Timestamp"] = scene.At(1));
        Changed("member: timestamp written otherwise", (scene, body) => body["Timestamp"] = scene.At(0, "yyyy-MM-dd'T'HH:mm:ss.fff'+00:00'"));
        Changed("member: subject added", (_, body) => body["Subject"] = "x");
        Changed("member: empty subject added", (_, body) => body["Subject"] = "");
        Changed("member: subject changed", (_, body) => body["Subject"] = "another", subject: "a subject");
        Changed("member: subject removed", (_, body) => body.Remove("Subject"), subject: "a subject");
        Changed("member: message and id exchanged", (_, body) => (body["Message"], body["MessageId"]) = ((string)body["MessageId"]!, (string)body["Message"]!));
        // The text that is signed is the same.
        Changed("member: subject folded into the id", (_, body) =>
        {
            body["MessageId"] = body["MessageId"] + "\nSubject\na subject";
            body.Remove("Subject");
        }, subject: "a subject");
        Signed("member: no id", (_, body) => body.Remove("MessageId"));
        Signed("member: an id that is none", (_, body) => body["MessageId"] = "1");
        Signed("member: an id with a zero byte", (_, body) => body["MessageId"] = Guid.NewGuid() + "\0");
        Signed("member: no message", (_, body) => body.Remove("Message"));
        Signed("type: unknown", (_, body) => body["Type"] = "Message");
        Signed("type: none", (_, body) => body.Remove("Type"));
        Signed("type: small letters", (_, body) => body["Type"] = "notification");
        Changed("type: a notification that says it is a confirmation", (scene, body) =>
            (body["Type"], body["Token"], body["SubscribeURL"]) = ("SubscriptionConfirmation", "t", scene.Sns.Origin));
        Changed("type: a notification that says it is an unsubscription", (scene, body) =>
            (body["Type"], body["Token"], body["SubscribeURL"]) = ("UnsubscribeConfirmation", "t", scene.Sns.Origin));
    }

    private static void Times()
    {
        Signed("time: old", (scene, body) => body["Timestamp"] = scene.At(-61));
        Signed("time: very old", (_, body) => body["Timestamp"] = "0001-01-01T00:00:00.000Z");
        Signed("time: future", (scene, body) => body["Timestamp"] = scene.At(6));
        Signed("time: none", (_, body) => body.Remove("Timestamp"));
        Signed("time: empty", (_, body) => body["Timestamp"] = "");
        Signed("time: seconds since 1970", (scene, body) => body["Timestamp"] = $"{scene.Now.ToUnixTimeSeconds()}");
        Signed("time: as in HTTP", (scene, body) => body["Timestamp"] = scene.At(0, "R"));
        Signed("time: no zone", (scene, body) => body["Timestamp"] = scene.At(0, "yyyy-MM-dd'T'HH:mm:ss"));
        Signed("time: a zone that makes it old", (scene, body) => body["Timestamp"] = scene.At(0, "yyyy-MM-dd'T'HH:mm:ss'+14:00'"));
        Signed("time: the 32nd", (_, body) => body["Timestamp"] = "2026-12-32T00:00:00.000Z");
    }

    private static void Signatures()
    {
        Changed("signature: none", (_, body) => body.Remove("Signature"));
        Changed("signature: empty", (_, body) => body["Signature"] = "");
        Changed("signature: not base64", (_, body) => body["Signature"] = "no base64!");
        Changed("signature: zeros", (_, body) => body["Signature"] = Convert.ToBase64String(new byte[256]));
        Changed("signature: cut off", (_, body) => body["Signature"] = Convert.ToBase64String(Convert.FromBase64String((string)body["Signature"]!)[..^1]));
        Changed("signature: longer", (_, body) => body["Signature"] = Convert.ToBase64String([.. Convert.FromBase64String((string)body["Signature"]!), 0]));
        Changed("signature: very long", (_, body) => body["Signature"] = new string('A', 100_000));
        Changed("signature: of another message", (scene, body) => body["Signature"] = (string)scene.Notice()["Signature"]!);
        Changed("signature: of another key", (scene, body) => scene.Sns.Sign(body, scene.Sns.OtherKey));
        Changed("signature: without the last newline", (scene, body) => scene.Sns.Sign(body, FakeSns.StringToSign(body).TrimEnd('\n'), HashAlgorithmName.SHA256));
        Changed("signature: members in another order", (scene, body) =>
            scene.Sns.Sign(body, $"MessageId\n{body["MessageId"]}\nMessage\n{body["Message"]}\nTimestamp\n{body["Timestamp"]}\nTopicArn\n{body["TopicArn"]}\nType\nNotification\n", HashAlgorithmName.SHA256));
        Changed("signature: with Windows newlines", (scene, body) =>
            scene.Sns.Sign(body, FakeSns.StringToSign(body).ReplaceLineEndings("\r\n"), HashAlgorithmName.SHA256));
        Changed("signature: of the raw event alone", (scene, body) => scene.Sns.Sign(body, scene.Event, HashAlgorithmName.SHA256));
        Changed("signature: SHA-1 for version 2", (scene, body) => scene.Sns.Sign(body, FakeSns.StringToSign(body), HashAlgorithmName.SHA1));
        Changed("signature: SHA-512 for version 2", (scene, body) => scene.Sns.Sign(body, FakeSns.StringToSign(body), HashAlgorithmName.SHA512));
        Changed("signature: SHA-256 for version 1", (_, body) => body["SignatureVersion"] = "1");
        Signed("version: 3", (_, body) => body["SignatureVersion"] = "3");
        Signed("version: none", (_, body) => body.Remove("SignatureVersion"));
        Signed("version: empty", (_, body) => body["SignatureVersion"] = "");
        Signed("version: with a zero", (_, body) => body["SignatureVersion"] = "02");
        Changed("version: a number", (_, body) => body["SignatureVersion"] = 2);
    }

    private static void Certificates()
    {
        foreach (var (kind, file) in ((string, string)[])
            [
                ("expired", "expired"), ("not valid yet", "future"), ("not RSA", "elliptic"), ("text", "text"), ("text of an unknown charset", "charset"), ("too large", "huge"),
                ("not there", "missing"), ("redirected", "redirect"), ("redirected to another host", "redirect-away"), ("of another key", "other"),
            ])
            Changed($"certificate: {kind}", (scene, body) => body["SigningCertURL"] = $"{scene.Sns.Origin}/{file}.pem");
    }

    private static void CertificateAddresses()
    {
        const string sns = "https://sns.us-east-1.amazonaws.com";
        Signed("address: none", (_, body) => body.Remove("SigningCertURL"));
        Address("address: empty", "");
        Address("address: a path", "/cert.pem");
        Address("address: without a scheme", "//evil.example/cert.pem");
        Address("address: elsewhere", "http://evil.example/cert.pem");
        Address("address: elsewhere over https", "https://evil.example/cert.pem");
        Address("address: name goes on", sns + ".evil.example/cert.pem");
        Address("address: name begins earlier", "https://evil-sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: below the name", "https://x.sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: any letter for the dot", "https://snsXus-east-1.amazonaws.com/cert.pem");
        Address("address: a dash for the dot", "https://sns-us-east-1.amazonaws.com/cert.pem");
        Address("address: a shorter name", "https://sns.us-east-1.amazonaws.co/cert.pem");
        Address("address: a dot behind the name", "https://sns.us-east-1.amazonaws.com./cert.pem");
        Address("address: China", "https://sns.us-east-1.amazonaws.com.cn/cert.pem");
        Address("address: another region", "https://sns.eu-west-1.amazonaws.com/cert.pem");
        Address("address: no region", "https://sns.amazonaws.com/cert.pem");
        Address("address: another service", "https://sqs.us-east-1.amazonaws.com/cert.pem");
        Address("address: a bucket named so", "https://sns.us-east-1.amazonaws.com.s3.amazonaws.com/cert.pem");
        Address("address: a bucket named sns", "https://sns.s3.us-east-1.amazonaws.com/cert.pem");
        Address("address: a path in S3", "https://s3.amazonaws.com/sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: user info", "http://sns.us-east-1.amazonaws.com@evil.example/cert.pem");
        Address("address: user info at the right host", "https://evil.example:x@sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: empty user info", "https://@sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: a port", sns + ":8443/cert.pem");
        Address("address: the usual port, written", sns + ":443/cert.pem");
        Address("address: http", "http://sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: ftp", "ftp://sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: a file", "file:///etc/ssl/cert.pem");
        Address("address: a file on a host", "file://sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: data", "data:application/x-pem-file;base64,LS0tLS1CRUdJTg==#.pem");
        Address("address: in capitals", "HTTPS://SNS.US-EAST-1.AMAZONAWS.COM/cert.pem");
        Address("address: backslash", "http://evil.example\\@sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: backslash behind the host", sns + "\\@evil.example/cert.pem");
        Address("address: backslashes for slashes", "https:\\\\sns.us-east-1.amazonaws.com\\cert.pem");
        Address("address: an encoded dot", "https://sns%2eus-east-1.amazonaws.com/cert.pem");
        Address("address: an encoded slash", "https://evil.example%2f.sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: an encoded zero", "https://evil.example%00.sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: wide letters", "https://\uff53ns.us-east-1.amazonaws.com/cert.pem");
        Address("address: a wide dot", "https://sns\u3002us-east-1.amazonaws.com/cert.pem");
        Address("address: a Cyrillic letter", "https://\u0455ns.us-east-1.amazonaws.com/cert.pem");
        Address("address: a soft hyphen", "https://s\u00adns.us-east-1.amazonaws.com/cert.pem");
        Address("address: a zero-width space", "https://sns.us-east-1.amazonaws.com\u200b/cert.pem");
        Address("address: a wide slash", "https://evil.example\uff0f.sns.us-east-1.amazonaws.com/cert.pem");
        Address("address: a newline", "https://sns.us-east-1.amazonaws.com\n.evil.example/cert.pem");
        Address("address: a tab", "https://sns.us-east-1\t.amazonaws.com/cert.pem");
        Address("address: a space before", scene => " " + scene.Sns.CertificateUrl);
        Address("address: a zero byte behind", scene => scene.Sns.CertificateUrl + "\0");
        Address("address: a query", scene => scene.Sns.CertificateUrl + "?x=.pem");
        Address("address: an empty query", scene => scene.Sns.CertificateUrl + "?");
        Address("address: a fragment", scene => scene.Sns.CertificateUrl + "#.pem");
        Address("address: an empty fragment", scene => scene.Sns.CertificateUrl + "#");
        Address("address: dots", scene => scene.Sns.Origin + "/x/../cert.pem");
        Address("address: encoded dots", scene => scene.Sns.Origin + "/x/%2e%2e/cert.pem");
        Address("address: another ending", scene => scene.Sns.Origin + "/cert.txt");
        Address("address: an ending in capitals", scene => scene.Sns.Origin + "/cert.PEM");
        Address("address: a slash behind", scene => scene.Sns.CertificateUrl + "/");
        Address("address: the metadata of the machine", "http://169.254.169.254/latest/meta-data/x.pem");
        Address("address: our own machine", "http://127.0.0.1/cert.pem");
        Address("address: another name for the same listener", scene => scene.Sns.CertificateUrl.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        Address("address: another number for the same listener", scene => scene.Sns.CertificateUrl.Replace("127.0.0.1", "2130706433", StringComparison.Ordinal));
        Address("address: the same listener by IPv6", scene => scene.Sns.CertificateUrl.Replace("127.0.0.1", "[::ffff:127.0.0.1]", StringComparison.Ordinal));
        Address("address: https where http is named", scene => scene.Sns.CertificateUrl.Replace("http:", "https:", StringComparison.Ordinal));
    }

    private static void Subscriptions()
    {
        foreach (var (kind, address) in ((string, string)[])
            [
                ("elsewhere", "http://evil.example/?Token=t"), ("at a name that goes on", "https://sns.us-east-1.amazonaws.com.evil.example/"), ("in another region", "https://sns.eu-west-1.amazonaws.com/"),
                ("over http", "http://sns.us-east-1.amazonaws.com/"), ("with user info", "http://sns.us-east-1.amazonaws.com@evil.example/"), ("at a port", "https://sns.us-east-1.amazonaws.com:8443/"),
                ("at no address", "confirm"),
            ])
            All.Add($"confirmation: {kind}", new Forgery(scene => Text(scene.Confirmation(address))));
        Confirmation("token changed", (_, body) => body["Token"] = "another");
        Confirmation("address changed", (scene, body) => body["SubscribeURL"] = scene.Sns.Origin + "/?other");
        Confirmation("no token", (scene, body) => scene.Sns.Sign(Without(body, "Token")));
        Confirmation("that says it is an unsubscription", (_, body) => body["Type"] = "UnsubscribeConfirmation");
        Confirmation("that says it is a notification", (scene, body) => (body["Type"], body["Message"]) = ("Notification", scene.Event));
        Confirmation("replayed under another id", (_, body) => body["MessageId"] = Guid.NewGuid().ToString());
        Confirmation("of another topic", (scene, body) =>
        {
            body["TopicArn"] = FakeSns.Topic + "-2";
            scene.Sns.Sign(body);
        });
        Confirmation("old", (scene, body) =>
        {
            body["Timestamp"] = scene.At(-61);
            scene.Sns.Sign(body);
        });
        Confirmation("unsigned unsubscription", (_, body) =>
        {
            body["Type"] = "UnsubscribeConfirmation";
            body.Remove("Signature");
        });
    }

    private static void Confirmation(string kind, Action<ForgeryScene, JsonObject> change) => All.Add($"confirmation: {kind}", new Forgery(scene =>
    {
        var body = scene.Confirmation();
        change(scene, body);
        return Text(body);
    }));

    private static JsonObject Without(JsonObject body, string member)
    {
        body.Remove(member);
        return body;
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    /// <summary>Sent in chunks, because its length cannot be asked.</summary>
    private sealed class NoLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
