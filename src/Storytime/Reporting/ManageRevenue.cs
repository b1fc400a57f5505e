using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Reporting;

/// <summary>The revenue of a month that publishers with a share of it have a part in, in one currency.</summary>
/// <param name="Month">Such as <c>2026-02</c>.</param>
/// <param name="AmountCents">All of the month's revenue, expressed in this currency: in its smallest unit by ISO 4217 (cents of USD, whole JPY).</param>
public sealed record RevenuePeriodResponse(string Month, long AmountCents, string Currency, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="AmountCents">All of the month's revenue, expressed in this currency: in its smallest unit by ISO 4217 (cents of USD, whole JPY).</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record SetRevenueRequest(
    [Required(ErrorMessage = "An amount is needed."), Cents(ManageRevenue.MostCents)] long? AmountCents,
    [Required(ErrorMessage = "A currency is needed."), Currency] string? Currency);

public sealed record RevenueCurrency
{
    /// <summary>Which of the month's currencies is meant; needed where there are several, and to delete.</summary>
    [FromQuery(Name = "currency"), Currency]
    public string? Currency { get; init; }
}

internal static class ManageRevenue
{
    /// <summary>A hundred thousand million, in cents: more is a slip.</summary>
    public const long MostCents = 10_000_000_000_000;

    internal const string Subject = "revenue_period";

    /// <summary>What was entered, the newest month first.</summary>
    [EndpointName("list_revenue_periods")]
    public static async Task<Ok<Page<RevenuePeriodResponse>>> List([AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct)
    {
        var periods = await db.RevenuePeriods.AsNoTracking().OrderByDescending(p => p.Month).ThenBy(p => p.Currency).PageAsync(page, ct);
        return TypedResults.Ok(new Page<RevenuePeriodResponse>([.. periods.Data.Select(Snapshot)], periods.Pagination));
    }

    /// <summary>The revenue of a month. Where it was entered in several currencies, say which.</summary>
    [EndpointName("get_revenue_period")]
    public static async Task<Results<Ok<RevenuePeriodResponse>, ApiError>> Read(
        string month, [AsParameters] RevenueCurrency query, StorytimeDb db, CancellationToken ct)
    {
        var first = Months.Parse(month)!.Value;
        var currency = query.Currency?.ToUpperInvariant();
        var periods = await db.RevenuePeriods.AsNoTracking()
            .Where(p => p.Month == first && (currency == null || p.Currency == currency)).OrderBy(p => p.Currency).ToListAsync(ct);
        return periods switch
        {
            [] => Nothing(month, currency),
            [var only] => TypedResults.Ok(Snapshot(only)),
            _ => ApiError.Invalid("currency",
                $"The revenue of {month} is in {string.Join(" and ", periods.Select(p => p.Currency))}: say which, such as ?currency={periods[0].Currency}."),
        };
    }

    /// <summary>
    /// Enters or corrects the revenue of a month in a currency. One is needed for each currency in which a contract pays a share. It stays as it is once a
    /// statement was issued from it.
    /// </summary>
    [EndpointName("set_revenue_period")]
    public static async Task<Results<Created<RevenuePeriodResponse>, Ok<RevenuePeriodResponse>, ApiError>> Set(
        string month, SetRevenueRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var (first, amount, currency) = (Months.Parse(month)!.Value, request.AmountCents!.Value, request.Currency!.ToUpperInvariant());
        if (first > Months.Of(Days.Of(now)))
            return ApiError.Invalid("month", $"{month} has not begun, so it has no revenue yet. Enter it when the month is here.");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockRevenueAsync(first, currency, ct);
        var period = await db.RevenuePeriods.SingleOrDefaultAsync(p => p.Month == first && p.Currency == currency, ct);
        if (period?.AmountCents == amount)
            return TypedResults.Ok(Snapshot(period));
        if (period is not null && await RefuseIfIssuedAsync(db, period, ct) is { } refusal)
            return refusal;
        var before = period is null ? null : Snapshot(period);
        if (period is null)
            db.RevenuePeriods.Add(period = RevenuePeriod.Enter(first, amount, currency, now));
        else
            period.Correct(amount, now);
        db.AuditEntries.Add(AuditEntry.Of(staff, before is null ? "created" : "updated", Subject, AuditId(first), before, Snapshot(period), now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return before is null
            ? TypedResults.Created($"/admin/api/v1/revenue_periods/{month}?currency={currency}", Snapshot(period))
            : TypedResults.Ok(Snapshot(period));
    }

    /// <summary>Takes back what was entered for a month in a currency, as long as no statement was issued from it.</summary>
    [EndpointName("delete_revenue_period")]
    public static async Task<Results<NoContent, ApiError>> Delete(
        string month, [AsParameters] RevenueCurrency query, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        if (query.Currency?.ToUpperInvariant() is not { } currency)
            return ApiError.Invalid("currency", "Say which revenue of the month is to go, such as ?currency=USD.");
        var first = Months.Parse(month)!.Value;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockRevenueAsync(first, currency, ct);
        if (await db.RevenuePeriods.SingleOrDefaultAsync(p => p.Month == first && p.Currency == currency, ct) is not { } period)
            return Nothing(month, currency);
        if (await RefuseIfIssuedAsync(db, period, ct) is { } refusal)
            return refusal;
        db.RevenuePeriods.Remove(period);
        db.AuditEntries.Add(AuditEntry.Of(staff, "deleted", Subject, AuditId(first), Snapshot(period), null, time.Now()));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>
    /// An issued statement says itself from which pool it was computed: none, if it was issued before one was entered.
    /// Where no contract has a share, nothing is computed from it.
    /// </summary>
    private static async Task<ApiError?> RefuseIfIssuedAsync(StorytimeDb db, RevenuePeriod period, CancellationToken ct)
    {
        var issued = await db.Database.SqlQuery<long>($"""
            select id as "Value" from publisher_statements
            where month = {period.Month} and currency = {period.Currency} and status = 'issued' and facts -> 'pool_cents' is distinct from 'null'
                and facts @? '$.contracts[*] ? (@.days_held > 0 && @.payment_model != "flat_fee")'
            order by id limit 1
            """).ToListAsync(ct);
        return issued is [var id]
            ? new ApiError(409, "conflict",
                $"Statement {id} was issued from the revenue of {Months.Format(period.Month)} in {period.Currency}, so that stays as it is. "
                + "Put the correction into the revenue of a later month.",
                new Dictionary<string, object?> { ["statement_id"] = id })
            : null;
    }

    private static ApiError Nothing(string month, string? currency) =>
        new(404, "not_found", $"No revenue {(currency is null ? "" : $"in {currency} ")}was entered for {month}.");

    /// <summary><c>202602</c>.</summary>
    private static long AuditId(DateOnly month) => (month.Year * 100) + month.Month;

    private static RevenuePeriodResponse Snapshot(RevenuePeriod p) => new(Months.Format(p.Month), p.AmountCents, p.Currency, p.CreatedAt, p.UpdatedAt);
}
