using System.Net;
using Storytime.Tests.Privacy;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Usage;

public sealed class RebuildTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Stamps = """
        select string_agg(row::text, E'\n' order by row::text) from (
            select d::text from daily_usages d union all select t::text from usage_totals t union all select v::text || xmin::text from viewing_days v) as all_rows(row)
        """;

    [Fact]
    public async Task On_right_rows_nothing_changes()
    {
        await FillAsync();
        var before = await app.SqlAsync(Stamps);
        (await RebuildAsync()).ShouldBe((0, 0));
        (await RebuildRollUps.RunAsync(app.Services, CancellationToken.None)).ShouldBe(0);
        await app.RunAsync<RollUpJobs>(j => j.NightlyAsync(CancellationToken.None));
        (await app.SqlAsync(Stamps)).ShouldBe(before);
    }

    [Theory]
    // Too much, too little, the wrong publisher and country, gone, never there.
    [InlineData("update viewing_days set seconds_watched = seconds_watched + 100, plays = 7 where book_id = 1")]
    [InlineData("update viewing_days set seconds_watched = 1")]
    [InlineData("update viewing_days set publisher_id = 99, territory = 'FR' where book_id = 1")]
    [InlineData("delete from viewing_days where book_id = 1")]
    [InlineData("truncate viewing_days")]
    [InlineData("insert into viewing_days select child_profile_id, day + 1, 77, 1, 'US', 5000, 1, null from viewing_days where book_id = 1")]
    // The sums alone.
    [InlineData("update daily_usages set seconds_watched = 0, plays = 0")]
    [InlineData("update daily_usages set seconds_watched = seconds_watched + 1000")]
    [InlineData("update usage_totals set children = children + 1 where grain = 'month'")]
    [InlineData("delete from daily_usages; delete from usage_totals where grain <> 'day'")]
    [InlineData("insert into daily_usages (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at) select day, 78, null, 'US', 5, 1, 1, now() from daily_usages limit 1")]
    // Both, as a bug in the roll-up would leave them.
    [InlineData("truncate viewing_days, daily_usages, usage_totals")]
    public async Task Rows_that_were_changed_by_hand_are_found_and_put_right(string change)
    {
        await FillAsync();
        var (days, sums) = (await app.DaysAsync(), await app.SumsAsync());
        await app.SqlAsync(change);
        using var logs = new Logs(app);
        await app.RunAsync<RollUpJobs>(j => j.NightlyAsync(CancellationToken.None));
        logs.Text.ShouldMatch("child-book-days were not as their events say|were levelled");
        (await app.DaysAsync()).ShouldBeTheSameAs(days);
        (await app.SumsAsync()).ShouldBeTheSameAs(sums);

        await app.SqlAsync(change);
        var (wrongDays, wrongSums) = await RebuildAsync();
        (wrongDays + wrongSums).ShouldBeGreaterThan(0);
        (await app.DaysAsync()).ShouldBeTheSameAs(days);
        (await app.SumsAsync()).ShouldBeTheSameAs(sums);
        (await RebuildAsync()).ShouldBe((0, 0));
    }

    [Fact]
    public async Task The_part_of_an_erased_child_stays_in_the_sums_and_one_that_is_too_small_is_raised_to_what_is_known()
    {
        await FillAsync();
        var book = await app.BookAsync();
        var (parent, erased) = await app.FamilyAsync(book);
        await app.StoreEventsAsync(erased, [(1, null, "play_start", At), (1, null, "pause", At.AddSeconds(45))]);
        await app.RollUpAsync();
        (await parent.DeleteAsync($"/api/v1/children/{erased}")).ShouldBe(HttpStatusCode.NoContent);
        await app.EraseAsync();
        (await NobodysAsync()).ShouldBe(45m);
        var sums = await app.SumsAsync();
        (await RebuildAsync()).ShouldBe((0, 0));
        (await app.SumsAsync()).ShouldBeTheSameAs(sums);

        await app.SqlAsync("update daily_usages set seconds_watched = 0");
        (await RebuildAsync()).Sums.ShouldBeGreaterThan(0);
        (await NobodysAsync()).ShouldBe(0m);
    }

    [Fact]
    public async Task Sums_that_are_too_small_do_not_stop_the_roll_up_for_longer_than_a_night()
    {
        var child = await FillAsync();
        await app.SqlAsync("update daily_usages set seconds_watched = 0; update usage_totals set seconds_watched = 0");
        await app.StoreEventsAsync(child, [(1, null, "pause", At.AddSeconds(1))]);
        await app.RunAsync<RollUpJobs>(j => j.NightlyAsync(CancellationToken.None));
        await app.RollUpAsync();
        (await app.DaysAsync()).ShouldBeTheSameAs(PlainWatchTime.Days((await app.EventsAsync()).Where(e => e.Child >= 1_000_000)));
        (await app.SumsAsync()).ShouldBeTheSameAs(PlainWatchTime.Sums(await app.DaysAsync()));
    }

    private DateTimeOffset At => new(app.Now.UtcDateTime.Date.AddDays(-3).AddHours(23).AddMinutes(58), TimeSpan.Zero);

    /// <summary>Seconds in the sums that no child is known for.</summary>
    private Task<object?> NobodysAsync() => app.SqlAsync("select (select sum(seconds_watched) from daily_usages) - (select sum(seconds_watched) from viewing_days)");

    /// <summary>Three children with two books on two days, rolled up; nothing else is there. Gives the id of the first.</summary>
    private async Task<long> FillAsync()
    {
        _ = app.Services;
        await app.SqlAsync("truncate usage_events, viewing_days, daily_usages, usage_totals; delete from erasures; delete from child_profiles where id >= 1000000");
        await app.AddChildrenAsync(1_000_000, 3);
        for (var n = 0; n < 3; n++)
        {
            var start = At.AddSeconds(7.25 * n);
            await app.StoreEventsAsync(1_000_000 + n, [(1, null, "play_start", start), (1, null, "heartbeat", start.AddSeconds(60)), (2, null, "play_start", start.AddMinutes(10)), (2, 5, "play_start", start)]);
        }
        await app.RollUpAsync();
        return 1_000_000;
    }

    private async Task<(long Days, long Sums)> RebuildAsync()
    {
        (long, long) wrong = default;
        await app.RunAsync<RollUpJobs>(async j => wrong = await j.RebuildAsync(CancellationToken.None));
        return wrong;
    }
}
