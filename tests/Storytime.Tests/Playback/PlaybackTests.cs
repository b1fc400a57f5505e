using System.Net;
using Storytime.Children;
using Storytime.Rights;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Playback;

public sealed class PlaybackTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_child_gets_cookies_for_a_book_on_its_shelf()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var device = await app.HandOverAsync(parent, child);

        var answer = (await PlayAsync(device, child, book)).ShouldBe(HttpStatusCode.Created);

        ((string?)answer["playback_manifest_url"]).ShouldBe($"http://localhost:5081/books/{book}/hls/index.m3u8");
        var cookies = answer["cookies"]!.AsArray();
        cookies.Select(c => (string?)c!["name"]).ShouldBe(["CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id"]);
        cookies.ShouldAllBe(c => (string?)c!["path"] == $"/books/{book}/" && (string?)c["domain"] == "localhost" && (string?)c["expires"] == (string?)answer["expires_at"]);
        var headers = answer.Headers.GetValues("Set-Cookie").ToList();
        headers.Count.ShouldBe(3);
        foreach (var (header, cookie) in headers.Zip(cookies))
        {
            header.ShouldStartWith($"{cookie!["name"]}={cookie["value"]};");
            header.ShouldContain($"path=/books/{book}/");
            foreach (var attribute in new[] { "secure", "httponly", "samesite=lax" })
                header.ShouldContain(attribute, Case.Insensitive);
            header.ShouldNotContain("expires", Case.Insensitive);
        }
    }

    [Fact]
    public async Task Cookies_last_fifteen_minutes_on_a_grid_of_whole_minutes()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var expires = ExpiresAt(await PlayAsync(parent, child, book));
        (expires - app.Now).ShouldBeInRange(TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
        expires.Second.ShouldBe(0);
    }

    [Fact]
    public async Task Cookies_end_with_the_rights_window()
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(publisherId: publisher);
        var end = app.Now.AddSeconds(100);
        await app.WindowAsync(publisher, book, app.Now.AddDays(-1), end);
        var (parent, child) = await app.FamilyAsync(book);
        ExpiresAt(await PlayAsync(parent, child, book)).ShouldBe(end);
    }

    [Fact]
    public async Task Child_playback_denied_if_book_not_in_library()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync();
        await RefusedAsync(parent, child, book, "book_not_in_library", "add_to_library");
        await RefusedAsync(parent, child, 999_999_999, "book_not_in_library", "add_to_library");
    }

    [Fact]
    public async Task Playback_denied_if_book_is_inactive()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        await app.SqlAsync($"update books set status = 'inactive' where id = {book}");
        await RefusedAsync(parent, child, book, "book_inactive", "remove_from_library");
    }

    [Fact]
    public async Task Playback_denied_if_RightsWindow_expired()
    {
        var (parent, child, book, publisher) = await PublishedAsync();
        await app.WindowAsync(publisher, book, app.Now.AddDays(-10), app.Now.AddDays(-1));
        await RefusedAsync(parent, child, book, "rights_expired", "remove_from_library");
    }

    [Fact]
    public async Task Playback_denied_if_RightsWindow_not_started_and_says_when()
    {
        var (parent, child, book, publisher) = await PublishedAsync();
        var start = app.Now.AddDays(3);
        await app.WindowAsync(publisher, book, start, app.Now.AddDays(30));
        var answer = await RefusedAsync(parent, child, book, "rights_not_started", "wait");
        ((DateTimeOffset)answer.Json["error"]!["details"]!["retry_at"]!).ShouldBe(start);
    }

    [Fact]
    public async Task Playback_denied_if_no_window_for_the_country()
    {
        var (parent, child, book, publisher) = await PublishedAsync();
        await app.WindowAsync(publisher, book, app.Now.AddDays(-1), app.Now.AddDays(1), "FR");
        await RefusedAsync(parent, child, book, "rights_unavailable", "remove_from_library");
    }

    [Fact]
    public async Task Playback_denied_if_the_publisher_is_inactive()
    {
        var (parent, child, book, publisher) = await PublishedAsync();
        await app.WindowAsync(publisher, book, app.Now.AddDays(-1), app.Now.AddDays(1));
        (await PlayAsync(parent, child, book)).ShouldBe(HttpStatusCode.Created);
        await app.SqlAsync($"update publishers set status = 'inactive' where id = {publisher}");
        await RefusedAsync(parent, child, book, "rights_unavailable", "remove_from_library");
    }

    [Fact]
    public async Task Playback_denied_if_video_is_not_ready()
    {
        var book = await app.BookAsync(video: false);
        var (parent, child) = await app.FamilyAsync(book);
        await RefusedAsync(parent, child, book, "video_not_ready", "wait");
    }

    [Fact]
    public async Task A_window_for_the_familys_own_country_is_enough()
    {
        var (parent, child, book, publisher) = await PublishedAsync();
        await app.WindowAsync(publisher, book, app.Now.AddDays(-1), app.Now.AddDays(1), "US");
        (await PlayAsync(parent, child, book)).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_shelf_says_what_playback_says()
    {
        var publisher = await app.PublisherAsync();
        var expired = await app.BookAsync(publisherId: publisher);
        await app.WindowAsync(publisher, expired, app.Now.AddDays(-10), app.Now.AddDays(-1));
        long[] books = [await app.BookAsync(), expired, await app.BookAsync(publisherId: publisher), await app.BookAsync(video: false)];
        var (parent, child) = await app.FamilyAsync(books);

        var shelf = (await parent.GetAsync($"/api/v1/children/{child}/library"))["data"]!.AsArray();
        shelf.Select(b => (long)b!["id"]!).ShouldBe(books.Reverse());
        foreach (var book in shelf)
        {
            var answer = await PlayAsync(parent, child, (long)book!["id"]!);
            ((bool)book["playable"]!).ShouldBe(answer.Status == HttpStatusCode.Created);
            ((string?)book["unavailable_reason"]).ShouldBe(answer.Status == HttpStatusCode.Created ? null : answer.ErrorCode);
        }
    }

    [Fact]
    public async Task Every_attempt_is_logged_granted_or_refused()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var session = (long)(await PlayAsync(parent, child, book))["id"]!;
        await PlayAsync(parent, child, book + 1_000_000);
        (await app.SqlAsync($"select string_agg(granted || ' ' || coalesce(refusal, '') || ' ' || coalesce(playback_session_id::text, ''), '; ' order by id) from playback_attempts where child_profile_id = {child}"))
            .ShouldBe($"true  {session}; false book_not_in_library ");
    }

    [Fact]
    public async Task A_child_of_another_family_is_404_and_the_attempt_is_logged()
    {
        var book = await app.BookAsync();
        var (_, child) = await app.FamilyAsync(book);
        var stranger = await app.ParentAsync();
        (await PlayAsync(stranger, child, book)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await app.SqlAsync($"select count(*) from playback_attempts where child_profile_id = {child} and not granted")).ShouldBe(1L);
    }

    [Fact]
    public async Task A_sibling_of_the_device_is_404()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var sibling = await parent.ChildAsync("Ben");
        var device = await app.HandOverAsync(parent, sibling);
        (await PlayAsync(device, child, book)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_book_id_is_needed()
    {
        var (parent, child) = await app.FamilyAsync();
        var answer = await parent.PostAsync($"/api/v1/children/{child}/playback_sessions", new { });
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["book_id"].ShouldNotBeNull();
    }

    private async Task<(ApiClient Parent, long Child, long Book, long Publisher)> PublishedAsync()
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(publisherId: publisher);
        var (parent, child) = await app.FamilyAsync(book);
        return (parent, child, book, publisher);
    }

    private static async Task<Answer> RefusedAsync(ApiClient caller, long child, long book, string code, string parentAction)
    {
        var answer = (await PlayAsync(caller, child, book)).ShouldBeError(HttpStatusCode.Forbidden, code);
        var details = answer.Json["error"]!["details"]!.AsObject();
        ((string?)details["parent_action"]).ShouldBe(parentAction);
        ((string?)details["kid_message_key"]).ShouldBe("kid." + code);
        details.ContainsKey("retry_at").ShouldBeTrue();
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        return answer;
    }

    private static Task<Answer> PlayAsync(ApiClient caller, long child, long book) =>
        caller.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book });

    private static DateTimeOffset ExpiresAt(Answer answer) => (DateTimeOffset)answer.ShouldBe(HttpStatusCode.Created)["expires_at"]!;
}

/// <summary>The order of the reasons, for all combinations of facts.</summary>
public sealed class EntitlementTests
{
    [Fact]
    public void The_first_reason_in_the_documented_order_wins()
    {
        var now = DateTimeOffset.UnixEpoch;
        foreach (var bits in Enumerable.Range(0, 64))
        {
            foreach (var (windows, up) in from w in new[] { "none", "future", "past" } from u in new TimeUp?[] { null, TimeUp.QuietHours, TimeUp.DailyLimitReached } select (w, u))
            {
                var (inLibrary, holdsNow) = (Bit(0), Bit(4));
                var book = new BookFacts(
                    IsActive: Bit(1), HasPublisher: Bit(2), PublisherIsActive: Bit(3), WindowEndsAt: holdsNow ? now.AddHours(1) : null,
                    NextWindowStartsAt: windows == "future" ? now.AddDays(1) : null, HadWindow: windows == "past", VideoIsReady: Bit(5));
                var needsWindow = book.HasPublisher && !holdsNow;
                PlaybackRefusal? expected =
                    !inLibrary ? PlaybackRefusal.BookNotInLibrary
                    : !book.IsActive ? PlaybackRefusal.BookInactive
                    : needsWindow && windows == "future" ? PlaybackRefusal.RightsNotStarted
                    : needsWindow && windows == "past" ? PlaybackRefusal.RightsExpired
                    : needsWindow || (book.HasPublisher && !book.PublisherIsActive) ? PlaybackRefusal.RightsUnavailable
                    : !book.VideoIsReady ? PlaybackRefusal.VideoNotReady
                    : up == TimeUp.QuietHours ? PlaybackRefusal.QuietHours
                    : up == TimeUp.DailyLimitReached ? PlaybackRefusal.DailyLimitReached
                    : null;
                var decision = Entitlement.Decide(inLibrary, book, new StoryTime(up, null, up is null ? null : now.AddHours(3)));
                decision.Refusal.ShouldBe(expected, $"{book}, on the shelf: {inLibrary}");
                decision.RetryAt.ShouldBe(expected switch
                {
                    PlaybackRefusal.RightsNotStarted => book.NextWindowStartsAt,
                    PlaybackRefusal.QuietHours or PlaybackRefusal.DailyLimitReached => now.AddHours(3),
                    _ => null,
                });
                decision.MustEndAt.ShouldBe(expected is null && book.HasPublisher ? book.WindowEndsAt : null);
                // A yes ends with the rights or with the child's time, whatever is first.
                foreach (var minutes in new[] { 59, 61 })
                {
                    DateTimeOffset? end = !book.HasPublisher || minutes == 59 ? now.AddMinutes(minutes) : book.WindowEndsAt;
                    Entitlement.Decide(inLibrary, book, new StoryTime(up, now.AddMinutes(minutes), null)).MustEndAt.ShouldBe(expected is null ? end : null);
                }
                bool Bit(int n) => (bits >> n & 1) == 1;
            }
        }
    }

    [Fact]
    public void Every_refusal_has_its_words()
    {
        foreach (var refusal in Enum.GetValues<PlaybackRefusal>())
        {
            Entitlement.Message(refusal).ShouldNotBeNullOrWhiteSpace();
            Entitlement.ParentAction(refusal).ShouldNotBeNullOrWhiteSpace();
        }
    }
}
