using System.Net;
using Storytime.Tests.Accounts;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Privacy;

public sealed class RacingErasureTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_that_are_under_way_get_a_plain_answer_and_nothing_of_them_stays(bool account)
    {
        var book = await app.BookAsync();
        for (var round = 0; round < 5; round++)
        {
            var (parent, child) = await app.FamilyAsync(book);
            var device = await app.HandOverAsync(parent, child);
            var userId = (await parent.GetAsync("/api/v1/me"))["id"];
            var ends = new TaskCompletionSource();
            var requests = Enumerable.Range(0, 6).Select(async n =>
            {
                // Until the answers say that the child is gone, however long the erasure takes to get its turn.
                for (var status = HttpStatusCode.OK; status is HttpStatusCode.OK or HttpStatusCode.Created;)
                {
                    var answer = n % 2 == 0
                        ? await device.PostAsync("/api/v1/usage_events", new { events = new[] { Event(child, book), Event(child, book) } })
                        : await device.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book });
                    ends.TrySetResult();
                    status = answer.Status;
                    ((int)status).ShouldBeOneOf(200, 201, 401, 403, 404);
                    // A report that lost the race is told that its child is not there, or that nothing was stored.
                    if (status == HttpStatusCode.OK && answer["rejected"]!.AsArray().Count > 0)
                        return;
                }
            }).ToList();
            await ends.Task;
            var answer = await parent.DeleteAsync(account ? "/api/v1/me" : $"/api/v1/children/{child}");
            answer.ShouldBe(HttpStatusCode.NoContent);
            await Task.WhenAll(requests);
            await app.EraseAsync();
            (await app.SqlAsync($"""
                select (select count(*) from usage_events where child_profile_id = {child}) + (select count(*) from playback_sessions where child_profile_id = {child})
                    + (select count(*) from playback_attempts where child_profile_id = {child} or ({account} and user_id = {userId})) + (select count(*) from resume_positions where child_profile_id = {child})
                """)).ShouldBe(0L);
        }
    }

    [Fact]
    public async Task A_child_that_is_added_meanwhile_goes_too_and_only_when_its_usage_is_stored()
    {
        var parent = await app.ParentAsync();
        var userId = (await parent.GetAsync("/api/v1/me"))["id"];
        const long Child = 7_000_000;
        await using var adding = await HeldLock.TakeAsync(app, $"insert into child_profiles (id, user_id, name, created_at, updated_at) values ({Child}, {userId}, 'Mia', now(), now())");
        var delete = parent.DeleteAsync("/api/v1/me");
        await app.WaitersAsync(1);
        // Whoever stores its usage has this lock.
        await using var storing = await HeldLock.TakeAsync(app, $"select pg_advisory_xact_lock(hashtextextended('usage', {Child}))");
        await adding.DisposeAsync();
        await app.WaitersAsync(1, delete);
        delete.IsCompleted.ShouldBeFalse();
        await storing.DisposeAsync();
        (await delete).ShouldBe(HttpStatusCode.NoContent);
        (await app.SqlAsync($"select count(*) from child_profiles where id = {Child}")).ShouldBe(0L);
        (await app.SqlAsync($"select count(*) from erasures where child_profile_ids = array[{Child}::bigint]")).ShouldBe(1L);
    }

    [Fact]
    public async Task A_refresh_at_the_same_time_opens_nothing_any_more()
    {
        for (var round = 0; round < 5; round++)
        {
            var email = Families.NewEmail();
            var registered = (await app.Client().PostAsync("/api/v1/auth/register", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.Created);
            var (parent, userId) = (app.Client((string)registered["jwt"]!), (long)registered["user"]!["id"]!);
            var refresh = app.Client().PostAsync("/api/v1/auth/refresh", new { refresh_token = (string)registered["refresh_token"]! });
            var delete = parent.DeleteAsync("/api/v1/me");
            await Task.WhenAll(refresh, delete);
            ((int)refresh.Result.Status).ShouldBeOneOf(200, 401);
            delete.Result.ShouldBe(HttpStatusCode.NoContent);
            (await app.SqlAsync($"select count(*) from parent_sessions where user_id = {userId}")).ShouldBe(0L);
            (await app.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password })).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        }
    }

    [Fact]
    public async Task A_new_password_and_the_end_of_the_account_at_the_same_time_do_not_block_each_other()
    {
        var account = await app.AccountAsync();
        await app.ForgetAsync(account.Email);
        var token = await app.LinkTokenAsync(account.Email, "reset-password");
        await using var held = await HeldLock.TakeAsync(app, $"select 1 from users where email = '{account.Email}' for update");
        var reset = app.ResetAsync(token);
        await app.WaitersAsync(1);
        var delete = account.Parent.DeleteAsync("/api/v1/me");
        await app.WaitersAsync(2);
        await held.DisposeAsync();
        (await reset).ShouldBe(HttpStatusCode.NoContent);
        (await delete).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Who_changes_what_is_deleted_meanwhile_is_told_so_and_it_is_no_error_of_ours()
    {
        var parent = await app.ParentAsync();
        var child = await parent.ChildAsync();
        var book = await app.BookAsync();
        using var logs = new Logs(app);
        await using var held = await HeldLock.TakeAsync(app, $"delete from child_profiles where id = {child}");
        var patch = parent.PatchAsync($"/api/v1/children/{child}", new { name = "Bo" });
        var shelf = parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book });
        await app.WaitersAsync(2);
        await held.DisposeAsync();
        foreach (var answer in new[] { await patch, await shelf })
            ((string?)answer.ShouldBeError(HttpStatusCode.NotFound, "not_found")["error"]!["message"]).ShouldBe("It was deleted at this very moment.");
        logs.Text.ShouldNotContain("An unhandled exception");
    }

    private object Event(long child, long book) => new { child_id = child, book_id = book, event_type = "heartbeat", position_seconds = 5, occurred_at = app.Now };
}
