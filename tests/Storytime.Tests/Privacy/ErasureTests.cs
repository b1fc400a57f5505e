using System.Net;
using Storytime.Privacy;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Privacy;

public sealed class ErasureTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task Somebody_elses_child_and_none_at_all_are_the_same_404_and_nothing_is_erased()
    {
        var (parent, child) = await app.FamilyAsync();
        var other = await app.ParentAsync();
        var foreign = (await other.DeleteAsync($"/api/v1/children/{child}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await other.DeleteAsync("/api/v1/children/999999999")).Text.ShouldBe(foreign.Text);
        (await other.GetAsync($"/api/v1/children/{child}/export")).Text.ShouldBe(foreign.Text);
        (await parent.GetAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.OK);
        (await app.SqlAsync($"select count(*) from erasures where {child} = any(child_profile_ids)")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_child_is_erased_once_and_the_receipt_tells_how_far_it_is()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        await WatchAsync(parent, child, book);
        var receipt = (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString();
        (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        var asked = (await app.Client().GetAsync(receipt)).ShouldBe(HttpStatusCode.OK);
        asked.Json.AsObject().Select(m => m.Key).ShouldBe(["receipt", "kind", "requested_at", "completed_at", "deleted"]);
        ((string?)asked["kind"], (string?)asked["completed_at"], (int)asked["deleted"]!["library_items"]!).ShouldBe(("child", null, 1));
        receipt.ShouldEndWith((string)asked["receipt"]!);

        await app.EraseAsync();
        var done = await app.Client().GetAsync(receipt);
        (done["completed_at"] is not null, (int)done["deleted"]!["usage_events"]!, (int)done["deleted"]!["playback_sessions"]!).ShouldBe((true, 1, 1));
        (await app.SqlAsync($"select count(*) from erasures where receipt = '{done["receipt"]}' and child_profile_ids = '{"{}"}' and user_id is null and usage_watermark is null")).ShouldBe(1L);
        // Once more changes nothing.
        await app.EraseAsync();
        (await app.Client().GetAsync(receipt)).Text.ShouldBe(done.Text);
        (await app.Client().GetAsync($"/api/v1/privacy/erasures/{Guid.NewGuid()}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Deleting_an_account_needs_the_password_or_a_sign_in_just_now()
    {
        var parent = await app.ParentAsync();
        (await parent.SendAsync(HttpMethod.Delete, "/api/v1/me", new { password = "not the password" })).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        (await parent.DeleteAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Forbidden, "reauthentication_required");
        (await parent.SendAsync(HttpMethod.Delete, "/api/v1/me", "{}")).ShouldBeError(HttpStatusCode.Forbidden, "reauthentication_required");
        (await parent.SendAsync(HttpMethod.Delete, "/api/v1/me", new { password = new string('x', 200) })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await parent.SendAsync(HttpMethod.Delete, "/api/v1/me", new { password = Families.Password })).ShouldBe(HttpStatusCode.NoContent);
        (await parent.GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Withdrawing_consent_erases_the_children_and_keeps_the_account()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var device = await app.HandOverAsync(parent, child);
        await WatchAsync(parent, child, book);
        var receipt = (await parent.DeleteAsync("/api/v1/me/consents")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString();
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await parent.GetAsync("/api/v1/children"))["data"]!.AsArray().ShouldBeEmpty();
        (await parent.PostAsync("/api/v1/children", new { name = "Ben" })).ShouldBeError(HttpStatusCode.Forbidden, "consent_required");
        var me = (await parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await app.SqlAsync($"select count(*) from consent_records where user_id = {me["id"]} and withdrawn_at is not null")).ShouldBe(1L);
        (await app.SqlAsync($"select count(*) from outgoing_mails where kind = 'erased' and to_email = '{me["email"]}' and receipt = '{receipt.Split('/')[^1]}'")).ShouldBe(1L);
        await app.EraseAsync();
        (await app.SqlAsync($"select count(*) from usage_events where child_profile_id = {child}")).ShouldBe(0L);
        ((string?)(await app.Client().GetAsync(receipt))["kind"]).ShouldBe("consent_withdrawn");
        // Twice is as good as once, and no second erasure.
        (await parent.DeleteAsync("/api/v1/me/consents")).ShouldBe(HttpStatusCode.NoContent).Headers.Location.ShouldBeNull();
        (await app.SqlAsync($"select count(*) from outgoing_mails where kind = 'erased' and to_email = '{me["email"]}'")).ShouldBe(1L);
    }

    [Fact]
    public async Task Erasures_do_not_flood_the_address_with_mails()
    {
        var parent = await app.ParentAsync();
        var email = (string)(await parent.GetAsync("/api/v1/me"))["email"]!;
        for (var i = 0; i < EraseFamily.MaxMailsPerHour + 2; i++)
            (await parent.DeleteAsync($"/api/v1/children/{await parent.ChildAsync()}")).ShouldBe(HttpStatusCode.NoContent).Headers.Location.ShouldNotBeNull();
        (await MailsAsync()).ShouldBe(EraseFamily.MaxMailsPerHour);
        app.Clock.Advance(TimeSpan.FromHours(1));
        parent = app.Client((string)(await app.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password }))["jwt"]!);
        await parent.DeleteAsync($"/api/v1/children/{await parent.ChildAsync()}");
        (await MailsAsync()).ShouldBe(EraseFamily.MaxMailsPerHour + 1);

        async Task<long> MailsAsync() => (long)(await app.SqlAsync($"select count(*) from outgoing_mails where kind = 'erased' and to_email = '{email}'"))!;
    }

    [Fact]
    public async Task What_a_request_under_way_wrote_after_the_first_pass_goes_with_the_second()
    {
        var (parent, child) = await app.FamilyAsync();
        var receipt = (await parent.DeleteAsync($"/api/v1/children/{child}")).Headers.Location!.ToString();
        await app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        await app.SqlAsync($"""
            insert into usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, created_at) values ({child}, 1, gen_random_uuid(), 'pause', now(), now());
            insert into playback_attempts (user_id, child_profile_id, book_id, granted, created_at) values (0, {child}, 1, false, now())
            """);
        // Before its time there is no second pass, however often the sweep comes.
        app.Clock.Advance(Erasure.LastPassAfter - TimeSpan.FromSeconds(1));
        await app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        (await app.Client().GetAsync(receipt))["completed_at"].ShouldBeNull();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        var done = await app.Client().GetAsync(receipt);
        (done["completed_at"] is not null, (int)done["deleted"]!["usage_events"]!, (int)done["deleted"]!["playback_attempts"]!).ShouldBe((true, 1, 1));
    }

    [Fact]
    public async Task Of_two_erasures_of_one_child_at_the_same_time_one_is_done()
    {
        var (parent, child) = await app.FamilyAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => parent.DeleteAsync($"/api/v1/children/{child}")));
        answers.Select(a => a.Status).Distinct().ShouldBe([HttpStatusCode.NoContent, HttpStatusCode.NotFound], ignoreOrder: true);
        answers.Count(a => a.Status == HttpStatusCode.NoContent).ShouldBe(1);
    }

    private async Task WatchAsync(ApiClient parent, long child, long book)
    {
        (await parent.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
        (await parent.PostAsync("/api/v1/usage_events", new { child_id = child, book_id = book, event_type = "play_start", position_seconds = 3, occurred_at = app.Now }))
            .ShouldBe(HttpStatusCode.Created);
    }
}
