namespace Storytime.Tests.Children;

/// <summary>
/// Screen time as somebody would do it with a clock on the wall and a pencil: looks at each second or minute for itself, with .NET's time zones. It shares nothing with
/// the rules it is compared with. Moments are seconds since 2026 began, in UTC.
/// </summary>
internal sealed class PlainScreenTime(PlainZone zone, int? dailyMinutes, (int Start, int End)[] quiet)
{
    public const int Minute = 60;
    public const int Hour = 3600;

    private readonly bool[] _quiet = Paint(quiet);
    private int _extra;
    private bool _stopped;
    private int _exceptionEnds = int.MinValue;
    private int _lifted = int.MinValue;

    public int ExceptionEnds => _exceptionEnds;

    public bool IsStopped(int at) => _stopped && at < _exceptionEnds;

    public void Say(int now, int extra, bool stopped, PlainZone where)
    {
        var added = extra - (now < _exceptionEnds ? _extra : 0);
        if (added > 0)
            _lifted = Math.Max(now, _lifted) + (added * Minute);
        else if (_lifted > now)
            _lifted = Math.Max(now, _lifted + (added * Minute));
        (_extra, _stopped, _exceptionEnds) = (extra, stopped, where.NextDay(now));
    }

    /// <summary>"quiet", "used up", or null when the child may watch.</summary>
    public string? WhyNot(int at, double watched) =>
        IsQuiet(at) ? "quiet"
        : IsStopped(at) ? "used up"
        : Allowance(at) is { } allowed && allowed - watched < 1 ? "used up"
        : null;

    public bool IsQuiet(int at) => at >= _lifted && _quiet[zone.TimeOfDay(at)];

    /// <summary>Watches on, second by second, until somebody says stop; null when nobody does for 13 hours.</summary>
    public int? WatchOn(int now, double watched)
    {
        var quietNow = IsQuiet(now);
        for (var at = now; at < now + (13 * Hour); at++)
        {
            if (at % Minute == 0)
                quietNow = IsQuiet(at);
            if (at > now && zone.Day(at) != zone.Day(at - 1))
                watched = 0;
            if (quietNow || (at == _lifted && IsQuiet(at)) || (Allowance(at) is { } allowed && allowed - watched < 1))
                return at;
            watched++;
        }
        return null;
    }

    /// <summary>Asks again at every minute; null when the answer stays no for 8 days.</summary>
    public int? AskAgain(int now, double watched)
    {
        for (var at = (now / Minute * Minute) + Minute; at < now + (8 * 24 * Hour); at += Minute)
        {
            if (WhyNot(at, zone.Day(at) == zone.Day(now) ? watched : 0) is null)
                return at;
        }
        return null;
    }

    public int? QuietUntil(int now)
    {
        for (var at = (now / Minute * Minute) + Minute; at < now + (8 * 24 * Hour); at += Minute)
        {
            if (!IsQuiet(at))
                return at;
        }
        return null;
    }

    public double? Remaining(int now, double watched) =>
        IsStopped(now) ? 0 : Allowance(now) is { } allowed ? Math.Max(0, Math.Floor(allowed - watched)) : null;

    /// <summary>Each minute of a day, quiet or not.</summary>
    private static bool[] Paint((int Start, int End)[] spans)
    {
        var quiet = new bool[1440];
        foreach (var (start, end) in spans)
        {
            for (var minute = start; minute != end; minute = (minute + 1) % 1440)
                quiet[minute] = true;
        }
        return quiet;
    }

    private int? Allowance(int at) => (dailyMinutes + (at < _exceptionEnds ? _extra : 0)) * Minute;
}

/// <summary>What the clocks of a time zone show, minute by minute, for two years and a little more.</summary>
internal sealed class PlainZone
{
    private const int Minutes = 780 * 1440;

    private static readonly DateTime _start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly int[] _shown = new int[Minutes];

    public PlainZone(string name)
    {
        Name = name;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        List<int> changes = [];
        for (var minute = 0; minute < Minutes; minute++)
        {
            var utc = _start.AddMinutes(minute);
            _shown[minute] = (int)(TimeZoneInfo.ConvertTimeFromUtc(utc, zone) - _start).TotalMinutes + 1440;
            if (minute > 0 && _shown[minute] != _shown[minute - 1] + 1)
                changes.Add(minute * 60);
        }
        Changes = [.. changes.Where(c => c is > 20 * 86_400 and < 740 * 86_400)];
    }

    public string Name { get; }

    /// <summary>When clocks are put forward or back.</summary>
    public int[] Changes { get; }

    public int Day(int at) => _shown[at / 60] / 1440;

    public int TimeOfDay(int at) => _shown[at / 60] % 1440;

    /// <summary>The first moment of the next day.</summary>
    public int NextDay(int at)
    {
        var day = Day(at);
        for (at = at / 60 * 60; Day(at) == day; at += 60)
        {
        }
        return at;
    }
}
