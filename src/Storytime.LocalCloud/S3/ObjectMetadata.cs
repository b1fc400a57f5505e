namespace Storytime.LocalCloud.S3;

/// <summary>What S3 remembers of an object; kept as JSON beside its bytes.</summary>
internal sealed record ObjectMetadata
{
    public const string FullObject = "FULL_OBJECT";
    public const string Composite = "COMPOSITE";

    public required string Key { get; init; }
    public required long Size { get; init; }

    /// <summary>Hex MD5 without quotes; of a multipart object that of the parts' MD5s, <c>-</c> and their number.</summary>
    public required string ETag { get; init; }
    public required string VersionId { get; init; }

    /// <summary>Whole seconds, as HTTP dates are.</summary>
    public required DateTimeOffset LastModified { get; init; }
    public string ContentType { get; init; } = "binary/octet-stream";

    /// <summary>Headers that come back as they were sent: Cache-Control, Content-Disposition, x-amz-meta-*, …</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Header name (x-amz-checksum-sha256) → base64.</summary>
    public IReadOnlyDictionary<string, string> Checksums { get; init; } = new Dictionary<string, string>();

    public string ChecksumType { get; init; } = FullObject;

    /// <summary>This version says that the object was deleted; it has no bytes.</summary>
    public bool DeleteMarker { get; init; }

    /// <summary>In a versioned bucket, on the current version: those before it, newest first.</summary>
    public IReadOnlyList<ObjectMetadata> Earlier { get; init; } = [];
}
