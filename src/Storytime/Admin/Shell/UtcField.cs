using System.Globalization;

namespace Storytime.Admin.Shell;

/// <summary>The value of an <c>input type="datetime-local"</c> that is labelled as UTC, and of a query string.</summary>
internal static class UtcField
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm";

    /// <returns>Null when it is empty or no time.</returns>
    public static DateTimeOffset? Parse(string? value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>To the minute, as the field shows it.</summary>
    public static string? Format(DateTimeOffset? time) => time?.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);
}
