using System.Diagnostics.CodeAnalysis;
using Storytime.LocalCloud.S3;

namespace Storytime.LocalCloud.CloudFront;

/// <summary>From the path as sent to a behaviour and to an object key. CloudFront normalises a path to choose the behaviour, but sends the raw one
/// to the origin (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html).</summary>
internal static class CdnPath
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".m3u8"] = "application/vnd.apple.mpegurl",
        [".ts"] = "video/mp2t",
        [".vtt"] = "text/vtt",
        [".jpg"] = "image/jpeg",
        [".png"] = "image/png",
        [".webp"] = "image/webp",
    };

    public static string Normalise(string rawPath)
    {
        List<string> segments = [];
        foreach (var segment in rawPath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString))
        {
            if (segment == ".." && segments.Count > 0) segments.RemoveAt(segments.Count - 1);
            else if (segment is not "." and not "..") segments.Add(segment);
        }

        return string.Join('/', segments);
    }

    /// <summary>False for every path that could mean another object to another reader: no key of ours has <c>..</c>, <c>//</c>, or an encoded slash or dot.</summary>
    public static bool TryGetKey(string rawPath, [NotNullWhen(true)] out string? key)
    {
        key = null;
        if (!rawPath.StartsWith('/') || rawPath.Length < 2) return false;
        var segments = rawPath[1..].Split('/');
        foreach (var segment in segments)
        {
            var decoded = Uri.UnescapeDataString(segment);
            if (decoded is "" or "." or ".." || decoded.AsSpan().ContainsAny('/', '\\', '%') || decoded.Any(char.IsControl)) return false;
            if (segment.Contains("%2e", StringComparison.OrdinalIgnoreCase)) return false;
        }

        key = Uri.UnescapeDataString(rawPath[1..]);
        return true;
    }

    /// <summary>What S3 stores, unless the uploader said nothing.</summary>
    public static string ContentType(ObjectMetadata metadata) =>
        metadata.ContentType == "binary/octet-stream" ? Of(metadata.Key) ?? metadata.ContentType : metadata.ContentType;

    public static string? Of(string name) => Types.GetValueOrDefault(Path.GetExtension(name));
}
