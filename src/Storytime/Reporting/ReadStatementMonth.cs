using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Reporting;

public sealed record StatementMonthFilter
{
    /// <summary>Part of the publisher's name.</summary>
    [FromQuery(Name = "q"), StringLength(200, ErrorMessage = "q has at most 200 characters.")]
    public string? Q { get; init; }

    [FromQuery(Name = "status"), Word<StatementStatus>]
    public string? Status { get; init; }
}

/// <summary>The statements of a month, each held against the publisher's of the month before. Drafts have the numbers of <c>computed_at</c>.</summary>
/// <param name="Month">Such as <c>2026-01</c>.</param>
/// <param name="Totals">Of all statements of the month, on other pages too, by currency.</param>
/// <param name="Data">By the publisher's name.</param>
public sealed record StatementMonthResponse(string Month, IReadOnlyList<StatementMonthTotal> Totals, IReadOnlyList<StatementOfMonth> Data, Pagination Pagination);

/// <param name="Drafts">How many are drafts.</param>
/// <param name="Issued">How many are issued.</param>
/// <param name="TotalCents">Of both, in the currency's smallest unit.</param>
/// <param name="Change">Against all statements of the month before.</param>
public sealed record StatementMonthTotal(string Currency, int Drafts, int Issued, long TotalCents, AmountChange Change);

/// <param name="Change">Against the publisher's statement of the month before; null when there is none.</param>
/// <param name="Problems">What keeps a draft from being issued.</param>
/// <param name="Warnings">Months that statements do not pay, though a contract holds in them.</param>
public sealed record StatementOfMonth(
    long Id, long PublisherId, string PublisherName, string Currency, StatementStatus Status, long TotalCents, AmountChange? Change,
    IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings, DateTimeOffset? IssuedAt, DateTimeOffset ComputedAt);

internal static class ReadStatementMonth
{
    /// <summary>Who is owed what for a month: statements with what keeps them from being issued, and how they differ from the month before.</summary>
    [EndpointName("read_statement_month")]
    public static async Task<Ok<StatementMonthResponse>> Handle(
        string month, [AsParameters] StatementMonthFilter filter, [AsParameters] PageQuery page, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var (now, first) = (time.Now(), Months.Parse(month)!.Value);
        var statements =
            from s in db.PublisherStatements
            join p in db.Publishers on s.PublisherId equals p.Id
            where s.Month == first
            select new { s.Id, s.PublisherId, s.Currency, s.Status, s.TotalCents, s.IssuedAt, s.UpdatedAt, p.Name };
        if (!string.IsNullOrWhiteSpace(filter.Q))
        {
            var pattern = LikePattern.Containing(filter.Q);
            statements = statements.Where(s => EF.Functions.ILike(EF.Functions.Unaccent(s.Name), EF.Functions.Unaccent(pattern), LikePattern.Escape));
        }
        if (Words<StatementStatus>.Parse(filter.Status) is { } status)
            statements = statements.Where(s => s.Status == status);
        var rows = await statements.OrderBy(s => s.Name).ThenBy(s => s.Currency).ThenBy(s => s.Id).PageAsync(page, ct);
        var facts = await StatementMonthFacts.ReadAsync(db, first, [.. rows.Data.Select(s => s.PublisherId).Distinct()], now, ct);
        return TypedResults.Ok(new StatementMonthResponse(
            month, await TotalsAsync(db, first, ct),
            [.. rows.Data.Select(s => new StatementOfMonth(
                s.Id, s.PublisherId, s.Name, s.Currency, s.Status, s.TotalCents, facts.Change(s.PublisherId, s.Currency, s.TotalCents),
                s.Status == StatementStatus.Draft ? facts.Problems(s.PublisherId, s.Currency) : [], facts.Warnings(s.PublisherId, s.Currency), s.IssuedAt, s.UpdatedAt))],
            rows.Pagination));
    }

    private static async Task<IReadOnlyList<StatementMonthTotal>> TotalsAsync(StorytimeDb db, DateOnly month, CancellationToken ct)
    {
        var before = month.AddMonths(-1);
        var sums = await db.PublisherStatements.Where(s => s.Month == month || s.Month == before)
            .GroupBy(s => new { s.Month, s.Currency })
            .Select(g => new { g.Key.Month, g.Key.Currency, Count = g.Count(), Issued = g.Count(s => s.Status == StatementStatus.Issued), Cents = g.Sum(s => s.TotalCents) })
            .ToListAsync(ct);
        var previous = sums.Where(s => s.Month == before).ToDictionary(s => s.Currency, s => s.Cents);
        return [.. sums.Where(s => s.Month == month).OrderBy(s => s.Currency, StringComparer.Ordinal).Select(s => new StatementMonthTotal(
            s.Currency, s.Count - s.Issued, s.Issued, s.Cents, AmountChange.Of(s.Cents, previous.GetValueOrDefault(s.Currency))))];
    }
}
