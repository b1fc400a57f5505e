using System.Text;

namespace Storytime.LocalCloud.S3;

/// <summary>GET /{bucket}?list-type=2 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).</summary>
internal static class ListObjects
{
    public static async Task HandleAsync(S3Request request)
    {
        var target = request.Target;
        if (target.Parameter("list-type") != "2") throw S3Error.NotImplemented();
        var (prefix, delimiter) = (target.Parameter("prefix") ?? "", target.Parameter("delimiter") ?? "");
        var after = target.Parameter("continuation-token") is { } token ? Decode(token) : target.Parameter("start-after") ?? "";
        var max = request.Number("max-keys", 1000, 1000);
        var encoded = target.Parameter("encoding-type") == "url";

        var (objects, prefixes, next) = Page(request.Store.List(request.Bucket, prefix), prefix, delimiter, after, max);
        string Text(string key) => encoded ? S3Xml.Encode(key) : key;
        var result = S3Xml.Element(
            "ListBucketResult",
            S3Xml.Element("Name", request.Bucket),
            S3Xml.Element("Prefix", Text(prefix)),
            delimiter.Length > 0 ? S3Xml.Element("Delimiter", Text(delimiter)) : null,
            S3Xml.Element("MaxKeys", max),
            encoded ? S3Xml.Element("EncodingType", "url") : null,
            S3Xml.Element("KeyCount", objects.Count + prefixes.Count),
            S3Xml.Element("IsTruncated", next is not null ? "true" : "false"),
            next is not null ? S3Xml.Element("NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(next))) : null,
            objects.Select(found => S3Xml.Element(
                "Contents",
                S3Xml.Element("Key", Text(found.Key)),
                S3Xml.Element("LastModified", S3Xml.Time(found.LastModified)),
                S3Xml.Element("ETag", $"\"{found.ETag}\""),
                S3Xml.Element("Size", found.Size),
                S3Xml.Element("StorageClass", "STANDARD"))),
            prefixes.Select(common => S3Xml.Element("CommonPrefixes", S3Xml.Element("Prefix", Text(common)))));
        await S3Xml.WriteAsync(request.Response, result, request.Aborted);
    }

    private static (List<ObjectMetadata> Objects, List<string> Prefixes, string? Next) Page(
        IReadOnlyList<ObjectMetadata> all, string prefix, string delimiter, string after, int max)
    {
        List<ObjectMetadata> objects = [];
        List<string> prefixes = [];
        var last = "";
        foreach (var found in all.Where(found => string.CompareOrdinal(found.Key, after) > 0))
        {
            var cut = delimiter.Length == 0 ? -1 : found.Key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var common = cut < 0 ? null : found.Key[..(cut + delimiter.Length)];
            if (common is not null && (common == prefixes.LastOrDefault() || after.StartsWith(common, StringComparison.Ordinal)))
            {
                last = found.Key;
                continue;
            }

            if (objects.Count + prefixes.Count == max) return (objects, prefixes, max == 0 ? null : last);
            if (common is null) objects.Add(found);
            else prefixes.Add(common);
            last = found.Key;
        }

        return (objects, prefixes, null);
    }

    private static string Decode(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw S3Error.InvalidArgument("The continuation token provided is incorrect");
        }
    }
}
