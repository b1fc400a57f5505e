namespace Storytime.LocalCloud.S3;

/// <summary>GET /{bucket}?versions (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html).</summary>
internal static class ListObjectVersions
{
    public static async Task HandleAsync(S3Request request)
    {
        var (target, store, bucket) = (request.Target, request.Store, request.Bucket);
        if (!string.IsNullOrEmpty(target.Parameter("delimiter"))) throw S3Error.NotImplemented();
        var (prefix, keyMarker, versionMarker) = (target.Parameter("prefix") ?? "", target.Parameter("key-marker") ?? "", target.Parameter("version-id-marker") ?? "");
        var max = request.Number("max-keys", 1000, 1000);
        var encoded = target.Parameter("encoding-type") == "url";
        string Text(string key) => encoded ? S3Xml.Encode(key) : key;

        var all = store.ListVersions(bucket, prefix).SelectMany(versions => versions.Select((version, i) => (Version: version, Latest: i == 0))).ToList();
        // The markers are the last version of the page before; without a version, the last one of its key.
        var passed = keyMarker.Length == 0 ? -1 : all.FindLastIndex(found => found.Version.Key == keyMarker
            ? versionMarker.Length == 0 || store.VersionId(bucket, found.Version) == versionMarker
            : ObjectStore.KeyOrder.Instance.Compare(found.Version.Key, keyMarker) < 0);
        var rest = all[(passed + 1)..];
        var page = rest.Take(max).ToList();
        var truncated = rest.Count > page.Count && page.Count > 0;
        await S3Xml.WriteAsync(
            request.Response,
            S3Xml.Element(
                "ListVersionsResult",
                S3Xml.Element("Name", bucket),
                S3Xml.Element("Prefix", Text(prefix)),
                S3Xml.Element("KeyMarker", Text(keyMarker)),
                S3Xml.Element("VersionIdMarker", versionMarker),
                truncated ? S3Xml.Element("NextKeyMarker", Text(page[^1].Version.Key)) : null,
                truncated ? S3Xml.Element("NextVersionIdMarker", store.VersionId(bucket, page[^1].Version)) : null,
                S3Xml.Element("MaxKeys", max),
                encoded ? S3Xml.Element("EncodingType", "url") : null,
                S3Xml.Element("IsTruncated", truncated),
                page.Select(found => S3Xml.Element(
                    found.Version.DeleteMarker ? "DeleteMarker" : "Version",
                    S3Xml.Element("Key", Text(found.Version.Key)),
                    S3Xml.Element("VersionId", store.VersionId(bucket, found.Version)),
                    S3Xml.Element("IsLatest", found.Latest),
                    S3Xml.Element("LastModified", S3Xml.Time(found.Version.LastModified)),
                    found.Version.DeleteMarker ? [] : (object[])[S3Xml.Element("ETag", $"\"{found.Version.ETag}\""), S3Xml.Element("Size", found.Version.Size), S3Xml.Element("StorageClass", "STANDARD")]))),
            request.Aborted);
    }
}
