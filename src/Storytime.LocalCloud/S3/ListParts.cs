namespace Storytime.LocalCloud.S3;

/// <summary>GET /{bucket}/{key}?uploadId (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html).</summary>
internal static class ListParts
{
    public static async Task HandleAsync(S3Request request)
    {
        var upload = request.Uploads.FindOpen(request);
        var after = request.Number("part-number-marker", 0, int.MaxValue);
        var max = request.Number("max-parts", 1000, 1000);
        var rest = request.Uploads.Parts(upload).Where(part => part.Number > after).ToList();
        var page = rest.Take(max).ToList();
        await S3Xml.WriteAsync(
            request.Response,
            S3Xml.Element(
                "ListPartsResult",
                S3Xml.Element("Bucket", upload.Bucket),
                S3Xml.Element("Key", upload.Key),
                S3Xml.Element("UploadId", upload.UploadId),
                S3Xml.Element("PartNumberMarker", after),
                S3Xml.Element("NextPartNumberMarker", page.LastOrDefault()?.Number ?? 0),
                S3Xml.Element("MaxParts", max),
                S3Xml.Element("IsTruncated", rest.Count > page.Count),
                S3Xml.Element("StorageClass", "STANDARD"),
                ChecksumOf(upload),
                page.Select(part => S3Xml.Element(
                    "Part",
                    S3Xml.Element("PartNumber", part.Number),
                    S3Xml.Element("LastModified", S3Xml.Time(part.LastModified)),
                    S3Xml.Element("ETag", $"\"{part.ETag}\""),
                    S3Xml.Element("Size", part.Size),
                    S3Xml.Checksums(part.Checksums)))),
            request.Aborted);
    }

    public static object?[] ChecksumOf(MultipartUpload upload) => upload.Checksum is null ? []
        : [S3Xml.Element("ChecksumAlgorithm", BodyDigests.Algorithm(upload.Checksum)), S3Xml.Element("ChecksumType", upload.ChecksumType)];
}
