using System.Security.Cryptography;
using System.Text;

namespace Storytime.LocalCloud.Demo;

/// <summary>One usage event as the API takes it.</summary>
internal sealed record ReadingEvent(
    Guid EventId, long ChildId, long BookId, string EventType, double PositionSeconds, DateTimeOffset OccurredAt, IReadOnlyDictionary<string, string> Metadata);

/// <summary>
/// What one child watched on one day: some days nothing, on others a book or two in the late afternoon, each one several times over, as children do.
/// A pure function of child and day.
/// </summary>
internal static class ReadingDay
{
    private const double HeartbeatSeconds = 45;

    private static readonly Dictionary<string, string> Device = new() { ["device"] = "iPad", ["app_version"] = "1.0.0" };

    public static IReadOnlyList<ReadingEvent> Events(long childId, IReadOnlyList<DemoBook> shelf, DateOnly day)
    {
        if (shelf.Count == 0)
            return [];
        var seed = SHA256.HashData(Encoding.UTF8.GetBytes($"{childId} {day:yyyy-MM-dd}"));
        // Not for secrets: the demo data must be the same each time.
#pragma warning disable CA5394
        var random = new Random(BitConverter.ToInt32(seed));
        List<ReadingEvent> events = [];
        var now = new DateTimeOffset(day, new TimeOnly(16, random.Next(0, 59)), TimeSpan.Zero);
        for (var sessions = random.Next(0, 4); sessions > 0; sessions--)
        {
            var book = shelf[random.Next(shelf.Count)];
            now = Watch(childId, book, now, rounds: random.Next(1, 6), pauseAt: random.Next(0, 3) == 0 ? random.Next(5, 20) : null, events);
            now = now.AddMinutes(random.Next(2, 50));
        }
#pragma warning restore CA5394

        return [.. events.Select((e, index) => e with { EventId = IdOf(childId, day, index) })];
    }

    /// <summary>Plays the book some times in a row, the first time perhaps with a pause.</summary>
    private static DateTimeOffset Watch(long childId, DemoBook book, DateTimeOffset start, int rounds, int? pauseAt, List<ReadingEvent> events)
    {
        var clock = start;
        Add("play_start", 0);
        var (watched, length) = (0.0, book.Seconds * rounds);
        if (pauseAt is { } pause)
        {
            Advance(pause);
            Add("pause", pause);
            clock = clock.AddSeconds(75);
            Add("resume", pause);
        }

        while (length - watched > HeartbeatSeconds)
        {
            Advance(HeartbeatSeconds);
            Add("heartbeat", watched % book.Seconds);
        }

        Advance(length - watched);
        Add("play_end", book.Seconds);
        return clock;

        void Advance(double seconds) => (watched, clock) = (watched + seconds, clock.AddSeconds(seconds));

        void Add(string type, double position) => events.Add(new ReadingEvent(Guid.Empty, childId, book.Id, type, Math.Round(position, 1), clock, Device));
    }

    private static Guid IdOf(long childId, DateOnly day, int index) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"storytime demo {childId} {day:yyyy-MM-dd} {index}")).AsSpan(0, 16));
}
