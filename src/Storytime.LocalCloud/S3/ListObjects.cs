using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Storytime.LocalCloud.Http;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>GET /{bucket}?list-type=2 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).</summary>
internal static class ListObjects
{
    private static readonly XNamespace S3 = "http://s3.amazonaws.com/doc/2006-03-01/";

    public static async Task HandleAsync(HttpContext http, ObjectStore store, string bucket, RawTarget target, CancellationToken ct)
    {
        if (target.Parameter("list-type") != "2") throw S3Error.NotImplemented();
        var (prefix, delimiter) = (target.Parameter("prefix") ?? "", target.Parameter("delimiter") ?? "");
        var after = target.Parameter("continuation-token") is { } token ? Decode(token) : target.Parameter("start-after") ?? "";
        var max = int.TryParse(target.Parameter("max-keys"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? Math.Min(asked, 1000) : 1000;
        var encoded = target.Parameter("encoding-type") == "url";

        var (objects, prefixes, next) = Page(store.List(bucket, prefix), prefix, delimiter, after, max);
        string Text(string key) => encoded ? Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal) : key;
        var result = new XElement(
            S3 + "ListBucketResult",
            new XElement(S3 + "Name", bucket),
            new XElement(S3 + "Prefix", Text(prefix)),
            delimiter.Length > 0 ? new XElement(S3 + "Delimiter", Text(delimiter)) : null,
            new XElement(S3 + "MaxKeys", max),
            encoded ? new XElement(S3 + "EncodingType", "url") : null,
            new XElement(S3 + "KeyCount", objects.Count + prefixes.Count),
            new XElement(S3 + "IsTruncated", next is not null ? "true" : "false"),
            next is not null ? new XElement(S3 + "NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(next))) : null,
            objects.Select(found => new XElement(
                S3 + "Contents",
                new XElement(S3 + "Key", Text(found.Key)),
                new XElement(S3 + "LastModified", found.LastModified.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture)),
                new XElement(S3 + "ETag", $"\"{found.ETag}\""),
                new XElement(S3 + "Size", found.Size),
                new XElement(S3 + "StorageClass", "STANDARD"))),
            prefixes.Select(common => new XElement(S3 + "CommonPrefixes", new XElement(S3 + "Prefix", Text(common)))));
        await http.Response.WriteTextAsync("application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + result.ToString(SaveOptions.DisableFormatting), ct);
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
            throw new S3Error(400, "InvalidArgument", "The continuation token provided is incorrect");
        }
    }
}
