using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>
/// Months that statements do not pay, though a contract holds in them: it was entered, activated or extended after they were issued, or statements begin later than
/// it does. That keeps no statement from being issued, because such months may have been paid elsewhere.
/// </summary>
internal static class StatementWarnings
{
    public static async Task<IReadOnlyList<string>> OfAsync(StorytimeDb db, PublisherStatement statement, CancellationToken ct)
    {
        var (publisherId, month, currency) = (statement.PublisherId, statement.Month, statement.Currency);
        var contracts = await db.PartnershipContracts
            .Where(c => c.PublisherId == publisherId && c.Currency == currency && c.Status != ContractStatus.Draft).OrderBy(c => c.Id)
            .Select(c => new ContractTerms(
                c.Id, c.ContractName, c.StartDate, c.EndDate, c.TerminatedOn, c.PaymentModel, c.RevShareBps, c.FlatFeeCents, c.MinimumGuaranteeCents, c.MinimumGuaranteeBasis))
            .ToListAsync(ct);
        var others = await db.PublisherStatements.Where(s => s.PublisherId == publisherId && s.Currency == currency && s.Id != statement.Id)
            .Select(s => new { s.Month, s.Status }).ToListAsync(ct);
        var issued = await db.PublisherStatements
            .Where(s => s.PublisherId == publisherId && s.Currency == currency && s.Status == StatementStatus.Issued && s.Month <= month)
            .ToDictionaryAsync(s => s.Month, s => s.Facts, ct);
        return Of(
            statement.Status, month, currency, contracts, [.. others.Select(o => (o.Month, o.Status))],
            issued.ToDictionary(s => s.Key, s => JsonSerializer.Deserialize(s.Value, StatementJson.Default.StatementFacts)!));
    }

    /// <param name="contracts">The publisher's in the currency, without drafts.</param>
    /// <param name="others">Its other statements in the currency.</param>
    /// <param name="issued">Of those that are issued up to this month, this one too: what they were computed from.</param>
    public static IReadOnlyList<string> Of(
        StatementStatus status, DateOnly month, string currency, IReadOnlyList<ContractTerms> contracts, IReadOnlyList<(DateOnly Month, StatementStatus Status)> others,
        Dictionary<DateOnly, StatementFacts> issued)
    {
        var isFirst = status == StatementStatus.Draft && !others.Any(s => s.Month < month || s.Status == StatementStatus.Issued);
        return isFirst ? [.. contracts.Where(c => IsOlder(c, month)).Select(c => Begins(c, currency))] : [.. Missed(contracts, issued)];
    }

    private static bool IsOlder(ContractTerms contract, DateOnly month) => Months.Of(contract.StartDate) < month && contract.For(Months.Of(contract.StartDate)).DaysHeld > 0;

    private static string Begins(ContractTerms contract, string currency)
    {
        var first = Months.Format(Months.Of(contract.StartDate));
        return $"Contract {contract.Id} holds since {first}, but this would be the first statement in {currency}; "
            + $"once it is issued, earlier months cannot be issued any more. Make {first} first, unless it was paid elsewhere.";
    }

    /// <summary>From the first month that was issued to the last one, with those in between that were left out because no contract held in them then.</summary>
    private static IEnumerable<string> Missed(IReadOnlyList<ContractTerms> contracts, Dictionary<DateOnly, StatementFacts> issued)
    {
        if (issued.Count == 0)
            yield break;
        for (var month = issued.Keys.Min(); month <= issued.Keys.Max(); month = month.AddMonths(1))
        {
            foreach (var contract in contracts)
            {
                var (now, then) = (contract.For(month), issued.GetValueOrDefault(month)?.Contracts.FirstOrDefault(c => c.Id == contract.Id));
                if (now.DaysHeld == 0 || (then is { DaysHeld: > 0 } && then.FirstDay <= now.FirstDay && now.LastDay <= then.LastDay))
                    continue;
                var without = issued.ContainsKey(month)
                    ? then is { DaysHeld: > 0 }
                        ? $"whose statement was issued with {Days.Format(then.FirstDay!.Value)} to {Days.Format(then.LastDay!.Value)} only"
                        : "whose statement was issued without it"
                    : "which has no statement, and can have none any more";
                yield return $"Contract {contract.Id} ({contract.Name}) holds in {Months.Format(month)}, {without}: "
                    + $"what it earned {(then is { DaysHeld: > 0 } ? "on other days" : "there")} is not paid by statements. Agree on it as a fee.";
            }
        }
    }
}
