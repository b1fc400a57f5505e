using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Storytime.Videos;

/// <summary>
/// A MediaConvert job that carries our mark and that no asset waits for: a second one for the same attempt, or one whose attempt was given up before the job
/// was known. It costs money, so it is kept, said, and canceled.
/// </summary>
internal sealed class StrayJob
{
    public string JobId { get; private set; } = "";

    public long VideoAssetId { get; private set; }

    public int Attempt { get; private set; }

    public DateTimeOffset FoundAt { get; private set; }

    /// <summary>When MediaConvert was through with it: canceled by us, or done before.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    public static StrayJob Of(JobReport report, DateTimeOffset now) => new()
    {
        JobId = report.JobId,
        VideoAssetId = report.AssetId!.Value,
        Attempt = report.Attempt ?? 0,
        FoundAt = now,
        EndedAt = report.State == JobState.Running ? null : now,
    };

    public void End(DateTimeOffset now) => EndedAt ??= now;

    internal sealed class Configuration : IEntityTypeConfiguration<StrayJob>
    {
        public void Configure(EntityTypeBuilder<StrayJob> builder)
        {
            builder.ToTable("stray_jobs");
            builder.HasKey(s => s.JobId);
            builder.HasOne<VideoAsset>().WithMany().HasForeignKey(s => s.VideoAssetId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(s => s.FoundAt).HasDatabaseName("ix_stray_jobs_running").HasFilter("ended_at is null");
        }
    }
}
