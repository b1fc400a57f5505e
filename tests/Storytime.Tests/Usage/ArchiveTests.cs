using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Usage;

/// <summary>Which days go into the archive, and when.</summary>
public sealed class ArchiveTests(Database database)
{
    [Fact]
    public async Task A_day_is_archived_once_nothing_of_it_can_come_in_any_more()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var day = DateOnly.FromDateTime(host.App.Now.UtcDateTime).AddDays(-20);
        var (_, child) = await host.App.FamilyAsync();
        await host.WatchAsync(child, day);
        await host.App.RollUpAsync();
        host.App.Clock.SetUtcNow(ArchiveHost.Midnight(day).AddDays(31).AddMinutes(59));
        await host.ArchiveAsync();
        (await host.KeysAsync()).ShouldBeEmpty();
        (await host.PostgresAsync("select max(day) from archived_days")).ShouldBe([$"{day.AddDays(-1):yyyy-MM-dd}"]);

        host.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.ArchiveAsync();
        (await host.KeysAsync()).ShouldBe([$"analytics/usage/day={day:yyyy-MM-dd}/events.parquet"]);
        (await host.PostgresAsync("select max(day), count(*) from archived_days")).ShouldBe([$"{day:yyyy-MM-dd} {day.DayNumber - host.Month.DayNumber + 1}"]);
        (await host.PostgresAsync($"select events, size_bytes from archived_days where day = '{day:yyyy-MM-dd}'")).ShouldBe([$"2 {(await host.ReadAsync(day)).Length}"]);
    }

    [Fact]
    public async Task Days_without_events_are_known_to_be_archived_and_have_no_file()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        (await IsArchivedAsync(host, host.Month, host.Month.AddDays(20))).ShouldBeFalse();
        await host.App.RollUpAsync();
        await host.ArchiveAsync();
        (await IsArchivedAsync(host, host.Month, host.Month.AddDays(20))).ShouldBeTrue();
        (await IsArchivedAsync(host, host.Month, host.Month.AddDays(70))).ShouldBeFalse();
        (await IsArchivedAsync(host, host.Month.AddDays(-1), host.Month.AddDays(20))).ShouldBeFalse();
        (await host.KeysAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_day_waits_for_its_events_to_be_rolled_up_and_does_not_keep_others()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        await host.App.RollUpAsync();
        var (_, child) = await host.App.FamilyAsync();
        await host.WatchAsync(child, host.Month.AddDays(3));
        await host.RunAsync();
        (await host.KeysAsync()).ShouldBeEmpty();
        (await IsArchivedAsync(host, host.Month.AddDays(4), host.Month.AddDays(9))).ShouldBeTrue();
        (await IsArchivedAsync(host, host.Month.AddDays(3), host.Month.AddDays(4))).ShouldBeFalse();
        await host.App.RollUpAsync();
        await host.RunAsync();
        (await host.KeysAsync()).ShouldBe([ArchiveBucket.KeyOf(host.Month.AddDays(3))]);
    }

    [Fact]
    public async Task A_run_that_ends_between_the_file_and_its_row_is_made_good_by_the_next()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (_, child) = await host.App.FamilyAsync();
        await host.WatchAsync(child, host.Month);
        await host.App.RollUpAsync();
        byte[] first;
        await using (await HeldLock.TakeAsync(host.App, "lock table archived_days in share row exclusive mode"))
        {
            using var killed = new CancellationTokenSource();
            var run = host.RunAsync(killed.Token);
            await host.App.WaitersAsync(1, run);
            await killed.CancelAsync();
            await Should.ThrowAsync<Exception>(run);
            first = await host.ReadAsync(host.Month);
        }
        (await host.PostgresAsync("select count(*) from archived_days")).ShouldBe(["0"]);
        await host.RunAsync();
        (await host.ReadAsync(host.Month)).ShouldBe(first);
        (await IsArchivedAsync(host, host.Month, host.Month.AddDays(1))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_large_day_goes_in_parts()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var content = new byte[20 * 1024 * 1024];
        Random.Shared.NextBytes(content);
        using var stream = new MemoryStream(content);
        await host.PutAsync(host.Month, stream);
        (await host.ReadAsync(host.Month)).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Fact]
    public async Task Nothing_is_archived_where_the_archive_is_off()
    {
        await using var host = await ArchiveHost.StartAsync(database, enabled: false);
        var (_, child) = await host.App.FamilyAsync();
        await host.WatchAsync(child, host.Month);
        await host.App.RollUpAsync();
        await host.RunAsync();
        (await host.KeysAsync()).ShouldBeEmpty();
        (await host.PostgresAsync("select count(*) from archived_days")).ShouldBe(["0"]);
    }

    [Fact]
    public async Task A_day_that_cannot_be_archived_does_not_keep_those_after_it()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (_, child) = await host.App.FamilyAsync();
        var refused = host.Month.AddDays(3);
        foreach (var day in (DateOnly[])[host.Month.AddDays(2), refused, host.Month.AddDays(4)])
            await host.WatchAsync(child, day);
        await host.App.RollUpAsync();
        await host.App.SqlAsync($"alter table archived_days add constraint refused check (day <> '{refused:yyyy-MM-dd}')");
        await Should.ThrowAsync<AggregateException>(host.RunAsync());
        (await host.PostgresAsync("select day from archived_days where events > 0")).ShouldBe([$"{host.Month.AddDays(2):yyyy-MM-dd}", $"{host.Month.AddDays(4):yyyy-MM-dd}"]);
        await host.App.SqlAsync("alter table archived_days drop constraint refused");
        await host.RunAsync();
        (await IsArchivedAsync(host, refused, refused.AddDays(1))).ShouldBeTrue();
    }

    [Fact]
    public async Task Days_of_a_month_that_is_being_dropped_are_not_taken_for_days_without_events()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (_, child) = await host.App.FamilyAsync();
        await host.WatchAsync(child, host.Month.AddDays(3));
        await host.App.RollUpAsync();
        // Begun, and given up because somebody reads.
        await using (await HeldLock.TakeAsync(host.App, "lock table usage_events in access share mode"))
        {
            await using var connection = new NpgsqlConnection($"{host.App.ConnectionString};Options=-c lock_timeout=100");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"alter table usage_events detach partition usage_events_{host.Month:yyyy_MM} concurrently", connection);
            (await Should.ThrowAsync<PostgresException>(command.ExecuteNonQueryAsync())).SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);
        }
        (await host.PostgresAsync("select count(*) from pg_inherits where inhparent = 'usage_events'::regclass and inhdetachpending")).ShouldBe(["1"]);
        await host.ArchiveAsync();
        (await host.PostgresAsync($"select count(*) from archived_days where day < '{host.Month.AddMonths(1):yyyy-MM-dd}'")).ShouldBe(["0"]);
    }

    private static Task<bool> IsArchivedAsync(ArchiveHost host, DateOnly from, DateOnly until) => host.App.InDatabaseAsync(async db =>
        await db.ArchivedDays.CountAsync(d => d.Day >= from && d.Day < until) == until.DayNumber - from.DayNumber);
}
