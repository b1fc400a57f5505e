using System.ComponentModel.DataAnnotations;
using Storytime.Platform.Errors;

namespace Storytime.Platform;

/// <summary>A time of the years 2000 to 2100, so that a slip of the year is seen and a calendar never runs out.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class MomentAttribute : ValidationAttribute
{
    public MomentAttribute() => ErrorMessage = "This must be a time of the years 2000 to 2100, such as 2026-02-25T20:00:00Z.";

    public override bool IsValid(object? value) => value is not DateTimeOffset time || time.UtcDateTime.Year is >= 2000 and <= 2100;
}

/// <summary>From one time to another; both count.</summary>
internal readonly record struct TimeRange(DateTimeOffset From, DateTimeOffset To)
{
    /// <param name="to">Now when it is not given.</param>
    /// <param name="usual">How long before its end it begins when that is not said.</param>
    /// <param name="longest">What may be asked for at most.</param>
    public static (TimeRange Range, ApiError? Problem) Read(DateTimeOffset? from, DateTimeOffset? to, TimeSpan usual, TimeSpan longest, DateTimeOffset now)
    {
        var end = to ?? now;
        var range = new TimeRange(from ?? end - usual, end);
        return (range, range switch
        {
            _ when range.From > range.To => ApiError.Invalid("from", "from must not be later than to."),
            _ when range.To - range.From > longest => ApiError.Invalid("from", $"Ask for at most {longest.TotalDays:0} days at a time: let from be later, or to earlier."),
            _ => null,
        });
    }
}
