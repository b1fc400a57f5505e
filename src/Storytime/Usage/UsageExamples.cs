using System.Text.Json;
using Storytime.Platform;
using Storytime.Platform.OpenApi;

namespace Storytime.Usage;

internal static class UsageExamples
{
    private static readonly Guid _first = new("0190b0e0-1111-7222-8333-944455566677");
    private static readonly Guid _second = new("0190b0e0-1111-7222-8333-944455566678");

    private static readonly DateOnly _day = Days.Of(ApiExample.Now);

    public static IEnumerable<ApiExample> All =>
    [
        new(new UsageEventsRequest(
            [Event(UsageEventType.PlayStart, 0, 0, _first), Event(UsageEventType.Heartbeat, 30, 30, _second)], ApiExample.Now.AddSeconds(31),
            null, null, null, null, null, null, null, null), "A batch"),
        new(new UsageEventsRequest(null, ApiExample.Now.AddSeconds(42), 7, 123, UsageEventType.Pause, ApiExample.Now.AddSeconds(41), 41.5, _first, 9001, Metadata), "One event"),
        new(new UsageEventsResponse(1, 0, []), Status: 201),
        new(new UsageEventsResponse(2, 0, []), "All taken", 200),
        new(new UsageEventsResponse(1, 1, [new(2, UsageRejection.InTheFuture, "occurred_at is more than 5 minutes in the future. Set the device's clock.")]), "Some known or refused", 200),
        new(new SetAsideEventResponse(
            88, 41, 7, "too_old", "occurred_at is more than 30 days ago; such old events are not taken any more.",
            """{"child_id":7,"book_id":123,"event_type":"heartbeat","occurred_at":"2025-11-02T19:30:00Z"}""", ApiExample.Now)),
        new(new SetScreenTimeTodayRequest(15, false, null)),
        new(new ScreenTimeTodayResponse(
            "America/New_York", ApiExample.Later, 1500, 45, 15, false, 2100, false, null, null, true, null, ApiExample.Now.AddMinutes(35), null)),
        new(new ActivityResponse(
            _day, _day, "America/New_York", [new ActivityDay(_day, 25, 1500, 3, [new ActivityDayBook(123, "The Moon Boat", 25, 1500, 3)])],
            [new ActivityBook(123, "The Moon Boat", 25, 1500, 3, ApiExample.Now)], new ActivityTotals(25, 1500, 3))),
    ];

    private static Dictionary<string, JsonElement> Metadata => new() { ["app_version"] = JsonSerializer.SerializeToElement("2.4.0") };

    private static UsageEventRequest Event(UsageEventType type, int second, double position, Guid id) =>
        new(7, 123, type, ApiExample.Now.AddSeconds(second), position, id, 9001, Metadata);
}
