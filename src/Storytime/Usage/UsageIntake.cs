using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Usage;

/// <summary>What one request reports.</summary>
/// <param name="Events">Those that make sense by themselves.</param>
/// <param name="Now">When it came in.</param>
/// <param name="ClockSkewMs">Of the device; null when it did not say when it sent.</param>
internal sealed record UsageReport(Viewer Viewer, IReadOnlyList<IncomingEvent> Events, DateTimeOffset Now, long? ClockSkewMs);

/// <param name="IsLive">Whether the session of the caller is; nothing was stored when it is not.</param>
/// <param name="Accepted">Events that were stored now.</param>
/// <param name="Duplicates">Events that were there already, with the same content.</param>
internal sealed record TakenUsage(bool IsLive, int Accepted, int Duplicates, List<RejectedUsageEvent> Rejected);

/// <summary>Takes usage events: requests that come together share their questions to the database and a commit, and each is answered after it.</summary>
internal sealed class UsageIntake
{
    private readonly UsageAccess _access;
    private readonly UsageStore _store;
    private readonly Batcher<UsageReport, TakenUsage> _reports;

    public UsageIntake(UsageAccess access, UsageStore store)
    {
        (_access, _store) = (access, store);
        // A batch of the largest size is a group by itself.
        _reports = new(runs: 2, most: ReportUsage.MaxBatch, r => Math.Max(1, r.Events.Count), WriteAsync);
    }

    public Task<TakenUsage> TakeAsync(UsageReport report, CancellationToken ct) => _reports.AskAsync(report, ct);

    private async Task<IReadOnlyList<TakenUsage>> WriteAsync(IReadOnlyList<UsageReport> reports)
    {
        var answers = await _access.CheckAsync(reports);
        var saved = await _store.SaveAsync([.. answers.SelectMany(a => a.Allowed)]);
        return [.. answers.Select(a => new TakenUsage(
            a.IsLive,
            a.Allowed.Count(e => saved[e] is SavedAs.New),
            a.Allowed.Count(e => saved[e] is SavedAs.Duplicate),
            [.. a.Refused, .. a.Allowed.Select(e => saved[e].Rejection(e.Event)).OfType<RejectedUsageEvent>()]))];
    }
}
