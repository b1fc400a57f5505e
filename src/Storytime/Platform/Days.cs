using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Storytime.Platform;

/// <summary>Days as they are written outside, such as <c>2026-02-25</c> (ISO 8601).</summary>
internal static class Days
{
    /// <summary>Of .NET's dates.</summary>
    public const string Pattern = "yyyy-MM-dd";

    public static readonly DateOnly First = Months.First;
    public static readonly DateOnly Last = Months.EndOf(Months.Last);

    public static DateOnly? Parse(string? text) =>
        DateOnly.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public static string Format(DateOnly day) => day.ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>Whether it is of the years 2000 to 2100: another one is a slip.</summary>
    public static bool IsInRange(DateOnly day) => day >= First && day <= Last;

    /// <summary>The day in UTC.</summary>
    public static DateOnly Of(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);

    /// <summary>Midnight in UTC, at which it begins.</summary>
    public static DateTimeOffset StartOf(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}

/// <summary>A day of the years 2000 to 2100, so that a slip of the year is seen; a query parameter has it as text.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class DayAttribute : ValidationAttribute
{
    public DayAttribute() => ErrorMessage = "This must be a day of the years 2000 to 2100, such as 2026-02-25.";

    public override bool IsValid(object? value) => value switch
    {
        null => true,
        DateOnly day => Days.IsInRange(day),
        _ => Days.Parse(value as string) is { } day && Days.IsInRange(day),
    };
}
