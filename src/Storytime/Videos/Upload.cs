using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Videos;

public enum UploadKind
{
    /// <summary>A film, to be encoded.</summary>
    MasterVideo,

    /// <summary>WebVTT, to be encoded with a film.</summary>
    Captions,

    /// <summary>A picture for a book.</summary>
    Cover,
}

public enum UploadMethod
{
    /// <summary>The whole file in one presigned PUT.</summary>
    Put,

    /// <summary>A browser's form with a signed policy.</summary>
    Post,

    /// <summary>In parts, each with a presigned PUT of its own; it can pause, and go on elsewhere.</summary>
    Multipart,
}

/// <summary>What S3 keeps to tell that a file in parts arrived as it left.</summary>
public enum MultipartChecksum
{
    /// <summary>Of the whole file, computed by S3 itself.</summary>
    Crc64nvme,

    /// <summary>Of each part, given with each part; that of the object is one of those (composite).</summary>
    Sha256,
}

public enum UploadStatus
{
    /// <summary>Presigned; nothing is known of the object yet.</summary>
    Pending,

    /// <summary>The parts are put together: the object is in the bucket.</summary>
    Uploaded,

    /// <summary>Something was made from the object.</summary>
    Used,

    /// <summary>Given up; nothing may be made from it.</summary>
    Aborted,
}

/// <summary>A file that an editor was allowed to put into the master bucket, under a key of our making.</summary>
internal sealed class Upload
{
    public long Id { get; private set; }

    public UploadKind Kind { get; private set; }

    /// <summary><c>masters/{uuid}/{safe filename}</c>, and so for the other kinds.</summary>
    public string S3Key { get; private set; } = "";

    public string Filename { get; private set; } = "";

    public string ContentType { get; private set; } = "";

    public long SizeBytes { get; private set; }

    public UploadMethod Method { get; private set; }

    /// <summary>Base64, as S3 writes it. Of the whole file.</summary>
    public string? ChecksumSha256 { get; private set; }

    /// <summary>S3's id of the multipart upload; null for the other methods.</summary>
    public string? MultipartUploadId { get; private set; }

    /// <summary>Of every part but the last one.</summary>
    public long? PartSizeBytes { get; private set; }

    public MultipartChecksum? MultipartChecksum { get; private set; }

    public UploadStatus Status { get; private set; }

    public long CreatedByAdminId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>For a PUT or POST: when it must have begun. For parts: when the upload is given up.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    public int PartCount => PartSizeBytes is { } size ? (int)((SizeBytes + size - 1) / size) : 0;

    public static Upload Start(Staff staff, UploadKind kind, string key, UploadFile file, UploadMethod method, DateTimeOffset now, TimeSpan lifetime) => new()
    {
        Kind = kind,
        S3Key = key,
        Filename = file.Name,
        ContentType = file.ContentType,
        SizeBytes = file.SizeBytes,
        ChecksumSha256 = file.ChecksumSha256,
        Method = method,
        CreatedByAdminId = staff.AdminId,
        CreatedAt = now,
        ExpiresAt = now + lifetime,
    };

    public void SplitInto(long partSize, MultipartChecksum checksum, string multipartUploadId) =>
        (PartSizeBytes, MultipartChecksum, MultipartUploadId) = (partSize, checksum, multipartUploadId);

    /// <summary>Bytes of a part, 1 to <see cref="PartCount"/>.</summary>
    public long SizeOf(int part) => part < PartCount ? PartSizeBytes!.Value : SizeBytes - (PartCount - 1) * PartSizeBytes!.Value;

    /// <param name="expiresAt">Until when something must be made of it.</param>
    public void Assembled(DateTimeOffset expiresAt) => (Status, ExpiresAt) = (UploadStatus.Uploaded, expiresAt);

    public void Use() => Status = UploadStatus.Used;

    public void Abort() => Status = UploadStatus.Aborted;

    internal sealed class Configuration : IEntityTypeConfiguration<Upload>
    {
        public void Configure(EntityTypeBuilder<Upload> builder)
        {
            builder.ToTable("uploads");
            builder.EnumText(u => u.Status);
            builder.EnumText(u => u.Kind);
            builder.EnumText(u => u.Method);
            builder.EnumText(u => u.MultipartChecksum);
            builder.Property(u => u.S3Key).HasColumnName("s3_key");
            builder.HasIndex(u => u.S3Key).IsUnique();
            builder.HasIndex(u => new { u.Status, u.CreatedAt });
            builder.Check("size_bytes", "size_bytes > 0");
            builder.Check("parts", "(method = 'multipart') = (multipart_upload_id is not null) and (method = 'multipart') = (part_size_bytes is not null)");
        }
    }
}

/// <summary>What an uploader says of a file.</summary>
internal sealed record UploadFile(string Name, string ContentType, long SizeBytes, string? ChecksumSha256);
