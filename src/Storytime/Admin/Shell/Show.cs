using System.Globalization;

namespace Storytime.Admin.Shell;

/// <summary>How pages write times: in UTC, and saying so.</summary>
internal static class Show
{
    /// <summary>What stands where nothing is known or nothing holds.</summary>
    public const string None = "–";

    public static string Time(DateTimeOffset? time) => time is { } known ? $"{known.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC" : None;

    /// <summary>In its largest unit: <c>40 seconds</c>, <c>3 hours</c>.</summary>
    public static string Length(long seconds) => seconds switch
    {
        < 120 => Count(seconds, "second"),
        < 2 * 3600 => Count(seconds / 60, "minute"),
        < 2 * 86_400 => Count(seconds / 3600, "hour"),
        _ => Count(seconds / 86_400, "day"),
    };

    /// <summary>Of a film: <c>3:04</c>.</summary>
    public static string Duration(int? seconds) => seconds is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known / 60}:{known % 60:00}") : None;

    /// <summary>Of a file: <c>12.3 MB</c>.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };

    /// <summary><c>1 book</c>, <c>12,000 books</c>.</summary>
    public static string Count(long number, string one, string? many = null) =>
        $"{number.ToString("N0", CultureInfo.InvariantCulture)} {(number == 1 ? one : many ?? one + "s")}";

    /// <summary>A word of the API, to be read: <c>book_not_in_library</c> is <c>book not in library</c>.</summary>
    public static string Word(string word) => word.Replace('_', ' ');
}
