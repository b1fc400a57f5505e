using Npgsql;
using Storytime.Data;
using Storytime.Privacy;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Privacy;

public sealed class RetentionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private static readonly string[] _tables = ["usage_events", "playback_attempts", "playback_sessions"];

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
        // One that a run had detached before it was killed.
        await app.SqlAsync($"alter table usage_events detach partition {Name("usage_events", 15)}");

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

    private async Task<object?> CountAsync(string table, DateTimeOffset month) => await app.SqlAsync($"select count(*) from pg_class where relname = '{table}_{month:yyyy_MM}'");
}
