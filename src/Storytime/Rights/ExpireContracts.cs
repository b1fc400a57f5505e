using Hangfire;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Rights;

/// <summary>Job, every hour: active contracts whose last day is over (in UTC) expire.</summary>
internal sealed class ExpireContracts(StorytimeDb db, TimeProvider time)
{
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.Now();
        var today = Days.Of(now);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Locked: one that is being extended, or that another run has, is looked at again when that is done.
        var over = await db.PartnershipContracts
            .FromSql($"select * from partnership_contracts where status = 'active' and end_date < {today} order by id for no key update").ToListAsync(ct);
        foreach (var contract in over)
        {
            var before = contract.Content;
            contract.Expire(now);
            db.AuditEntries.Add(AuditEntry.Of(null, "expired", ManageContracts.Subject, contract.Id, before, contract.Content, now));
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }
}
