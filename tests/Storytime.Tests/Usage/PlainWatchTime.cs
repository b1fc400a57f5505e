namespace Storytime.Tests.Usage;

/// <summary>An event as the roll-up sees it; <see cref="At"/> in microseconds since 1970, UTC.</summary>
public sealed record PlainEvent(long Child, long Book, long? Session, string Type, long At, Guid Id, double? Position, long? Publisher, string Territory)
{
    public bool Opens => Type is "play_start" or "resume" or "heartbeat";

    /// <summary>As PostgreSQL orders UUIDs: byte by byte.</summary>
    public string Order => Id.ToString("N");
}

public sealed record PlainDay(long Child, long Book, long Day, long? Publisher, string Territory, long Seconds, int Plays, double? Furthest);

/// <summary>Of a grain; what it is not by is null, and the day is the first of the month where it is by month.</summary>
public sealed record PlainSum(string Grain, long StartsOn, long? Book, long? Publisher, string? Territory, long Seconds, long Plays, int Children);

/// <summary>
/// Minutes watched and their sums, worked out with lists and loops: the model that the SQL is held against. Days count from 1970. Nothing is asked of a database, and nothing
/// is incremental.
/// </summary>
public static class PlainWatchTime
{
    private const long Second = 1_000_000;
    private const long DayLength = 86_400 * Second;
    private const long Longest = 90 * Second;

    private sealed record Piece(long From, long Until, PlainEvent By);

    public static List<PlainDay> Days(IEnumerable<PlainEvent> events)
    {
        List<PlainDay> days = [];
        foreach (var ofBook in events.Distinct().GroupBy(e => (e.Child, e.Book)))
        {
            var own = ofBook.OrderBy(e => e.At).ThenBy(e => e.Order, StringComparer.Ordinal).ToList();
            var pieces = own.GroupBy(e => e.Session).SelectMany(Watched).OrderBy(p => p.From).ThenBy(p => p.By.Order, StringComparer.Ordinal).ToList();
            var touched = own.Select(e => DayOf(e.At)).Concat(pieces.Select(p => DayOf(p.Until - 1))).Distinct();
            days.AddRange(touched.Select(day => OfDay(day, own, pieces)).OfType<PlainDay>());
        }
        return days;
    }

    public static List<PlainSum> Sums(IReadOnlyCollection<PlainDay> days)
    {
        List<PlainSum> sums = [];
        void Add<T>(string grain, Func<PlainDay, T> by, Func<PlainDay, PlainSum> name) => sums.AddRange(days.GroupBy(by).Select(cell => name(cell.First()) with
        {
            Grain = grain,
            Seconds = cell.Sum(d => d.Seconds),
            Plays = cell.Sum(d => d.Plays),
            Children = cell.Select(d => d.Child).Distinct().Count(),
        }));
        Add("daily", d => (d.Day, d.Book, d.Publisher, d.Territory), d => new("", d.Day, d.Book, d.Publisher, d.Territory, 0, 0, 0));
        Add("day", d => d.Day, d => new("", d.Day, null, null, null, 0, 0, 0));
        Add("publisher_day", d => (d.Day, d.Publisher), d => new("", d.Day, null, d.Publisher, null, 0, 0, 0));
        Add("month", d => MonthOf(d.Day), d => new("", MonthOf(d.Day), null, null, null, 0, 0, 0));
        Add("publisher_month", d => (MonthOf(d.Day), d.Publisher), d => new("", MonthOf(d.Day), null, d.Publisher, null, 0, 0, 0));
        Add("book_month", d => (MonthOf(d.Day), d.Book, d.Publisher), d => new("", MonthOf(d.Day), d.Book, d.Publisher, null, 0, 0, 0));
        return sums;
    }

    /// <summary>From each event that opens time to the next one of the session, at most 90 seconds. At the same moment those that close come last.</summary>
    private static IEnumerable<Piece> Watched(IEnumerable<PlainEvent> session)
    {
        var inOrder = session.OrderBy(e => e.At).ThenBy(e => e.Opens ? 0 : 1).ThenBy(e => e.Order, StringComparer.Ordinal).ToList();
        for (var i = 0; i < inOrder.Count; i++)
        {
            var until = inOrder[i].At + Longest;
            if (i + 1 < inOrder.Count && inOrder[i + 1].At < until)
                until = inOrder[i + 1].At;
            if (inOrder[i].Opens && until > inOrder[i].At)
                yield return new(inOrder[i].At, until, inOrder[i]);
        }
    }

    private static PlainDay? OfDay(long day, List<PlainEvent> own, List<Piece> pieces)
    {
        var (from, until) = (day * DayLength, (day + 1) * DayLength);
        var (watched, counted) = (0L, from);
        foreach (var piece in pieces)
        {
            // What is before the end of all pieces so far is counted already.
            var (start, end) = (Math.Max(piece.From, counted), Math.Min(piece.Until, until));
            if (end > start)
                (watched, counted) = (watched + end - start, end);
        }
        var seconds = (watched + (Second / 2)) / Second;
        var events = own.Where(e => e.At >= from && e.At < until).ToList();
        var plays = events.Count(e => e.Type == "play_start");
        if (seconds == 0 && plays == 0)
            return null;
        var first = events.Count > 0 ? events[0] : pieces.First(p => p.From < from && p.Until > from).By;
        return new(first.Child, first.Book, day, first.Publisher, first.Territory, seconds, plays, events.Max(e => e.Position));
    }

    private static long DayOf(long at) => at / DayLength;

    private static long MonthOf(long day)
    {
        var date = DateOnly.FromDayNumber((int)day + _epoch.DayNumber);
        return date.AddDays(1 - date.Day).DayNumber - _epoch.DayNumber;
    }

    private static readonly DateOnly _epoch = new(1970, 1, 1);
}
