using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class PlaybackAttemptTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Attempts = "/admin/api/v1/playback_attempts";

    private readonly StorytimeApp _app = app.With("Auth:AdminTokenLifetime", "100.00:00:00").With("Auth:ParentTokenLifetime", "100.00:00:00");

    [Fact]
    public async Task Who_was_granted_or_refused_what_and_why_newest_first()
    {
        var (shelf, elsewhere) = (await _app.BookAsync("The Moon Boat"), await _app.BookAsync("Owls"));
        var family = await SupportFamily.RegisterAsync(_app);
        var stranger = await SupportFamily.RegisterAsync(_app);
        var child = await family.Parent.ChildAsync();
        (await family.Parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = shelf })).ShouldBe(HttpStatusCode.Created);
        var (device, session) = await family.HandOverAsync(_app, child);
        var opened = await device.OpenAsync(child, shelf);
        (await device.PlayAsync(child, elsewhere)).ShouldBeError(HttpStatusCode.Forbidden, "book_not_in_library");
        (await stranger.Parent.PlayAsync(child, shelf)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        var admin = await _app.AdminAsync();

        var all = (await admin.GetAsync($"{Attempts}?child_id={child}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray();
        all.Select(a => ((long)a!["user_id"]!, (long)a["book_id"]!, (string?)a["book_title"], (long?)a["child_session_id"], (bool)a["granted"]!, (string?)a["refusal"], (long?)a["playback_session_id"])).ShouldBe([
            (stranger.UserId, shelf, "The Moon Boat", null, false, null, null),
            (family.UserId, elsewhere, "Owls", session, false, "book_not_in_library", null),
            (family.UserId, shelf, "The Moon Boat", session, true, null, opened),
        ]);
        all.Select(a => a!["message"] is null).ShouldBe([false, false, true]);
        (await CountAsync(admin, $"child_id={child}&outcome=granted")).ShouldBe(1);
        (await CountAsync(admin, $"child_id={child}&outcome=refused")).ShouldBe(2);
        (await CountAsync(admin, $"child_id={child}&outcome=not_their_child")).ShouldBe(1);
        (await CountAsync(admin, $"child_id={child}&refusal=book_not_in_library")).ShouldBe(1);
        (await CountAsync(admin, $"child_id={child}&refusal=quiet_hours")).ShouldBe(0);
        (await CountAsync(admin, $"user_id={stranger.UserId}")).ShouldBe(1);
        (await CountAsync(admin, $"book_id={elsewhere}")).ShouldBe(1);
        (await CountAsync(admin, $"child_id={child}&per_page=1&page=3")).ShouldBe(1);
    }

    [Fact]
    public async Task The_last_seven_days_are_shown_unless_others_are_asked_for()
    {
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var admin = await _app.AdminAsync();
        var first = _app.Now;
        await parent.OpenAsync(child, book);
        _app.Clock.Advance(TimeSpan.FromDays(7));
        (await CountAsync(admin, $"child_id={child}")).ShouldBe(1);
        _app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await CountAsync(admin, $"child_id={child}")).ShouldBe(0);
        (await CountAsync(admin, $"child_id={child}&from={SupportStaff.Query(first)}")).ShouldBe(1);
        (await CountAsync(admin, $"child_id={child}&to={SupportStaff.Query(first)}")).ShouldBe(1);
        (await CountAsync(admin, $"child_id={child}&to={SupportStaff.Query(first.AddTicks(-10))}")).ShouldBe(0);
        (await CountAsync(admin, $"child_id={child}&from={SupportStaff.Query(first.AddTicks(10))}&to={SupportStaff.Query(first.AddDays(1))}")).ShouldBe(0);
    }

    [Theory]
    [InlineData("from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:01Z")]
    [InlineData("from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z")]
    [InlineData("from=0001-01-01T00:00:00Z")]
    [InlineData("to=0001-01-01T00:00:00Z")]
    [InlineData("to=9999-12-31T23:59:59Z")]
    [InlineData("outcome=perhaps")]
    [InlineData("refusal=granted")]
    public async Task What_makes_no_sense_is_refused(string query) =>
        (await (await _app.AdminAsync()).GetAsync($"{Attempts}?{query}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");

    private static async Task<int> CountAsync(ApiClient admin, string query) => (await admin.GetAsync($"{Attempts}?{query}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Count;
}
