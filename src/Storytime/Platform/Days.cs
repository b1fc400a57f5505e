using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Storytime.Platform;

/// <summary>Days as they are written outside, such as <c>2026-02-25</c> (ISO 8601).</summary>
internal static class Days
{
    public static DateOnly? Parse(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public static string Format(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The day in UTC.</summary>
    public static DateOnly Of(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);
}

/// <summary>A day of the years 2000 to 2100, so that a slip of the year is seen; a query parameter has it as text.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class DayAttribute : ValidationAttribute
{
    public DayAttribute() => ErrorMessage = "This must be a day of the years 2000 to 2100, such as 2026-02-25.";

    public override bool IsValid(object? value) => value switch
    {
        null => true,
        DateOnly day => day.Year is >= 2000 and <= 2100,
        _ => Days.Parse(value as string) is { Year: >= 2000 and <= 2100 },
    };
}
