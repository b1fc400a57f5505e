using System.Globalization;
using Storytime.LocalCloud.Http;

namespace Storytime.LocalCloud.S3;

/// <summary>GET and HEAD /{bucket}/{key} (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).</summary>
internal static class GetObject
{
    public static async Task HandleAsync(S3Request request)
    {
        var response = request.Response;
        var (metadata, data) = Versions.Open(request.Store, request.Bucket, request.Key, request.Target.Parameter("versionId"));
        await using var file = data;
        if (request.Headers.IfMatch.FirstOrDefault() is { } wanted && wanted != "*" && !Same(wanted, metadata))
            throw S3Error.PreconditionFailed();
        var range = ByteRange.Parse(request.Headers.Range, metadata.Size);
        if (range is { Length: 0 })
        {
            throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable")
            {
                Details = [("RangeRequested", request.Headers.Range.ToString()), ("ActualObjectSize", $"{metadata.Size}")],
            };
        }

        // Checksums are of the whole object, so S3 leaves them out of a part.
        WriteIdentity(response, request.Store, request.Bucket, metadata, withChecksums: range is null && request.Headers["x-amz-checksum-mode"].ToString().Equals("ENABLED", StringComparison.OrdinalIgnoreCase));
        response.Headers.LastModified = HttpDate(metadata.LastModified);
        response.Headers.AcceptRanges = "bytes";
        response.ContentType = metadata.ContentType;
        foreach (var (name, value) in metadata.Headers) response.Headers[name] = value;
        foreach (var (name, value) in request.Target.Parameters().Where(parameter => parameter.Key.StartsWith("response-", StringComparison.Ordinal)))
            response.Headers[name["response-".Length..]] = value;
        if (Same(request.Headers.IfNoneMatch.ToString(), metadata))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var (start, length) = range is { } part ? (part.Start, part.Length) : (0, metadata.Size);
        response.ContentLength = length;
        if (range is { } sent)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = sent.ContentRange(metadata.Size);
        }

        if (!HttpMethods.IsHead(request.Http.Request.Method)) await response.SendAsync(file, start, length, request.Aborted);
    }

    public static void WriteIdentity(HttpResponse response, ObjectStore store, string bucket, ObjectMetadata metadata, bool withChecksums)
    {
        response.Headers.ETag = $"\"{metadata.ETag}\"";
        if (store.IsVersioned(bucket)) response.Headers["x-amz-version-id"] = metadata.VersionId;
        response.Headers["x-amz-server-side-encryption"] = "AES256";
        if (!withChecksums) return;
        foreach (var (name, value) in metadata.Checksums) response.Headers[name] = value;
        response.Headers["x-amz-checksum-type"] = metadata.ChecksumType;
    }

    public static string HttpDate(DateTimeOffset at) => at.ToString("R", CultureInfo.InvariantCulture);

    public static bool Same(string etags, ObjectMetadata metadata) => etags.Split(',', StringSplitOptions.TrimEntries).Any(etag => etag.Trim('"') == metadata.ETag);
}
