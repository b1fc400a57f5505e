using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Reporting;

/// <param name="ContentSha256">That of the draft that was looked at: should its numbers have changed since, it is not issued.</param>
public sealed record IssueStatementRequest([Sha256] string? ContentSha256 = null);

internal static class IssueStatement
{
    private static readonly ApiError _changed = ApiError.Conflict("The numbers have changed since you looked. Read the statement again, and issue it if it is right.");

    /// <summary>
    /// Issues a statement, for good: it is computed one last time, and from then on it never changes. Refused while something is missing;
    /// <c>details.problems</c> says what, and what to do. Statements of a publisher are issued month by month.
    /// </summary>
    [EndpointName("issue_statement")]
    public static async Task<Results<Created<StatementResponse>, ApiError>> Handle(
        long id, IssueStatementRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await StatementDrafts.TakeAsync(db, id, ct) is not { } statement)
            return ApiError.NotFound("statement");
        if (statement.Status == StatementStatus.Issued)
            return ManageStatements.IsIssued;
        await db.LockRevenueAsync(statement.Month, statement.Currency, ct);
        var before = StatementDrafts.Snapshot(statement);
        var rolledUpAt = await StatementProblems.RolledUpAtAsync(db, ct);
        var content = await StatementDrafts.RefreshAsync(db, statement, now, ct);
        if (request.ContentSha256 is { } seen && !StatementHash.Of(content).AsSpan().SequenceEqual(Convert.FromHexString(seen)))
            return _changed;
        if (await StatementProblems.OfAsync(db, content, rolledUpAt, now, ct) is { Count: > 0 } problems)
            return new ApiError(409, "conflict", string.Join(' ', problems), new Dictionary<string, object?> { ["problems"] = problems.ToArray() });

        statement.Issue(content, staff, now);
        db.AuditEntries.Add(AuditEntry.Of(staff, "issued", StatementDrafts.Subject, id, before, StatementDrafts.Snapshot(statement), now));
        await db.SaveChangesAsync(ct);
        var warnings = await StatementWarnings.OfAsync(db, statement, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/admin/api/v1/statements/{id}", StatementResponse.Of(statement, content, [], warnings));
    }
}
