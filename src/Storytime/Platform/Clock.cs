namespace Storytime.Platform;

internal static class Clock
{
    /// <summary>Now in UTC, to the microsecond: what PostgreSQL keeps, so that a time reads back as it was written.</summary>
    public static DateTimeOffset Now(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
