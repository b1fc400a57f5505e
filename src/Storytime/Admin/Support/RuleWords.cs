using System.Globalization;
using Storytime.Admin.Shell;
using Storytime.Catalog;
using Storytime.Platform;
using Storytime.Rights;

namespace Storytime.Admin.Support;

/// <summary>What the rules said, in the words of somebody who answers a parent.</summary>
internal static class RuleWords
{
    /// <summary>The whole answer in one sentence.</summary>
    /// <param name="isNow">Whether the moment is now.</param>
    public static string Verdict(EntitlementResponse e, bool isNow)
    {
        var when = isNow ? "Now" : $"On {Show.Time(e.At)}";
        var could = (isNow, e.Answer.Granted) switch
        {
            (true, true) => "may play",
            (true, false) => "may not play",
            (false, true) => "could play",
            (false, false) => "could not play",
        };
        return $"{when} child {e.ChildId} {could} “{e.Facts.BookTitle}”{(e.Answer.Message is { } why ? $": {why}" : ".")}";
    }

    /// <summary>What becomes of it by itself; null where nothing is known.</summary>
    public static string? Next(EntitlementAnswer answer) => answer switch
    {
        { Granted: true, Until: { } until } => $"This yes ends on {Show.Time(until)}.",
        { Granted: false, RetryAt: { } retryAt } => $"By itself it may play again from {Show.Time(retryAt)}.",
        _ => null,
    };

    public static string Question(EntitlementRule rule) => rule switch
    {
        EntitlementRule.Ownership => "Is the child of this account?",
        EntitlementRule.Library => "Is the book on the child's shelf?",
        EntitlementRule.BookStatus => "Is the book out?",
        EntitlementRule.RightsWindow => "Do we have the rights in the family's country?",
        EntitlementRule.Publisher => "Is the publisher active?",
        EntitlementRule.Video => "Is there a video?",
        EntitlementRule.QuietHours => "Is it outside quiet hours?",
        EntitlementRule.DailyLimit => "Is there time left today?",
    };

    /// <summary>What the answer rests on.</summary>
    public static string Grounds(EntitlementRule rule, EntitlementResponse e) => rule switch
    {
        EntitlementRule.Ownership => $"The child is of account {e.UserId}; only its devices may ask.",
        EntitlementRule.Library => e.Facts.AddedToShelfAt is { } added ? $"Put there on {Show.Time(added)}." : "It is not there. It may have been and was taken away; when, is not known.",
        EntitlementRule.BookStatus => $"Its status is {Show.Word(Json.Name(e.Facts.BookStatus))}{(e.Facts.BookStatus == BookStatus.Active ? "." : "; only active books play.")}",
        EntitlementRule.RightsWindow => Rights(e),
        EntitlementRule.Publisher => e.Facts.PublisherName is { } name
            ? $"{name} is {Show.Word(Json.Name(e.Facts.PublisherStatus!.Value))}."
            : "The book is Storytime's own.",
        EntitlementRule.Video => e.Facts switch
        {
            { VideoIsReady: true, VideoReadyAt: { } ready } => $"Video {e.Facts.PlayingVideoAssetId} is ready since {Show.Time(ready)}.",
            { VideoIsReady: true } => $"Video {e.Facts.PlayingVideoAssetId} is ready.",
            _ => "None plays yet.",
        },
        EntitlementRule.QuietHours => QuietHours(e.Facts.ScreenTime),
        EntitlementRule.DailyLimit => DailyLimit(e.Facts.ScreenTime),
    };

    /// <summary>How sure it is of a moment in the past; null where it is.</summary>
    public static string? Doubt(EntitlementRuleAnswer answer, bool isNow) => isNow || answer.AsOf == FactsAsOf.Then
        ? null
        : answer.ChangedAt is { } changed
            ? $"This is as it is now: it changed on {Show.Time(changed)}, and may have been otherwise before."
            : "This is as it is now; it may have been otherwise then.";

    private static string Rights(EntitlementResponse e)
    {
        if (e.Facts.PublisherId is not { } publisher)
            return "The book is Storytime's own and needs none.";
        var windows = e.Facts.RightsWindows.Where(w => w.PublisherId == publisher).ToList();
        return windows switch
        {
            _ when windows.Find(w => w.Holds) is { } holds => $"Yes in {e.Facts.Country}: window {holds.Id} ({holds.Territory}) from {Show.Time(holds.StartAt)} to {Show.Time(holds.EndAt)}.",
            [] => $"There is no window of this publisher for {e.Facts.Country}.",
            [var latest, ..] => $"No window holds in {e.Facts.Country}; the latest, {latest.Id} ({latest.Territory}), is from {Show.Time(latest.StartAt)} to {Show.Time(latest.EndAt)}.",
        };
    }

    private static string QuietHours(EntitlementScreenTime? time)
    {
        if (time?.Setting is not { QuietHours.Count: > 0 } setting)
            return "No quiet hours are set.";
        var hours = string.Join(", ", setting.QuietHours.Select(q => $"{q.Start}–{q.End}"));
        var lifted = time.Exception is { } exception && exception.QuietLiftedUntil > exception.SaidAt ? $" A parent lifted them until {Show.Time(exception.QuietLiftedUntil)}." : "";
        return $"Quiet hours are {hours} in {setting.TimeZone}; on the family's clock it is {Clock(time)}.{lifted}";
    }

    private static string DailyLimit(EntitlementScreenTime? time)
    {
        if (time is null)
            return "The parents set no limit.";
        var limit = time.Setting?.DailyMinutes is { } minutes ? $"The limit is {Show.Count(minutes, "minute")} a day" : "No limit is set for every day";
        var exception = time.Exception switch
        {
            { Stopped: true } said => $" A parent stopped it for the day on {Show.Time(said.SaidAt)}.",
            { ExtraMinutes: > 0 } said => $" A parent gave {Show.Count(said.ExtraMinutes, "minute")} more on {Show.Time(said.SaidAt)}.",
            _ => "",
        };
        var left = time.RemainingSeconds is { } seconds ? $", {Show.Length(seconds)} were left" : "";
        var finishing = time.FinishingBookId is { } book ? $" Book {book} may be finished until {Show.Time(time.FinishingUntil)}." : "";
        return $"{limit}; {Show.Length(time.WatchedSeconds)} of that day were watched{left}.{exception}{finishing}";
    }

    /// <summary><c>2026-02-25 14:40</c> of a local time with its offset.</summary>
    private static string Clock(EntitlementScreenTime time) =>
        DateTimeOffset.Parse(time.LocalTime, CultureInfo.InvariantCulture).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
