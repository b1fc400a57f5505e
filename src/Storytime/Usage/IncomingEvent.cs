using System.Text.Json;
using Storytime.Platform;

namespace Storytime.Usage;

/// <summary>What makes an event that comes again the same one. What it says of device and app does not: an app may be updated between two tries.</summary>
internal sealed record EventContent(long BookId, UsageEventType Type, double? PositionSeconds, DateTimeOffset OccurredAt, long? PlaybackSessionId);

/// <summary>One event as it was sent, once every member of it makes sense.</summary>
internal sealed record IncomingEvent(
    int Index, long ChildId, long BookId, UsageEventType Type, double? PositionSeconds, DateTimeOffset OccurredAt, Guid EventId, long? PlaybackSessionId, string? Metadata)
{
    private const int MaxMetadataMembers = 20;
    private const int MaxMetadataText = 200;

    /// <summary>Events from further ahead than this have a clock that cannot be believed.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    /// <summary>Older events are not taken any more: their days are accounted for.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(30);

    /// <summary>Ids are those of a child: nobody can tell by one what other families have.</summary>
    public (long ChildId, Guid EventId) Key => (ChildId, EventId);

    public EventContent Content => new(BookId, Type, PositionSeconds, OccurredAt, PlaybackSessionId);

    public RejectedUsageEvent Reject(UsageRejection code, string message, string field = "") => new(Index, code, message) { Field = field, ChildId = ChildId };

    /// <summary>Reads one event. A batch is read event by event, so that one bad event does not cost the others.</summary>
    public static (IncomingEvent? Event, RejectedUsageEvent? Rejected) Read(int index, JsonElement json, DateTimeOffset now)
    {
        long? named = null;
        if (json.ValueKind != JsonValueKind.Object || !HasTextNames(json))
            return Reject("event", "Each event must be a JSON object whose member names are texts.");
        if (Member("child_id") is not { ValueKind: JsonValueKind.Number } child || !child.TryGetInt64(out var childId))
            return Reject("child_id", "child_id must be the id of a child.");
        named = childId;
        if (Member("book_id") is not { ValueKind: JsonValueKind.Number } book || !book.TryGetInt64(out var bookId))
            return Reject("book_id", "book_id must be the id of a book.");
        if (Text("event_type") is not { } typeName || !Words<UsageEventType>.All.TryGetValue(typeName, out var type))
            return Reject("event_type", $"event_type must be one of: {string.Join(", ", Words<UsageEventType>.All.Keys)}.");
        if (!Rfc3339.TryParse(Text("occurred_at"), out var occurredAt))
            return Reject("occurred_at", "occurred_at must be a time such as \"2026-02-25T20:00:00Z\".");
        if (occurredAt > now + MaxAhead)
            return Reject("occurred_at", "occurred_at is more than 5 minutes in the future. Set the device's clock.", UsageRejection.InTheFuture);
        if (occurredAt < now - MaxAge)
            return Reject("occurred_at", "occurred_at is more than 30 days ago; such old events are not taken any more.", UsageRejection.TooOld);

        double? position = null;
        if (Member("position_seconds") is { } positionJson)
        {
            if (positionJson.ValueKind != JsonValueKind.Number || !positionJson.TryGetDouble(out var seconds) || seconds is not (>= 0 and <= 86_400))
                return Reject("position_seconds", "position_seconds must be a number of seconds between 0 and 86400.");
            position = seconds;
        }
        Guid? eventId = null;
        if (Member("event_id") is not null)
        {
            if (!Guid.TryParseExact(Text("event_id"), "D", out var id))
                return Reject("event_id", "event_id must be a UUID.");
            eventId = id;
        }
        long? sessionId = null;
        if (Member("playback_session_id") is { } sessionJson)
        {
            if (sessionJson.ValueKind != JsonValueKind.Number || !sessionJson.TryGetInt64(out var id))
                return Reject("playback_session_id", "playback_session_id must be the id of a playback session.");
            sessionId = id;
        }
        string? metadata = null;
        if (Member("metadata") is { } metadataJson && !TryMetadata(metadataJson, out metadata))
        {
            return Reject("metadata",
                $"metadata must be an object of at most {MaxMetadataMembers} texts (of at most {MaxMetadataText} characters), numbers or booleans.");
        }

        // Microseconds are what the database keeps; the same event sent again must be the same event.
        occurredAt = occurredAt.AddTicks(-(occurredAt.Ticks % TimeSpan.TicksPerMicrosecond));
        return (new(index, childId, bookId, type, position, occurredAt, eventId ?? Guid.CreateVersion7(now), sessionId, metadata), null);

        JsonElement? Member(string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        string? Text(string name) => Member(name) is { ValueKind: JsonValueKind.String } value && TryText(value, out var text) ? text : null;
        (IncomingEvent?, RejectedUsageEvent?) Reject(string field, string message, UsageRejection code = UsageRejection.ValidationFailed) =>
            (null, new(index, code, message) { Field = field, ChildId = named });
    }

    public static bool TryTime(JsonElement json, out DateTimeOffset time)
    {
        time = default;
        return json.ValueKind == JsonValueKind.String && TryText(json, out var text) && Rfc3339.TryParse(text, out time);
    }

    /// <summary>Half of a surrogate pair is valid JSON, but no text; looking a member up by name would throw.</summary>
    public static bool HasTextNames(JsonElement json) => json.EnumerateObject().All(m => TryName(m, out _));

    private static bool TryMetadata(JsonElement json, out string? metadata)
    {
        metadata = null;
        if (json.ValueKind != JsonValueKind.Object || json.GetPropertyCount() > MaxMetadataMembers)
            return false;
        foreach (var member in json.EnumerateObject())
        {
            if (!TryName(member, out var name) || !IsShort(name))
                return false;
            if (member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                || (member.Value.ValueKind == JsonValueKind.String && (!TryText(member.Value, out var text) || !IsShort(text!)))
                || (member.Value.ValueKind == JsonValueKind.Number && !IsPlainNumber(member.Value)))
                return false;
        }
        metadata = json.GetRawText();
        return true;
    }

    /// <summary>PostgreSQL keeps all digits of a number, so that 1e-20000, which is zero to others, is too much for it.</summary>
    private static bool IsPlainNumber(JsonElement json)
    {
        var text = json.GetRawText();
        var exponent = text.AsSpan(text.IndexOfAny(['e', 'E']) + 1);
        return json.TryGetDouble(out var number) && double.IsFinite(number) && text.Length <= 30 && (exponent.Length == text.Length || exponent.Length <= "-999".Length);
    }

    /// <summary>NUL cannot be stored.</summary>
    private static bool IsShort(string text) => text.Length <= MaxMetadataText && !text.Contains('\0', StringComparison.Ordinal);

    private static bool TryText(JsonElement json, out string? text)
    {
        try
        {
            text = json.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private static bool TryName(JsonProperty member, out string name)
    {
        try
        {
            name = member.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            name = "";
            return false;
        }
    }
}
