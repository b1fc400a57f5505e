using System.Globalization;

namespace Storytime.Platform;

/// <summary>Months as they are written outside, such as <c>2026-02</c> (ISO 8601). Inside, a month is its first day.</summary>
internal static class Months
{
    /// <summary>Of .NET's dates.</summary>
    public const string Pattern = "yyyy-MM";

    public static readonly DateOnly First = new(2000, 1, 1);
    public static readonly DateOnly Last = new(2100, 12, 1);

    /// <returns>The first day; null for what is no month from 2000-01 to 2100-12.</returns>
    public static DateOnly? Parse(string? text) =>
        DateOnly.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month >= First && month <= Last ? month : null;

    public static string Format(DateOnly month) => month.ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>First day of the month that a day is in.</summary>
    public static DateOnly Of(DateOnly day) => new(day.Year, day.Month, 1);

    /// <summary>First day of the month after the one that a day is in.</summary>
    public static DateOnly After(DateOnly day) => Of(day).AddMonths(1);

    /// <summary>Last day of the month that a day is in.</summary>
    public static DateOnly EndOf(DateOnly day) => After(day).AddDays(-1);
}

/// <summary>Route constraint <c>{month:month}</c>: anything that is no month of ours is no address, so it is 404.</summary>
internal sealed class MonthConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        Months.Parse(Convert.ToString(values[routeKey], CultureInfo.InvariantCulture)) is not null;
}
