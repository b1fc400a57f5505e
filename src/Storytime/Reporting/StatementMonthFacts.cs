using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>What is to be said of the statements of a few publishers in a month, fetched for all of them at once. Drafts are taken as they were last computed, the revenue as it is now.</summary>
internal sealed class StatementMonthFacts
{
    private readonly DateOnly _month;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset? _rolledUpAt;
    private readonly Dictionary<string, long> _pools;
    private readonly ILookup<long, PartnershipContract> _contracts;
    private readonly ILookup<(long PublisherId, string Currency), Statement> _statements;

    private StatementMonthFacts(
        DateOnly month, DateTimeOffset now, DateTimeOffset? rolledUpAt, Dictionary<string, long> pools, IEnumerable<PartnershipContract> contracts, IEnumerable<Statement> statements)
    {
        (_month, _now, _rolledUpAt, _pools) = (month, now, rolledUpAt, pools);
        (_contracts, _statements) = (contracts.ToLookup(c => c.PublisherId), statements.ToLookup(s => (s.PublisherId, s.Currency)));
    }

    public static async Task<StatementMonthFacts> ReadAsync(StorytimeDb db, DateOnly month, IReadOnlyList<long> publisherIds, DateTimeOffset now, CancellationToken ct)
    {
        var statements = await db.PublisherStatements.Where(s => publisherIds.Contains(s.PublisherId))
            .Select(s => new Statement(
                s.PublisherId, s.Currency, s.Month, s.Status, s.TotalCents, s.Month == month || (s.Month < month && s.Status == StatementStatus.Issued) ? s.Facts : null))
            .ToListAsync(ct);
        return new StatementMonthFacts(
            month, now, await StatementProblems.RolledUpAtAsync(db, ct),
            await db.RevenuePeriods.Where(p => p.Month == month).ToDictionaryAsync(p => p.Currency, p => p.AmountCents, ct),
            await db.PartnershipContracts.AsNoTracking().Where(c => publisherIds.Contains(c.PublisherId)).OrderBy(c => c.Id).ToListAsync(ct), statements);
    }

    /// <returns>Null when the publisher has none of the month before.</returns>
    public AmountChange? Change(long publisherId, string currency, long totalCents) =>
        _statements[(publisherId, currency)].FirstOrDefault(s => s.Month == _month.AddMonths(-1)) is { } previous ? AmountChange.Of(totalCents, previous.TotalCents) : null;

    /// <summary>Of a draft.</summary>
    public IReadOnlyList<string> Problems(long publisherId, string currency)
    {
        var all = _statements[(publisherId, currency)];
        var draft = all.First(s => s.Month == _month);
        var facts = draft.Read() with { PoolCents = _pools.TryGetValue(currency, out var pool) ? pool : null };
        return StatementProblems.Of(
            new StatementContent(publisherId, _month, currency, facts, [], draft.TotalCents), all.Where(s => s.Month != _month).ToDictionary(s => s.Month, s => s.Status),
            [.. _contracts[publisherId]], _rolledUpAt, _now);
    }

    public IReadOnlyList<string> Warnings(long publisherId, string currency)
    {
        var all = _statements[(publisherId, currency)].ToList();
        return StatementWarnings.Of(
            all.First(s => s.Month == _month).Status, _month, currency,
            [.. _contracts[publisherId].Where(c => c.Currency == currency && c.Status != ContractStatus.Draft).Select(c => new ContractTerms(
                c.Id, c.ContractName, c.StartDate, c.EndDate, c.TerminatedOn, c.PaymentModel, c.RevShareBps, c.FlatFeeCents, c.MinimumGuaranteeCents, c.MinimumGuaranteeBasis))],
            [.. all.Where(s => s.Month != _month).Select(s => (s.Month, s.Status))],
            all.Where(s => s.Status == StatementStatus.Issued && s.Month <= _month).ToDictionary(s => s.Month, s => s.Read()));
    }

    /// <param name="Facts">Of those that are needed.</param>
    private sealed record Statement(long PublisherId, string Currency, DateOnly Month, StatementStatus Status, long TotalCents, string? Facts)
    {
        public StatementFacts Read() => JsonSerializer.Deserialize(Facts!, StatementJson.Default.StatementFacts)!;
    }
}
