using System.Net;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;
using static Storytime.Tests.Usage.UsageBodies;

namespace Storytime.Tests.Usage;

public sealed class EventConflictTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Theory]
    [InlineData("book_id", "OTHER")]
    [InlineData("event_type", "\"pause\"")]
    [InlineData("occurred_at", "EARLIER")]
    [InlineData("occurred_at", "LATER")]
    [InlineData("position_seconds", "12.000001")]
    [InlineData("position_seconds", "null")]
    [InlineData("playback_session_id", "null")]
    public async Task The_same_event_id_with_other_content_is_a_conflict_and_changes_nothing(string member, string value)
    {
        var (book, other) = (await app.BookAsync(), await app.BookAsync());
        var (parent, child) = await app.FamilyAsync(book, other);
        var session = await parent.OpenAsync(child, book);
        var first = app.Event(child, book, "heartbeat", app.Now.AddSeconds(-30), 12, Guid.NewGuid(), session);
        (await parent.ReportAsync(first)).ShouldBe(HttpStatusCode.Created);
        var rows = await RowsAsync(child);

        value = value.Replace("OTHER", $"{other}").Replace("EARLIER", $"\"{app.Now.AddDays(-20):o}\"").Replace("LATER", $"\"{app.Now.AddSeconds(-30).AddMicroseconds(1):o}\"");
        var changed = first.With(member, JsonNode.Parse(value));
        if (member == "book_id")
            changed = changed.With("playback_session_id", await parent.OpenAsync(child, other));
        (await parent.ReportAsync(changed)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        var answer = await parent.ReportAsync(Batch(changed, first, app.Event(child, book, "play_end", app.Now.AddDays(-1))));
        answer.Outcome().ShouldBe("1 1 conflict");
        ((int)answer["rejected"]![0]!["index"]!).ShouldBe(0);
        ((string?)answer["rejected"]![0]!["message"])!.ShouldContain("make a new event_id for each event");
        (await RowsAsync(child)).ShouldBe(rows);
    }

    [Fact]
    public async Task The_same_content_is_the_same_event_however_it_is_written_and_whatever_the_app_says_of_itself()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var first = app.Event(child, book, "heartbeat", app.Now.AddMinutes(-1), 42.5, Guid.NewGuid(), metadata: new { app = "1.0" });
        (await parent.ReportAsync(first)).ShouldBe(HttpStatusCode.Created);
        var offset = app.Now.AddMinutes(-1).ToOffset(TimeSpan.FromHours(5)).ToString("yyyy-MM-dd'T'HH:mm:ss.0000004zzz");
        var again = JsonNode.Parse(first.With("occurred_at", offset).With("metadata", new JsonObject { ["app"] = "2.0" }).ToJsonString().Replace("42.5", "4.250e1"))!.AsObject();
        again["event_id"] = ((string)again["event_id"]!).ToUpperInvariant();
        (await parent.ReportAsync(again)).ShouldBe(HttpStatusCode.OK).Outcome().ShouldBe("0 1");
        (await app.SqlAsync($"select metadata->>'app' from usage_events where child_profile_id = {child}")).ShouldBe("1.0");
    }

    [Fact]
    public async Task Within_one_batch_the_first_one_wins()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var first = app.Event(child, book, "heartbeat", position: 1, eventId: Guid.NewGuid());
        var answer = await parent.ReportAsync(Batch(first, first.With("position_seconds", 2), first, first.With("position_seconds", 2)));
        answer.Outcome().ShouldBe("1 1 conflict,conflict");
        answer["rejected"]!.AsArray().Select(r => (int)r!["index"]!).ShouldBe([1, 3]);
        (await app.SqlAsync($"select position_seconds from usage_events where child_profile_id = {child}")).ShouldBe(1.0);
        (await app.SqlAsync($"select position_seconds from resume_positions where child_profile_id = {child}")).ShouldBe(1.0);
    }

    [Fact]
    public async Task Ids_are_those_of_a_child()
    {
        var book = await app.BookAsync();
        var ((one, child), (other, stranger)) = (await app.FamilyAsync(book), await app.FamilyAsync(book));
        var e = app.Event(child, book, "heartbeat", eventId: Guid.NewGuid());
        (await one.ReportAsync(e)).ShouldBe(HttpStatusCode.Created);
        (await other.ReportAsync(e.With("child_id", stranger).With("event_type", "pause"))).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_publisher_and_a_territory_are_kept_with_each_event()
    {
        var publisher = await app.PublisherAsync();
        var (theirs, ours) = (await app.BookAsync(publisherId: publisher), await app.BookAsync());
        await app.WindowAsync(publisher, theirs, app.Now.AddDays(-5), app.Now.AddDays(5));
        var (parent, child) = await app.FamilyAsync(theirs, ours);
        (await parent.ReportAsync(Batch(app.Event(child, theirs, "play_start"), app.Event(child, ours, "play_start")))).Outcome().ShouldBe("2 0");
        (await app.SqlAsync($"select string_agg(concat_ws(' ', book_id, coalesce(publisher_id::text, '-'), territory), ', ' order by book_id) from usage_events where child_profile_id = {child}"))
            .ShouldBe($"{theirs} {publisher} US, {ours} - US");
    }

    [Theory]
    [InlineData(-90_000)]
    [InlineData(0)]
    [InlineData(1_234)]
    [InlineData(4_000_000_000)]
    public async Task How_far_the_devices_clock_is_off_is_kept_and_corrects_nothing(long milliseconds)
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var sentAt = app.Now.AddMilliseconds(-milliseconds).ToString("o");
        var (one, two) = (app.Event(child, book, "play_start", app.Now.AddMinutes(-2), eventId: Guid.NewGuid()), app.Event(child, book, "pause", app.Now.AddMinutes(-1)));
        (await parent.ReportAsync(one.With("sent_at", sentAt))).ShouldBe(HttpStatusCode.Created);
        (await parent.ReportAsync(Batch(one, two).With("sent_at", sentAt))).Outcome().ShouldBe("1 1");
        (await app.SqlAsync($"select string_agg(clock_skew_ms || ' ' || extract(epoch from created_at - occurred_at)::int, ', ' order by occurred_at) from usage_events where child_profile_id = {child}"))
            .ShouldBe($"{milliseconds} 120, {milliseconds} 60");
    }

    [Fact]
    public async Task Who_does_not_say_when_it_sent_has_no_skew()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        (await parent.ReportAsync(Batch(app.Event(child, book, "play_start")).With("sent_at", null))).Outcome().ShouldBe("1 0");
        (await parent.ReportAsync(app.Event(child, book, "pause"))).ShouldBe(HttpStatusCode.Created);
        (await app.SqlAsync($"select count(*) from usage_events where child_profile_id = {child} and clock_skew_ms is null")).ShouldBe(2L);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("{}")]
    [InlineData("\"yesterday\"")]
    [InlineData("\"2026-02-25T20:00:00\"")]
    [InlineData("\"\\ud800\"")]
    public async Task A_bad_sent_at_costs_the_whole_request(string sentAt)
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var e = app.Event(child, book, "play_start");
        foreach (var body in new[] { e, Batch(e) })
        {
            var text = body.With("sent_at", 0).ToJsonString().Replace("\"sent_at\":0", $"\"sent_at\":{sentAt}");
            (await parent.ReportAsync(text)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")["error"]!["details"]!["sent_at"].ShouldNotBeNull();
        }
        (await app.SqlAsync($"select count(*) from usage_events where child_profile_id = {child}")).ShouldBe(0L);
    }

    private async Task<string?> RowsAsync(long child) => (string?)await app.SqlAsync(
        $"select jsonb_agg(e)::text || (select jsonb_agg(r)::text from resume_positions r where child_profile_id = {child}) from usage_events e where child_profile_id = {child} and event_type = 'heartbeat'");
}
