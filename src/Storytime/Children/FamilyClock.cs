using NodaTime;
using NodaTime.TimeZones;

namespace Storytime.Children;

/// <summary>
/// Days and times of day in a family's time zone. Noda Time brings the IANA time zones with it, so the answers are the same on every machine, and on those that
/// have no zones of their own.
/// </summary>
internal sealed class FamilyClock(string timeZone)
{
    /// <summary>A day begins at its midnight: the first one where it comes twice, or when the clock has jumped over it.</summary>
    private static readonly ZoneLocalMappingResolver _midnight = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[timeZone];

    /// <summary>Whether this is an IANA name. Noda Time alone would also take its own <c>UTC+01:30</c>, which no device knows.</summary>
    public static bool Knows(string timeZone) => TzdbDateTimeZoneSource.Default.CanonicalIdMap.ContainsKey(timeZone);

    /// <summary>The day of a moment, 23 to 25 hours long where clocks are changed; without its end.</summary>
    public (Instant Start, Instant End) DayOf(Instant moment)
    {
        var date = DateOf(moment);
        return (StartOf(date), StartOf(date.PlusDays(1)));
    }

    /// <summary>The date of the day of a moment.</summary>
    public LocalDate DateOf(Instant moment)
    {
        var date = moment.InZone(_zone).Date;
        // A clock that goes back over midnight shows the old date once more, in what is the new day already.
        while (StartOf(date.PlusDays(1)) <= moment)
            date = date.PlusDays(1);
        return date;
    }

    /// <summary>The first moment of a day. A day that the calendar skipped (Apia, 30 December 2011) has none: it is that of the next one.</summary>
    public Instant StartOf(LocalDate date) => _zone.ResolveLocal(date.AtMidnight(), _midnight).ToInstant();

    /// <summary>
    /// Whether the clock on the wall shows a time within one of the spans. Nothing else decides: an hour that the clock jumps over is never quiet, one that it shows
    /// twice is quiet twice.
    /// </summary>
    public bool IsWithin(IReadOnlyList<QuietHours> spans, Instant moment)
    {
        if (spans.Count == 0)
            return false;
        var time = moment.InZone(_zone).TimeOfDay.ToTimeOnly();
        return spans.Any(s => s.Start < s.End ? s.Start <= time && time < s.End : s.Start <= time || time < s.End);
    }

    /// <summary>The moments after <paramref name="from"/> and before <paramref name="until"/>, in order, at which a day or a span begins or ends, or clocks are changed.</summary>
    public IEnumerable<Instant> Turns(IReadOnlyList<QuietHours> spans, Instant from, Instant until)
    {
        var times = spans.SelectMany(s => new[] { s.Start, s.End }).Append(TimeOnly.MinValue).Distinct().Order().Select(LocalTime.FromTimeOnly).ToList();
        foreach (var interval in _zone.GetZoneIntervals(from, until))
        {
            // Between two changes of the clock there is one offset, so local times come in order, each once a day.
            var start = interval.HasStart && interval.Start > from ? interval.Start : from;
            var end = interval.HasEnd && interval.End < until ? interval.End : until;
            if (start > from)
                yield return start;
            for (var date = start.WithOffset(interval.WallOffset).Date; date.At(times[0]).WithOffset(interval.WallOffset).ToInstant() < end; date = date.PlusDays(1))
            {
                foreach (var time in times)
                {
                    var turn = date.At(time).WithOffset(interval.WallOffset).ToInstant();
                    if (start < turn && turn < end)
                        yield return turn;
                }
            }
        }
    }
}
