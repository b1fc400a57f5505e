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

    /// <summary>As S3 keeps it, base64: SHA-256 of the master, or, for one that came in parts, of their digests (<c>…-12</c>).</summary>
    public string? ChecksumSha256 { get; private set; }

    /// <summary>As S3 keeps it, base64: of the whole master.</summary>
    public string? ChecksumCrc64Nvme { get; private set; }

    /// <summary>The object as it was verified; a different one at submit means that it was replaced.</summary>
    public string? MasterETag { get; private set; }

    public string? MasterVersionId { get; private set; }

    /// <summary>WebVTT in the master bucket, encoded with the film; null for none.</summary>
    public string? CaptionsS3Key { get; private set; }

    /// <summary>BCP 47 tag of the captions.</summary>
    public string? CaptionsLanguage { get; private set; }

    /// <summary>Prefix in the output bucket, with a slash at its end; a fresh one for each encode: <c>books/123/hls/</c>.</summary>
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
    /// Set and committed before CreateJob is called for the first time in this attempt: from then on a job may exist though we do not know its id, and
    /// it is looked for by listing before another one is made.
    /// </summary>
    public DateTimeOffset? SubmitStartedAt { get; private set; }

    /// <summary>When CreateJob was called last: a listing that is older tells nothing.</summary>
    public DateTimeOffset? SubmitTriedAt { get; private set; }

    /// <summary>How often the submit of this attempt did not get through.</summary>
    public int SubmitFailures { get; private set; }

    /// <summary>Not before; null for at once.</summary>
    public DateTimeOffset? NextSubmitAt { get; private set; }

    /// <summary>Why the submit did not get through the last time, for people; it is tried again by itself.</summary>
    public string? SubmitProblem { get; private set; }

    public string? MediaConvertJobId { get; private set; }

    /// <summary>When MediaConvert last told or was last asked about the job.</summary>
    public DateTimeOffset? CheckedAt { get; private set; }

    /// <summary>When it came nearer to its end last.</summary>
    public DateTimeOffset ProgressedAt { get; private set; }

    /// <summary>Set when nothing moved for too long; a person should look.</summary>
    public DateTimeOffset? StuckAt { get; private set; }

    public long CreatedByAdminId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public DateTimeOffset? ReadyAt { get; private set; }

    /// <summary>Since when another version plays instead of this one.</summary>
    public DateTimeOffset? SupersededAt { get; private set; }

    /// <summary>Set when the outputs are about to be deleted: from then on it cannot play again.</summary>
    public DateTimeOffset? RetiredAt { get; private set; }

    public DateTimeOffset? OutputsDeletedAt { get; private set; }

    public bool CanPlay => ProcessingStatus == ProcessingStatus.Ready && RetiredAt is null;

    /// <summary>Names the job of this attempt to MediaConvert, at most 64 ASCII characters; AWS remembers it for about a minute.</summary>
    public string ClientRequestToken => $"storytime-asset-{Id}-attempt-{Attempt}";

    public static VideoAsset Create(Upload upload, long bookId, int version, MasterObject master, CaptionsFile? captions, long adminId, DateTimeOffset now)
    {
        var asset = new VideoAsset
        {
            BookId = bookId,
            Version = version,
            MasterS3Key = upload.S3Key,
            Filename = upload.Filename,
            CaptionsS3Key = captions?.S3Key,
            CaptionsLanguage = captions?.Language,
            CreatedByAdminId = adminId,
            CreatedAt = now,
        };
        asset.Begin(1, master, now);
        return asset;
    }

    /// <summary>
    /// A prefix that no encode had before. The first asset of a book has the plain one, a replacement its version, and a further attempt its number too:
    /// a job that was thought to be lost cannot write into what plays.
    /// </summary>
    public static string OutputPath(long bookId, int version, int attempt) => (version, attempt) switch
    {
        (1, 1) => $"books/{bookId}/hls/",
        (_, 1) => $"books/{bookId}/hls/v{version}/",
        _ => $"books/{bookId}/hls/v{version}-{attempt}/",
    };

    /// <summary>Whether this is still the object that was verified. Whoever began the upload can write it anew for as long as its address holds.</summary>
    public bool IsMaster(MasterObject found) => (found.ETag, found.VersionId) == (MasterETag, MasterVersionId);

    /// <summary>Notes the intent to make a job; commit before calling MediaConvert.</summary>
    public void StartSubmit(DateTimeOffset now)
    {
        SubmitStartedAt ??= now;
        SubmitTriedAt = UpdatedAt = now;
    }

    /// <summary>MediaConvert said that it took nothing. Where the first try of the attempt was this one, there is no job to look for next time.</summary>
    public void NothingWasSubmitted() => SubmitStartedAt = SubmitStartedAt == SubmitTriedAt ? null : SubmitStartedAt;

    /// <summary>MediaConvert did not take the job, or nobody knows; it is tried again.</summary>
    public void PutOffSubmit(string problem, DateTimeOffset nextAt, DateTimeOffset now)
    {
        if (ProcessingStatus != ProcessingStatus.Uploaded)
            return;
        SubmitFailures++;
        (SubmitProblem, NextSubmitAt, UpdatedAt) = (problem, nextAt, now);
    }

    public void Submitted(string jobId, DateTimeOffset now)
    {
        if (ProcessingStatus != ProcessingStatus.Uploaded)
            return;
        ProcessingStatus = ProcessingStatus.Processing;
        MediaConvertJobId = jobId;
        ProgressPercent = 0;
        (SubmitProblem, NextSubmitAt) = (null, null);
        CheckedAt = now;
        Moved(now);
    }

    /// <summary>Only while processing, and only forwards: notices come late, twice and out of order.</summary>
    public void Progress(int? percent, DateTimeOffset now)
    {
        if (ProcessingStatus != ProcessingStatus.Processing)
            return;
        if (percent > (ProgressPercent ?? 0))
        {
            ProgressPercent = percent;
            Moved(now);
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
        ReadyAt = CheckedAt = now;
        Moved(now);
        return true;
    }

    /// <returns>Whether this changed anything.</returns>
    public bool Fail(string code, string message, DateTimeOffset now)
    {
        if (ProcessingStatus is ProcessingStatus.Ready or ProcessingStatus.Failed)
            return false;
        ProcessingStatus = ProcessingStatus.Failed;
        (ErrorCode, ErrorMessage) = (code, message);
        CheckedAt = now;
        Moved(now);
        return true;
    }

    /// <summary>Begins the next attempt, in a prefix of its own. Keep a <see cref="VideoAttempt"/> of this one first.</summary>
    /// <param name="master">As it is in the bucket now: it may have been mended since.</param>
    /// <returns>False unless the asset has failed.</returns>
    public bool Retry(MasterObject master, DateTimeOffset now)
    {
        if (ProcessingStatus != ProcessingStatus.Failed)
            return false;
        (ErrorCode, ErrorMessage, ProgressPercent, MediaConvertJobId) = (null, null, null, null);
        (SubmitStartedAt, SubmitTriedAt, SubmitFailures, SubmitProblem, NextSubmitAt) = (null, null, 0, null, null);
        (RetiredAt, OutputsDeletedAt) = (null, null);
        Begin(Attempt + 1, master, now);
        return true;
    }

    public void MarkStuck(DateTimeOffset now) => StuckAt ??= now;

    /// <summary>It plays now, or another one does.</summary>
    public void Plays(bool plays, DateTimeOffset now) => SupersededAt = plays ? null : SupersededAt ?? now;

    /// <summary>Commit before the outputs are deleted.</summary>
    public void Retire(DateTimeOffset now) => RetiredAt ??= now;

    public void OutputsAreDeleted(DateTimeOffset now) => OutputsDeletedAt = now;

    private void Begin(int attempt, MasterObject master, DateTimeOffset now)
    {
        ProcessingStatus = ProcessingStatus.Uploaded;
        Attempt = attempt;
        HlsBasePath = OutputPath(BookId, Version, attempt);
        (SizeBytes, ChecksumSha256, ChecksumCrc64Nvme) = (master.Size, master.ChecksumSha256, master.ChecksumCrc64Nvme);
        (MasterETag, MasterVersionId) = (master.ETag, master.VersionId);
        Moved(now);
    }

    private void Moved(DateTimeOffset now)
    {
        ProgressedAt = UpdatedAt = now;
        StuckAt = null;
    }

    internal sealed class Configuration : IEntityTypeConfiguration<VideoAsset>
    {
        public void Configure(EntityTypeBuilder<VideoAsset> builder)
        {
            builder.ToTable("video_assets");
            builder.Ignore(a => a.CanPlay);
            builder.EnumText(a => a.ProcessingStatus);
            builder.Property(a => a.MediaConvertJobId).HasColumnName("mediaconvert_job_id");
            builder.Property(a => a.MasterS3Key).HasColumnName("master_s3_key");
            builder.Property(a => a.MasterETag).HasColumnName("master_etag");
            builder.Property(a => a.ChecksumCrc64Nvme).HasColumnName("checksum_crc64nvme");
            builder.Property(a => a.CaptionsS3Key).HasColumnName("captions_s3_key");
            builder.HasOne<Book>().WithMany().HasForeignKey(a => a.BookId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(a => new { a.BookId, a.Version }).IsUnique();
            // What books.playing_asset_id refers to: an asset of the same book.
            builder.HasIndex(a => new { a.BookId, a.Id }).IsUnique();
            builder.HasIndex(a => a.MasterS3Key).IsUnique();
            builder.HasIndex(a => a.MediaConvertJobId).IsUnique();
            // The sweep: what is not at its end yet.
            builder.HasIndex(a => a.Id).HasDatabaseName("ix_video_assets_unfinished").HasFilter("processing_status in ('uploaded', 'processing')");
            // What a person has to look at.
            builder.HasIndex(a => a.Id, "ix_video_assets_failed").HasDatabaseName("ix_video_assets_failed").HasFilter("processing_status = 'failed'");
            // What waits to be deleted: failed, or superseded by another version.
            builder.HasIndex(a => a.UpdatedAt).HasDatabaseName("ix_video_assets_outputs_kept")
                .HasFilter("outputs_deleted_at is null and (processing_status = 'failed' or superseded_at is not null)");
            builder.Check("captions", "(captions_s3_key is null) = (captions_language is null)");
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

/// <summary>A master as it was found in the bucket, with the checksums that S3 keeps of it (base64; a composite one ends in the number of its parts).</summary>
internal sealed record MasterObject(long Size, string ETag, string? VersionId, string? ChecksumSha256, string? ChecksumCrc64Nvme = null);

/// <param name="Language">BCP 47 tag.</param>
internal sealed record CaptionsFile(string S3Key, string Language);
