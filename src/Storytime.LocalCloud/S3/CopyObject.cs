namespace Storytime.LocalCloud.S3;

/// <summary>PUT /{bucket}/{key} with a source (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html).</summary>
internal static class CopyObject
{
    public const string Source = "x-amz-copy-source";

    public static async Task HandleAsync(S3Request request)
    {
        PutObject.CheckAbsent(request);
        var (bucket, key, versionId) = Parse(request.Headers[Source].ToString());
        if (!request.Store.HasBucket(bucket)) throw S3Error.NoSuchBucket();
        var (source, bytes) = Versions.Open(request.Store, bucket, key, versionId);
        await using var closed = bytes;
        if (request.Headers[Source + "-if-match"].ToString() is { Length: > 0 } wanted && !GetObject.Same(wanted, source)) throw S3Error.PreconditionFailed();
        var replace = request.Headers["x-amz-metadata-directive"].ToString() == "REPLACE";
        if (!replace && (bucket, key) == (request.Bucket, request.Key))
        {
            throw S3Error.InvalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.");
        }

        var file = request.Store.NewWorkFile();
        await using (var copy = File.Create(file)) await bytes.CopyToAsync(copy, request.Aborted);
        var metadata = source with
        {
            Key = request.Key,
            VersionId = ObjectStore.NewVersionId(),
            LastModified = request.Store.Now(),
            ContentType = replace ? StoredHeaders.ContentType(request.Http.Request.ContentType) : source.ContentType,
            Headers = replace ? StoredHeaders.Of(request.Headers) : source.Headers,
            Earlier = [],
        };
        request.Store.Commit(request.Bucket, metadata, file);
        if (request.Store.IsVersioned(bucket)) request.Response.Headers["x-amz-copy-source-version-id"] = source.VersionId;
        if (request.Store.IsVersioned(request.Bucket)) request.Response.Headers["x-amz-version-id"] = metadata.VersionId;
        await S3Xml.WriteAsync(request.Response, S3Xml.Element("CopyObjectResult",
            S3Xml.Element("LastModified", S3Xml.Time(metadata.LastModified)),
            S3Xml.Element("ETag", $"\"{metadata.ETag}\""), S3Xml.Checksums(metadata.Checksums)), request.Aborted);
    }

    /// <summary><c>/bucket/key?versionId=…</c>, the key encoded as in an address; the first slash may be left out.</summary>
    private static (string Bucket, string Key, string? VersionId) Parse(string source)
    {
        const string Version = "?versionId=";
        var at = source.IndexOf(Version, StringComparison.Ordinal);
        var path = Uri.UnescapeDataString(at < 0 ? source : source[..at]).TrimStart('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1 || slash == path.Length - 1) throw S3Error.InvalidArgument("Invalid copy source object key");
        return (path[..slash], path[(slash + 1)..], at < 0 ? null : source[(at + Version.Length)..]);
    }
}
