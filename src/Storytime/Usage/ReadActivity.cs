using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Usage;

/// <summary>Which days are asked for.</summary>
public sealed record ActivityQuery
{
    /// <summary>The first day, such as <c>2026-02-25</c>; the seventh last up to <c>to</c> when it is not given.</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>The last day, which counts too; today when it is not given.</summary>
    [FromQuery(Name = "to")]
    public string? To { get; init; }

    /// <summary>IANA name of the time zone whose days are meant, such as <c>America/New_York</c>; that of the child's screen time when it is not given, else UTC.</summary>
    [FromQuery(Name = "time_zone")]
    public string? TimeZone { get; init; }
}

/// <param name="Days">Every day that was asked for, oldest first.</param>
/// <param name="Books">What was watched in them, the most watched first; books that have left the shelf too.</param>
/// <param name="Totals">The sum of the days.</param>
public sealed record ActivityResponse(
    DateOnly From, DateOnly To, string TimeZone, IReadOnlyList<ActivityDay> Days, IReadOnlyList<ActivityBook> Books, ActivityTotals Totals);

/// <param name="Minutes">Time on the clock, as screen time counts it: two books at the same time on two devices count once. So it may be less than the sum of the books.</param>
public sealed record ActivityDay(DateOnly Date, int Minutes, long Seconds, int Plays, IReadOnlyList<ActivityDayBook> Books);

/// <param name="Title">Null when the book does not exist any more.</param>
/// <param name="Minutes">Time in which the book played; on two devices at the same time it counts once.</param>
public sealed record ActivityDayBook(long BookId, string? Title, int Minutes, long Seconds, int Plays);

/// <param name="LastWatchedAt">The end of the last time in these days in which it played.</param>
public sealed record ActivityBook(long BookId, string? Title, int Minutes, long Seconds, int Plays, DateTimeOffset LastWatchedAt);

public sealed record ActivityTotals(int Minutes, long Seconds, int Plays);

internal static class ReadActivity
{
    public const int MaxDays = 92;

    /// <summary>
    /// What a child watched, by day and by book, in minutes (rounded) and plays. Days are those of the family's time zone; a play counts where it began. Minutes come
    /// from what players report: those of a device that is offline come in later.
    /// </summary>
    [EndpointName("get_activity")]
    public static async Task<Results<Ok<ActivityResponse>, ApiError>> Handle(
        long id, [AsParameters] ActivityQuery query, Parent parent, StorytimeDb db, Activity activity, TimeProvider time, CancellationToken ct)
    {
        var child = await db.ChildrenOf(parent).Where(c => c.Id == id).Select(c => new { c.ScreenTime!.TimeZone }).SingleOrDefaultAsync(ct);
        if (child is null)
            return ApiError.NotFound("child");
        var timeZone = query.TimeZone ?? child.TimeZone ?? "UTC";
        if (!FamilyClock.Knows(timeZone))
            return ApiError.Invalid("time_zone", "time_zone must be the IANA name of a time zone, such as America/New_York.");
        var clock = new FamilyClock(timeZone);
        var now = time.Now();
        var (from, to, problem) = Read(query, clock.DateOf(Instant.FromDateTimeOffset(now)).ToDateOnly());
        if (problem is not null)
            return problem;

        var days = Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).Select(from.AddDays).ToList();
        var starts = days.Append(to.AddDays(1)).Select(day => clock.StartOf(LocalDate.FromDateOnly(day)).ToDateTimeOffset());
        var rows = await activity.ReadAsync(id, [.. starts], now, ct);
        return TypedResults.Ok(ToResponse(days, timeZone, rows));
    }

    private static (DateOnly From, DateOnly To, ApiError? Problem) Read(ActivityQuery query, DateOnly today)
    {
        if (!TryDate(query.To, today, out var to))
            return Refuse("to", "to must be a date of this century, such as 2026-02-25.");
        if (to > today)
            return Refuse("to", $"to must not be later than today, which is {Days.Format(today)} in this time zone.");
        if (!TryDate(query.From, to.AddDays(-6), out var from))
            return Refuse("from", "from must be a date of this century, such as 2026-02-19.");
        if (from > to)
            return Refuse("from", "from must not be later than to.");
        if (to.DayNumber - from.DayNumber >= MaxDays)
            return Refuse("from", $"Ask for at most {MaxDays} days at a time: let from be later, or to earlier.");
        return (from, to, null);

        static (DateOnly, DateOnly, ApiError?) Refuse(string field, string message) => (default, default, ApiError.Invalid(field, message));
    }

    private static bool TryDate(string? text, DateOnly otherwise, out DateOnly date)
    {
        date = Days.Parse(text) ?? otherwise;
        return text is null || Days.Parse(text) >= Days.First;
    }

    private static ActivityResponse ToResponse(List<DateOnly> days, string zone, List<WatchedOnDay> rows)
    {
        var together = rows.Where(r => r.BookId is null).ToDictionary(r => r.Day);
        var byDay = rows.Where(r => r.BookId is not null).ToLookup(r => r.Day);
        var byBook = rows.Where(r => r.BookId is not null).GroupBy(r => r.BookId!.Value);
        return new ActivityResponse(
            days[0], days[^1], zone,
            [.. days.Select((date, day) =>
            {
                var all = together.GetValueOrDefault(day);
                return new ActivityDay(date, Minutes(all?.Seconds ?? 0), Round(all?.Seconds ?? 0), all?.Plays ?? 0,
                    [.. byDay[day].OrderByDescending(r => r.Seconds).Select(r => new ActivityDayBook(r.BookId!.Value, r.Title, Minutes(r.Seconds), Round(r.Seconds), r.Plays))]);
            })],
            [.. byBook.OrderByDescending(b => b.Sum(r => r.Seconds)).Select(book =>
            {
                var seconds = book.Sum(r => r.Seconds);
                return new ActivityBook(book.Key, book.First().Title, Minutes(seconds), Round(seconds), book.Sum(r => r.Plays), book.Max(r => r.LastAt));
            })],
            new ActivityTotals(Minutes(together.Values.Sum(r => r.Seconds)), Round(together.Values.Sum(r => r.Seconds)), together.Values.Sum(r => r.Plays)));
    }

    private static int Minutes(double seconds) => (int)Round(seconds / 60);

    private static long Round(double value) => (long)Math.Round(value, MidpointRounding.AwayFromZero);
}
