using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Usage;

/// <summary>An event that was not taken. It is kept for 30 days, at most 1,000 of an account and day.</summary>
/// <param name="UserId">The account whose token it came with; of a device in child mode the parent's.</param>
/// <param name="ChildId">The child that it names, when that is a child of this account.</param>
/// <param name="Code">What the app was told: <c>validation_failed</c>, <c>too_old</c>, <c>in_the_future</c>, <c>not_found</c>, <c>book_not_in_library</c> or <c>conflict</c>.</param>
/// <param name="Message">What the app was told, for people.</param>
/// <param name="Body">The event as it was sent, cut after 2,000 characters; empty unless it names a child of this account.</param>
public sealed record SetAsideEventResponse(long Id, long UserId, long? ChildId, string Code, string Message, string Body, DateTimeOffset ReceivedAt);

public sealed record SetAsideEventFilter
{
    /// <summary>Only events that came with a token of this account.</summary>
    [FromQuery(Name = "user_id")]
    public long? UserId { get; init; }

    /// <summary>Only events that were rejected for this reason.</summary>
    [FromQuery(Name = "code"), Word<UsageRejection>]
    public string? Code { get; init; }
}

internal static class ListSetAsideEvents
{
    /// <summary>Usage events that were not taken, and why, newest first. For the question why watched minutes are missing.</summary>
    [EndpointName("list_set_aside_events")]
    public static async Task<Ok<Page<SetAsideEventResponse>>> Handle(
        [AsParameters] SetAsideEventFilter filter, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct)
    {
        var events = db.SetAsideEvents.AsQueryable();
        if (filter.UserId is { } userId)
            events = events.Where(e => e.UserId == userId);
        if (filter.Code is { } code)
            events = events.Where(e => e.Code == code);
        return TypedResults.Ok(await events.OrderByDescending(e => e.ReceivedAt).ThenByDescending(e => e.Id)
            .Select(e => new SetAsideEventResponse(e.Id, e.UserId, e.ChildProfileId, e.Code, e.Message, e.Body, e.ReceivedAt)).PageAsync(page, ct));
    }
}
