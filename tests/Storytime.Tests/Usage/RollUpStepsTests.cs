using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Storytime.Privacy;
using Storytime.Tests.Privacy;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Usage;

/// <summary>A roll-up that takes long, and those that it is in the way of.</summary>
public sealed class RollUpStepsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private DateTimeOffset At => new(app.Now.UtcDateTime.Date.AddDays(-20).AddHours(10), TimeSpan.Zero);

    /// <summary>As after a restore: no event has a transaction that means anything here.</summary>
    [Fact]
    public async Task A_large_backlog_advances_in_steps_of_which_none_is_lost()
    {
        _ = app.Services;
        // So that no day is the first of the oldest month.
        await app.SqlAsync($"select ensure_month_partition('usage_events', '{At.AddMonths(-2):yyyy-MM-dd}')");
        await app.AddChildrenAsync(1_000_000, 3);
        for (var day = 0; day < 10; day++)
        {
            for (var child = 1_000_000; child < 1_000_003; child++)
                await app.StoreEventsAsync(child, [(1, null, "play_start", At.AddDays(day)), (1, null, "pause", At.AddDays(day).AddSeconds(60))]);
        }
        await app.SqlAsync($"""
            update usage_events set transaction_id = 0;
            update roll_up_marks set watermark = 0, rolled_up_at = null;
            create function kill() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
            create trigger kill before insert on viewing_days for each row when (new.day = '{At.AddDays(5):yyyy-MM-dd}') execute function kill()
            """);
        await using var database = new NpgsqlDataSourceBuilder($"{app.ConnectionString};Options=-c TimeZone=UTC").Build();
        var rollUp = new RollUp(database, app.Clock, NullLogger<RollUp>.Instance) { StepEvents = 12 };
        await Should.ThrowAsync<PostgresException>(() => rollUp.RunAsync(wait: null, CancellationToken.None));
        // Two days in a step.
        (await app.SqlAsync("select count(*) from viewing_days")).ShouldBe(12L);
        (await app.SqlAsync("select watermark < 0 and rolled_up_at is null from roll_up_marks")).ShouldBe(true);

        await app.SqlAsync("drop function kill() cascade");
        (await rollUp.RunAsync(wait: null, CancellationToken.None)).ShouldBe(18L);
        (await app.SqlAsync("select watermark > 0 and rolled_up_at is not null from roll_up_marks")).ShouldBe(true);
        var expected = PlainWatchTime.Days(await app.EventsAsync());
        (await app.DaysAsync()).ShouldBeTheSameAs(expected);
        (await app.SumsAsync()).ShouldBeTheSameAs(PlainWatchTime.Sums(expected));
    }
}

public sealed class BusyRollUpTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task While_something_is_rolled_up_no_job_waits_for_it()
    {
        var (parent, child) = await app.FamilyAsync();
        await app.StoreEventsAsync(child, [(1, null, "play_start", app.Now.AddDays(-2))]);
        var receipt = (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString();
        var month = app.Now.AddMonths(-20);
        await app.SqlAsync($"select ensure_month_partition('usage_events', '{month:yyyy-MM-dd}')");
        using var logs = new Logs(app);
        await using (await HeldLock.TakeAsync(app, "select pg_advisory_xact_lock(hashtextextended('usage-roll-up', 0))"))
        {
            await app.RunAsync<RollUpJobs>(j => j.RunAsync(CancellationToken.None));
            await app.RunAsync<RollUpJobs>(j => j.NightlyAsync(CancellationToken.None));
            await app.RunAsync<DropOldMonths>(j => j.RunAsync(CancellationToken.None));
            await app.EraseAsync();
            (await app.SqlAsync($"select count(*) from usage_events where child_profile_id = {child}")).ShouldBe(1L);
            (await app.SqlAsync($"select count(*) from pg_class where relname = 'usage_events_{month:yyyy_MM}'")).ShouldBe(1L);
        }
        logs.Text.ShouldNotContain("Error: ");
        logs.Text.ShouldContain("Old months of usage_events stay until tomorrow");
        await app.EraseAsync();
        (await app.Client().GetAsync(receipt))["completed_at"].ShouldNotBeNull();
        (await app.SqlAsync("select sum(seconds_watched) from daily_usages")).ShouldBe(90m);
    }

    [Fact]
    public async Task The_sums_are_complete_only_to_where_the_oldest_open_transaction_began()
    {
        _ = app.Services;
        await using var open = await HeldLock.TakeAsync(app, "select pg_current_xact_id()");
        var (now, since) = (app.Now, "select extract(epoch from clock_timestamp() - xact_start)::float8 from pg_stat_activity where state = 'idle in transaction' and datname = current_database()");
        var age = Convert.ToDouble(await app.SqlAsync(since), CultureInfo.InvariantCulture);
        age.ShouldBeGreaterThan(0);
        await app.RunAsync<RollUpJobs>(j => j.RunAsync(CancellationToken.None));
        (await app.SqlAsync($"select rolled_up_at <= '{now:o}'::timestamptz - {age.ToString(CultureInfo.InvariantCulture)} * interval '1 second' from roll_up_marks")).ShouldBe(true);
    }
}
