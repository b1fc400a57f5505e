namespace Storytime.LocalCloud.S3;

/// <summary>What S3 remembers of an object; kept as JSON beside its bytes.</summary>
internal sealed record ObjectMetadata
{
    public required string Key { get; init; }
    public required long Size { get; init; }

    /// <summary>Hex MD5 without quotes.</summary>
    public required string ETag { get; init; }
    public required string VersionId { get; init; }

    /// <summary>Whole seconds, as HTTP dates are.</summary>
    public required DateTimeOffset LastModified { get; init; }
    public string ContentType { get; init; } = "binary/octet-stream";

    /// <summary>Headers that come back as they were sent: Cache-Control, Content-Disposition, x-amz-meta-*, …</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Header name (x-amz-checksum-sha256) → base64.</summary>
    public IReadOnlyDictionary<string, string> Checksums { get; init; } = new Dictionary<string, string>();
}
