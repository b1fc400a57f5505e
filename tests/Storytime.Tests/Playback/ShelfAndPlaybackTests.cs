using System.Net;
using CsCheck;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Playback;

public sealed class ShelfAndPlaybackTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    /// <summary>Tests move the clock further than a parent's token lives else.</summary>
    private readonly StorytimeApp _app = app.With("Auth:ParentTokenLifetime", "1.00:00:00");

    private sealed record State(int Later, int? Daily, bool Finish, string[] Quiet, int Watched, int? Extra, bool Stopped, int Begun, int Wait);

    private static readonly Gen<string> _span = Gen.Select(Gen.Int[0, 23], Gen.Int[0, 23]).Where((a, b) => a != b).Select((a, b) => $"{a:00}:00-{b:00}:00");

    private static readonly Gen<State> _state = Gen.Select(
        Gen.Int[0, 180],
        Gen.OneOf(Gen.Const((int?)null), Gen.Int[0, 40].Select(m => (int?)m)),
        Gen.Bool,
        _span.Array[0, 1],
        Gen.Int[0, 40],
        Gen.OneOf(Gen.Const((int?)null), Gen.Int[0, 20].Select(m => (int?)m)),
        Gen.Frequency((6, false), (1, true)),
        Gen.Int[0, 12],
        (later, daily, finish, quiet, watched, extra, stopped, wait) => new State(later, daily, finish, quiet, watched, extra, stopped, wait % 3, wait));

    [Fact]
    public async Task The_shelf_says_what_playback_says_in_any_state_of_screen_time()
    {
        var publisher = await _app.PublisherAsync();
        var expired = await _app.BookAsync(publisherId: publisher);
        await _app.WindowAsync(publisher, expired, _app.Now.AddDays(-10), _app.Now.AddDays(-1));
        long[] books = [await _app.BookAsync(durationSeconds: 900), await _app.BookAsync(durationSeconds: 1200), expired, await _app.BookAsync(video: false)];
        HashSet<string?> seen = [];
        await _state.SampleAsync(async state =>
        {
            _app.Clock.Advance(TimeSpan.FromMinutes(state.Later));
            var (parent, child) = await _app.FamilyAsync(books);
            var device = await _app.HandOverAsync(parent, child);
            if (state.Daily is not null || state.Quiet.Length > 0)
                await parent.LimitAsync(child, state.Daily, state.Finish, "UTC", state.Quiet);
            if (state.Watched > 0)
                await device.WatchedAsync(child, books[0], _app.Now.AddMinutes(-state.Watched), _app.Now, position: 60);
            if (state.Extra is not null || state.Stopped)
                await parent.TodayAsync(child, new { extra_minutes = state.Extra, stopped = state.Stopped });
            // Perhaps a story has begun, of which some is watched.
            if (state.Begun < 2 && (await device.PlayAsync(child, books[state.Begun])).Status == HttpStatusCode.Created)
            {
                _app.Clock.Advance(TimeSpan.FromMinutes(state.Wait));
                if (state.Wait > 0)
                    await device.WatchedAsync(child, books[state.Begun], _app.Now.AddMinutes(-state.Wait), _app.Now);
            }

            var shelf = (await device.GetAsync($"/api/v1/children/{child}/library"))["data"]!.AsArray();
            shelf.Count.ShouldBe(books.Length);
            foreach (var book in shelf)
            {
                var answer = await device.PlayAsync(child, (long)book!["id"]!);
                ((bool)book["playable"]!).ShouldBe(answer.Status == HttpStatusCode.Created, answer.Text);
                ((string?)book["unavailable_reason"]).ShouldBe(answer.Status == HttpStatusCode.Created ? null : answer.ErrorCode);
                seen.Add((string?)book["unavailable_reason"]);
            }
        }, iter: 60, threads: 1);
        seen.ShouldBe([null, "rights_expired", "video_not_ready", "quiet_hours", "daily_limit_reached"], ignoreOrder: true);
    }
}
