using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>A statement as it stands in a list: the numbers are those of <c>computed_at</c>.</summary>
/// <param name="Month">Such as <c>2026-01</c>.</param>
/// <param name="TotalCents">What is owed, in the currency's smallest unit by ISO 4217 (cents of USD, whole JPY); negative when more was paid before than is owed now.</param>
/// <param name="ComputedAt">Of an issued one: when it was issued.</param>
public sealed record ListedStatementResponse(
    long Id, long PublisherId, string PublisherName, string Month, string Currency, StatementStatus Status, long TotalCents,
    DateTimeOffset? IssuedAt, DateTimeOffset ComputedAt);

/// <summary>What one publisher is owed for one month in one currency, line by line, and what it was computed from.</summary>
/// <param name="Month">Such as <c>2026-01</c>.</param>
/// <param name="TotalCents">The sum of the lines, in the currency's smallest unit by ISO 4217 (cents of USD, whole JPY); negative when more was paid before than is owed now.</param>
/// <param name="ContentSha256">Of the content as <c>/content</c> has it. Of a draft it changes with every number.</param>
/// <param name="IssuedBy">Id of the member of staff.</param>
/// <param name="Facts">Pool, seconds, and the terms of the contracts as they were. Without contracts the publisher is listed and unpaid.</param>
/// <param name="Problems">What keeps a draft from being issued, and what to do about it. Empty when it can be.</param>
/// <param name="Warnings">Months that statements do not pay, though a contract holds in them. They keep nothing from being issued: they may have been paid elsewhere.</param>
public sealed record StatementResponse(
    long Id, long PublisherId, string PublisherName, string Month, string Currency, StatementStatus Status, long TotalCents, string ContentSha256,
    DateTimeOffset? IssuedAt, long? IssuedBy, DateTimeOffset CreatedAt, DateTimeOffset ComputedAt,
    StatementFacts Facts, IReadOnlyList<StatementLineResponse> Lines, IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings)
{
    internal static StatementResponse Of(PublisherStatement s, StatementContent content, IReadOnlyList<string> problems, IReadOnlyList<string> warnings) => new(
        s.Id, s.PublisherId, content.Facts.PublisherName, Months.Format(s.Month), s.Currency, s.Status, content.TotalCents,
        Convert.ToHexStringLower(s.ContentHash ?? StatementHash.Of(content)), s.IssuedAt, s.IssuedByAdminId, s.CreatedAt, s.UpdatedAt, content.Facts,
        [.. content.Lines.Select((line, i) => StatementLineResponse.Of(content, line, i + 1))], problems, warnings);
}

/// <param name="ContractId">Null for usage that no contract pays.</param>
/// <param name="BookId">Null for lines that are about no single book.</param>
/// <param name="ForMonth">The earlier month that an adjustment is for, such as <c>2025-12</c>.</param>
/// <param name="Description">The book's title or the contract's name, as it was.</param>
/// <param name="SecondsWatched">Of an adjustment: the difference.</param>
/// <param name="Children">Distinct children that watched the book in the month; null where they are fewer than 5.</param>
/// <param name="Explanation">Why this number.</param>
public sealed record StatementLineResponse(
    int Position, StatementLineKind Kind, long? ContractId, long? BookId, string? ForMonth, string Description, long SecondsWatched, int? Children, long AmountCents,
    string Explanation)
{
    internal static StatementLineResponse Of(StatementContent content, StatementContentLine line, int position) => new(
        position, line.Kind, line.ContractId, line.BookId, line.ForMonth is { } month ? Months.Format(month) : null, line.Description, line.SecondsWatched,
        line.Children, line.AmountCents, LineReason.Of(content, line));
}

/// <summary>An issued statement held against itself and against what is known today.</summary>
/// <param name="HashMatches">Its content has the hash that it was issued with, and says what its facts and lines say.</param>
/// <param name="LinesAddUp">Its lines add up to its total.</param>
/// <param name="SecondsAtIssue">Seconds watched of the publisher's books in the month, as the statement has them.</param>
/// <param name="SecondsNow">As they are known today.</param>
/// <param name="NextAdjustmentCents">What the next statement adds for this month, as of now.</param>
public sealed record StatementVerificationResponse(bool HashMatches, bool LinesAddUp, long SecondsAtIssue, long SecondsNow, long NextAdjustmentCents);

/// <summary>What a run did: statements of one month for every publisher that has one.</summary>
/// <param name="Month">Such as <c>2026-01</c>.</param>
/// <param name="Created">New drafts.</param>
/// <param name="Recomputed">Drafts that were there.</param>
/// <param name="Issued">Issued ones, which were left alone.</param>
/// <param name="Failed">Publishers whose statements could not be computed; those of the others are done.</param>
public sealed record StatementRunResponse(
    string Month, int Created, int Recomputed, int Issued, IReadOnlyList<StatementOfRunResponse> Statements, IReadOnlyList<FailedStatementResponse> Failed);

public sealed record StatementOfRunResponse(long Id, long PublisherId, string PublisherName, string Currency, long TotalCents, StatementStatus Status);

public sealed record FailedStatementResponse(long PublisherId, string Message);
