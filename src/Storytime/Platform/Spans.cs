namespace Storytime.Platform;

/// <summary>From <paramref name="Start"/> until before <paramref name="End"/>.</summary>
internal readonly record struct Span(DateTimeOffset Start, DateTimeOffset End)
{
    public bool IsEmpty => Start >= End;

    public Span Within(Span other) => new(Start > other.Start ? Start : other.Start, End < other.End ? End : other.End);
}

/// <summary>Times as sets: spans that do not touch, the earliest first.</summary>
internal static class Spans
{
    /// <summary>What any of the spans holds.</summary>
    public static List<Span> Union(IEnumerable<Span> spans)
    {
        List<Span> union = [];
        foreach (var span in spans.Where(s => !s.IsEmpty).OrderBy(s => s.Start))
        {
            if (union.Count > 0 && span.Start <= union[^1].End)
                union[^1] = union[^1] with { End = span.End > union[^1].End ? span.End : union[^1].End };
            else
                union.Add(span);
        }
        return union;
    }

    /// <summary>What of a range none of the spans holds.</summary>
    public static List<Span> Gaps(Span range, IEnumerable<Span> spans)
    {
        List<Span> gaps = [];
        var from = range.Start;
        foreach (var held in Union(spans.Select(s => s.Within(range))))
        {
            if (from < held.Start)
                gaps.Add(new Span(from, held.Start));
            from = held.End;
        }
        if (from < range.End)
            gaps.Add(range with { Start = from });
        return gaps;
    }

    /// <summary>What both hold.</summary>
    public static List<Span> Both(IEnumerable<Span> some, IEnumerable<Span> others)
    {
        var (left, right) = (Union(some), Union(others));
        List<Span> both = [];
        for (int i = 0, j = 0; i < left.Count && j < right.Count;)
        {
            if (left[i].Within(right[j]) is { IsEmpty: false } shared)
                both.Add(shared);
            if (left[i].End < right[j].End)
                i++;
            else
                j++;
        }
        return both;
    }
}
