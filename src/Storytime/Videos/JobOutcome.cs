using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Videos;

/// <summary>
/// The one state change that a report on a job ends in. Reports come late, twice and out of order, from notices and from polling: the first one that
/// matters has its effect, the others have none. Never back from ready or failed.
/// </summary>
internal sealed partial class JobOutcome(StorytimeDb db, HlsOutputs outputs, Nudges nudges, TimeProvider time, ILogger<JobOutcome> log)
{
    /// <summary>Of ten copies of a notice that arrive together, the last one may lose nine times.</summary>
    private const int MaxTries = 25;

    /// <returns>Whether some asset waits for this job.</returns>
    public Task<bool> ApplyAsync(JobReport report, CancellationToken ct) => RepeatOnConflictAsync(async () =>
    {
        if (await FindAsync(report, ct) is not { } asset)
            return false;
        var now = time.Now();
        // No-op unless this report is the first we hear of the job: COMPLETE may come before CreateJob's answer has been stored.
        asset.Submitted(report.JobId, now);
        switch (report.State)
        {
            case JobState.Complete when asset.ProcessingStatus == ProcessingStatus.Processing:
                await CompleteAsync(asset, report, ct);
                return true;
            case JobState.Failed when asset.Fail(report.ErrorCode!, report.ErrorMessage!, now):
                Log.Failed(log, asset.Id, report.JobId, report.ErrorCode!);
                break;
            case JobState.Running:
                asset.Progress(report.Percent, now);
                break;
        }
        await db.SaveChangesAsync(ct);
        return true;
    });

    /// <summary>An attempt ends before there is a job.</summary>
    public Task<bool> RefuseAsync(long assetId, int attempt, string code, string message, CancellationToken ct) => RepeatOnConflictAsync(async () =>
    {
        var asset = await db.VideoAssets.SingleAsync(a => a.Id == assetId, ct);
        if (asset.Attempt != attempt || asset.ProcessingStatus != ProcessingStatus.Uploaded || !asset.Fail(code, message, time.Now()))
            return false;
        await db.SaveChangesAsync(ct);
        Log.Failed(log, assetId, null, code);
        return true;
    });

    /// <summary>
    /// The asset that waits for this job. One query sees the asset at one moment: between two of them it could be given this very job, and then look as if
    /// it waited for another one.
    /// </summary>
    private async Task<VideoAsset?> FindAsync(JobReport report, CancellationToken ct)
    {
        var assets = await db.VideoAssets.Where(a => a.MediaConvertJobId == report.JobId || a.Id == report.AssetId).ToListAsync(ct);
        if (assets.Find(a => a.MediaConvertJobId == report.JobId) is { } known)
            return known;
        if (assets.Find(a => a.Id == report.AssetId && a.MasterS3Key == report.MasterS3Key) is not { } named)
        {
            Log.NotOurs(log, report.JobId, report.AssetId);
            return null;
        }
        if (named.ProcessingStatus == ProcessingStatus.Uploaded && report.IsFor(named))
            return named;
        await NoteStrayAsync(report, ct);
        return null;
    }

    /// <summary>A job with our mark that the asset does not wait for; unless an earlier attempt of it did, it is kept, and the sweep ends it.</summary>
    private async Task NoteStrayAsync(JobReport report, CancellationToken ct)
    {
        if (await db.VideoAttempts.AnyAsync(a => a.MediaConvertJobId == report.JobId, ct))
            return;
        if (await db.StrayJobs.SingleOrDefaultAsync(s => s.JobId == report.JobId, ct) is { } known)
        {
            if (report.State == JobState.Running)
                return;
            known.End(time.Now());
        }
        else
        {
            db.StrayJobs.Add(StrayJob.Of(report, time.Now()));
            Log.Stray(log, report.JobId, report.AssetId!.Value);
        }
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates("pk_stray_jobs"))
        {
            // Told twice at the same moment.
        }
    }

    private async Task CompleteAsync(VideoAsset asset, JobReport report, CancellationToken ct)
    {
        // The word COMPLETE is not enough: what children will ask for must be there. Asked before any row is locked, S3 may take its time.
        if (await outputs.MissingAsync(asset.HlsBasePath, ct) is { } missing)
        {
            asset.Fail("outputs_missing", $"MediaConvert says that the video is complete, but {missing} is not in the output bucket. Try again.", time.Now());
            await db.SaveChangesAsync(ct);
            Log.Failed(log, asset.Id, report.JobId, "outputs_missing");
            return;
        }
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Two versions of one book may become ready at the same moment; the newer one must win.
        var book = await PlayingAssets.LockBookAsync(db, asset.BookId, ct);
        int? seconds = report.DurationMs is { } ms ? (int)Math.Round(ms / 1000.0, MidpointRounding.AwayFromZero) : null;
        var now = time.Now();
        asset.Complete(seconds, now);
        // An older one that is late does not play: a newer one does, or was rolled back from on purpose.
        var plays = book.PlayingAsset is null || !await db.VideoAssets.AnyAsync(a => a.BookId == book.Id && a.Version > asset.Version && a.ReadyAt != null, ct);
        if (plays)
            PlayingAssets.Switch(book, asset, now);
        else
            asset.Plays(false, now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        if (plays)
            nudges.Send<MakePosters>(j => j.RunAsync(book.Id, CancellationToken.None));
        Log.Ready(log, asset.Id, asset.BookId, asset.Version, plays);
    }

    private async Task<bool> RepeatOnConflictAsync(Func<Task<bool>> work)
    {
        for (var tries = 1; ; tries++)
        {
            // Rows read before are rows as they were before.
            db.ChangeTracker.Clear();
            try
            {
                return await work();
            }
            catch (DbUpdateConcurrencyException) when (tries < MaxTries)
            {
                // Another report was written in between; look again at what is left to do.
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Video asset {AssetId} of book {BookId} (version {Version}) is ready; it plays: {Plays}")]
        public static partial void Ready(ILogger logger, long assetId, long bookId, int version, bool plays);

        [LoggerMessage(LogLevel.Warning, "Video asset {AssetId} failed (job {JobId}): {ErrorCode}")]
        public static partial void Failed(ILogger logger, long assetId, string? jobId, string errorCode);

        [LoggerMessage(LogLevel.Error, "Job {JobId} was made for video asset {AssetId}, but is not the job that it waits for; it will be canceled")]
        public static partial void Stray(ILogger logger, string jobId, long assetId);

        [LoggerMessage(LogLevel.Information, "Nothing waits for job {JobId} (named asset: {AssetId})")]
        public static partial void NotOurs(ILogger logger, string jobId, long? assetId);
    }
}
