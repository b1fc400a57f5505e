using System.Xml.Linq;

namespace Storytime.LocalCloud.S3;

/// <summary>POST /{bucket}?delete (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html).</summary>
internal static class DeleteObjects
{
    private const int Most = 1000;

    public static async Task HandleAsync(S3Request request)
    {
        if (!request.Headers.ContainsKey("Content-MD5") && !request.Headers.ContainsKey("x-amz-trailer") && !BodyDigests.Lengths.Keys.Any(request.Headers.ContainsKey))
            throw S3Error.InvalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        using var body = await ReceivedBody.OfAsync(request);
        var root = S3Xml.Read(body, "Delete");
        var asked = S3Xml.Children(root, "Object").Select(element => (Key: S3Xml.Text(element, "Key") ?? "", VersionId: S3Xml.Text(element, "VersionId"))).ToList();
        if (asked.Count is 0 or > Most || asked.Any(one => one.Key.Length == 0)) throw S3Xml.Malformed();
        var deleted = asked.Select(one => Delete(request, one.Key, one.VersionId)).ToList();
        await S3Xml.WriteAsync(request.Response, S3Xml.Element("DeleteResult", S3Xml.Text(root, "Quiet") == "true" ? [] : deleted), request.Aborted);
    }

    private static XElement Delete(S3Request request, string key, string? versionId)
    {
        if (string.IsNullOrEmpty(versionId)) versionId = null;
        var marker = versionId is null ? request.Store.Delete(request.Bucket, key) : request.Store.DeleteVersion(request.Bucket, key, versionId);
        return S3Xml.Element(
            "Deleted",
            S3Xml.Element("Key", key),
            versionId is null ? null : S3Xml.Element("VersionId", versionId),
            marker is { DeleteMarker: true } ? [S3Xml.Element("DeleteMarker", true), S3Xml.Element("DeleteMarkerVersionId", marker.VersionId)] : Array.Empty<XElement>());
    }
}
