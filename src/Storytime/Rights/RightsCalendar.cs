using Storytime.Catalog;
using Storytime.Platform;

namespace Storytime.Rights;

/// <summary>A book with what was agreed for it, over the days that were asked for.</summary>
/// <param name="Territories"><c>GLOBAL</c> first, then countries by code: those that any window of the book is for, whenever it holds. A book without windows has <c>GLOBAL</c>.</param>
public sealed record RightsCalendarRow(
    long BookId, string Title, BookStatus Status, long PublisherId, string PublisherName, IReadOnlyList<CalendarTerritory> Territories);

/// <param name="Windows">Those with a part in the range, the earliest first.</param>
/// <param name="Gaps">Of an active book: when neither a window of this territory nor one of <c>GLOBAL</c> holds. Empty for a book that is not active.</param>
/// <param name="Overlaps">When a window of this territory and one of <c>GLOBAL</c> hold both, which is allowed; of <c>GLOBAL</c> itself none.</param>
public sealed record CalendarTerritory(
    string Territory, IReadOnlyList<CalendarWindow> Windows, IReadOnlyList<CalendarSpan> Gaps, IReadOnlyList<CalendarSpan> Overlaps);

/// <summary>A rights window, cut to the range.</summary>
/// <param name="WindowStartsAt">Where it really starts.</param>
/// <param name="WindowEndsAt">Where it really ends.</param>
/// <param name="Counts">False when a former publisher of the book gave it: then nobody may watch because of it.</param>
public sealed record CalendarWindow(
    long Id, long PublisherId, DateTimeOffset StartAt, DateTimeOffset EndAt, DateTimeOffset WindowStartsAt, DateTimeOffset WindowEndsAt, bool Counts);

/// <param name="Past">Whether it is over already.</param>
public sealed record CalendarSpan(DateTimeOffset StartAt, DateTimeOffset EndAt, bool Past);

/// <summary>Which times of a range the windows of a book hold, and which they do not. Pure.</summary>
internal static class RightsCalendar
{
    /// <param name="only">The one territory, besides <c>GLOBAL</c>, that is asked about, whether it has windows or not; null for all that have.</param>
    public static IReadOnlyList<CalendarTerritory> Of(
        BookStatus status, long publisherId, IReadOnlyCollection<RightsWindow> windows, string? only, Span range, DateTimeOffset now)
    {
        var counting = windows.Where(w => w.PublisherId == publisherId).ToLookup(w => w.Territory, w => new Span(w.StartAt, w.EndAt).Within(range));
        var global = counting[RightsWindow.Global].ToList();
        return [.. Territories(windows, only).Select(territory =>
        {
            var own = counting[territory].ToList();
            var isGlobal = territory == RightsWindow.Global;
            return new CalendarTerritory(
                territory,
                [.. windows.Where(w => w.Territory == territory).OrderBy(w => w.StartAt).ThenBy(w => w.Id).Select(w => ToWindow(w, publisherId, range)).OfType<CalendarWindow>()],
                status == BookStatus.Active ? ToSpans(Spans.Gaps(range, [.. own, .. isGlobal ? [] : global])) : [],
                isGlobal ? [] : ToSpans(Spans.Both(own, global)));
        })];

        List<CalendarSpan> ToSpans(List<Span> spans) => [.. spans.Select(s => new CalendarSpan(s.Start, s.End, s.End <= now))];
    }

    /// <summary>Everywhere is a row where somebody once agreed to it, and where nothing at all was agreed.</summary>
    private static IEnumerable<string> Territories(IReadOnlyCollection<RightsWindow> windows, string? only)
    {
        var known = windows.Select(w => w.Territory).Distinct().Order(StringComparer.Ordinal).ToList();
        if (only is not null)
            known = [.. known.Where(t => t == only || t == RightsWindow.Global).Append(only).Distinct()];
        if (known.Count == 0)
            known.Add(RightsWindow.Global);
        return known.OrderBy(t => t != RightsWindow.Global).ThenBy(t => t, StringComparer.Ordinal);
    }

    private static CalendarWindow? ToWindow(RightsWindow window, long publisherId, Span range)
    {
        var part = new Span(window.StartAt, window.EndAt).Within(range);
        return part.IsEmpty
            ? null
            : new CalendarWindow(window.Id, window.PublisherId, part.Start, part.End, window.StartAt, window.EndAt, window.PublisherId == publisherId);
    }
}
