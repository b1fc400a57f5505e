using CsCheck;
using Storytime.Platform;

namespace Storytime.Tests.Platform;

/// <summary>Sets of times, held against a grid of days on which each day is looked at alone.</summary>
public sealed class SpansTests
{
    private const int Days = 24;

    private static readonly DateTimeOffset _zero = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Gen<(int Start, int End)> _span = Gen.Int[0, Days].Select(Gen.Int[0, Days]);
    private static readonly Gen<(int Start, int End)[]> _spans = _span.Array[0, 6];

    [Fact]
    public void A_union_holds_what_any_of_its_spans_holds() =>
        _spans.Sample(spans => ShouldBeDays(Spans.Union(spans.Select(ToSpan)), day => spans.Any(s => Holds(s, day))));

    [Fact]
    public void Gaps_are_what_of_the_range_no_span_holds() =>
        _span.Select(_spans).Sample((range, spans) => ShouldBeDays(Spans.Gaps(ToSpan(range), spans.Select(ToSpan)), day => Holds(range, day) && !spans.Any(s => Holds(s, day))));

    [Fact]
    public void Both_is_what_either_side_holds() =>
        _spans.Select(_spans).Sample((some, others) =>
            ShouldBeDays(Spans.Both(some.Select(ToSpan), others.Select(ToSpan)), day => some.Any(s => Holds(s, day)) && others.Any(s => Holds(s, day))));

    /// <summary>The same days, in as few spans as there can be.</summary>
    private static void ShouldBeDays(List<Span> spans, Func<int, bool> expected)
    {
        Enumerable.Range(0, Days).Where(day => spans.Any(s => s.Start <= At(day) && At(day) < s.End)).ShouldBe(Enumerable.Range(0, Days).Where(expected));
        spans.ShouldAllBe(s => s.Start < s.End);
        spans.Zip(spans.Skip(1)).ShouldAllBe(pair => pair.First.End < pair.Second.Start);
    }

    private static bool Holds((int Start, int End) span, int day) => span.Start <= day && day < span.End;

    private static Span ToSpan((int Start, int End) span) => new(At(span.Start), At(span.End));

    private static DateTimeOffset At(int day) => _zero.AddDays(day);
}
