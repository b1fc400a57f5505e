using CsCheck;
using Storytime.Children;
using Storytime.Playback;

namespace Storytime.Tests.Children;

/// <summary>The rules against a plain model, on ten thousand days; most of them are days on which clocks are changed.</summary>
public sealed class ScreenTimeRulesTests
{
    private const long Book = 7;

    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly PlainZone[] _zones =
    [
        .. new[] { "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Pacific/Auckland" }.Select(name => new PlainZone(name)),
    ];

    private sealed record Said(int Ago, int Extra, bool Stopped, bool Elsewhere);

    private sealed record Day(
        PlainZone Zone, int Now, double Fraction, int? Daily, (int Start, int End)[] Quiet, Said[] Said, (int Ago, int Long)[] Watched, bool Finish, (long Book, int Ahead)? Grace, int? Story);

    /// <summary>Quarters of an hour are most likely to meet the clock changes, but any minute may be one.</summary>
    private static readonly Gen<int> _timeOfDay = Gen.Frequency((3, Gen.Int[0, 95].Select(q => q * 15)), (1, Gen.Int[0, 1439]));

    private static readonly Gen<(int, int)[]> _quiet = Gen.Frequency(
        (1, Gen.Const(Array.Empty<(int, int)>())),
        (4, Gen.Select(_timeOfDay, _timeOfDay).Where((start, end) => start != end).Array[1, 3]),
        (1, Gen.Const(new[] { (0, 720), (720, 0) })));

    private static readonly Gen<(PlainZone Zone, int Now)> _moment = Gen.OneOf(_zones).SelectMany(zone => Gen.Frequency(
        (zone.Changes.Length, Gen.Select(Gen.OneOf(zone.Changes.Length > 0 ? zone.Changes : [0]), Gen.Int[-30 * 3600, 30 * 3600], (change, away) => (zone, change + away))),
        (1, Gen.Int[20 * 86_400, 740 * 86_400].Select(now => (zone, now)))));

    private static readonly Gen<Day> _day = Gen.Select(
        _moment,
        Gen.Frequency((3, Gen.Const(0.0)), (1, Gen.Int[1, 999].Select(ms => ms / 1000.0))),
        Gen.Frequency((1, Gen.Const((int?)null)), (4, Gen.Int[0, 180].Select(m => (int?)m)), (1, Gen.Int[0, 1440].Select(m => (int?)m))),
        _quiet,
        Gen.Select(Gen.Int[0, 30 * 3600], Gen.Int[0, 120], Gen.Frequency((4, false), (1, true)), Gen.Frequency((4, false), (1, true)), (a, e, s, w) => new Said(a, e, s, w)).Array[0, 3],
        Gen.Select(Gen.Int[0, 30 * 3600], Gen.Int[1, 2 * 3600]).Array[0, 4],
        Gen.Select(Gen.Bool, Gen.Select(Gen.Long[Book, Book + 1], Gen.Int[-600, 3600])),
        Gen.Int[0, 7200],
        (at, fraction, daily, quiet, said, watched, finish, story) =>
            new Day(at.Zone, at.Now, fraction, daily, quiet, said, watched, finish.Item1, story % 3 == 0 ? null : finish.Item2, story % 5 == 0 ? null : story));

    [Fact]
    public void The_rules_agree_with_a_plain_model_on_ten_thousand_days() => _day.Sample(day =>
    {
        var (rules, plain, watched) = Make(day);
        var at = Moment(day.Now);
        var state = rules.At(at, watched.ByRules);

        watched.ByRules.ShouldBe(watched.Plain, 0.000001, "watched today");
        var whyNot = plain.WhyNot(day.Now, watched.Plain);
        state.Up.ShouldBe(whyNot switch { "quiet" => TimeUp.QuietHours, "used up" => TimeUp.DailyLimitReached, _ => null });
        state.PlayableUntil.ShouldBe(whyNot is null ? Moment(plain.WatchOn(day.Now, watched.Plain)) : null, "playable until");
        state.NextPlayableAt.ShouldBe(whyNot is null ? null : Moment(plain.AskAgain(day.Now, watched.Plain)), "playable again");
        state.QuietUntil.ShouldBe(plain.IsQuiet(day.Now) ? Moment(plain.QuietUntil(day.Now)) : null, "quiet until");
        ((double?)state.RemainingSeconds).ShouldBe(plain.Remaining(day.Now, watched.Plain), "remaining");
    }, iter: 10_000);

    /// <summary>With the mint's rounding, at any fraction of a second.</summary>
    [Fact]
    public void No_cookie_outlives_what_is_allowed_and_whoever_may_watch_gets_one() => Gen.Select(_day, Gen.Int[0, 999_999]).Sample((day, microseconds) =>
    {
        var (rules, plain, watched) = Make(day);
        var now = Moment(day.Now).AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
        var story = rules.At(now, watched.ByRules).For(Book, day.Grace is { } g ? StoryGrace.Of(1, g.Book, Moment(day.Now + g.Ahead)) : null, day.Story);

        var finishes = day.Finish && !plain.IsStopped(day.Now);
        bool plays;
        int? end;
        if (plain.WhyNot(day.Now, watched.Plain) is null)
        {
            (plays, end) = (true, plain.WatchOn(day.Now, watched.Plain));
            var isAnothers = day.Grace is { Book: not Book, Ahead: > 0 };
            if (finishes && !isAnothers && day.Story is { } seconds && end is not null)
                end = Math.Max(end.Value, day.Now + seconds);
        }
        else
        {
            plays = finishes && day.Grace is { Book: Book, Ahead: > 0 };
            end = day.Now + day.Grace?.Ahead;
        }

        (story.Up is null).ShouldBe(plays);
        if (!plays)
            return;
        var expires = CookieMint.Expiry(now, story.Until, new CloudFrontOptions());
        expires.ShouldBeGreaterThan(now);
        if (end is not null)
            expires.ShouldBeLessThanOrEqualTo(Moment(end.Value));
    }, iter: 10_000);

    private static (ScreenTimeRules Rules, PlainScreenTime Plain, (double ByRules, double Plain) Watched) Make(Day day)
    {
        var setting = ScreenTime.For(1);
        setting.Set(day.Daily, [.. day.Quiet.Select(q => new QuietHours(ToTime(q.Start), ToTime(q.End)))], day.Zone.Name, day.Finish, _start);
        var plain = new PlainScreenTime(day.Zone, day.Daily, day.Quiet);
        ScreenTimeException? exception = null;
        foreach (var said in day.Said.OrderByDescending(s => s.Ago))
        {
            // A family that came home yesterday.
            var where = said.Elsewhere ? _zones[0] : day.Zone;
            var at = day.Now - said.Ago;
            var ends = new ScreenTimeRules(null, null, where.Name).DayOf(Moment(at)).End;
            (exception ??= ScreenTimeException.For(1, Moment(at))).Say(said.Extra, said.Stopped, Moment(at), ends);
            plain.Say(at, said.Extra, said.Stopped, where);
            ends.ShouldBe(Moment(plain.ExceptionEnds));
        }

        var rules = new ScreenTimeRules(setting, exception);
        var (from, seconds, counted) = (rules.DayOf(Moment(day.Now)).Start, 0.0, 0);
        var free = day.Now - (40 * 3600);
        foreach (var (ago, lasts) in day.Watched.OrderByDescending(w => w.Ago))
        {
            var (start, end) = (Math.Max(free, day.Now - ago), Math.Min(day.Now, day.Now - ago + lasts));
            for (var second = start; second < end; second++)
                counted += day.Zone.Day(second) == day.Zone.Day(day.Now) ? 1 : 0;
            seconds += Math.Max(0, (Moment(end) - (Moment(start) > from ? Moment(start) : from)).TotalSeconds);
            free = Math.Max(free, end);
        }
        return (rules, plain, (seconds + day.Fraction, counted + day.Fraction));
    }

    private static TimeOnly ToTime(int minutes) => TimeOnly.MinValue.AddMinutes(minutes);

    private static DateTimeOffset Moment(int seconds) => _start.AddSeconds(seconds);

    private static DateTimeOffset? Moment(int? seconds) => seconds is { } s ? Moment(s) : null;
}
