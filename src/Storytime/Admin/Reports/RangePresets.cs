using Storytime.Platform;

namespace Storytime.Admin.Reports;

/// <summary>Ranges of days that one asks for every day.</summary>
internal static class RangePresets
{
    /// <param name="today">In UTC.</param>
    public static IReadOnlyList<(string Name, DateOnly From, DateOnly To)> Of(DateOnly today)
    {
        var month = Months.Of(today);
        return
        [
            ("This month", month, today),
            ("Last month", month.AddMonths(-1), month.AddDays(-1)),
            ("Last 30 days", today.AddDays(-29), today),
            ("This year", new DateOnly(today.Year, 1, 1), today),
        ];
    }
}
