using System.Net;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

public sealed class UsageEventsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task One_event_is_stored_before_the_answer()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var answer = await parent.PostAsync("/api/v1/usage_events", app.Event(child, book, "play_start", position: 3.5, metadata: new { app = "1.0", device = "iPad" }));
        ShouldCount(answer.ShouldBe(HttpStatusCode.Created), accepted: 1);
        (await app.SqlAsync($"select event_type || ' ' || position_seconds || ' ' || (metadata->>'device') from usage_events where child_profile_id = {child}"))
            .ShouldBe("play_start 3.5 iPad");
    }

    [Fact]
    public async Task The_same_event_id_counts_once_in_one_batch_in_two_and_all_at_once()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var e = app.Event(child, book, "heartbeat", eventId: Guid.NewGuid());
        ShouldCount(await parent.PostAsync("/api/v1/usage_events", UsageBodies.Batch(e, e)), accepted: 1, duplicates: 1);
        ShouldCount((await parent.PostAsync("/api/v1/usage_events", e)).ShouldBe(HttpStatusCode.OK), duplicates: 1);

        var racing = app.Event(child, book, "heartbeat", eventId: Guid.NewGuid());
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => parent.PostAsync("/api/v1/usage_events", UsageBodies.Batch(racing))));
        answers.Sum(a => (int)a.ShouldBe(HttpStatusCode.OK)["accepted"]!).ShouldBe(1);
        (await app.SqlAsync($"select count(*) from usage_events where child_profile_id = {child}")).ShouldBe(2L);
    }

    [Fact]
    public async Task One_bad_event_does_not_cost_the_others()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var (_, foreignChild) = await app.FamilyAsync(book);
        var answer = await parent.PostAsync("/api/v1/usage_events", UsageBodies.Batch(
            app.Event(child, book, "play_start"),
            app.Event(child, book, "jump"),
            app.Event(foreignChild, book, "heartbeat"),
            app.Event(child, book + 1_000_000, "heartbeat"),
            app.Event(child, book, "heartbeat", app.Now.AddMinutes(6)),
            app.Event(child, book, "heartbeat", app.Now.AddDays(-31)),
            JsonValue.Create("not an object"),
            app.Event(child, book, "heartbeat", position: -1),
            app.Event(child, book, "heartbeat", session: 999_999_999),
            app.Event(child, book, "play_end")));
        answer.ShouldBe(HttpStatusCode.OK);
        ((int)answer["accepted"]!).ShouldBe(2);
        answer["rejected"]!.AsArray().Select(r => ((int)r!["index"]!, (string)r["code"]!)).ShouldBe(
        [
            (1, "validation_failed"), (2, "not_found"), (3, "book_not_in_library"), (4, "in_the_future"), (5, "too_old"),
            (6, "validation_failed"), (7, "validation_failed"), (8, "validation_failed"),
        ]);
        answer["rejected"]!.AsArray().ShouldAllBe(r => ((string)r!["message"]!).Length > 10);
    }

    [Theory]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause"}""", "occurred_at")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause","occurred_at":"2026-02-25 20:00"}""", "occurred_at")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause","occurred_at":"2026-02-25T20:00:00"}""", "occurred_at")]
    [InlineData("""{"child_id":"x","book_id":BOOK,"event_type":"pause","occurred_at":"NOW"}""", "child_id")]
    [InlineData("""{"child_id":CHILD,"book_id":1.5,"event_type":"pause","occurred_at":"NOW"}""", "book_id")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":7,"occurred_at":"NOW"}""", "event_type")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause","occurred_at":"NOW","event_id":"12"}""", "event_id")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause","occurred_at":"NOW","position_seconds":1e300}""", "position_seconds")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause","occurred_at":"NOW","metadata":{"a":{"b":1}}}""", "metadata")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause","occurred_at":"NOW","metadata":{"a":"\u0000"}}""", "metadata")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause","occurred_at":"NOW","metadata":{"a":1e-20000}}""", "metadata")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause","occurred_at":"NOW","metadata":{"\ud800":"x"}}""", "metadata")]
    [InlineData("""{"child_id":CHILD,"book_id":BOOK,"event_type":"pause","occurred_at":"NOW","playback_session_id":77777777}""", "playback_session_id")]
    public async Task A_single_bad_event_is_422_by_field_and_changes_nothing(string json, string field)
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        json = json.Replace("CHILD", $"{child}").Replace("BOOK", $"{book}").Replace("NOW", $"{app.Now:yyyy-MM-ddTHH:mm:ssZ}");
        (await parent.PostAsync("/api/v1/usage_events", json)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
            .Json["error"]!["details"]![field].ShouldNotBeNull();
        (await app.SqlAsync($"select count(*) from usage_events where child_profile_id = {child}")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_single_event_for_a_foreign_child_is_404_and_for_a_book_never_watched_403()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync();
        var (_, foreignChild) = await app.FamilyAsync(book);
        (await parent.PostAsync("/api/v1/usage_events", app.Event(foreignChild, book, "pause"))).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await parent.PostAsync("/api/v1/usage_events", app.Event(child, book, "pause"))).ShouldBeError(HttpStatusCode.Forbidden, "book_not_in_library");
    }

    [Fact]
    public async Task A_device_in_child_mode_reports_for_its_own_child_only()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var sibling = await parent.ChildAsync("Ben");
        await parent.PostAsync($"/api/v1/children/{sibling}/library_items", new { book_id = book });
        var device = await app.HandOverAsync(parent, child);
        ShouldCount(await device.PostAsync("/api/v1/usage_events", app.Event(child, book, "pause")), accepted: 1);
        (await device.PostAsync("/api/v1/usage_events", app.Event(sibling, book, "pause"))).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Late_events_of_a_book_that_was_taken_off_the_shelf_still_count()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var session = (long)(await parent.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book }))["id"]!;
        (await parent.DeleteAsync($"/api/v1/children/{child}/library_items/{book}")).ShouldBe(HttpStatusCode.NoContent);
        ShouldCount(await parent.PostAsync("/api/v1/usage_events", app.Event(child, book, "play_end", session: session)), accepted: 1);
    }

    [Fact]
    public async Task The_child_goes_on_where_the_newest_event_was_even_when_an_old_batch_comes_late()
    {
        var book = await app.BookAsync(durationSeconds: 90);
        var (parent, child) = await app.FamilyAsync(book);
        await parent.PostAsync("/api/v1/usage_events", app.Event(child, book, "pause", app.Now.AddMinutes(-1), position: 40));
        await parent.PostAsync("/api/v1/usage_events", UsageBodies.Batch(
            app.Event(child, book, "heartbeat", app.Now.AddDays(-2), position: 80), app.Event(child, book, "pause", app.Now.AddDays(-1), position: 70)));
        (await ResumeAsync(parent, child)).ShouldBe(40);
        await parent.PostAsync("/api/v1/usage_events", app.Event(child, book, "play_end", position: 88));
        (await ResumeAsync(parent, child)).ShouldBe(0, "the end was reached");
    }

    [Fact]
    public async Task Of_one_event_id_with_different_times_all_at_once_one_is_taken()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        for (var round = 0; round < 10; round++)
        {
            var id = Guid.NewGuid();
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n =>
                parent.PostAsync("/api/v1/usage_events", UsageBodies.Batch(app.Event(child, book, "heartbeat", app.Now.AddSeconds(-n), eventId: id)))));
            answers.Select(a => a.ShouldBe(HttpStatusCode.OK).Outcome()).Order().ShouldBe(["0 0 conflict", "0 0 conflict", "0 0 conflict", "0 0 conflict", "0 0 conflict", "1 0"]);
        }
    }

    [Fact]
    public async Task Half_a_letter_in_a_members_name_costs_one_event_not_the_batch()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var good = app.Event(child, book, "heartbeat").ToJsonString();
        var answer = await parent.PostAsync("/api/v1/usage_events", $$"""{"events":[{"\ud800\ud800":1}, {{good}}]}""");
        ((int)answer.ShouldBe(HttpStatusCode.OK)["accepted"]!, (int)answer["rejected"]![0]!["index"]!).ShouldBe((1, 0));
        (await parent.PostAsync("/api/v1/usage_events", """{"\ud800x":1,"child_id":1}""")).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("3")]
    public async Task A_body_that_is_no_object_is_400(string body) =>
        (await (await app.ParentAsync()).PostAsync("/api/v1/usage_events", body)).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");

    [Fact]
    public async Task A_batch_has_1_to_500_events()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var many = Enumerable.Range(0, 501).Select(_ => (JsonNode)app.Event(child, book, "heartbeat")).ToArray();
        (await parent.PostAsync("/api/v1/usage_events", UsageBodies.Batch(many))).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await parent.PostAsync("/api/v1/usage_events", UsageBodies.Batch())).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        ShouldCount(await parent.PostAsync("/api/v1/usage_events", UsageBodies.Batch([.. many.Take(500).Select(e => e.DeepClone())])), accepted: 500);
    }

    private static async Task<double> ResumeAsync(ApiClient parent, long child) =>
        (double)(await parent.GetAsync($"/api/v1/children/{child}/library"))["data"]![0]!["resume_position_seconds"]!;

    private static void ShouldCount(Answer answer, int accepted = 0, int duplicates = 0)
    {
        ((int)answer["accepted"]!, (int)answer["duplicates"]!, answer["rejected"]!.AsArray().Count).ShouldBe((accepted, duplicates, 0), answer.Text);
    }
}
