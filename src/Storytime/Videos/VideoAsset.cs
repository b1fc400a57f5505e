using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Catalog;
using Storytime.Data;

namespace Storytime.Videos;

public enum ProcessingStatus
{
    /// <summary>The master is there; MediaConvert does not have a job for it yet.</summary>
    Uploaded,

    /// <summary>MediaConvert has the job.</summary>
    Processing,

    /// <summary>It can be played.</summary>
    Ready,

    /// <summary>It cannot be made; <see cref="VideoAsset.ErrorMessage"/> says why. A retry starts the next attempt.</summary>
    Failed,
}

/// <summary>
/// One encode of a book's video. <c>uploaded → processing → ready | failed</c>, and from <c>failed</c> by a retry back to <c>uploaded</c>.
/// The row is the outbox of its MediaConvert job: what is due can be read from it at any time.
/// </summary>
internal sealed class VideoAsset
{
    public long Id { get; private set; }

    public long BookId { get; private set; }

    /// <summary>1 for the first asset of a book, then counting up; the outputs of later ones have it in their path.</summary>
    public int Version { get; private set; }

    public string MasterS3Key { get; private set; } = "";

    public string Filename { get; private set; } = "";

    public long SizeBytes { get; private set; }

    /// <summary>SHA-256 of the master, base64, when the uploader gave it.</summary>
    public string? ChecksumSha256 { get; private set; }

    /// <summary>The object as it was verified; a different one at submit means that it was replaced.</summary>
    public string? MasterETag { get; private set; }

    public string? MasterVersionId { get; private set; }

    /// <summary>Prefix in the output bucket, with a slash at its end: <c>books/123/hls/</c>.</summary>
    public string HlsBasePath { get; private set; } = "";

    /// <summary>Set when the asset is ready: <c>books/123/hls/index.m3u8</c>.</summary>
    public string? HlsManifestPath { get; private set; }

    public int? DurationSeconds { get; private set; }

    public ProcessingStatus ProcessingStatus { get; private set; }

    public int? ProgressPercent { get; private set; }

    public string? ErrorCode { get; private set; }

    public string? ErrorMessage { get; private set; }

    /// <summary>1 for the first try; each retry makes a new job with a new token.</summary>
    public int Attempt { get; private set; }

    /// <summary>
    /// Set and committed before CreateJob is called: from then on a job may exist though we do not know its id, and it is looked
    /// for by listing before another one is made.
    /// </summary>
    public DateTimeOffset? SubmitStartedAt { get; private set; }

    public string? MediaConvertJobId { get; private set; }

    /// <summary>When MediaConvert last told or was last asked about the job.</summary>
    public DateTimeOffset? CheckedAt { get; private set; }

    public long CreatedByAdminId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public DateTimeOffset? ReadyAt { get; private set; }

    /// <summary>Names the job of this attempt to MediaConvert, at most 64 ASCII characters; AWS remembers it for about a minute.</summary>
    public string ClientRequestToken => $"storytime-asset-{Id}-attempt-{Attempt}";

    public static VideoAsset Create(Upload upload, long bookId, int version, MasterObject master, long adminId, DateTimeOffset now)
    {
        var asset = new VideoAsset
        {
            BookId = bookId,
            Version = version,
            MasterS3Key = upload.MasterS3Key,
            Filename = upload.Filename,
            HlsBasePath = version == 1 ? $"books/{bookId}/hls/" : $"books/{bookId}/hls/v{version}/",
            Attempt = 1,
            CreatedByAdminId = adminId,
            CreatedAt = now,
            UpdatedAt = now,
        };
        asset.Take(master);
        return asset;
    }

    /// <summary>Whether this is still the object that was verified. Whoever began the upload can write it anew for as long as its address holds.</summary>
    public bool IsMaster(MasterObject found) => (found.ETag, found.VersionId) == (MasterETag, MasterVersionId);

    /// <summary>Notes the intent to make a job; commit before calling MediaConvert.</summary>
    public void StartSubmit(DateTimeOffset now)
    {
        SubmitStartedAt = now;
        UpdatedAt = now;
    }

    public void Submitted(string jobId, DateTimeOffset now)
    {
        if (ProcessingStatus != ProcessingStatus.Uploaded)
            return;
        ProcessingStatus = ProcessingStatus.Processing;
        MediaConvertJobId = jobId;
        ProgressPercent = 0;
        CheckedAt = UpdatedAt = now;
    }

    /// <summary>Only while processing, and only forwards: notices come late, twice and out of order.</summary>
    public void Progress(int? percent, DateTimeOffset now)
    {
        if (ProcessingStatus != ProcessingStatus.Processing)
            return;
        if (percent > (ProgressPercent ?? 0))
        {
            ProgressPercent = percent;
            UpdatedAt = now;
        }
        CheckedAt = now;
    }

    /// <returns>Whether this changed anything.</returns>
    public bool Complete(int? durationSeconds, DateTimeOffset now)
    {
        if (ProcessingStatus != ProcessingStatus.Processing)
            return false;
        ProcessingStatus = ProcessingStatus.Ready;
        HlsManifestPath = HlsBasePath + "index.m3u8";
        DurationSeconds = durationSeconds;
        ProgressPercent = 100;
        ReadyAt = CheckedAt = UpdatedAt = now;
        return true;
    }

    /// <returns>Whether this changed anything.</returns>
    public bool Fail(string code, string message, DateTimeOffset now)
    {
        if (ProcessingStatus is ProcessingStatus.Ready or ProcessingStatus.Failed)
            return false;
        ProcessingStatus = ProcessingStatus.Failed;
        (ErrorCode, ErrorMessage) = (code, message);
        CheckedAt = UpdatedAt = now;
        return true;
    }

    /// <param name="master">As it is in the bucket now: it may have been mended since.</param>
    /// <returns>False unless the asset has failed.</returns>
    public bool Retry(MasterObject master, DateTimeOffset now)
    {
        if (ProcessingStatus != ProcessingStatus.Failed)
            return false;
        ProcessingStatus = ProcessingStatus.Uploaded;
        Take(master);
        Attempt++;
        (ErrorCode, ErrorMessage, ProgressPercent, SubmitStartedAt, MediaConvertJobId) = (null, null, null, null, null);
        UpdatedAt = now;
        return true;
    }

    private void Take(MasterObject master) =>
        (SizeBytes, ChecksumSha256, MasterETag, MasterVersionId) = (master.Size, master.ChecksumSha256, master.ETag, master.VersionId);

    internal sealed class Configuration : IEntityTypeConfiguration<VideoAsset>
    {
        public void Configure(EntityTypeBuilder<VideoAsset> builder)
        {
            builder.ToTable("video_assets");
            builder.EnumText(a => a.ProcessingStatus);
            builder.Property(a => a.MediaConvertJobId).HasColumnName("mediaconvert_job_id");
            builder.Property(a => a.MasterS3Key).HasColumnName("master_s3_key");
            builder.Property(a => a.MasterETag).HasColumnName("master_etag");
            builder.HasOne<Book>().WithMany().HasForeignKey(a => a.BookId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(a => new { a.BookId, a.Version }).IsUnique();
            // What books.playing_asset_id refers to: an asset of the same book.
            builder.HasIndex(a => new { a.BookId, a.Id }).IsUnique();
            builder.HasIndex(a => a.MasterS3Key).IsUnique();
            builder.HasIndex(a => a.MediaConvertJobId).IsUnique();
            // The sweep: what is not at its end yet.
            builder.HasIndex(a => a.Id).HasDatabaseName("ix_video_assets_unfinished").HasFilter("processing_status in ('uploaded', 'processing')");
            builder.Check("version", "version >= 1");
            builder.Check("attempt", "attempt >= 1");
            builder.Check("progress_percent", "progress_percent between 0 and 100");
            builder.Check("duration_seconds", "duration_seconds >= 0");
            builder.Check("ready", "processing_status <> 'ready' or hls_manifest_path is not null");
            builder.Check("processing", "processing_status <> 'processing' or mediaconvert_job_id is not null");
            builder.Check("failed", "(processing_status = 'failed') = (error_message is not null)");
            // Two writers (webhook and poll) may hold the same row: the second must look again.
            builder.Property<uint>("xmin").IsRowVersion();
        }
    }
}

/// <summary>A master as it was found in the bucket.</summary>
internal sealed record MasterObject(long Size, string ETag, string? VersionId, string? ChecksumSha256);
