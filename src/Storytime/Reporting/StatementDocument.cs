using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>A statement as it is sent.</summary>
/// <param name="ContentHash">SHA-256 of the canonical content in lower-case hex; null of a draft.</param>
internal sealed record StatementDocument(long Id, StatementStatus Status, DateTimeOffset? IssuedAt, string? ContentHash, StatementContent Content)
{
    /// <summary>What people call it: <c>ST-2026-01-000123</c>.</summary>
    public string Number => FormattableString.Invariant($"ST-{Months.Format(Content.Month)}-{Id:D6}");

    /// <returns>A draft as it is now. Null when there is no such statement.</returns>
    public static async Task<StatementDocument?> ReadAsync(StorytimeDb db, long id, DateTimeOffset now, CancellationToken ct) =>
        await ManageStatements.ReadNowAsync(db, id, now, ct) is var (s, content)
            ? new StatementDocument(s.Id, s.Status, s.IssuedAt, s.ContentHash is { } hash ? Convert.ToHexStringLower(hash) : null, content)
            : null;
}
