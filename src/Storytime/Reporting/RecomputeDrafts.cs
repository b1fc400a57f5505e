using Hangfire;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>Job, every night: drafts become what they would be now, so that lists show numbers of today.</summary>
internal sealed partial class RecomputeDrafts(StorytimeDb db, TimeProvider time, ILogger<RecomputeDrafts> log)
{
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var id in await db.PublisherStatements.Where(s => s.Status == StatementStatus.Draft).OrderBy(s => s.Id).Select(s => s.Id).ToListAsync(ct))
        {
            try
            {
                await ManageStatements.ReadNowAsync(db, id, time.Now(), ct);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(log, e, id);
            }
            db.ChangeTracker.Clear();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Draft {StatementId} could not be computed anew")]
        public static partial void Failed(ILogger logger, Exception e, long statementId);
    }
}
