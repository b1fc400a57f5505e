using CsCheck;

namespace Storytime.Tests.Usage;

/// <summary>
/// Random histories of children, as players and their clocks make them: sittings with beats that are sometimes too far apart, on devices at the same time, across midnight and
/// the end of a month, many things at the same moment; lone events; books that change hands and families that move on the way.
/// </summary>
internal static class Histories
{
    private const long Second = 1_000_000;

    /// <param name="midnight">The one that most happens around, in microseconds since 1970.</param>
    public static Gen<PlainEvent[]> Around(long midnight) => Gen.Select(Sitting(midnight).Array[0, 4], Lone(midnight).Array[0, 5], (sittings, lone) => sittings.SelectMany(s => s).Concat(lone).ToArray());

    /// <summary>As networks deliver them: each at least once, some more often, in any order.</summary>
    public static List<PlainEvent> Repeated(this PlainEvent[] events, Random random) =>
        [.. events.Concat(events.Where(_ => random.Next(4) == 0)).Concat(events.Where(_ => random.Next(20) == 0)).OrderBy(_ => random.Next())];

    /// <summary>Times that matter: just before and after midnight, grids on which many things fall together, and anywhere else, to the microsecond.</summary>
    private static Gen<long> Time(long midnight) => Gen.Frequency(
        (4, Gen.Long[-200 * Second, 200 * Second]),
        (3, Gen.Long[-8, 8].Select(n => n * 30 * Second)),
        (1, Gen.Long[-200_000_001, 200_000_001].Select(n => n / 100 * 100)),
        (2, Gen.Long[-2 * 86_400 * Second, (2 * 86_400 * Second) - 1]),
        (2, Gen.Select(Gen.Long[-1, 1], Gen.Long[-100 * Second, 100 * Second], (day, at) => (day * 86_400 * Second) + at))).Select(at => midnight + at);

    private static readonly Gen<long?> _session = Gen.Frequency((1, Gen.Const((long?)null)), (3, Gen.Long[1, 2].Select(s => (long?)s)));

    private static readonly Gen<string> _type = Gen.Frequency((3, "heartbeat"), (2, "play_start"), (1, "resume"), (2, "pause"), (1, "play_end"));

    /// <summary>Exact in any notation.</summary>
    private static readonly Gen<double?> _position = Gen.Frequency((1, Gen.Const((double?)null)), (3, Gen.Int[0, 4000].Select(p => (double?)(p / 4.0))));

    private static readonly Gen<(long? Publisher, string Territory)> _owner = Gen.Select(
        Gen.Frequency((4, Gen.Const((long?)11)), (2, Gen.Const((long?)12)), (1, Gen.Const((long?)null))), Gen.Frequency((4, Gen.Const("US")), (1, Gen.Const("GB"))), (p, t) => (p, t));

    private static Gen<PlainEvent> Lone(long midnight) => Gen.Select(
        Gen.Select(Gen.Long[1, 2], _session, _type), Gen.Select(Time(midnight), Gen.Guid, _position), _owner,
        (what, when, owner) => new PlainEvent(0, what.Item1, what.Item2, what.Item3, when.Item1, when.Item2, when.Item3, owner.Publisher, owner.Territory));

    private static Gen<PlainEvent[]> Sitting(long midnight)
    {
        var beats = Gen.Select(Gen.Frequency((5, Gen.Const("heartbeat")), (1, _type)), Gen.Frequency((3, Gen.Long[20 * Second, 95 * Second]), (1, Gen.Const(30 * Second)), (1, Gen.Long[0, 3])),
            Gen.Guid, _position, (type, gap, id, position) => (type, gap, id, position)).Array[1, 9];
        return Gen.Select(Gen.Select(Gen.Long[1, 2], _session, Time(midnight)), beats, Gen.Select(_owner, _owner, Gen.Int[0, 12]), (what, all, owners) =>
        {
            var (at, events) = (what.Item3, new List<PlainEvent>());
            foreach (var (type, gap, id, position) in all)
            {
                var owner = events.Count < owners.Item3 ? owners.Item1 : owners.Item2;
                events.Add(new(0, what.Item1, what.Item2, events.Count == 0 ? "play_start" : type, at, id, position, owner.Publisher, owner.Territory));
                at += gap;
            }
            return events.ToArray();
        });
    }
}
