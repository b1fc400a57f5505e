namespace Storytime.LocalCloud.S3;

/// <summary>PUT /{bucket}/{key} (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html).</summary>
internal static class PutObject
{
    public static async Task HandleAsync(S3Request request)
    {
        CheckAbsent(request);
        using var body = await ReceivedBody.OfAsync(request);
        var metadata = new ObjectMetadata
        {
            Key = request.Key,
            Size = body.Size,
            ETag = body.ETag,
            VersionId = ObjectStore.NewVersionId(),
            LastModified = request.Store.Now(),
            ContentType = StoredHeaders.ContentType(request.Http.Request.ContentType),
            Headers = StoredHeaders.Of(request.Headers),
            Checksums = body.Checksums,
        };
        request.Store.Commit(request.Bucket, metadata, body.File);
        GetObject.WriteIdentity(request.Response, request.Store, request.Bucket, metadata, withChecksums: true);
    }

    /// <exception cref="S3Error">The client wants a new object, and there is one.</exception>
    public static void CheckAbsent(S3Request request)
    {
        if (request.Headers.IfNoneMatch == "*" && request.Store.Find(request.Bucket, request.Key) is not null) throw S3Error.PreconditionFailed();
    }
}
