using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;
using Storytime.Usage;
using static Storytime.Tests.Usage.UsageBodies;

namespace Storytime.Tests.Usage;

public sealed class SetAsideTests(StorytimeApp fixture) : IClassFixture<StorytimeApp>
{
    private readonly StorytimeApp _app = fixture.With("Logging:LogLevel:Storytime.Usage.SetAside", "Information");

    private const string RowsSql = "select string_agg(concat_ws(' ', code, coalesce(child_profile_id::text, '-')), ', ' order by id) from set_aside_events where user_id = ";

    [Fact]
    public async Task Every_rejected_event_is_kept_with_the_reason_and_as_it_was_sent_if_it_names_a_child_of_the_account()
    {
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var (_, stranger) = await _app.FamilyAsync(book);
        var id = Guid.NewGuid();
        JsonNode[] events =
        [
            _app.Event(child, book, "play_start", eventId: id),
            _app.Event(child, book, "pause", eventId: id),
            _app.Event(child, book, "jump"),
            _app.Event(stranger, book, "heartbeat"),
            _app.Event(child, book + 1_000_000, "heartbeat"),
            _app.Event(child, book, "heartbeat", _app.Now.AddMinutes(6)),
            _app.Event(child, book, "heartbeat", _app.Now.AddDays(-31)),
            JsonValue.Create("not an object"),
            _app.Event(child, book, "heartbeat", session: 999_999_999),
        ];
        (await parent.ReportAsync(Batch(events))).ShouldBe(HttpStatusCode.OK);
        var userId = await UserIdAsync(parent);
        string[] expected =
        [
            $"conflict {child}", $"validation_failed {child}", "not_found -", $"book_not_in_library {child}", $"in_the_future {child}", $"too_old {child}", "validation_failed -",
            $"validation_failed {child}",
        ];
        (await _app.SqlAsync(RowsSql + userId)).ShouldBe(string.Join(", ", expected));
        // With what names a stranger's child, or none, nobody could erase that child's part.
        (await _app.SqlAsync($"select string_agg(code, ' ' order by id) from set_aside_events where user_id = {userId} and body = ''")).ShouldBe("not_found validation_failed");
        JsonNode[] withBody = [.. events[1..].Where(e => e != events[3] && e != events[7])];
        (await _app.SqlAsync($"select jsonb_agg(body::jsonb order by id)::text = '{new JsonArray([.. withBody.Select(e => e.DeepClone())]).ToJsonString()}'::jsonb::text from set_aside_events where user_id = {userId} and body <> ''"))
            .ShouldBe(true);
        (await _app.SqlAsync($"select count(*) from set_aside_events where user_id = {userId} and received_at = '{_app.Now:o}' and length(message) > 10")).ShouldBe(8L);
    }

    [Fact]
    public async Task A_single_event_that_is_refused_is_kept_too()
    {
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var (_, stranger) = await _app.FamilyAsync(book);
        var first = _app.Event(child, book, "pause", eventId: Guid.NewGuid());
        (await parent.ReportAsync(first)).ShouldBe(HttpStatusCode.Created);
        (await parent.ReportAsync(first.With("event_type", "resume"))).ShouldBe(HttpStatusCode.Conflict);
        (await parent.ReportAsync(first.With("book_id", 999_999_999))).ShouldBe(HttpStatusCode.Forbidden);
        (await parent.ReportAsync(first.With("child_id", stranger))).ShouldBe(HttpStatusCode.NotFound);
        (await parent.ReportAsync(first.With("occurred_at", null))).ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await _app.SqlAsync(RowsSql + await UserIdAsync(parent))).ShouldBe($"conflict {child}, book_not_in_library {child}, not_found -, validation_failed {child}");
    }

    [Fact]
    public async Task What_a_device_in_child_mode_sent_is_its_parents()
    {
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var sibling = await parent.ChildAsync("Ben");
        var device = await _app.HandOverAsync(parent, child);
        (await device.ReportAsync(Batch(_app.Event(child, book, "jump"), _app.Event(sibling, book, "pause")))).Outcome().ShouldBe("0 0 validation_failed,not_found");
        // Of the sibling, too: it goes with the sibling.
        (await _app.SqlAsync(RowsSql + await UserIdAsync(parent))).ShouldBe($"validation_failed {child}, not_found {sibling}");
    }

    [Fact]
    public async Task What_is_long_or_no_text_is_cut_and_kept_and_costs_nobody_an_answer()
    {
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var good = _app.Event(child, book, "heartbeat").ToJsonString();
        foreach (var letter in new[] { "a", "é", "猫", "😀" })
        {
            foreach (var shift in new[] { "", "x" })
                (await parent.ReportAsync($$"""{"events":[{"child_id":{{child}},"{{shift}}":"{{string.Concat(Enumerable.Repeat(letter, 3000))}}"}, {{good}}]}""")).Outcome().ShouldBe("1 0 validation_failed");
        }
        (await parent.ReportAsync($$"""{"events":[{"\ud800\udfff":"\ud800\u0000"}, {"\ud800":1}, "\udc00", {{good}}]}""")).Outcome().ShouldBe("1 0 validation_failed,validation_failed,validation_failed");
        // A byte that UTF-8 does not have.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/usage_events");
        request.Headers.Authorization = new("Bearer", parent.Token);
        request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes($$"""{"events":[{"child_id":{{child}},"event_type":"{{'\u00ff'}}"}, {{good}}]}"""));
        request.Content.Headers.ContentType = new("application/json");
        (await parent.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);

        var userId = await UserIdAsync(parent);
        (await _app.SqlAsync($"select string_agg(length(body)::text, ' ' order by id) from set_aside_events where user_id = {userId} and length(body) > 500")).ShouldBe(
            "2000 2000 2000 2000 2000 2000 " + string.Join(' ', Enumerable.Range(0, 2).Select(x => HeadLength(child, x) + ((2000 - HeadLength(child, x)) / 2))));
        (await _app.SqlAsync($"select count(*) from set_aside_events where user_id = {userId} and body like '%\ufffd%'")).ShouldBe(1L);
        (await _app.SqlAsync($"select count(*) from set_aside_events where user_id = {userId}")).ShouldBe(12L);
    }

    [Fact]
    public async Task A_hostile_client_fills_1000_rows_a_day_and_is_answered_all_the_same()
    {
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var userId = await UserIdAsync(parent);
        using var logs = new Logs(_app);
        var batch = Batch([.. Enumerable.Range(0, 90).Select(_ => _app.Event(child, book, "jump"))]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 14).Select(_ => parent.ReportAsync(batch)));
        answers.ShouldAllBe(a => a["rejected"]!.AsArray().Count == 90);
        (await _app.SqlAsync($"select count(*) from set_aside_events where user_id = {userId}")).ShouldBe((long)SetAside.MostPerDay);
        logs.Text.Split('\n').Count(l => l.StartsWith($"Warning: Account {userId} had 1000 usage events rejected today", StringComparison.Ordinal)).ShouldBe(1);
        logs.Text.ShouldContain($"Account {userId}: 90 of 90 usage events were rejected (validation_failed 90)");

        // Another account, and another day.
        var (other, otherChild) = await _app.FamilyAsync(book);
        (await other.ReportAsync(Batch(_app.Event(otherChild, book, "jump")))).Outcome().ShouldBe("0 0 validation_failed");
        (await _app.SqlAsync(RowsSql + await UserIdAsync(other))).ShouldBe($"validation_failed {otherChild}");
        await _app.SqlAsync($"update set_aside_events set received_at = received_at - interval '1 day' where user_id = {userId}");
        (await parent.ReportAsync(batch)).ShouldBe(HttpStatusCode.OK);
        (await _app.SqlAsync($"select count(*) from set_aside_events where user_id = {userId}")).ShouldBe(SetAside.MostPerDay + 90L);
    }

    [Fact]
    public async Task After_30_days_they_are_forgotten()
    {
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        (await parent.ReportAsync(Batch(_app.Event(child, book, "jump"), _app.Event(child, book, "hop")))).ShouldBe(HttpStatusCode.OK);
        var userId = await UserIdAsync(parent);
        await _app.SqlAsync($"""
            update set_aside_events set received_at = '{_app.Now.AddDays(-30).AddSeconds(-1):o}' where user_id = {userId} and body like '%hop%';
            update set_aside_events set received_at = '{_app.Now.AddDays(-30):o}' where user_id = {userId} and body like '%jump%';
            insert into set_aside_events (user_id, code, message, body, received_at)
                select {userId}, 'too_old', 'Too old.', '', '{_app.Now.AddDays(-40):o}' from generate_series(1, {CleanSetAside.ChunkRows * 2});
            """);
        await _app.RunAsync<CleanSetAside>(j => j.RunAsync(TestContext.Current.CancellationToken));
        (await _app.SqlAsync($"select string_agg(body, ' ') from set_aside_events where user_id = {userId}")).ShouldBeOfType<string>().ShouldContain("jump");
        (await _app.SqlAsync($"select count(*) from set_aside_events where user_id = {userId}")).ShouldBe(1L);
    }

    [Fact]
    public async Task Support_lists_them_newest_first_by_account_and_code()
    {
        var book = await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book);
        var userId = await UserIdAsync(parent);
        (await parent.ReportAsync(Batch(_app.Event(child, book, "jump"), _app.Event(child, book, "pause", _app.Now.AddDays(-31))))).ShouldBe(HttpStatusCode.OK);
        await _app.SqlAsync($"update set_aside_events set received_at = received_at - interval '1 hour' where user_id = {userId} and code = 'too_old'");
        var admin = await _app.StaffAsync(AdminRole.Admin);
        var page = (await admin.GetAsync($"/admin/api/v1/set_aside_events?user_id={userId}&per_page=1")).ShouldBe(HttpStatusCode.OK);
        ((int)page["pagination"]!["total"]!, (string?)page["data"]!.AsArray().ShouldHaveSingleItem()!["code"]).ShouldBe((2, "validation_failed"));
        var row = (await admin.GetAsync($"/admin/api/v1/set_aside_events?user_id={userId}&code=too_old"))["data"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
        row.Select(m => m.Key).ShouldBe(["id", "user_id", "child_id", "code", "message", "body", "received_at"]);
        ((long)row["user_id"]!, (long)row["child_id"]!, (string?)JsonNode.Parse((string)row["body"]!)!["event_type"]).ShouldBe((userId, child, "pause"));
        (await admin.GetAsync("/admin/api/v1/set_aside_events?code=none")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        foreach (var role in new[] { AdminRole.Editor, AdminRole.Finance })
            (await (await _app.StaffAsync(role)).GetAsync("/admin/api/v1/set_aside_events")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
    }

    private static int HeadLength(long child, int shift) => $$"""{"child_id":{{child}},"":" """.TrimEnd().Length + shift;

    private static async Task<long> UserIdAsync(ApiClient parent) => (long)(await parent.GetAsync("/api/v1/me"))["id"]!;
}
