using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Videos;

public enum UploadStatus
{
    /// <summary>Presigned; nothing is known of the object yet.</summary>
    Pending,

    /// <summary>The object was seen in the bucket and a video asset made from it.</summary>
    Completed,

    /// <summary>Given up; nothing may be made from it.</summary>
    Aborted,
}

/// <summary>A master video that an editor was allowed to put into the master bucket under a key of our making.</summary>
internal sealed class Upload
{
    public long Id { get; private set; }

    /// <summary><c>masters/{uuid}/{safe filename}</c>.</summary>
    public string MasterS3Key { get; private set; } = "";

    public string Filename { get; private set; } = "";

    public string ContentType { get; private set; } = "";

    public long SizeBytes { get; private set; }

    /// <summary>Base64, as S3 writes it.</summary>
    public string? ChecksumSha256 { get; private set; }

    /// <summary>Id of S3's multipart upload; null for a single PUT.</summary>
    public string? MultipartUploadId { get; private set; }

    public UploadStatus Status { get; private set; }

    public long CreatedByAdminId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public static Upload Start(
        Staff staff, string key, string filename, string contentType, long size, string? checksumSha256, DateTimeOffset now, TimeSpan lifetime) => new()
        {
            MasterS3Key = key,
            Filename = filename,
            ContentType = contentType,
            SizeBytes = size,
            ChecksumSha256 = checksumSha256,
            CreatedByAdminId = staff.AdminId,
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        };

    public void Complete() => Status = UploadStatus.Completed;

    internal sealed class Configuration : IEntityTypeConfiguration<Upload>
    {
        public void Configure(EntityTypeBuilder<Upload> builder)
        {
            builder.ToTable("uploads");
            builder.EnumText(u => u.Status);
            builder.Property(u => u.MasterS3Key).HasColumnName("master_s3_key");
            builder.HasIndex(u => u.MasterS3Key).IsUnique();
            builder.HasIndex(u => new { u.Status, u.CreatedAt });
            builder.Check("size_bytes", "size_bytes > 0");
        }
    }
}
