using System.Linq.Expressions;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Videos;

/// <summary>
/// Job, every hour: deletes outputs that nobody can play any more (superseded or failed 30 days ago), gives up uploads that nothing was made of, and forgets
/// notices that are too old to be believed. What is about to be deleted is marked first: a crash in between leaves work, never a book that plays nothing.
/// </summary>
internal sealed partial class CleanVideos(
    StorytimeDb db, NpgsqlDataSource data, HlsOutputs outputs, UploadBucket uploads, IOptions<UploadOptions> options, TimeProvider time, ILogger<CleanVideos> log)
{
    private static readonly TimeSpan _keepOutputs = TimeSpan.FromDays(30);
    private static readonly TimeSpan _keepNotices = TimeSpan.FromDays(1);

    private const int MaxRound = 500;

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "clean-videos", ct);
        if (turn is null)
            return;
        var now = time.Now();
        await db.SeenNotices.Where(n => n.SeenAt < now - _keepNotices).ExecuteDeleteAsync(ct);
        await EachAsync(db.Uploads.Where(u => (u.Status == UploadStatus.Pending || u.Status == UploadStatus.Uploaded)
            && (u.Method == UploadMethod.Multipart ? u.ExpiresAt < now : u.CreatedAt < now - options.Value.AbandonAfter)).Select(u => u.Id), AbandonAsync, ct);
        await EachAsync(db.VideoAssets.Where(Expired(now - _keepOutputs)).Select(a => a.Id), RetireAsync, ct);
        await EachAsync(db.VideoAssets.Where(a => a.RetiredAt != null && a.OutputsDeletedAt == null).Select(a => a.Id), DeleteOutputsAsync, ct);
        await EachAsync(
            db.VideoAttempts.Where(a => a.OutputsDeletedAt == null && a.EndedAt < now - _keepOutputs).Select(a => a.VideoAssetId).Distinct(), DeleteAttemptsAsync, ct);
    }

    private static Expression<Func<VideoAsset, bool>> Expired(DateTimeOffset before) => a => a.RetiredAt == null
        && ((a.ProcessingStatus == ProcessingStatus.Failed && a.UpdatedAt < before) || (a.ProcessingStatus == ProcessingStatus.Ready && a.SupersededAt < before));

    private async Task AbandonAsync(long uploadId, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Locked: nobody makes something of it in between.
        var upload = await ManageUploads.LockAsync(db, uploadId, ct);
        if (upload.Status is UploadStatus.Used or UploadStatus.Aborted)
            return;
        await uploads.DiscardAsync(upload, ct);
        upload.Abort();
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Log.Abandoned(log, uploadId);
    }

    /// <summary>With the book locked, as a rollback has it: an asset either plays or is retired.</summary>
    private async Task RetireAsync(long assetId, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var book = await PlayingAssets.LockBookAsync(db, await db.VideoAssets.Where(a => a.Id == assetId).Select(a => a.BookId).SingleAsync(ct), ct);
        var before = time.Now() - _keepOutputs;
        if (book.PlayingAssetId == assetId || await db.VideoAssets.Where(Expired(before)).SingleOrDefaultAsync(a => a.Id == assetId, ct) is not { } asset)
            return;
        asset.Retire(time.Now());
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private async Task DeleteOutputsAsync(long assetId, CancellationToken ct)
    {
        var asset = await db.VideoAssets.SingleAsync(a => a.Id == assetId, ct);
        if (asset.RetiredAt is null)
            return;
        var count = await outputs.DeleteAsync(asset.HlsBasePath, ct);
        asset.OutputsAreDeleted(time.Now());
        await db.SaveChangesAsync(ct);
        Log.Deleted(log, count, assetId, asset.Attempt);
    }

    private async Task DeleteAttemptsAsync(long assetId, CancellationToken ct)
    {
        var before = time.Now() - _keepOutputs;
        foreach (var attempt in await db.VideoAttempts.Where(a => a.VideoAssetId == assetId && a.OutputsDeletedAt == null && a.EndedAt < before).ToListAsync(ct))
        {
            var count = await outputs.DeleteAsync(attempt.HlsBasePath, ct);
            attempt.OutputsAreDeleted(time.Now());
            await db.SaveChangesAsync(ct);
            Log.Deleted(log, count, assetId, attempt.Attempt);
        }
    }

    /// <summary>One that fails does not keep the others; it comes again in an hour.</summary>
    private async Task EachAsync(IQueryable<long> ids, Func<long, CancellationToken, Task> work, CancellationToken ct)
    {
        foreach (var id in await ids.OrderBy(id => id).Take(MaxRound).ToListAsync(ct))
        {
            db.ChangeTracker.Clear();
            try
            {
                await work(id, ct);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                Log.Later(log, e, work.Method.Name, id);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Upload {UploadId} was given up: nothing was made of it in time")]
        public static partial void Abandoned(ILogger logger, long uploadId);

        [LoggerMessage(LogLevel.Information, "{Count} outputs of video asset {AssetId}, attempt {Attempt}, were deleted")]
        public static partial void Deleted(ILogger logger, int count, long assetId, int attempt);

        [LoggerMessage(LogLevel.Warning, "{Work} of {Id} did not get through; it will be tried again")]
        public static partial void Later(ILogger logger, Exception e, string work, long id);
    }
}
