using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Reporting;

/// <summary>A statement beside the publisher's of the month before, in the same currency.</summary>
/// <param name="Previous">Null when there is none.</param>
/// <param name="Total">The total, held against the one before; null when there is none.</param>
/// <param name="Lines">What stands on either, the largest difference first.</param>
public sealed record StatementComparisonResponse(
    long Id, string Month, string Currency, long TotalCents, PreviousStatement? Previous, AmountChange? Total, IReadOnlyList<ComparedLine> Lines);

/// <param name="Month">Such as <c>2026-01</c>.</param>
public sealed record PreviousStatement(long Id, string Month, StatementStatus Status, long TotalCents);

/// <param name="ForMonth">The earlier month that an adjustment is for.</param>
/// <param name="Description">The book's title or the contract's name, as it is on the later of the two that has it.</param>
/// <param name="SecondsWatched">Null when the line is not on this statement, as the amount.</param>
/// <param name="PreviousSecondsWatched">Null when it was not on the one before, as that amount.</param>
public sealed record ComparedLine(
    StatementLineKind Kind, long? ContractId, long? BookId, string? ForMonth, string Description, long? SecondsWatched, long? PreviousSecondsWatched,
    long? AmountCents, long? PreviousAmountCents, long DifferenceCents);

internal static class CompareStatement
{
    /// <summary>How a statement differs from the publisher's of the month before, line by line. Drafts are computed anew.</summary>
    [EndpointName("compare_statement")]
    public static async Task<Results<Ok<StatementComparisonResponse>, ApiError>> Handle(long id, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        if (await ManageStatements.ReadNowAsync(db, id, now, ct) is not var (statement, content))
            return ApiError.NotFound("statement");
        var before = content.Month.AddMonths(-1);
        var previousId = await db.PublisherStatements
            .Where(s => s.PublisherId == content.PublisherId && s.Currency == content.Currency && s.Month == before).Select(s => (long?)s.Id).SingleOrDefaultAsync(ct);
        var previous = previousId is { } other ? await ManageStatements.ReadNowAsync(db, other, now, ct) : null;
        return TypedResults.Ok(new StatementComparisonResponse(
            id, Months.Format(content.Month), content.Currency, content.TotalCents,
            previous is var (s, then) ? new PreviousStatement(s.Id, Months.Format(then.Month), s.Status, then.TotalCents) : null,
            previous is var (_, those) ? AmountChange.Of(content.TotalCents, those.TotalCents) : null,
            Lines(content.Lines, previous?.Content.Lines ?? [])));
    }

    /// <summary>A kind of line is once on a statement for each contract, book and earlier month.</summary>
    private static ComparedLine[] Lines(IReadOnlyList<StatementContentLine> now, IReadOnlyList<StatementContentLine> before)
    {
        var (these, those) = (now.GroupBy(Key).ToDictionary(g => g.Key, Sum), before.GroupBy(Key).ToDictionary(g => g.Key, Sum));
        return [.. these.Keys.Union(those.Keys).Select(key => Compare(these.GetValueOrDefault(key), those.GetValueOrDefault(key)))
            .OrderByDescending(l => Math.Abs(l.DifferenceCents)).ThenBy(l => l.Kind).ThenBy(l => l.Description, StringComparer.Ordinal).ThenBy(l => l.BookId).ThenBy(l => l.ContractId)];
    }

    private static (StatementLineKind Kind, long? ContractId, long? BookId, DateOnly? ForMonth) Key(StatementContentLine line) => (line.Kind, line.ContractId, line.BookId, line.ForMonth);

    private static StatementContentLine Sum(IEnumerable<StatementContentLine> lines) =>
        lines.Aggregate((a, b) => a with { SecondsWatched = a.SecondsWatched + b.SecondsWatched, AmountCents = a.AmountCents + b.AmountCents });

    private static ComparedLine Compare(StatementContentLine? now, StatementContentLine? before)
    {
        var line = (now ?? before)!;
        return new ComparedLine(
            line.Kind, line.ContractId, line.BookId, line.ForMonth is { } month ? Months.Format(month) : null, line.Description,
            now?.SecondsWatched, before?.SecondsWatched, now?.AmountCents, before?.AmountCents, (now?.AmountCents ?? 0) - (before?.AmountCents ?? 0));
    }
}
