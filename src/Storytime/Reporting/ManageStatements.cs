using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Reporting;

/// <param name="Month">Such as <c>2026-01</c>; the current month or an earlier one.</param>
/// <param name="Currency">Only needed when the publisher has contracts in several.</param>
public sealed record CreateStatementRequest(
    [Required(ErrorMessage = "A publisher is needed.")] long? PublisherId,
    [Required(ErrorMessage = "A month is needed, such as 2026-01."), StatementMonth] string? Month,
    [Currency] string? Currency = null);

public sealed record StatementFilter
{
    [FromQuery(Name = "publisher_id")]
    public long? PublisherId { get; init; }

    /// <summary>Such as <c>2026-01</c>.</summary>
    [FromQuery(Name = "month"), StatementMonth]
    public string? Month { get; init; }

    [FromQuery(Name = "status"), Word<StatementStatus>]
    public string? Status { get; init; }

    /// <summary>ISO 4217.</summary>
    [FromQuery(Name = "currency"), Currency]
    public string? Currency { get; init; }
}

internal static class ManageStatements
{
    public static readonly ApiError IsIssued = ApiError.Conflict("This statement is issued: it never changes. What has changed since comes onto the next one.");

    /// <summary>Statements, the newest month first, then by the publisher's name.</summary>
    [EndpointName("list_statements")]
    public static async Task<Ok<Page<ListedStatementResponse>>> List(
        [AsParameters] StatementFilter filter, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct)
    {
        var statements = db.PublisherStatements.AsQueryable();
        if (filter.PublisherId is { } publisherId)
            statements = statements.Where(s => s.PublisherId == publisherId);
        if (Months.Parse(filter.Month) is { } month)
            statements = statements.Where(s => s.Month == month);
        if (Words<StatementStatus>.Parse(filter.Status) is { } status)
            statements = statements.Where(s => s.Status == status);
        if (filter.Currency?.ToUpperInvariant() is { } currency)
            statements = statements.Where(s => s.Currency == currency);
        var rows =
            from s in statements
            join p in db.Publishers on s.PublisherId equals p.Id
            orderby s.Month descending, p.Name, s.Currency, s.Id
            select new ListedStatementResponse(s.Id, s.PublisherId, p.Name, Months.Format(s.Month), s.Currency, s.Status, s.TotalCents, s.IssuedAt, s.UpdatedAt);
        return TypedResults.Ok(await rows.PageAsync(page, ct));
    }

    /// <summary>
    /// Makes the draft of a publisher's month, or computes the one that is there anew (200). A publisher with contracts in several currencies has a statement in each;
    /// one without a contract has one that lists its usage, unpaid.
    /// </summary>
    [EndpointName("create_statement")]
    public static async Task<Results<Created<StatementResponse>, Ok<StatementResponse>, ApiError>> Create(
        CreateStatementRequest request, Staff staff, StorytimeDb db, IOptions<StatementOptions> options, TimeProvider time, CancellationToken ct)
    {
        var (now, publisherId, month) = (time.Now(), request.PublisherId!.Value, Months.Parse(request.Month!)!.Value);
        if (month > Months.Of(Days.Of(now)))
            return ApiError.Invalid("month", $"{request.Month} has not begun.");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await StatementDrafts.LockAsync(db, publisherId, ct);
        if (!await db.Publishers.AnyAsync(p => p.Id == publisherId, ct))
            return ApiError.Invalid("publisher_id", $"There is no publisher {publisherId}.");
        var reasons = (await StatementCurrencies.ReasonsAsync(db, month, publisherId, ct)).GetValueOrDefault(publisherId) ?? [];
        var currencies = await StatementCurrencies.OfAsync(db, publisherId, month, reasons, evenIfNothing: true, options.Value.DefaultCurrency, ct);
        if (request.Currency is null && currencies.Length > 1)
            return ApiError.Invalid("currency", $"This publisher has statements of {request.Month} in {string.Join(" and ", currencies)}: say which one.");
        var currency = request.Currency?.ToUpperInvariant() ?? currencies[0];
        if (!currencies.Contains(currency))
            return ApiError.Invalid("currency", $"This publisher has nothing in {currency} in {request.Month}, only in {string.Join(" and ", currencies)}.");

        var rolledUpAt = await StatementProblems.RolledUpAtAsync(db, ct);
        var (statement, content, isNew) = await StatementDrafts.MakeAsync(db, publisherId, month, currency, staff, now, ct);
        if (statement.Status == StatementStatus.Issued)
            return IsIssued;
        var problems = await StatementProblems.OfAsync(db, content, rolledUpAt, now, ct);
        var answer = StatementResponse.Of(statement, content, problems, await StatementWarnings.OfAsync(db, statement, ct));
        await transaction.CommitAsync(ct);
        return isNew ? TypedResults.Created($"/admin/api/v1/statements/{statement.Id}", answer) : TypedResults.Ok(answer);
    }

    /// <summary>One statement, line by line. A draft is computed anew, and what changed is stored, so that its numbers are always those of now.</summary>
    [EndpointName("get_statement")]
    public static async Task<Results<Ok<StatementResponse>, ApiError>> Read(long id, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var rolledUpAt = await StatementProblems.RolledUpAtAsync(db, ct);
        if (await ReadNowAsync(db, id, now, ct) is not var (statement, content))
            return ApiError.NotFound("statement");
        var problems = statement.Status == StatementStatus.Draft ? await StatementProblems.OfAsync(db, content, rolledUpAt, now, ct) : [];
        return TypedResults.Ok(StatementResponse.Of(statement, content, problems, await StatementWarnings.OfAsync(db, statement, ct)));
    }

    /// <summary>
    /// The canonical content of a statement, byte for byte: <c>sha256sum</c> of it is the statement's <c>content_sha256</c>. It holds no ids and no times of the statement
    /// itself, so whoever computes it again from the same usage and terms gets the same bytes. A draft is computed anew before; of an issued one it is what was stored then.
    /// </summary>
    [EndpointName("get_statement_content")]
    public static async Task<Results<FileContentHttpResult, ApiError>> Content(long id, StorytimeDb db, TimeProvider time, CancellationToken ct) =>
        await ReadNowAsync(db, id, time.Now(), ct) is var (statement, content)
            ? TypedResults.Bytes(statement.CanonicalContent is { } issued ? Encoding.UTF8.GetBytes(issued) : StatementHash.Canonical(content), "application/json")
            : ApiError.NotFound("statement");

    /// <summary>Takes a draft away. An issued statement stays.</summary>
    [EndpointName("delete_statement")]
    public static async Task<Results<NoContent, ApiError>> Delete(long id, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await StatementDrafts.TakeAsync(db, id, ct) is not { } statement)
            return ApiError.NotFound("statement");
        if (statement.Status == StatementStatus.Issued)
            return IsIssued;
        db.PublisherStatements.Remove(statement);
        db.AuditEntries.Add(AuditEntry.Of(staff, "deleted", StatementDrafts.Subject, id, StatementDrafts.Snapshot(statement), null, time.Now()));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>An issued statement as it is; a draft as it is now.</summary>
    internal static async Task<(PublisherStatement Statement, StatementContent Content)?> ReadNowAsync(StorytimeDb db, long id, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.PublisherStatements.AsNoTracking().Include(s => s.Lines).SingleOrDefaultAsync(s => s.Id == id && s.Status == StatementStatus.Issued, ct) is { } issued)
            return (issued, issued.Content());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await StatementDrafts.TakeAsync(db, id, ct) is not { } statement)
            return null;
        var content = await StatementDrafts.RefreshAsync(db, statement, now, ct);
        await transaction.CommitAsync(ct);
        return (statement, content);
    }
}
