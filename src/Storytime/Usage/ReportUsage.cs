using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;

namespace Storytime.Usage;

// These two are for documentation only: the body is read event by event, so that one bad event does not cost the others.

/// <summary>What a player did.</summary>
/// <param name="ChildId">The child that watches.</param>
/// <param name="BookId">The book that is watched.</param>
/// <param name="EventType">What happened; a heartbeat comes every 30 to 60 seconds while playing.</param>
/// <param name="OccurredAt">When it happened on the device: at most 30 days ago and 5 minutes ahead.</param>
/// <param name="PositionSeconds">Where in the video; the newest one is where the child goes on.</param>
/// <param name="EventId">Made by the client for each event, so that one that is sent again counts once. Another event of the child with the same id is a conflict.</param>
/// <param name="PlaybackSessionId">The session that the player got its cookies from.</param>
/// <param name="Metadata">Device, app version and the like: up to 20 texts, numbers or booleans. An event that is sent again may have others; the first ones stay.</param>
public sealed record UsageEventRequest(
    [Required] long ChildId, [Required] long BookId, [Required] UsageEventType EventType, [Required] DateTimeOffset OccurredAt,
    [Range(0, 86_400)] double? PositionSeconds, Guid? EventId, long? PlaybackSessionId, IReadOnlyDictionary<string, JsonElement>? Metadata);

/// <summary>A batch of events in <c>events</c>, or one event, whose members stand here instead.</summary>
/// <param name="Events">In any order; each is judged for itself.</param>
/// <param name="SentAt">The device's clock as it sends this, beside <c>events</c> or among the members of a single event. How far it is off is kept with the events; no time is corrected by it.</param>
/// <param name="ChildId">Of a single event, like all that follow.</param>
public sealed record UsageEventsRequest(
    [Length(1, ReportUsage.MaxBatch)] IReadOnlyList<UsageEventRequest>? Events, DateTimeOffset? SentAt, long? ChildId, long? BookId, UsageEventType? EventType,
    DateTimeOffset? OccurredAt, double? PositionSeconds, Guid? EventId, long? PlaybackSessionId, IReadOnlyDictionary<string, JsonElement>? Metadata);

/// <param name="Accepted">Events that were stored now.</param>
/// <param name="Duplicates">Events that were known already; they count once.</param>
/// <param name="Rejected">Events that were not stored, and why. Sending them again does not help.</param>
public sealed record UsageEventsResponse(int Accepted, int Duplicates, IReadOnlyList<RejectedUsageEvent> Rejected);

internal static class ReportUsage
{
    public const int MaxBatch = 500;

    public static readonly ApiError NotOnShelf = new(403, "book_not_in_library", "This book is not on the child's shelf and was never played by the child.");

    /// <summary>
    /// Takes one event, or a batch of up to 500. What is answered as accepted is on disk. Each event of a batch is judged for itself;
    /// a single event that cannot be taken is refused with 403, 404, 409 or 422. What is rejected is kept for 30 days, for support.
    /// </summary>
    [EndpointName("report_usage_events")]
    [NoLocation]
    public static async Task<Results<Ok<UsageEventsResponse>, Created<UsageEventsResponse>, ApiError>> Handle(
        JsonElement body, Viewer viewer, UsageIntake intake, SetAside setAside, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        if (body.ValueKind != JsonValueKind.Object)
            return new ApiError(400, "invalid_request", "Send one event as a JSON object, or { \"events\": [ … ] }.");
        if (!IncomingEvent.HasTextNames(body))
            return new ApiError(400, "invalid_request", "A member's name in the body is no text (half of a surrogate pair).");
        var isBatch = body.TryGetProperty("events", out var batch);
        if (isBatch && (batch.ValueKind != JsonValueKind.Array || batch.GetArrayLength() is 0 or > MaxBatch))
            return ApiError.Invalid("events", $"events must be a list of 1 to {MaxBatch} events.");
        long? clockSkewMs = null;
        if (body.TryGetProperty("sent_at", out var sentAtJson) && sentAtJson.ValueKind != JsonValueKind.Null)
        {
            if (!IncomingEvent.TryTime(sentAtJson, out var sentAt))
                return ApiError.Invalid("sent_at", "sent_at must be a time such as \"2026-02-25T20:00:00Z\".");
            clockSkewMs = (now - sentAt).Ticks / TimeSpan.TicksPerMillisecond;
        }

        JsonElement[] events = isBatch ? [.. batch.EnumerateArray()] : [body];
        var read = events.Select((json, index) => IncomingEvent.Read(index, json, now)).ToList();
        var taken = await intake.TakeAsync(new UsageReport(viewer, [.. read.Select(r => r.Event).OfType<IncomingEvent>()], now, clockSkewMs), ct);
        if (!taken.IsLive)
            return ApiError.SessionEnded;
        List<RejectedUsageEvent> rejected = [.. read.Select(r => r.Rejected).OfType<RejectedUsageEvent>().Concat(taken.Rejected).OrderBy(r => r.Index)];
        if (rejected.Count > 0)
            await setAside.KeepAsync(viewer.UserId, events, rejected, now, ct);

        var answer = new UsageEventsResponse(taken.Accepted, taken.Duplicates, rejected);
        return isBatch || taken.Duplicates > 0 ? TypedResults.Ok(answer)
            : taken.Accepted > 0 ? TypedResults.Created((string?)null, answer)
            : Refuse(rejected[0]);
    }

    private static ApiError Refuse(RejectedUsageEvent rejected) => rejected.Code switch
    {
        UsageRejection.NotFound => ApiError.NotFound("child"),
        UsageRejection.BookNotInLibrary => NotOnShelf,
        UsageRejection.Conflict => ApiError.Conflict(rejected.Message),
        _ => ApiError.Invalid(rejected.Field, rejected.Message),
    };
}
