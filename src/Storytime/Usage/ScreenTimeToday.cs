using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Usage;

/// <param name="ExtraMinutes">
/// Minutes on top of the day's, in all: to give 15 more, add 15 to what is there. Growing by so many minutes also lifts quiet hours for so long from now; shrinking takes that back.
/// </param>
/// <param name="Stopped">Nothing plays until the local day ends; a story that is on is not finished.</param>
/// <param name="TimeZone">IANA name of the family's time zone, for a child without screen time, whose setting would tell; UTC when it is not given.</param>
public sealed record SetScreenTimeTodayRequest(
    [Range(0, 1440, ErrorMessage = "extra_minutes must be between 0 and 1440.")] int? ExtraMinutes,
    bool? Stopped,
    [TimeZone] string? TimeZone);

/// <summary>A child's screen time now.</summary>
/// <param name="TimeZone">In which days are counted.</param>
/// <param name="DayEndsAt">When the day's minutes begin anew, and what was said for today ends.</param>
/// <param name="WatchedSeconds">Today so far, in all books and on all devices; those on at the same time count once.</param>
/// <param name="DailyMinutes">Null is no limit.</param>
/// <param name="ExtraMinutes">Said for today, on top of the day's.</param>
/// <param name="Stopped">Said for today: nothing plays.</param>
/// <param name="RemainingSeconds">Null is no limit.</param>
/// <param name="QuietNow">Whether quiet hours hold.</param>
/// <param name="QuietUntil">When they end; null when they do not hold.</param>
/// <param name="QuietLiftedUntil">Until when extra minutes lift quiet hours; null when they do not.</param>
/// <param name="Playable">Whether the child's time allows a video now.</param>
/// <param name="UnavailableReason">Why not; null when it is playable.</param>
/// <param name="PlayableUntil">The end of the time if the child watches from now on without a break; null when that is more than 13 hours away, or not playable.</param>
/// <param name="NextPlayableAt">When it is not playable: when it will be; null when that is not within 8 days.</param>
public sealed record ScreenTimeTodayResponse(
    string TimeZone, DateTimeOffset DayEndsAt, long WatchedSeconds, int? DailyMinutes, int ExtraMinutes, bool Stopped, long? RemainingSeconds,
    bool QuietNow, DateTimeOffset? QuietUntil, DateTimeOffset? QuietLiftedUntil,
    bool Playable, TimeUp? UnavailableReason, DateTimeOffset? PlayableUntil, DateTimeOffset? NextPlayableAt);

internal static class ScreenTimeToday
{
    private const string NoZone = "UTC";

    /// <summary>What a child has watched today, what is left, and when it may watch. Of a child without screen time, time_zone tells which day it is.</summary>
    [EndpointName("get_screen_time_today")]
    public static async Task<Results<Ok<ScreenTimeTodayResponse>, ApiError>> Read(
        long id, [FromQuery(Name = "time_zone"), Description("IANA name, of a child without screen time: which day it is."), TimeZone] string? timeZone, Parent parent, StorytimeDb db, WatchTime watchTime, TimeProvider time, CancellationToken ct) =>
        await FindAsync(db.ChildrenOf(parent).AsNoTracking(), db, id, ct) is { } child
            ? TypedResults.Ok(await StateAsync(id, child.ScreenTime, child.Exception, timeZone, watchTime, time.Now(), ct))
            : ApiError.NotFound("child");

    /// <summary>Makes an exception for today: more minutes, or stop now. It takes the place of what was said for today before, and ends with the local day.</summary>
    [EndpointName("set_screen_time_today")]
    public static async Task<Results<Ok<ScreenTimeTodayResponse>, ApiError>> Set(
        long id, SetScreenTimeTodayRequest request, Parent parent, StorytimeDb db, WatchTime watchTime, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockChildAsync(parent, id, ct);
        if (await FindAsync(db.ChildrenOf(parent), db, id, ct) is not { } child)
            return ApiError.NotFound("child");
        var now = time.Now();
        var exception = child.Exception ?? db.ScreenTimeExceptions.Add(ScreenTimeException.For(id, now)).Entity;
        exception.Say(request.ExtraMinutes ?? 0, request.Stopped ?? false, now, new ScreenTimeRules(child.ScreenTime, null, request.TimeZone ?? NoZone).DayOf(now).End);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(await StateAsync(id, child.ScreenTime, exception, request.TimeZone, watchTime, now, ct));
    }

    /// <summary>Takes back what was said for today.</summary>
    [EndpointName("clear_screen_time_today")]
    public static async Task<Results<NoContent, ApiError>> Clear(long id, Parent parent, StorytimeDb db, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockChildAsync(parent, id, ct);
        if (!await db.ChildrenOf(parent).AnyAsync(c => c.Id == id, ct))
            return ApiError.NotFound("child");
        await db.ScreenTimeExceptions.Where(e => e.ChildProfileId == id).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    private static Task<ChildWithScreenTime?> FindAsync(IQueryable<ChildProfile> children, StorytimeDb db, long id, CancellationToken ct) =>
        children.Where(c => c.Id == id).WithScreenTime(db).SingleOrDefaultAsync(ct);

    private static async Task<ScreenTimeTodayResponse> StateAsync(
        long id, ScreenTime? setting, ScreenTimeException? exception, string? timeZone, WatchTime watchTime, DateTimeOffset now, CancellationToken ct)
    {
        timeZone = setting?.TimeZone ?? timeZone ?? NoZone;
        var rules = new ScreenTimeRules(setting, exception, timeZone);
        var watched = await watchTime.TodayAsync(id, rules, now, ct);
        var state = rules.At(now, watched);
        return new ScreenTimeTodayResponse(
            timeZone, now < exception?.EndsAt ? exception.EndsAt : rules.DayOf(now).End, (long)watched, setting?.DailyMinutes, state.ExtraMinutes, state.IsStopped,
            state.RemainingSeconds, state.IsQuiet, state.QuietUntil, state.QuietLiftedUntil, state.Up is null, state.Up, state.PlayableUntil, state.NextPlayableAt);
    }
}
