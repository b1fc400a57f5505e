using Hangfire;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Children;

/// <summary>Job, every day: forgets sessions, their tokens and counts of wrong passwords that nobody can use or ask for any more.</summary>
internal sealed class CleanSessions(StorytimeDb db, NpgsqlDataSource data, TimeProvider time)
{
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "clean-sessions", ct);
        if (turn is null)
            return;
        var now = time.Now();
        var (day, month, quarter) = (now.AddDays(-1), now.AddDays(-30), now.AddDays(-90));
        await db.SignInFailures.Where(f => f.CountedSince < day && (f.LockedUntil == null || f.LockedUntil < now)).ExecuteDeleteAsync(ct);
        // A token that was spent so long ago would tell of a theft no more than one that is unknown; its session has others.
        await db.RefreshTokens.Where(t => t.SpentAt < month || t.ExpiresAt < month).ExecuteDeleteAsync(ct);
        // Those that were revoked, and those whose last token is gone.
        await db.ParentSessions.Where(s => s.RevokedAt < month || !db.RefreshTokens.Any(t => t.SessionId == s.Id)).ExecuteDeleteAsync(ct);
        await db.ChildSessions.Where(s => s.RevokedAt < quarter || s.ExpiresAt < quarter).ExecuteDeleteAsync(ct);
    }
}
