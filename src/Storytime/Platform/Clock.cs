namespace Storytime.Platform;

internal static class Clock
{
    /// <summary>Now in UTC, to the microsecond: what PostgreSQL keeps, so that a time reads back as it was written.</summary>
    public static DateTimeOffset Now(this TimeProvider time) => time.GetUtcNow().Stored();

    /// <summary>A time as it reads back from PostgreSQL: in UTC, to the microsecond.</summary>
    public static DateTimeOffset Stored(this DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
