namespace Storytime.LocalCloud.CloudFront;

/// <summary>A cache behaviour: which paths, from which bucket, and whether only signed requests may pass.</summary>
internal sealed record Behaviour(string PathPattern, string Bucket, bool Signed)
{
    /// <summary>In order; the first match decides. The last one is the distribution's default behaviour, protected as well: it catches whatever misses the others.</summary>
    public static IReadOnlyList<Behaviour> Default(string outputBucket) =>
    [
        new("books/*", outputBucket, Signed: true),
        // Shelves show covers to parents who have no cookies of any book.
        new("covers/*", outputBucket, Signed: false),
        new("*", outputBucket, Signed: true),
    ];

    /// <summary>Patterns are case-sensitive and do not see the query string
    /// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html).</summary>
    public bool Matches(string path) => Wildcards.Match(PathPattern.TrimStart('/'), path.TrimStart('/'));
}
