using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Storytime.Videos;

/// <summary>An attempt that failed and was followed by another one: what came of it, and where its outputs are until they are deleted.</summary>
internal sealed class VideoAttempt
{
    public long VideoAssetId { get; private set; }

    /// <summary>1 for the first.</summary>
    public int Attempt { get; private set; }

    public string HlsBasePath { get; private set; } = "";

    public string? MediaConvertJobId { get; private set; }

    public string ErrorCode { get; private set; } = "";

    public string ErrorMessage { get; private set; } = "";

    /// <summary>When the next attempt took its place.</summary>
    public DateTimeOffset EndedAt { get; private set; }

    public DateTimeOffset? OutputsDeletedAt { get; private set; }

    public static VideoAttempt Of(VideoAsset failed, DateTimeOffset now) => new()
    {
        VideoAssetId = failed.Id,
        Attempt = failed.Attempt,
        HlsBasePath = failed.HlsBasePath,
        MediaConvertJobId = failed.MediaConvertJobId,
        ErrorCode = failed.ErrorCode ?? "unknown",
        ErrorMessage = failed.ErrorMessage ?? "",
        EndedAt = now,
    };

    public void OutputsAreDeleted(DateTimeOffset now) => OutputsDeletedAt = now;

    internal sealed class Configuration : IEntityTypeConfiguration<VideoAttempt>
    {
        public void Configure(EntityTypeBuilder<VideoAttempt> builder)
        {
            builder.ToTable("video_attempts");
            builder.HasKey(a => new { a.VideoAssetId, a.Attempt });
            builder.Property(a => a.MediaConvertJobId).HasColumnName("mediaconvert_job_id");
            builder.HasOne<VideoAsset>().WithMany().HasForeignKey(a => a.VideoAssetId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(a => a.MediaConvertJobId);
            builder.HasIndex(a => a.EndedAt).HasDatabaseName("ix_video_attempts_outputs_kept").HasFilter("outputs_deleted_at is null");
        }
    }
}
