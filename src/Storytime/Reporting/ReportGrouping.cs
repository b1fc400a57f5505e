namespace Storytime.Reporting;

internal enum ReportTime
{
    All,
    Day,
    Month,
}

internal enum ReportThing
{
    All,
    Publisher,

    /// <summary>A book under one publisher: if it changes hands, it is two.</summary>
    Book,
}

/// <summary>What the rows of a report stand for.</summary>
internal readonly record struct ReportGrouping(ReportTime Time, ReportThing Thing)
{
    private const string Help = "group_by must be one of day, month, publisher, book, or one of the first two and one of the last two with a comma between them, such as month,publisher.";

    public static ReportGrouping Read(string? text, List<(string Field, string Message)> problems)
    {
        var words = (text ?? "").Split(',', StringSplitOptions.TrimEntries);
        var (times, things) = (words.Where(w => w is "day" or "month").ToList(), words.Where(w => w is "publisher" or "book").ToList());
        if (times.Count + things.Count < words.Length)
            problems.Add(("group_by", Help));
        else if (times.Count > 1)
            problems.Add(("group_by", "Group by day or by month, not by both: every day is in one month."));
        else if (things.Count > 1)
            problems.Add(("group_by", "Group by publisher or by book, not by both: rows by book say whose it was."));
        return new ReportGrouping(
            times.FirstOrDefault() switch { "day" => ReportTime.Day, "month" => ReportTime.Month, _ => ReportTime.All },
            things.FirstOrDefault() switch { "publisher" => ReportThing.Publisher, "book" => ReportThing.Book, _ => ReportThing.All });
    }

    public override string ToString() => string.Join(',', ((string[])[$"{Time}", $"{Thing}"]).Where(w => w != "All")).ToLowerInvariant();
}
