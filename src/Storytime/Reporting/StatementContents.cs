using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>A stored statement, as it is shown.</summary>
/// <param name="ContentHash">SHA-256 of the canonical content in lower-case hex; null of a draft.</param>
internal sealed record StatementDocument(long Id, StatementStatus Status, DateTimeOffset? IssuedAt, string? ContentHash, StatementContent Content)
{
    /// <summary>What people call it: <c>ST-2026-01-000123</c>.</summary>
    public string Number => FormattableString.Invariant($"ST-{Content.Month:yyyy-MM}-{Id:D6}");
}

/// <summary>Reads stored statements.</summary>
internal static class StatementContents
{
    private static readonly JsonSerializerOptions _json = Options();

    public static async Task<StatementDocument?> ReadAsync(StorytimeDb db, long id, CancellationToken ct)
    {
        var statement = await db.Set<PublisherStatement>().AsNoTracking().Include(s => s.Lines.OrderBy(l => l.Position)).SingleOrDefaultAsync(s => s.Id == id, ct);
        if (statement is null)
            return null;
        var lines = statement.Lines.Select(l =>
            new StatementContentLine(l.Kind, l.ContractId, l.BookId, l.ForMonth, l.Description, l.SecondsWatched, l.Children, l.AmountCents));
        var facts = JsonSerializer.Deserialize<StatementFacts>(statement.Facts, _json)!;
        var content = new StatementContent(statement.PublisherId, statement.Month, statement.Currency, facts, [.. lines], statement.TotalCents);
        return new StatementDocument(statement.Id, statement.Status, statement.IssuedAt, statement.ContentHash is { } hash ? Convert.ToHexStringLower(hash) : null, content);
    }

    private static JsonSerializerOptions Options()
    {
        var options = new JsonSerializerOptions();
        Json.Configure(options);
        return options;
    }
}
