using System.Xml.Linq;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>POST /{bucket}, a browser's form with a signed policy (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html).</summary>
internal sealed class PostObject(ObjectStore store, SigV4Verifier verifier, TimeProvider time)
{
    public async Task HandleAsync(HttpContext http, string bucket)
    {
        try
        {
            await ReceiveAsync(http, bucket);
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw PostForm.Malformed();
        }
    }

    private async Task ReceiveAsync(HttpContext http, string bucket)
    {
        var form = await PostForm.ReadAsync(http.Request, http.RequestAborted);
        var fields = form.Fields;
        if (!fields.TryGetValue("key", out var key) || key.Length == 0) throw S3Error.InvalidArgument("Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.");
        if (key.Length > 1024) throw new S3Error(400, "KeyTooLongError", "Your key is too long");
        if (fields.ContainsKey("success_action_redirect")) throw S3Error.NotImplemented();
        var policy = Authenticate(fields);
        policy.Check(bucket, fields, time.GetUtcNow());

        var expected = BodyDigests.Claimed(fields.GetValueOrDefault);
        var checksum = BodyDigests.Header(fields.GetValueOrDefault("x-amz-checksum-algorithm")) ?? (expected.Count > 0 ? null : BodyDigests.Crc64NvmeHeader);
        var (least, most) = policy.Size;
        using var body = await ReceivedBody.CopyAsync(form.File, store, expected.Keys.Append(checksum).OfType<string>().Distinct(), most, http.RequestAborted);
        if (body.Size > most) throw S3Error.EntityTooLarge(body.Size, most);
        if (body.Size < least) throw S3Error.EntityTooSmall(body.Size, least);
        await form.EndAsync(http.RequestAborted);
        body.Compare(expected);
        var metadata = new ObjectMetadata
        {
            Key = key,
            Size = body.Size,
            ETag = body.ETag,
            VersionId = ObjectStore.NewVersionId(),
            LastModified = store.Now(),
            ContentType = StoredHeaders.ContentType(fields.GetValueOrDefault("Content-Type")),
            Headers = StoredHeaders.Of(fields),
            Checksums = body.Checksums,
        };
        store.Commit(bucket, metadata, body.File);
        await AnswerAsync(http, bucket, metadata, fields.GetValueOrDefault("success_action_status"));
    }

    private PostPolicy Authenticate(IReadOnlyDictionary<string, string> fields)
    {
        string Field(string name) => fields.GetValueOrDefault(name) is { Length: > 0 } value ? value : throw S3Error.InvalidArgument($"Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields.");
        // Without a policy the sender is nobody, and nobody may write here.
        if (!fields.TryGetValue("policy", out var policy)) throw S3Error.AccessDenied();
        if (Field("x-amz-algorithm") != SigV4Verifier.Algorithm) throw S3Error.InvalidArgument($"X-Amz-Algorithm only supports \"{SigV4Verifier.Algorithm}\"");
        if (verifier.VerifyPolicy(policy, Field("x-amz-credential"), Field("x-amz-date"), Field("x-amz-signature")) is { } refusal) throw S3Error.Of(refusal, malformed: "InvalidArgument");
        return new PostPolicy(policy);
    }

    private async Task AnswerAsync(HttpContext http, string bucket, ObjectMetadata metadata, string? status)
    {
        var location = $"{http.Request.Scheme}://{http.Request.Host}/{bucket}/{S3Xml.Encode(metadata.Key)}";
        GetObject.WriteIdentity(http.Response, store, bucket, metadata, withChecksums: true);
        http.Response.Headers.Location = location;
        http.Response.StatusCode = status switch { "200" => 200, "201" => 201, _ => 204 };
        if (status != "201") return;
        // This answer alone has no namespace.
        var xml = new XElement("PostResponse", new XElement("Location", location), new XElement("Bucket", bucket), new XElement("Key", metadata.Key), new XElement("ETag", $"\"{metadata.ETag}\""));
        await S3Xml.WriteAsync(http.Response, xml, http.RequestAborted);
    }
}
