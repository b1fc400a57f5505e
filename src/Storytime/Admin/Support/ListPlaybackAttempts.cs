using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;
using Storytime.Playback;
using Storytime.Rights;

namespace Storytime.Admin.Support;

public enum AttemptOutcome
{
    Granted,
    Refused,

    /// <summary>Of the refused ones, those for a child that is not the caller's, who was told that there is none.</summary>
    NotTheirChild,
}

/// <summary>One try to play a book.</summary>
/// <param name="UserId">The account whose token asked; of a device in child mode the parent's.</param>
/// <param name="ChildId">For whom it asked.</param>
/// <param name="ChildSessionId">The device in child mode; null when the parent's own token asked.</param>
/// <param name="Refusal">Why not, as the app was told; null when it was granted, and when the child was not the caller's.</param>
/// <param name="Message">The refusal in a sentence; null when it was granted.</param>
public sealed record PlaybackAttemptResponse(
    long Id, long UserId, long ChildId, long BookId, string? BookTitle, long? ChildSessionId, bool Granted, PlaybackRefusal? Refusal, string? Message,
    long? PlaybackSessionId, DateTimeOffset CreatedAt);

public sealed record PlaybackAttemptFilter
{
    [FromQuery(Name = "child_id")]
    public long? ChildId { get; init; }

    /// <summary>Only tries by this account, whosever child it was for.</summary>
    [FromQuery(Name = "user_id")]
    public long? UserId { get; init; }

    [FromQuery(Name = "book_id")]
    public long? BookId { get; init; }

    [FromQuery(Name = "outcome"), Word<AttemptOutcome>]
    public string? Outcome { get; init; }

    /// <summary>Only those that were refused for this reason.</summary>
    [FromQuery(Name = "refusal"), Word<PlaybackRefusal>]
    public string? Refusal { get; init; }

    /// <summary>Seven days before <c>to</c> when it is not given.</summary>
    [FromQuery(Name = "from"), Moment]
    public DateTimeOffset? From { get; init; }

    /// <summary>Now when it is not given; at most 31 days after <c>from</c>.</summary>
    [FromQuery(Name = "to"), Moment]
    public DateTimeOffset? To { get; init; }
}

internal static class ListPlaybackAttempts
{
    private static readonly TimeSpan _usual = TimeSpan.FromDays(7);
    private static readonly TimeSpan _longest = TimeSpan.FromDays(31);

    /// <summary>Who was granted or refused which book, and why, newest first: of the last seven days, unless other days are asked for (at most 31).</summary>
    [EndpointName("list_playback_attempts")]
    public static async Task<Results<Ok<Page<PlaybackAttemptResponse>>, ApiError>> Handle(
        [AsParameters] PlaybackAttemptFilter filter, [AsParameters] PageQuery page, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var (range, problem) = TimeRange.Read(filter.From, filter.To, _usual, _longest, time.Now());
        if (problem is not null)
            return problem;
        var attempts = db.PlaybackAttempts.Where(a => a.CreatedAt >= range.From && a.CreatedAt <= range.To);
        if (filter.ChildId is { } childId)
            attempts = attempts.Where(a => a.ChildProfileId == childId);
        if (filter.UserId is { } userId)
            attempts = attempts.Where(a => a.UserId == userId);
        if (filter.BookId is { } bookId)
            attempts = attempts.Where(a => a.BookId == bookId);
        attempts = Words<AttemptOutcome>.Parse(filter.Outcome) switch
        {
            AttemptOutcome.Granted => attempts.Where(a => a.Granted),
            AttemptOutcome.Refused => attempts.Where(a => !a.Granted),
            AttemptOutcome.NotTheirChild => attempts.Where(a => !a.Granted && a.Refusal == null),
            null => attempts,
        };
        if (Words<PlaybackRefusal>.Parse(filter.Refusal) is { } refusal)
            attempts = attempts.Where(a => a.Refusal == refusal);
        return TypedResults.Ok(await attempts.NewestFirst(db).PageAsync(page, ct));
    }

    /// <summary>In the order of time, the newest first.</summary>
    public static IQueryable<PlaybackAttemptResponse> NewestFirst(this IQueryable<PlaybackAttempt> attempts, StorytimeDb db) =>
        attempts.OrderByDescending(a => a.CreatedAt).ThenByDescending(a => a.Id).Select(ToResponse(db));

    private static Expression<Func<PlaybackAttempt, PlaybackAttemptResponse>> ToResponse(StorytimeDb db) => a => new PlaybackAttemptResponse(
        a.Id, a.UserId, a.ChildProfileId, a.BookId, db.Books.Where(b => b.Id == a.BookId).Select(b => b.Title).FirstOrDefault(), a.ChildSessionId, a.Granted, a.Refusal,
        a.Granted ? null : Sentence(a.Refusal), a.PlaybackSessionId, a.CreatedAt);

    private static string Sentence(PlaybackRefusal? refusal) =>
        refusal is { } known ? Entitlement.Message(known) : "The child is not one of this account's; the app was told that there is no such child.";
}
