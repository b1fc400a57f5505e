namespace Storytime.LocalCloud.CloudFront;

/// <summary>https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html</summary>
internal static class Compression
{
    private const long Smallest = 1_000;
    private const long Largest = 10_000_000;
    private static readonly string[] Types = ["application/vnd.apple.mpegurl", "application/x-mpegurl", "text/vtt", "application/json", "text/html", "text/css", "text/javascript", "image/svg+xml"];

    public static bool IsCompressible(string contentType) => Types.Contains(contentType.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>A range is of the stored bytes, so it is never compressed.</summary>
    public static bool Applies(HttpRequest request, string contentType, long size) =>
        size is >= Smallest and <= Largest
        && request.Headers.Range.Count == 0
        && IsCompressible(contentType)
        && request.GetTypedHeaders().AcceptEncoding.Any(encoding => (encoding.Value == "gzip" || encoding.Value == "*") && encoding.Quality is not 0);
}
