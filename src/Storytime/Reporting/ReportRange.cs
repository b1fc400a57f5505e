using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>The days of a report, in UTC; both count.</summary>
internal readonly record struct ReportRange(DateOnly From, DateOnly To)
{
    /// <summary>The first day that does not count any more.</summary>
    public DateOnly Until => To.AddDays(1);

    /// <summary>The months of which every day counts, from a first of a month until before another; both <see cref="Until"/> when there is none.</summary>
    public (DateOnly From, DateOnly Until) WholeMonths
    {
        get
        {
            var from = From.Day == 1 ? From : Months.After(From);
            var until = Months.Of(Until);
            return from < until ? (from, until) : (Until, Until);
        }
    }

    public bool IsOneDay => From == To;

    public bool IsOneMonth => WholeMonths == (From, Until) && From.AddMonths(1) == Until;

    /// <summary>Of a file with a report about it, without its ending.</summary>
    public string FileName(string report) => $"{report}-{Days.Format(From)}-{Days.Format(To)}";

    /// <param name="problems">Gets a sentence for all that is wrong; what is returned is of no use then.</param>
    public static ReportRange Read(string? from, string? to, List<(string Field, string Message)> problems)
    {
        var isFrom = TryDate("from", from, problems, out var first);
        var isTo = TryDate("to", to, problems, out var last);
        if (isFrom && isTo && first > last)
            problems.Add(("from", "from must not be later than to."));
        else if (isFrom && isTo && last >= first.AddYears(10))
            problems.Add(("from", "Ask for at most ten years at a time: let from be later, or to earlier."));
        return new ReportRange(first, last);
    }

    private static bool TryDate(string name, string? text, List<(string Field, string Message)> problems, out DateOnly date)
    {
        date = Days.Parse(text) ?? default;
        if (Days.IsInRange(date))
            return true;
        problems.Add((name, $"{name} must be a date between {Days.Format(Days.First)} and {Days.Format(Days.Last)}, such as 2026-02-25."));
        return false;
    }
}
