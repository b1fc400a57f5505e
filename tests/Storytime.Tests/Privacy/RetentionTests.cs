using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Storytime.Data;
using Storytime.Privacy;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Privacy;

public sealed class RetentionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private static readonly string[] _tables = ["usage_events", "viewing_days", "playback_attempts", "playback_sessions"];

    [Fact]
    public async Task Months_that_are_wholly_too_old_are_dropped_and_not_made_again()
    {
        _ = app.Services;
        foreach (var table in _tables)
        {
            for (var months = 1; months <= 16; months++)
                await MakeMonthAsync(table, months);
        }
        var old = Month(14);
        await app.SqlAsync($"insert into usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, created_at) values (1, 1, gen_random_uuid(), 'pause', '{old:yyyy-MM-dd}Z', now())");
        await app.SqlAsync($"insert into archived_days (day, events, size_bytes, archived_at) values ('{old:yyyy-MM-dd}', 1, 1, now())");
        // One that a run had detached before it was killed.
        await app.SqlAsync($"alter table usage_events detach partition {Name("usage_events", 15)}");
        await app.RollUpAsync();

        await DropAsync();
        await app.RunAsync<Partitions>(p => p.MakeAheadAsync(CancellationToken.None));

        foreach (var table in _tables)
        {
            var before = table == "playback_sessions" ? app.Now.AddDays(-90) : app.Now.AddMonths(-13);
            var left = await MonthsAsync(table);
            left.ShouldBe(Enumerable.Range(-3, 20).Select(Month).Where(m => m.AddMonths(1) > before).Select(m => $"{table}_{m:yyyy_MM}"), ignoreOrder: true);
        }
        (await app.SqlAsync("select count(*) from usage_events")).ShouldBe(0L);
    }

    private async Task MakeMonthAsync(string table, int ago) => await app.SqlAsync($"select ensure_month_partition('{table}', '{Month(ago):yyyy-MM-dd}')");

    private Task DropAsync() => app.RunAsync<DropOldMonths>(j => j.RunAsync(CancellationToken.None));

    private string Name(string table, int ago) => $"{table}_{Month(ago):yyyy_MM}";

    private DateTimeOffset Month(int ago) => new DateTimeOffset(app.Now.Year, app.Now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-ago);

    private async Task<string[]> MonthsAsync(string table) => ((string)(await app.SqlAsync(
        $"select coalesce(string_agg(relname, ' '), '') from pg_class where relkind = 'r' and relname ~ '^{table}_[0-9]'"))!).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

public sealed class BusyRetentionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_table_that_is_in_use_waits_until_tomorrow_and_keeps_neither_the_others_nor_who_uses_it()
    {
        _ = app.Services;
        var month = new DateTimeOffset(app.Now.Year, app.Now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-15);
        foreach (var table in new[] { "usage_events", "playback_attempts" })
            await app.SqlAsync($"select ensure_month_partition('{table}', '{month:yyyy-MM-dd}')");
        await app.RollUpAsync();
        await using var reader = new NpgsqlConnection(app.ConnectionString);
        await reader.OpenAsync();
        await using (var transaction = await reader.BeginTransactionAsync())
        {
            await using var look = new NpgsqlCommand("select count(*) from usage_events", reader, transaction);
            await look.ExecuteScalarAsync();
            await app.RunAsync<DropOldMonths>(j => j.RunAsync(CancellationToken.None));
            (await CountAsync("usage_events", month)).ShouldBe(1L);
            (await CountAsync("playback_attempts", month)).ShouldBe(0L);
            await look.ExecuteScalarAsync();
        }
        await app.RunAsync<DropOldMonths>(j => j.RunAsync(CancellationToken.None));
        (await CountAsync("usage_events", month)).ShouldBe(0L);
    }

    [Fact]
    public async Task A_table_whose_question_fails_does_not_keep_the_others()
    {
        _ = app.Services;
        var month = new DateTimeOffset(app.Now.Year, app.Now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-17);
        foreach (var table in new[] { "usage_events", "playback_attempts" })
            await app.SqlAsync($"select ensure_month_partition('{table}', '{month:yyyy-MM-dd}')");
        using var logs = new Logs(app);
        await app.SqlAsync("alter table erasures rename to elsewhere");
        await app.RunAsync<DropOldMonths>(j => j.RunAsync(CancellationToken.None));
        await app.SqlAsync("alter table elsewhere rename to erasures");
        logs.Text.ShouldContain("Error: Old months of usage_events could not be dropped");
        (await CountAsync("usage_events", month)).ShouldBe(1L);
        (await CountAsync("playback_attempts", month)).ShouldBe(0L);
        await app.RunAsync<DropOldMonths>(j => j.RunAsync(CancellationToken.None));
        (await CountAsync("usage_events", month)).ShouldBe(0L);
    }

    private async Task<object?> CountAsync(string table, DateTimeOffset month) => await app.SqlAsync($"select count(*) from pg_class where relname = '{table}_{month:yyyy_MM}'");
}

/// <summary>What is not in the sums must not go.</summary>
public sealed class UsageRetentionTests(StorytimeApp fixture) : IClassFixture<StorytimeApp>
{
    private readonly StorytimeApp _app = fixture.With("Archive:Enabled", "false");

    private DateTimeOffset Oldest => new DateTimeOffset(_app.Now.Year, _app.Now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-15);

    [Fact]
    public async Task A_month_waits_until_it_is_rolled_up_and_so_do_its_child_book_days_and_the_months_after_it()
    {
        var (_, child) = await _app.FamilyAsync();
        await MakeMonthsAsync();
        await _app.StoreEventsAsync(child, [(1, null, "play_start", Oldest.AddMonths(1).AddDays(3)), (1, null, "pause", Oldest.AddMonths(1).AddDays(3).AddSeconds(50))]);
        using var logs = new Logs(_app);
        // The oldest one has nothing that could wait.
        (await DropAsync()).ShouldBe([1, 0]);
        logs.Text.ShouldContain($"Warning: Usage events of the month from {DateOnly.FromDateTime(Oldest.AddMonths(1).Date)} and all later ones are kept longer than they should be: not all of it is rolled up");

        await _app.RollUpAsync();
        (await _app.SqlAsync("select seconds_watched from viewing_days")).ShouldBe(50);
        var sums = await SumsAsync();
        (await DropAsync()).ShouldBe([0, 0]);
        // They stay for ever, and nothing that is worked out later takes them for wrong.
        (await SumsAsync()).ShouldBe(sums);
        await _app.RunAsync<RollUpJobs>(async j => (await j.RebuildAsync(CancellationToken.None)).ShouldBe((0, 0)));
        (await SumsAsync()).ShouldBe(sums);
    }

    [Fact]
    public async Task Events_of_the_day_after_a_month_keep_it_because_it_reaches_into_them()
    {
        var (_, child) = await _app.FamilyAsync();
        await MakeMonthsAsync();
        await _app.RollUpAsync();
        var midnight = Oldest.AddMonths(2);
        await _app.StoreEventsAsync(child, [(1, null, "pause", midnight.AddSeconds(30))]);
        (await DropAsync()).ShouldBe([1, 0]);
        await _app.RollUpAsync();
        (await DropAsync()).ShouldBe([0, 0]);
    }

    [Fact]
    public async Task An_erasure_that_is_not_settled_keeps_events_and_so_does_a_restored_database()
    {
        var (parent, child) = await _app.FamilyAsync();
        await MakeMonthsAsync();
        await _app.StoreEventsAsync(child, [(77, null, "play_start", Oldest.AddMonths(1).AddDays(3))]);
        (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent);
        // The watermark passes what is left to the erasure.
        await _app.RollUpAsync();
        (await DropAsync()).ShouldBe([2, 0]);
        await _app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        (await _app.SqlAsync($"select seconds_watched from usage_totals where grain = 'book_month' and book_id = 77")).ShouldBe(90L);
        var system = await _app.SqlAsync("select system_identifier from roll_up_marks");
        await _app.SqlAsync("update roll_up_marks set system_identifier = 1");
        (await DropAsync()).ShouldBe([2, 0]);
        await _app.SqlAsync($"update roll_up_marks set system_identifier = {system}");
        (await DropAsync()).ShouldBe([0, 0]);
    }

    [Fact]
    public async Task Child_book_days_never_go_before_their_events()
    {
        _ = _app.Services;
        await MakeMonthsAsync();
        await _app.RollUpAsync();
        await using var reader = new NpgsqlConnection(_app.ConnectionString);
        await reader.OpenAsync();
        await using (var transaction = await reader.BeginTransactionAsync())
        {
            await using var look = new NpgsqlCommand("select count(*) from usage_events", reader, transaction);
            await look.ExecuteScalarAsync();
            (await DropAsync()).ShouldBe([2, 0]);
        }
        (await DropAsync()).ShouldBe([0, 0]);
    }

    [Fact]
    public async Task Where_days_are_archived_a_month_waits_for_that_too()
    {
        _ = _app.Services;
        await MakeMonthsAsync();
        var rollUp = _app.Services.GetRequiredService<RollUp>();
        var month = DateOnly.FromDateTime(Oldest.AddMonths(1).Date);
        await _app.StoreEventsAsync(1, [(1, null, "play_start", Oldest.AddMonths(1).AddDays(3)), (1, null, "play_start", Oldest.AddMonths(1).AddDays(4))]);
        await _app.RollUpAsync();
        (await rollUp.WhyEventsStayAsync(month, archived: false, CancellationToken.None)).ShouldBeNull();
        foreach (var day in new[] { 3, 4 })
        {
            (await rollUp.WhyEventsStayAsync(month, archived: true, CancellationToken.None)).ShouldBe("not all of it is archived");
            await _app.SqlAsync($"insert into archived_days (day, events, size_bytes, archived_at) values ('{month.AddDays(day):yyyy-MM-dd}', 1, 1, now())");
        }
        (await rollUp.WhyEventsStayAsync(month, archived: true, CancellationToken.None)).ShouldBeNull();
        await DropAsync();
    }

    /// <summary>Two that are too old, of both tables.</summary>
    private async Task MakeMonthsAsync()
    {
        foreach (var table in new[] { "usage_events", "viewing_days" })
        {
            for (var months = 0; months <= 1; months++)
                await _app.SqlAsync($"select ensure_month_partition('{table}', '{Oldest.AddMonths(months):yyyy-MM-dd}')");
        }
    }

    /// <returns>How many of the old months are left, of events, and how many more or fewer of child-book-days.</returns>
    private async Task<int[]> DropAsync()
    {
        await _app.RunAsync<DropOldMonths>(j => j.RunAsync(CancellationToken.None));
        var (events, days) = (await CountAsync("usage_events"), await CountAsync("viewing_days"));
        return [events, days - events];
    }

    private async Task<int> CountAsync(string table) => (int)(long)(await _app.SqlAsync(
        $"select count(*) from pg_class where relname in ('{table}_{Oldest:yyyy_MM}', '{table}_{Oldest.AddMonths(1):yyyy_MM}')"))!;

    private Task<object?> SumsAsync() => _app.SqlAsync("""
        select string_agg(row::text, E'\n' order by row::text) from (select d::text from daily_usages d union all select t::text from usage_totals t) as all_rows(row)
        """);
}
