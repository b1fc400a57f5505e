using System.Net;
using Storytime.Tests.Privacy;
using Storytime.Tests.Testing;
using static Storytime.Tests.Usage.UsageBodies;

namespace Storytime.Tests.Usage;

public sealed class SetAsideErasureTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task Exports_have_what_was_rejected()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var sibling = await parent.ChildAsync("Ben");
        (await parent.ReportAsync(Batch(app.Event(child, book, "jump"), app.Event(sibling, book, "hop"), app.Event(0, book, "pause")))).ShouldBe(HttpStatusCode.OK);
        var rows = (await parent.GetAsync($"/api/v1/children/{child}/export"))["data"]!["set_aside_events"]!.AsArray();
        ((string?)rows.ShouldHaveSingleItem()!["code"], (string?)rows[0]!["body"]).ShouldBe(("validation_failed", app.Event(child, book, "jump").ToJsonString()));
        (await parent.GetAsync("/api/v1/me/export"))["data"]!["set_aside_events"]!.AsArray().Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_a_child_left_here_goes_with_it_at_once_and_nothing_new_comes()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var sibling = await parent.ChildAsync("Ben");
        (await parent.ReportAsync(Batch(app.Event(child, book, "jump"), app.Event(sibling, book, "hop")))).ShouldBe(HttpStatusCode.OK);
        var userId = (long)(await parent.GetAsync("/api/v1/me"))["id"]!;
        var erased = (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent);
        (await app.SqlAsync($"select string_agg(child_profile_id::text, ' ') from set_aside_events where user_id = {userId}")).ShouldBe($"{sibling}");
        ((long)(await app.Client().GetAsync(erased.Headers.Location!.ToString()))["deleted"]!["set_aside_events"]!).ShouldBe(1);

        // A device that was offline.
        (await parent.ReportAsync(Batch(app.Event(child, book, "pause"), app.Event(child, book, "jump")))).Outcome().ShouldBe("0 0 not_found,validation_failed");
        (await app.SqlAsync($"select string_agg(code || body, ' ' order by id) from set_aside_events where child_profile_id is null and user_id = {userId}"))
            .ShouldBe("not_found validation_failed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_erasure_and_rejected_events_at_the_same_time_do_not_block_each_other_and_nothing_stays(bool account)
    {
        var book = await app.BookAsync();
        for (var round = 0; round < 5; round++)
        {
            var (parent, child) = await app.FamilyAsync(book);
            var device = await app.HandOverAsync(parent, child);
            var userId = (long)(await parent.GetAsync("/api/v1/me"))["id"]!;
            var isGone = false;
            var started = new TaskCompletionSource();
            var reports = Enumerable.Range(0, 6).Select(async n =>
            {
                while (!Volatile.Read(ref isGone))
                {
                    var answer = await (n % 2 == 0 ? parent : device).ReportAsync(Batch(app.Event(child, book, "jump"), app.Event(child, book, "pause", position: 3)));
                    ((int)answer.Status).ShouldBeOneOf(200, 401);
                    started.TrySetResult();
                }
            }).ToList();
            await started.Task;
            (await parent.DeleteAsync(account ? "/api/v1/me" : $"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent);
            Volatile.Write(ref isGone, true);
            await Task.WhenAll(reports);
            (await app.SqlAsync($"select count(*) from set_aside_events where (body <> '' or {account}) and user_id = {userId}")).ShouldBe(0L);
        }
    }

    [Fact]
    public async Task An_account_that_goes_while_a_report_waits_for_it_leaves_nothing()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var userId = (long)(await parent.GetAsync("/api/v1/me"))["id"]!;
        await using var held = await HeldLock.TakeAsync(app, $"delete from users where id = {userId}");
        var report = parent.ReportAsync(Batch(app.Event(child, book, "jump")));
        await app.WaitersAsync(1);
        await held.DisposeAsync();
        (await report).Outcome().ShouldBe("0 0 validation_failed");
        (await app.SqlAsync($"select count(*) from set_aside_events where user_id = {userId}")).ShouldBe(0L);
    }
}
