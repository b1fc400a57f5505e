namespace Storytime.LocalCloud.S3;

/// <summary>Which version a request means
/// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html).</summary>
internal static class Versions
{
    /// <summary>Opens the current version, or the one asked for.</summary>
    /// <exception cref="S3Error">There is none, or it is a delete marker.</exception>
    public static (ObjectMetadata Metadata, FileStream Data) Open(ObjectStore store, string bucket, string key, string? versionId)
    {
        if (versionId is "") throw S3Error.InvalidArgument("Version id cannot be the empty string");
        if (store.TryOpen(bucket, () => Find(store, bucket, key, versionId), out var metadata, out var data)) return (metadata, data);
        throw S3Error.NoSuchKey(key);
    }

    private static ObjectMetadata Find(ObjectStore store, string bucket, string key, string? versionId)
    {
        var all = store.Versions(bucket, key);
        if (versionId is null)
        {
            return all switch
            {
                [] => throw S3Error.NoSuchKey(key),
                [{ DeleteMarker: true } marker, ..] => throw new S3Error(404, "NoSuchKey", "The specified key does not exist.") { Details = [("Key", key)], Headers = Marker(marker) },
                [var current, ..] => current,
            };
        }

        var found = all.FirstOrDefault(version => store.VersionId(bucket, version) == versionId)
            ?? throw new S3Error(404, "NoSuchVersion", "The specified version does not exist.") { Details = [("Key", key), ("VersionId", versionId)] };
        return !found.DeleteMarker ? found : throw new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        {
            Headers = [.. Marker(found), ("Last-Modified", GetObject.HttpDate(found.LastModified)), ("Allow", "DELETE")],
        };
    }

    private static (string, string)[] Marker(ObjectMetadata marker) => [("x-amz-delete-marker", "true"), ("x-amz-version-id", marker.VersionId)];
}
