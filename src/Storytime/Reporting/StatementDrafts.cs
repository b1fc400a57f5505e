using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Reporting;

/// <summary>Keeps drafts as what they would be now. Whoever works on statements of a publisher has them alone, until the transaction ends.</summary>
internal static class StatementDrafts
{
    public const string Subject = "publisher_statement";

    /// <summary>
    /// One at a time for each publisher: what is issued must see every earlier statement, also one that is being issued at this very moment. First of all
    /// locks of the transaction.
    /// </summary>
    public static Task LockAsync(StorytimeDb db, long publisherId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({$"statements-{publisherId}"}, 0))", ct);

    /// <summary>A statement with its lines, its publisher's turn taken. Null when there is none.</summary>
    public static async Task<PublisherStatement?> TakeAsync(StorytimeDb db, long id, CancellationToken ct)
    {
        if (await db.PublisherStatements.Where(s => s.Id == id).Select(s => (long?)s.PublisherId).SingleOrDefaultAsync(ct) is not { } publisherId)
            return null;
        await LockAsync(db, publisherId, ct);
        return await db.PublisherStatements.Include(s => s.Lines).SingleOrDefaultAsync(s => s.Id == id, ct);
    }

    /// <summary>What the statement is when it is computed now.</summary>
    public static async Task<StatementContent> ComputeAsync(StorytimeDb db, long publisherId, DateOnly month, string currency, CancellationToken ct) =>
        StatementCalculation.Compute(await StatementInputs.ReadAsync(db, publisherId, month, currency, ct));

    /// <summary>Computes a draft anew and stores what changed; leaves an issued statement alone.</summary>
    public static async Task<StatementContent> RefreshAsync(StorytimeDb db, PublisherStatement statement, DateTimeOffset now, CancellationToken ct)
    {
        if (statement.Status == StatementStatus.Issued)
            return statement.Content();
        var content = await ComputeAsync(db, statement.PublisherId, statement.Month, statement.Currency, ct);
        statement.Recompute(content, now);
        await db.SaveChangesAsync(ct);
        return content;
    }

    /// <summary>The statement of a month: a new draft, or the one that is there, recomputed unless it is issued. The publisher's turn must be taken.</summary>
    public static async Task<(PublisherStatement Statement, StatementContent Content, bool IsNew)> MakeAsync(
        StorytimeDb db, long publisherId, DateOnly month, string currency, Staff staff, DateTimeOffset now, CancellationToken ct)
    {
        var there = await db.PublisherStatements.Include(s => s.Lines)
            .SingleOrDefaultAsync(s => s.PublisherId == publisherId && s.Month == month && s.Currency == currency, ct);
        if (there is not null)
            return (there, await RefreshAsync(db, there, now, ct), false);
        var content = await ComputeAsync(db, publisherId, month, currency, ct);
        var statement = PublisherStatement.Draft(content, now);
        db.PublisherStatements.Add(statement);
        await db.SaveChangesAsync(ct);
        db.AuditEntries.Add(AuditEntry.Of(staff, "created", Subject, statement.Id, null, Snapshot(statement), now));
        await db.SaveChangesAsync(ct);
        return (statement, content, true);
    }

    /// <summary>For the audit trail: whose and how much, and what proves it.</summary>
    public static object Snapshot(PublisherStatement s) => new
    {
        s.PublisherId,
        Month = Months.Format(s.Month),
        s.Currency,
        s.Status,
        s.TotalCents,
        ContentSha256 = s.ContentHash is null ? null : Convert.ToHexStringLower(s.ContentHash),
    };
}
