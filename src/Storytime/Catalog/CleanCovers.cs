using System.Globalization;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Catalog;

/// <summary>
/// Job, every hour: deletes covers that no book has any more, 30 days after they were made. Each run looks at the books whose id begins with one digit,
/// so every cover is looked at several times a day.
/// </summary>
internal sealed partial class CleanCovers(StorytimeDb db, NpgsqlDataSource data, CoverBucket covers, TimeProvider time, ILogger<CleanCovers> log)
{
    private static readonly TimeSpan _keep = TimeSpan.FromDays(30);

    /// <summary>Of one run; the rest comes in later ones.</summary>
    private const int MostDeletions = 1000;

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public Task RunAsync(CancellationToken ct) => CleanAsync(1 + (int)(time.Now().ToUnixTimeSeconds() / 3600 % 9), ct);

    /// <param name="digit">Of the ids of the books, the first one.</param>
    public async Task CleanAsync(int digit, CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "clean-covers", ct);
        if (turn is null)
            return;
        var before = time.Now() - _keep;
        var (deleted, continuation) = (0, (string?)null);
        do
        {
            var page = await covers.ListAsync(string.Create(CultureInfo.InvariantCulture, $"{CoverBucket.Prefix}{digit}"), continuation, ct);
            var old = (page.S3Objects ?? []).Where(o => o.LastModified < before.UtcDateTime).Select(o => o.Key).ToLookup(BookIdOf);
            var ids = old.Where(g => g.Key is not null).Select(g => g.Key!.Value).ToArray();
            var had = await db.Books.Where(b => ids.Contains(b.Id)).Select(b => new { b.CoverS3Key, b.PosterS3Key }).ToListAsync(ct);
            var kept = had.SelectMany(b => new[] { b.CoverS3Key, b.PosterS3Key }).ToHashSet();
            foreach (var id in ids)
            {
                foreach (var key in old[id].Where(key => !kept.Contains(key)).Take(MostDeletions - deleted))
                    deleted += await DeleteAsync(id, key, ct) ? 1 : 0;
            }
            continuation = page.IsTruncated is true ? page.NextContinuationToken : null;
        }
        while (continuation is not null && deleted < MostDeletions);
        if (deleted > 0)
            Log.Deleted(log, deleted);
    }

    /// <summary>The turn to change which pictures a book has: a poster that is made anew after a rollback has the key that it had before.</summary>
    public static Task<AdvisoryLock?> TakeTurnAsync(NpgsqlDataSource data, long bookId, CancellationToken ct) =>
        AdvisoryLock.TryTakeAsync(data, $"cover-{bookId}", ct);

    private async Task<bool> DeleteAsync(long bookId, string key, CancellationToken ct)
    {
        await using var turn = await TakeTurnAsync(data, bookId, ct);
        if (turn is null || await db.Books.AnyAsync(b => b.Id == bookId && (b.CoverS3Key == key || b.PosterS3Key == key), ct))
            return false;
        await covers.DeleteAsync(key, ct);
        return true;
    }

    /// <summary><c>covers/123/poster-45.jpg</c> → 123; null for what is not ours.</summary>
    private static long? BookIdOf(string key) =>
        long.TryParse(key.Split('/')[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Count} covers that no book has any more were deleted")]
        public static partial void Deleted(ILogger logger, int count);
    }
}
