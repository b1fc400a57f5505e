using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Children;

/// <param name="DailyMinutes">Minutes that may be watched in a local day; null is no limit, 0 is nothing.</param>
/// <param name="QuietHours">Local times in which nothing plays, at most 10; none when it is not given.</param>
/// <param name="TimeZone">The family's, by its IANA name: days and quiet hours are counted in it.</param>
/// <param name="FinishStory">Whether a story that is on may be watched to its end when the time is up.</param>
public sealed record SetScreenTimeRequest(
    [Range(0, 1440, ErrorMessage = "daily_minutes must be between 0 and 1440, or null for no limit.")] int? DailyMinutes,
    [QuietHoursList] QuietHoursRequest?[]? QuietHours,
    [Required(ErrorMessage = "A time_zone is needed, such as America/New_York."), TimeZone] string? TimeZone,
    bool? FinishStory);

/// <param name="Start">Local time, such as <c>20:00</c>.</param>
/// <param name="End">Local time, such as <c>06:30</c>: of the next day when it is before the start.</param>
public sealed record QuietHoursRequest(
    [Required(ErrorMessage = "A start is needed, such as 20:00."), TimeOfDay] string? Start,
    [Required(ErrorMessage = "An end is needed, such as 06:30."), TimeOfDay] string? End);

/// <param name="DailyMinutes">Null is no limit.</param>
/// <param name="QuietHours">Local times; over midnight when the end is before the start.</param>
/// <param name="TimeZone">IANA name, such as <c>America/New_York</c>.</param>
/// <param name="FinishStory">Whether a story that is on may be watched to its end when the time is up.</param>
public sealed record ScreenTimeResponse(int? DailyMinutes, IReadOnlyList<QuietHoursResponse> QuietHours, string TimeZone, bool FinishStory);

public sealed record QuietHoursResponse(string Start, string End);

internal static class ManageScreenTime
{
    /// <summary>Says how much and when a child may watch; takes the place of all that was set before. Holds from the next request for playback on.</summary>
    [EndpointName("set_screen_time")]
    public static async Task<Results<Ok<ChildResponse>, ApiError>> Set(
        long id, SetScreenTimeRequest request, Parent parent, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockChildAsync(parent, id, ct);
        if (await db.ChildrenOf(parent).Include(c => c.ScreenTime).SingleOrDefaultAsync(c => c.Id == id, ct) is not { } child)
            return ApiError.NotFound("child");
        var screenTime = child.ScreenTime ?? db.ScreenTimes.Add(ScreenTime.For(id)).Entity;
        screenTime.Set(
            request.DailyMinutes, [.. (request.QuietHours ?? []).Select(q => new QuietHours(ToTime(q!.Start!), ToTime(q.End!)))],
            request.TimeZone!, request.FinishStory ?? false, time.Now());
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(ManageChildren.ToResponse(child));
    }

    /// <summary>Lifts all limits of a child's time, what was said for today included.</summary>
    [EndpointName("lift_screen_time")]
    public static async Task<Results<NoContent, ApiError>> Lift(long id, Parent parent, StorytimeDb db, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockChildAsync(parent, id, ct);
        if (!await db.ChildrenOf(parent).AnyAsync(c => c.Id == id, ct))
            return ApiError.NotFound("child");
        await db.ScreenTimes.Where(s => s.ChildProfileId == id).ExecuteDeleteAsync(ct);
        await db.ScreenTimeExceptions.Where(e => e.ChildProfileId == id).ExecuteDeleteAsync(ct);
        await db.StoryGraces.Where(g => g.ChildProfileId == id).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    public static ScreenTimeResponse ToResponse(ScreenTime s) =>
        new(s.DailyMinutes, [.. s.QuietHours.Select(q => new QuietHoursResponse(ToText(q.Start), ToText(q.End)))], s.TimeZone, s.FinishStory);

    private static TimeOnly ToTime(string text) => TimeOnly.ParseExact(text, TimeOfDayAttribute.Format, CultureInfo.InvariantCulture);

    private static string ToText(TimeOnly time) => time.ToString(TimeOfDayAttribute.Format, CultureInfo.InvariantCulture);
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class TimeOfDayAttribute() : PatternAttribute("^([01][0-9]|2[0-3]):[0-5][0-9]$", 5, "This must be a time of day from 00:00 to 23:59, such as 06:30.")
{
    public const string Format = "HH:mm";
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class TimeZoneAttribute : ValidationAttribute
{
    public TimeZoneAttribute() => ErrorMessage = "time_zone must be the IANA name of a time zone, such as America/New_York or Europe/London.";

    public override bool IsValid(object? value) => value is not string name || FamilyClock.Knows(name);
}

/// <summary>Judges the spans with all that is in them: the attributes of a list's elements are only looked at for the documentation.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class QuietHoursListAttribute : ValidationAttribute
{
    private const int Most = 10;

    private static readonly TimeOfDayAttribute _time = new();

    public QuietHoursListAttribute() => ErrorMessage =
        $"quiet_hours must be at most {Most} objects, each with a start and an end such as 20:00 and 06:30, which are not the same. For a day without videos set daily_minutes to 0.";

    public override bool IsValid(object? value) => value is not QuietHoursRequest?[] spans
        || (spans.Length <= Most && spans.All(s => s is { Start: not null, End: not null } && s.Start != s.End && _time.IsValid(s.Start) && _time.IsValid(s.End)));
}
