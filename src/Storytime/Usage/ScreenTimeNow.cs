using Storytime.Children;

namespace Storytime.Usage;

internal static class ScreenTimeNow
{
    /// <summary>A child's screen time at this moment. Asks the database only where a day's minutes are limited.</summary>
    public static async Task<ScreenTimeState> ScreenTimeAsync(
        this WatchTime watchTime, long childId, ScreenTimeFacts facts, DateTimeOffset now, CancellationToken ct)
    {
        if (facts is { ScreenTime: null, Exception: null })
            return ScreenTimeState.Unlimited;
        var rules = new ScreenTimeRules(facts.ScreenTime, facts.Exception);
        return rules.At(now, facts.ScreenTime?.DailyMinutes is null ? 0 : await watchTime.TodayAsync(childId, rules, now, ct));
    }

    /// <summary>
    /// What was watched of the local day so far, in seconds. Not to the end of the day: an event that opened time counts up to now, else the next 90 seconds would count
    /// before they are watched, and the day would end that much too early.
    /// </summary>
    public static Task<double> TodayAsync(this WatchTime watchTime, long childId, ScreenTimeRules rules, DateTimeOffset now, CancellationToken ct) =>
        watchTime.SecondsAsync(childId, rules.DayOf(now).Start, now, ct);
}
