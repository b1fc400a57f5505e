using System.Net;
using CsCheck;
using Storytime.Catalog;
using Storytime.Rights;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

/// <summary>What support is told is what playback does.</summary>
public sealed class EntitlementPropertyTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private enum Window
    {
        None,
        Holds,
        Over,
        ToCome,
        OfAnotherCountry,
        OfAFormerPublisher,
        EndsWithinASecond,
    }

    private sealed record Rights(PublisherStatus? Publisher, Window Window);

    private sealed record Limits(int? DailyMinutes, bool Quiet, bool FinishStory, int ExtraMinutes, bool Stopped);

    private sealed record Situation(bool OnShelf, BookStatus Status, Rights Rights, bool Video, Limits? Limits, int WatchedMinutes, bool Grace, bool ByDevice);

    private static readonly Gen<Rights> _rights = Gen.Select(
        Gen.OneOf<PublisherStatus?>(null, PublisherStatus.Active, PublisherStatus.Active, PublisherStatus.Inactive), Gen.Enum<Window>(), (p, w) => new Rights(p, w));

    private static readonly Gen<Limits?> _limits = Gen.Select(
        Gen.OneOf<int?>(null, 0, 30), Gen.Bool, Gen.Bool, Gen.OneOf(0, 15), Gen.Frequency((4, false), (1, true)), Gen.Bool,
        (minutes, quiet, finish, extra, stopped, set) => set ? new Limits(minutes, quiet, finish, extra, stopped) : null);

    /// <summary>Mostly yes, so that the later rules get their turn.</summary>
    private static readonly Gen<bool> _mostly = Gen.Frequency((6, true), (1, false));

    private static readonly Gen<Situation> _situation = Gen.Select(
        Gen.Select(_mostly, _mostly, _rights, _mostly), Gen.Select(_limits, Gen.OneOf(0, 20, 40), Gen.Bool, Gen.Bool),
        (book, child) => new Situation(
            book.Item1, book.Item2 ? BookStatus.Active : BookStatus.Inactive, book.Item3, book.Item4, child.Item1, child.Item2, child.Item3, child.Item4));

    private readonly StorytimeApp _app = app.With("Auth:AdminTokenLifetime", "100.00:00:00");

    [Fact]
    public async Task The_explanation_is_what_playback_does_and_the_first_no_of_its_rules_in_every_situation()
    {
        _app.MoveTo("12:00");
        var admin = await _app.AdminAsync();
        var seen = new HashSet<string>();
        await _situation.SampleAsync(async situation =>
        {
            var (caller, child, book) = await MakeAsync(situation);
            var explained = (await admin.GetAsync($"/admin/api/v1/entitlements?child_id={child}&book_id={book}")).ShouldBe(HttpStatusCode.OK);
            var played = await caller.PlayAsync(child, book);

            var answer = explained["answer"]!;
            var refusal = (string?)answer["refusal"];
            (played.Status == HttpStatusCode.Created ? null : played.ErrorCode).ShouldBe(refusal, $"{situation} {explained.Text}");
            ((bool)answer["granted"]!).ShouldBe(refusal is null);
            explained["rules"]!.AsArray().Select(r => (string?)r!["refusal"]).FirstOrDefault(r => r is not null).ShouldBe(refusal);
            if (refusal is null)
                ((DateTimeOffset?)answer["until"] >= (DateTimeOffset)played["expires_at"]! || answer["until"] is null).ShouldBeTrue(explained.Text);
            else
                ((DateTimeOffset?)answer["retry_at"]).ShouldBe((DateTimeOffset?)played["error"]!["details"]!["retry_at"]);
            var attempt = (await admin.GetAsync($"/admin/api/v1/entitlements?child_id={child}&book_id={book}"))["attempts"]!.AsArray().ShouldHaveSingleItem()!;
            ((bool)attempt["granted"]!, (string?)attempt["refusal"]).ShouldBe((refusal is null, refusal));
            lock (seen)
                seen.Add(refusal ?? "granted");
        }, iter: 150, threads: 1);
        seen.Count.ShouldBeGreaterThan(6, string.Join(", ", seen));
    }

    private async Task<(ApiClient Caller, long Child, long Book)> MakeAsync(Situation s)
    {
        long? publisher = s.Rights.Publisher is { } status ? await _app.PublisherAsync(status) : null;
        var book = await _app.BookAsync(publisherId: publisher, status: s.Status, video: s.Video, durationSeconds: 1800);
        if (publisher is { } giver)
            await GiveRightsAsync(giver, book, s.Rights.Window);
        var (parent, child) = await _app.FamilyAsync();
        if (s.OnShelf)
        {
            await _app.SqlAsync($"insert into library_items (child_profile_id, book_id, added_by_user_id, created_at) select id, {book}, user_id, now() from child_profiles where id = {child}");
        }
        if (s.Limits is { } limits)
        {
            await parent.LimitAsync(child, limits.DailyMinutes, limits.FinishStory, quiet: limits.Quiet ? ["11:00-13:00"] : []);
            if (limits.ExtraMinutes > 0 || limits.Stopped)
                await parent.TodayAsync(child, new { extra_minutes = limits.ExtraMinutes, stopped = limits.Stopped });
        }
        if (s.WatchedMinutes > 0)
        {
            var begin = _app.Now.AddMinutes(-50);
            await _app.StoreEventsAsync(child, [.. Enumerable.Range(0, s.WatchedMinutes).Select(m => (book, (long?)null, m == 0 ? "play_start" : "heartbeat", begin.AddMinutes(m))),
                (book, null, "play_end", begin.AddMinutes(s.WatchedMinutes))]);
        }
        if (s.Grace)
            await _app.SqlAsync($"insert into story_graces (child_profile_id, book_id, ends_at) values ({child}, {book}, '{_app.Now.AddMinutes(5):o}')");
        return (s.ByDevice ? await _app.HandOverAsync(parent, child) : parent, child, book);
    }

    private async Task GiveRightsAsync(long publisher, long book, Window window)
    {
        var now = _app.Now;
        switch (window)
        {
            case Window.Holds:
                await _app.WindowAsync(publisher, book, now.AddDays(-1), now.AddDays(1));
                break;
            case Window.Over:
                await _app.WindowAsync(publisher, book, now.AddDays(-2), now);
                break;
            case Window.ToCome:
                await _app.WindowAsync(publisher, book, now.AddDays(1), now.AddDays(2));
                break;
            case Window.OfAnotherCountry:
                await _app.WindowAsync(publisher, book, now.AddDays(-1), now.AddDays(1), "FR");
                break;
            case Window.OfAFormerPublisher:
                await _app.WindowAsync(await _app.PublisherAsync(), book, now.AddDays(-1), now.AddDays(1));
                break;
            case Window.EndsWithinASecond:
                await _app.WindowAsync(publisher, book, now.AddDays(-1), now.AddMilliseconds(500));
                break;
            case Window.None:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(window));
        }
    }
}
