using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
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
/// <param name="EventId">Made by the client, so that an event that is sent again counts once.</param>
/// <param name="PlaybackSessionId">The session that the player got its cookies from.</param>
/// <param name="Metadata">Device, app version and the like: up to 20 texts, numbers or booleans.</param>
public sealed record UsageEventRequest(
    [Required] long ChildId, [Required] long BookId, [Required] UsageEventType EventType, [Required] DateTimeOffset OccurredAt,
    [Range(0, 86_400)] double? PositionSeconds, Guid? EventId, long? PlaybackSessionId, IReadOnlyDictionary<string, JsonElement>? Metadata);

/// <summary>A batch of events in <c>events</c>, or one event, whose members stand here instead.</summary>
/// <param name="Events">In any order; each is judged for itself.</param>
/// <param name="ChildId">Of a single event, like all that follow.</param>
public sealed record UsageEventsRequest(
    [Length(1, ReportUsage.MaxBatch)] IReadOnlyList<UsageEventRequest>? Events, long? ChildId, long? BookId, UsageEventType? EventType, DateTimeOffset? OccurredAt,
    double? PositionSeconds, Guid? EventId, long? PlaybackSessionId, IReadOnlyDictionary<string, JsonElement>? Metadata);

/// <param name="Accepted">Events that were stored now.</param>
/// <param name="Duplicates">Events that were known already; they count once.</param>
/// <param name="Rejected">Events that were not stored, and why. Sending them again does not help.</param>
public sealed record UsageEventsResponse(int Accepted, int Duplicates, IReadOnlyList<RejectedUsageEvent> Rejected);

/// <param name="Index">Place of the event in the batch, from 0.</param>
/// <param name="Code">For programs: <c>validation_failed</c>, <c>too_old</c>, <c>in_the_future</c>, <c>not_found</c> (the child), <c>book_not_in_library</c>.</param>
/// <param name="Message">For people.</param>
public sealed record RejectedUsageEvent(int Index, string Code, string Message)
{
    [JsonIgnore]
    public string Field { get; init; } = "";
}

internal static class ReportUsage
{
    public const int MaxBatch = 500;

    public static readonly ApiError NotOnShelf = new(403, "book_not_in_library", "This book is not on the child's shelf and was never played by the child.");

    /// <summary>
    /// Takes one event, or a batch of up to 500. What is answered as accepted is on disk. Each event of a batch is judged for itself;
    /// a single event that cannot be taken is refused with 404, 403 or 422.
    /// </summary>
    [EndpointName("report_usage_events")]
    [NoLocation]
    public static async Task<Results<Ok<UsageEventsResponse>, Created<UsageEventsResponse>, ApiError>> Handle(
        JsonElement body, Viewer viewer, UsageStore store, TimeProvider time, CancellationToken ct)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return new ApiError(400, "invalid_request", "Send one event as a JSON object, or { \"events\": [ … ] }.");
        if (!IncomingEvent.HasTextNames(body))
            return new ApiError(400, "invalid_request", "A member's name in the body is no text (half of a surrogate pair).");
        if (!body.TryGetProperty("events", out var batch))
        {
            var single = await TakeAsync([body], viewer, store, time.Now(), ct);
            return single switch
            {
                { Accepted: 1 } => TypedResults.Created((string?)null, single),
                { Duplicates: 1 } => TypedResults.Ok(single),
                _ => Refuse(single.Rejected[0]),
            };
        }
        if (batch.ValueKind != JsonValueKind.Array || batch.GetArrayLength() is 0 or > MaxBatch)
            return ApiError.Invalid("events", $"events must be a list of 1 to {MaxBatch} events.");
        return TypedResults.Ok(await TakeAsync([.. batch.EnumerateArray()], viewer, store, time.Now(), ct));
    }

    private static async Task<UsageEventsResponse> TakeAsync(JsonElement[] events, Viewer viewer, UsageStore store, DateTimeOffset now, CancellationToken ct)
    {
        var read = events.Select((json, index) => IncomingEvent.Read(index, json, now)).ToList();
        var rejected = read.Where(r => r.Rejected is not null).Select(r => r.Rejected!).ToList();
        var (allowed, refused) = await store.CheckAccessAsync(viewer, [.. read.Where(r => r.Event is not null).Select(r => r.Event!)], ct);
        var accepted = await store.SaveAsync(allowed, now, ct);
        return new UsageEventsResponse(accepted, allowed.Count - accepted, [.. rejected.Concat(refused).OrderBy(r => r.Index)]);
    }

    private static ApiError Refuse(RejectedUsageEvent rejected) => rejected.Code switch
    {
        "not_found" => ApiError.NotFound("child"),
        "book_not_in_library" => NotOnShelf,
        _ => ApiError.Invalid(rejected.Field, rejected.Message),
    };
}
