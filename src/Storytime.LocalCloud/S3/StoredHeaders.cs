namespace Storytime.LocalCloud.S3;

/// <summary>Which headers (or form fields) of an upload stay with the object and come back with it.</summary>
internal static class StoredHeaders
{
    private static readonly string[] Kept = ["cache-control", "content-disposition", "content-encoding", "content-language", "expires"];

    public static Dictionary<string, string> Of(IHeaderDictionary headers) => Of(headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())));

    public static Dictionary<string, string> Of(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var kept = headers.Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), header.Value))
            .Where(header => Kept.Contains(header.Key) || header.Key.StartsWith("x-amz-meta-", StringComparison.Ordinal))
            .ToDictionary();
        if (!kept.Remove("content-encoding", out var encodings)) return kept;
        // aws-chunked is of the transfer, not of the object.
        var encoding = string.Join(',', encodings.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(name => name != "aws-chunked"));
        if (encoding.Length > 0) kept["content-encoding"] = encoding;
        return kept;
    }

    public static string ContentType(string? sent) => string.IsNullOrEmpty(sent) ? "binary/octet-stream" : sent;
}
