namespace Storytime.LocalCloud.S3;

/// <summary>A multipart upload as CreateMultipartUpload began it.</summary>
internal sealed record MultipartUpload
{
    public required string UploadId { get; init; }
    public required string Bucket { get; init; }
    public required string Key { get; init; }

    /// <summary>Chosen at once, so that an assembly that a crash cut short makes the same version when it is asked for again.</summary>
    public required string VersionId { get; init; }
    public required DateTimeOffset Initiated { get; init; }

    /// <summary>Header name of the checksum asked for; null: S3 computes CRC64NVME of the object and the parts carry none.</summary>
    public string? Checksum { get; init; }
    public string ChecksumType { get; init; } = ObjectMetadata.FullObject;
    public required string ContentType { get; init; }
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The object that it became.</summary>
    public ObjectMetadata? Completed { get; init; }

    public bool Composite => ChecksumType == ObjectMetadata.Composite;
}

internal sealed record UploadedPart
{
    public required int Number { get; init; }
    public required long Size { get; init; }

    /// <summary>Hex MD5 without quotes.</summary>
    public required string ETag { get; init; }
    public required DateTimeOffset LastModified { get; init; }
    public required IReadOnlyDictionary<string, string> Checksums { get; init; }

    /// <summary>Name of the file with its bytes, beside this record.</summary>
    public required string File { get; init; }
}
