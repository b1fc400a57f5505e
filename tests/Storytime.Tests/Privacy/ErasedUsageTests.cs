using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Storytime.Privacy;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Privacy;

/// <summary>What publishers are paid by does not depend on who is erased, nor on when.</summary>
public sealed class ErasedUsageTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private DateTimeOffset At => new(app.Now.UtcDateTime.Date.AddDays(-2).AddHours(10), TimeSpan.Zero);

    [Fact]
    public async Task A_child_that_is_erased_before_it_is_rolled_up_counts()
    {
        var (book, parent, child, other) = await TwoChildrenAsync();
        await EraseAsync(parent, child);
        (await SumsAsync(book)).ShouldBe(("300 1 1", "300 1 1"));
        (await LeftAsync(child)).ShouldBe(0L);

        // Late events of somebody else on that day come on top.
        await parent.WatchAsync(other, book, At.AddMinutes(1), At.AddMinutes(3));
        await app.RollUpAsync();
        (await SumsAsync(book)).ShouldBe(("420 2 2", "420 2 2"));
    }

    [Fact]
    public async Task The_sums_of_a_child_that_was_rolled_up_stay_to_the_byte_and_the_receipt_counts_its_days()
    {
        var (book, parent, child, other) = await TwoChildrenAsync();
        await app.RollUpAsync();
        var before = await app.SqlAsync($"select string_agg(d::text, ' ' order by id) from daily_usages d where book_id = {book}");
        var receipt = await EraseAsync(parent, child);
        (await app.SqlAsync($"select string_agg(d::text, ' ' order by id) from daily_usages d where book_id = {book}")).ShouldBe(before);
        (await LeftAsync(child)).ShouldBe(0L);
        ((int)(await app.Client().GetAsync(receipt))["deleted"]!["viewing_days"]!).ShouldBe(1);

        await parent.WatchAsync(other, book, At, At.AddMinutes(1));
        await app.RollUpAsync();
        (await SumsAsync(book)).ShouldBe(("360 2 2", "360 2 2"));
        // Nor does the nightly pass, which finds no events of it any more.
        await app.RunAsync<RollUpJobs>(j => j.NightlyAsync(CancellationToken.None));
        (await SumsAsync(book)).ShouldBe(("360 2 2", "360 2 2"));
    }

    [Fact]
    public async Task What_came_in_since_the_last_roll_up_is_counted_with_what_was_there()
    {
        var (book, parent, child, _) = await TwoChildrenAsync();
        await app.RollUpAsync();
        await parent.WatchAsync(child, book, At.AddMinutes(6), At.AddMinutes(8));
        await EraseAsync(parent, child);
        (await SumsAsync(book)).ShouldBe(("420 2 1", "420 2 1"));
        await app.RollUpAsync();
        (await SumsAsync(book)).ShouldBe(("420 2 1", "420 2 1"));
    }

    [Theory]
    [InlineData("insert", "daily_usages", "true")]
    [InlineData("delete", "viewing_days", "true")]
    [InlineData("update", "erasures", "new.usage_watermark is null and old.usage_watermark is not null")]
    [InlineData("delete", "usage_events", "true")]
    [InlineData("update", "erasures", "new.deleted ? 'usage_events'")]
    public async Task Wherever_the_job_is_killed_what_the_child_watched_counts_once(string change, string table, string when)
    {
        var (book, parent, child, _) = await TwoChildrenAsync();
        await app.SqlAsync($"""
            create function kill() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
            create trigger kill before {change} on {table} for each row {(when == "true" ? "" : $"when ({when})")} execute function kill()
            """);
        var receipt = (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString();
        var id = (long)(await app.SqlAsync($"select id from erasures where receipt = '{receipt.Split('/')[^1]}'"))!;
        var killed = 0;
        for (var pass = 0; pass < 2; pass++)
        {
            try
            {
                await app.RunAsync<EraseData>(j => j.RunAsync(id, CancellationToken.None));
            }
            catch (Exception e) when (e is PostgresException or DbUpdateException)
            {
                killed++;
            }
            if (table != "daily_usages")
                await app.RollUpAsync();
        }
        killed.ShouldBe(2);
        await app.SqlAsync("drop function kill() cascade");
        await app.EraseAsync();
        await app.RollUpAsync();
        (await SumsAsync(book)).ShouldBe(("300 1 1", "300 1 1"));
        (await LeftAsync(child)).ShouldBe(0L);
        (await app.Client().GetAsync(receipt))["completed_at"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Reports_roll_ups_and_erasures_at_the_same_time_lose_nothing_and_count_nothing_twice()
    {
        const int Families = 12;
        var book = await app.BookAsync();
        using var ends = new CancellationTokenSource();
        var rolling = Task.Run(async () =>
        {
            while (!ends.IsCancellationRequested)
                await app.Services.GetRequiredService<RollUp>().RunAsync(wait: null, CancellationToken.None);
        });
        var sittings = await Task.WhenAll(Enumerable.Range(0, Families).Select(async n =>
        {
            var (parent, child) = await app.FamilyAsync(book);
            var device = await app.HandOverAsync(parent, child);
            var (stored, erased) = (0, Task.CompletedTask);
            for (var sitting = 0; sitting < 40; sitting++)
            {
                if (sitting == 5 + n)
                    erased = Task.Run(() => EraseAsync(parent, child));
                var at = At.AddMinutes(-600 + (10 * sitting));
                var answer = await device.PostAsync("/api/v1/usage_events", new { events = new[] { Event(child, book, "play_start", at), Event(child, book, "pause", at.AddSeconds(60)) } });
                if (answer.Status != HttpStatusCode.OK || (int)answer["accepted"]! == 0)
                    break;
                ((int)answer["accepted"]!).ShouldBe(2);
                stored++;
            }
            await erased;
            return (Child: child, Stored: stored);
        }));
        await ends.CancelAsync();
        await rolling;
        await app.EraseAsync();
        await app.RollUpAsync();
        var all = sittings.Sum(s => s.Stored);
        all.ShouldBeGreaterThan(5 * Families);
        (await app.SqlAsync($"select concat_ws(' ', sum(seconds_watched), sum(plays), sum(children)) from usage_totals where grain = 'book_month' and book_id = {book}")).ShouldBe($"{60 * all} {all} {Families}");
        (await app.SqlAsync($"select concat_ws(' ', sum(seconds_watched), sum(plays)) from daily_usages where book_id = {book}")).ShouldBe($"{60 * all} {all}");
        foreach (var (child, _) in sittings)
            (await LeftAsync(child)).ShouldBe(0L);
    }

    private async Task<(long Book, ApiClient Parent, long Child, long Other)> TwoChildrenAsync()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var other = await parent.ChildAsync();
        (await parent.PostAsync($"/api/v1/children/{other}/library_items", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
        await parent.WatchAsync(child, book, At, At.AddMinutes(5));
        return (book, parent, child, other);
    }

    private async Task<string> EraseAsync(ApiClient parent, long child)
    {
        var receipt = (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString();
        await app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        return receipt;
    }

    /// <summary>Of a book's day, and of its month: seconds, plays, children.</summary>
    private async Task<(object?, object?)> SumsAsync(long book) => (
        await app.SqlAsync($"select concat_ws(' ', seconds_watched, plays, children) from daily_usages where book_id = {book}"),
        await app.SqlAsync($"select concat_ws(' ', seconds_watched, plays, children) from usage_totals where grain = 'book_month' and book_id = {book}"));

    private async Task<object?> LeftAsync(long child) => await app.SqlAsync(
        $"select (select count(*) from usage_events where child_profile_id = {child}) + (select count(*) from viewing_days where child_profile_id = {child})");

    private static object Event(long child, long book, string type, DateTimeOffset at) => new { child_id = child, book_id = book, event_type = type, occurred_at = at };
}

public sealed class RestoredDatabaseTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task In_another_cluster_everything_is_rolled_up_once_and_what_comes_in_then_too()
    {
        var book = await app.BookAsync();
        var at = new DateTimeOffset(app.Now.UtcDateTime.Date.AddDays(-2).AddHours(10), TimeSpan.Zero);
        var families = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => app.FamilyAsync(book)));
        Task WatchAsync(int n, int minute) => families[n].Parent.WatchAsync(families[n].ChildId, book, at.AddMinutes(minute), at.AddMinutes(minute + 1));
        async Task EraseAsync(int n) => (await families[n].Parent.DeleteAsync($"/api/v1/children/{families[n].ChildId}")).ShouldBe(HttpStatusCode.NoContent);

        for (var n = 0; n < 6; n++)
            await WatchAsync(n, 0);
        await EraseAsync(0);
        await app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        await app.RollUpAsync();
        // Of these two, something is rolled up and something not, and one of them is being erased, when the database moves.
        await WatchAsync(1, 10);
        await WatchAsync(2, 10);
        await EraseAsync(1);
        // Where it comes from there were many more transactions than where it goes to.
        await app.SqlAsync("""
            update usage_events set transaction_id = transaction_id + 1000000000000;
            update erasures set usage_watermark = usage_watermark + 1000000000000;
            update roll_up_marks set watermark = watermark + 1000000000000, system_identifier = 1
            """);
        // And before the roll-up has noticed, more comes in, and one more is erased.
        await WatchAsync(2, 20);
        await WatchAsync(3, 20);
        await EraseAsync(3);
        await app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        await app.RollUpAsync();
        (await SumsAsync(book)).ShouldBe($"{60 * (6 + 2 + 2)} 10 6");
        (await app.SqlAsync("select system_identifier = (select system_identifier from pg_control_system()) from roll_up_marks")).ShouldBe(true);

        await WatchAsync(4, 30);
        await app.RollUpAsync();
        (await SumsAsync(book)).ShouldBe($"{60 * 11} 11 6");
        await app.EraseAsync();
        await app.RollUpAsync();
        (await SumsAsync(book)).ShouldBe($"{60 * 11} 11 6");
        (await app.SqlAsync("select count(distinct child_profile_id) from viewing_days")).ShouldBe(3L);
        (await app.SqlAsync("select count(distinct child_profile_id) from usage_events")).ShouldBe(3L);
    }

    private async Task<object?> SumsAsync(long book) =>
        await app.SqlAsync($"select concat_ws(' ', seconds_watched, plays, children) from usage_totals where grain = 'book_month' and book_id = {book}");
}
