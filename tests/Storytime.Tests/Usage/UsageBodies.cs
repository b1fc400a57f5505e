using System.Text.Json;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

/// <summary>Bodies of usage reports.</summary>
internal static class UsageBodies
{
    public static JsonObject Batch(params JsonNode[] events) => new() { ["events"] = new JsonArray([.. events.Select(e => e.DeepClone())]) };

    /// <param name="at">Now, when it is not given.</param>
    public static JsonObject Event(
        this StorytimeApp app, long child, long book, string type, DateTimeOffset? at = null, double? position = null, Guid? eventId = null, long? session = null,
        object? metadata = null)
    {
        var e = new JsonObject { ["child_id"] = child, ["book_id"] = book, ["event_type"] = type, ["occurred_at"] = (at ?? app.Now).ToString("o") };
        if (position is not null)
            e["position_seconds"] = position;
        if (eventId is not null)
            e["event_id"] = eventId;
        if (session is not null)
            e["playback_session_id"] = session;
        if (metadata is not null)
            e["metadata"] = JsonSerializer.SerializeToNode(metadata);
        return e;
    }

    public static JsonObject With(this JsonObject body, string member, JsonNode? value)
    {
        var changed = body.DeepClone().AsObject();
        changed[member] = value;
        return changed;
    }

    public static Task<Answer> ReportAsync(this ApiClient device, object body) => device.PostAsync("/api/v1/usage_events", body);

    /// <summary>How many were accepted and known, and why the others were rejected: <c>"1 0 conflict,too_old"</c>.</summary>
    public static string Outcome(this Answer answer) =>
        $"{answer["accepted"]} {answer["duplicates"]} {string.Join(',', answer["rejected"]!.AsArray().Select(r => (string)r!["code"]!))}".TrimEnd();
}
