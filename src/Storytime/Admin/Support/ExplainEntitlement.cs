using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;
using Storytime.Playback;
using Storytime.Rights;
using Storytime.Usage;

namespace Storytime.Admin.Support;

/// <summary>"Why could this child not play that book yesterday at 19:40?" Asks the very question that playback asks, and shows what it is made of.</summary>
internal static class ExplainEntitlement
{
    private const int MaxAttempts = 50;

    private static readonly TimeSpan _around = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Whether a child may play a book now, or would have been allowed to at another moment: every rule's answer, what it is based on, and what was really granted or refused
    /// around that moment. Rights windows and minutes watched are those of that moment, the rest is as it is now, with the time of its last change.
    /// </summary>
    [EndpointName("explain_entitlement")]
    public static async Task<Results<Ok<EntitlementResponse>, ApiError>> Handle(
        [AsParameters] EntitlementQuery query, StorytimeDb db, WatchTime watchTime, IOptions<CloudFrontOptions> options, TimeProvider time, CancellationToken ct)
    {
        var (childId, bookId, now) = (query.ChildId!.Value, query.BookId!.Value, time.Now());
        var at = query.At?.Stored() ?? now;
        if (await PlaybackQuestion.ReadAsync(db.ChildProfiles, childId, bookId, at, db, watchTime, ct, lookingBack: at < now) is not { } asked)
            return ApiError.NotFound("child");
        if (asked.Book is null)
            return ApiError.NotFound("book");
        var facts = await EntitlementEvidence.ReadAsync(db, childId, asked, watchTime, ct);
        var (earliest, latest) = (at - _around, at + _around);
        var attempts = await db.PlaybackAttempts.Where(a => a.ChildProfileId == childId && a.BookId == bookId && a.CreatedAt >= earliest && a.CreatedAt <= latest)
            .NewestFirst(db).Take(MaxAttempts).ToListAsync(ct);
        var today = at == now ? null : await PlaybackQuestion.ReadAsync(db.ChildProfiles, childId, bookId, now, db, watchTime, ct);
        return TypedResults.Ok(new EntitlementResponse(
            childId, bookId, facts.UserId, at, ToAnswer(asked.Decide(options.Value)),
            [.. asked.Explain(options.Value).Select(a => ToAnswer(a, facts.ChangedAt(a.Rule), isPast: at < now, at))],
            facts.ToResponse(asked), attempts, today is null ? null : ToAnswer(today.Decide(options.Value))));
    }

    private static EntitlementAnswer ToAnswer(Decision d) =>
        new(d.IsGranted, d.Refusal, d.Refusal is { } refusal ? Entitlement.Message(refusal) : null, d.MustEndAt, d.RetryAt);

    private static EntitlementRuleAnswer ToAnswer(RuleAnswer answer, DateTimeOffset? changedAt, bool isPast, DateTimeOffset at)
    {
        var d = ToAnswer(answer.Decision);
        // Windows are asked for the moment itself, and whose child it is never changes.
        var isOfThen = isPast && (answer.Rule is EntitlementRule.Ownership or EntitlementRule.RightsWindow || changedAt <= at);
        return new EntitlementRuleAnswer(answer.Rule, d.Granted, d.Refusal, d.Message, d.Until, d.RetryAt, isOfThen ? FactsAsOf.Then : FactsAsOf.Now, changedAt);
    }
}
