using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>PUT /{bucket}/{key} with x-amz-copy-source (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html).</summary>
internal static class CopyObject
{
    public const string SourceHeader = "x-amz-copy-source";

    public static async Task HandleAsync(S3Request request)
    {
        var (headers, store) = (request.Headers, request.Store);
        var replace = headers["x-amz-metadata-directive"].ToString() switch
        {
            "" or "COPY" => false,
            "REPLACE" => true,
            _ => throw S3Error.InvalidArgument("Unknown metadata directive."),
        };
        var (bucket, key, versionId) = Source(headers[SourceHeader].ToString());
        if (!store.HasBucket(bucket)) throw S3Error.NoSuchBucket();
        if (!replace && versionId is null && (bucket, key) == (request.Bucket, request.Key))
            throw S3Error.InvalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
        PutObject.CheckAbsent(request);
        var (source, data) = Versions.Open(store, bucket, key, versionId);
        await using var file = data;
        if (headers.TryGetValue("x-amz-copy-source-if-match", out var wanted) && !GetObject.Same(wanted.ToString(), source)) throw S3Error.PreconditionFailed();
        if (source.Size > ReceivedBody.LargestPut) throw S3Error.InvalidRequest($"The specified copy source is larger than the maximum allowable size for a copy source: {ReceivedBody.LargestPut}");

        // A copy is written in one piece, so a source in parts gets a plain ETag and a checksum of the whole.
        var checksum = BodyDigests.Header(headers["x-amz-checksum-algorithm"]) ?? source.Checksums.Keys.FirstOrDefault() ?? BodyDigests.Crc64NvmeHeader;
        using var body = await ReceivedBody.CopyAsync(file, store, [checksum], source.Size, request.Aborted);
        var copy = new ObjectMetadata
        {
            Key = request.Key,
            Size = body.Size,
            ETag = body.ETag,
            VersionId = ObjectStore.NewVersionId(),
            LastModified = store.Now(),
            ContentType = replace ? StoredHeaders.ContentType(request.Http.Request.ContentType) : source.ContentType,
            Headers = replace ? StoredHeaders.Of(headers) : source.Headers,
            Checksums = body.Checksums,
        };
        store.Commit(request.Bucket, copy, body.File);
        var answer = request.Response.Headers;
        if (store.IsVersioned(bucket)) answer["x-amz-copy-source-version-id"] = source.VersionId;
        if (store.IsVersioned(request.Bucket)) answer["x-amz-version-id"] = copy.VersionId;
        answer["x-amz-server-side-encryption"] = "AES256";
        await S3Xml.WriteAsync(
            request.Response,
            S3Xml.Element(
                "CopyObjectResult",
                S3Xml.Element("LastModified", S3Xml.Time(copy.LastModified)),
                S3Xml.Element("ETag", $"\"{copy.ETag}\""),
                S3Xml.Checksums(copy.Checksums),
                S3Xml.Element("ChecksumType", copy.ChecksumType)),
            request.Aborted);
    }

    /// <summary><c>/bucket/key?versionId=…</c>, encoded as in a URL (slashes too, if the client likes), with or without the first slash.</summary>
    private static (string Bucket, string Key, string? VersionId) Source(string header)
    {
        var question = header.IndexOf("?versionId=", StringComparison.Ordinal);
        var path = Uri.UnescapeDataString(question < 0 ? header : header[..question]).TrimStart('/').Split('/', 2);
        if (path is not [{ Length: > 0 }, { Length: > 0 }]) throw S3Error.InvalidArgument("Invalid copy source object key");
        return (path[0], path[1], question < 0 ? null : new RawTarget("", header[(question + 1)..]).Parameter("versionId"));
    }
}
