using Hangfire;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Videos;

/// <summary>
/// Job: gives a book a picture out of the video that plays, which is its cover where staff gave none. Due are books whose poster is of another video; a
/// nudge comes when a video becomes ready or is rolled back to, and every minute all that are due are looked at. May run twice: S3 copies the same again.
/// </summary>
internal sealed partial class MakePosters(StorytimeDb db, NpgsqlDataSource data, CoverBucket covers, ILogger<MakePosters> log)
{
    private const int MaxRound = 200;

    /// <summary>After so many in a row that did not get through, it is S3 and not the book.</summary>
    private const int MaxTroubles = 3;

    /// <summary>Ten seconds into the film; the first frame, which is often black, for one that is shorter. MediaConvert counts from 0.</summary>
    private static readonly string[] _thumbs = ["thumbs/thumb.0000001.jpg", "thumbs/thumb.0000000.jpg"];

    /// <summary>No retries by Hangfire: the row says that it is due, and the sweep comes every minute.</summary>
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public Task RunAsync(long bookId, CancellationToken ct) => TryAsync(bookId, ct);

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task SweepAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "make-posters", ct);
        if (turn is null)
            return;
        // In any order: some that never succeed must not keep the others waiting.
        var due = await db.Database.SqlQuery<long>(
            $"select id from books where playing_asset_id is distinct from poster_asset_id order by random() limit {MaxRound}").ToListAsync(ct);
        var troubles = 0;
        foreach (var id in due)
        {
            troubles = await TryAsync(id, ct) ? 0 : troubles + 1;
            if (troubles == MaxTroubles)
                return;
        }
    }

    /// <returns>False when it did not get through, and is still due.</returns>
    private async Task<bool> TryAsync(long bookId, CancellationToken ct)
    {
        try
        {
            // Somebody else is at it, or is cleaning up: what is due then stays due.
            await using var turn = await CleanCovers.TakeTurnAsync(data, bookId, ct);
            while (turn is not null && await FindDueAsync(bookId, ct) is { } asset)
                await MakeAsync(bookId, asset, ct);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            Log.Later(log, e, bookId);
            return false;
        }
    }

    private Task<VideoAsset?> FindDueAsync(long bookId, CancellationToken ct) => db.Books.AsNoTracking()
        .Where(b => b.Id == bookId && b.PlayingAssetId != null && b.PlayingAssetId != b.PosterAssetId).Select(b => b.PlayingAsset).SingleOrDefaultAsync(ct);

    private async Task MakeAsync(long bookId, VideoAsset asset, CancellationToken ct)
    {
        string? key = $"{CoverBucket.Prefix}{bookId}/poster-{asset.Id}.jpg";
        if (!await covers.CopyThumbAsync(asset.HlsBasePath + _thumbs[0], key, ct) && !await covers.CopyThumbAsync(asset.HlsBasePath + _thumbs[1], key, ct))
            key = null;
        // Unless another one plays by now: then that one is due.
        await db.Books.Where(b => b.Id == bookId && b.PlayingAssetId == asset.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.PosterS3Key, key).SetProperty(b => b.PosterAssetId, asset.Id), ct);
        Log.Made(log, bookId, asset.Id, key is not null);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The poster of book {BookId} is of video asset {AssetId} now; there was a picture: {Found}")]
        public static partial void Made(ILogger logger, long bookId, long assetId, bool found);

        [LoggerMessage(LogLevel.Warning, "The poster of book {BookId} could not be made; the next sweep will try again")]
        public static partial void Later(ILogger logger, Exception e, long bookId);
    }
}
