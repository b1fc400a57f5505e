namespace Storytime.LocalCloud.S3;

/// <summary>GET /{bucket}?uploads (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html).</summary>
internal static class ListMultipartUploads
{
    public static async Task HandleAsync(S3Request request)
    {
        var target = request.Target;
        if (!string.IsNullOrEmpty(target.Parameter("delimiter"))) throw S3Error.NotImplemented();
        var (prefix, keyMarker, idMarker) = (target.Parameter("prefix") ?? "", target.Parameter("key-marker") ?? "", target.Parameter("upload-id-marker") ?? "");
        var max = request.Number("max-uploads", 1000, 1000);
        var all = request.Uploads.List(request.Bucket, prefix);
        // The marker is the last upload of the page before; without an id, the last of its key.
        var rest = all.Skip(keyMarker.Length == 0 ? 0 : 1 + all.Select((upload, i) => (upload, i))
            .Where(at => string.CompareOrdinal(at.upload.Key, keyMarker) is var order && (order < 0 || (order == 0 && (idMarker.Length == 0 || at.upload.UploadId == idMarker))))
            .Select(at => at.i).DefaultIfEmpty(-1).Max()).ToList();
        var page = rest.Take(max).ToList();
        var truncated = rest.Count > page.Count;
        await S3Xml.WriteAsync(
            request.Response,
            S3Xml.Element(
                "ListMultipartUploadsResult",
                S3Xml.Element("Bucket", request.Bucket),
                S3Xml.Element("KeyMarker", keyMarker),
                S3Xml.Element("UploadIdMarker", idMarker),
                truncated && page.Count > 0 ? S3Xml.Element("NextKeyMarker", page[^1].Key) : null,
                truncated && page.Count > 0 ? S3Xml.Element("NextUploadIdMarker", page[^1].UploadId) : null,
                S3Xml.Element("Prefix", prefix),
                S3Xml.Element("MaxUploads", max),
                S3Xml.Element("IsTruncated", truncated),
                page.Select(upload => S3Xml.Element(
                    "Upload",
                    S3Xml.Element("Key", upload.Key),
                    S3Xml.Element("UploadId", upload.UploadId),
                    S3Xml.Element("StorageClass", "STANDARD"),
                    S3Xml.Element("Initiated", S3Xml.Time(upload.Initiated)),
                    ListParts.ChecksumOf(upload)))),
            request.Aborted);
    }
}
