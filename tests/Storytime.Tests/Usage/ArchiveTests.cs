using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Storytime.Tests.Privacy;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Usage;

/// <summary>Which days go into the archive, when, and what of a child is in it.</summary>
public sealed class ArchiveTests(Database database)
{
    private static readonly string[] _columns =
    [
        "seq BIGINT", "occurred_at TIMESTAMP WITH TIME ZONE", "day_micros BIGINT", "lead_in BOOLEAN", "child VARCHAR", "session VARCHAR", "book_id BIGINT", "publisher_id BIGINT",
        "territory VARCHAR", "event_type VARCHAR", "position_seconds DOUBLE", "clock_skew_ms BIGINT", "day DATE",
    ];

    [Fact]
    public async Task A_day_is_archived_once_nothing_of_it_can_come_in_any_more()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var day = DateOnly.FromDateTime(host.App.Now.UtcDateTime).AddDays(-20);
        var (_, child) = await host.App.FamilyAsync();
        await WatchAsync(host, child, day);
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
        await WatchAsync(host, child, host.Month.AddDays(3));
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
        await WatchAsync(host, child, host.Month);
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
    public async Task Nothing_in_a_file_names_a_child_a_session_or_an_event()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        const long Child = 7_312_345_678_901_234_567, Session = 6_298_765_432_109_876_543;
        var id = Guid.Parse("0198c4e2-7f31-7a55-9b1d-4f0e5d6c7b8a");
        var device = "device-of-a-family";
        _ = await host.App.ParentAsync();
        await host.App.SqlAsync($$"""
            insert into child_profiles (id, user_id, name, created_at, updated_at) overriding system value values ({{Child}}, (select min(id) from users), 'Philippina', now(), now());
            insert into usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, playback_session_id, metadata, created_at)
            values ({{Child}}, 1, '{{id}}', 'play_start', '{{host.Month:yyyy-MM-dd}} 10:00Z', {{Session}}, '{"device": "{{device}}"}', now())
            """);
        await host.App.RollUpAsync();
        await host.RunAsync();
        (await host.DuckAsync("select column_name || ' ' || column_type from (describe usage_archive)")).ShouldBe(_columns.Order(StringComparer.Ordinal));
        (await host.DuckAsync("select length(child), length(session), count(*) from usage_archive group by all")).ShouldBe(["32 32 1"]);
        var bytes = await host.ReadAsync(host.Month);
        foreach (var secret in (byte[][])[
            .. new[] { Child, Session }.SelectMany(n => (byte[][])[Encoding.UTF8.GetBytes(n.ToString(CultureInfo.InvariantCulture)), BitConverter.GetBytes(n), BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(n))]),
            id.ToByteArray(), id.ToByteArray(bigEndian: true), Encoding.UTF8.GetBytes(id.ToString()), Encoding.UTF8.GetBytes("Philippina"), Encoding.UTF8.GetBytes(device)])
            bytes.AsSpan().IndexOf(secret).ShouldBe(-1);
        bytes.AsSpan().IndexOf("play_start"u8).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_child_is_one_hash_in_a_month_and_another_in_the_next_and_the_key_goes_with_the_last_day()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (month, next) = (host.Month.AddMonths(2), host.Month.AddMonths(3));
        var (_, child) = await host.App.FamilyAsync();
        foreach (var day in (DateOnly[])[month, month.AddDays(20), next.AddDays(5)])
            await WatchAsync(host, child, day);
        // Reaches from one month into the other.
        await host.App.StoreEventsAsync(child, [(1, 77, "heartbeat", ArchiveHost.Midnight(next).AddSeconds(-20))]);
        await host.App.RollUpAsync();

        host.App.Clock.SetUtcNow(ArchiveHost.Midnight(next).AddDays(30).AddMinutes(59));
        await host.ArchiveAsync();
        (await host.PostgresAsync("select month from archive_keys")).ShouldBe([$"{month:yyyy-MM-dd}"]);
        host.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.ArchiveAsync();
        (await host.PostgresAsync("select month from archive_keys")).ShouldBeEmpty();
        host.App.Clock.Advance(TimeSpan.FromDays(10));
        await host.ArchiveAsync();
        (await host.PostgresAsync("select month from archive_keys")).ShouldBe([$"{next:yyyy-MM-dd}"]);

        (await host.DuckAsync("select strftime(day, '%Y-%m'), count(distinct child), count(distinct day) from usage_archive group by 1"))
            .ShouldBe([$"{month:yyyy-MM} 1 3", $"{next:yyyy-MM} 1 2"]);
        (await host.DuckAsync("select count(distinct child) from usage_archive")).ShouldBe(["2"]);
        (await host.DuckAsync("select count(distinct session), count(*) from usage_archive where session is not null")).ShouldBe(["2 2"]);
    }

    [Fact]
    public async Task A_child_that_is_erased_before_is_not_in_the_archive_and_the_sums_keep_its_share()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (parent, erased) = await host.App.FamilyAsync();
        var (_, kept) = await host.App.FamilyAsync();
        foreach (var day in (DateOnly[])[host.Month, host.Month.AddDays(1)])
        {
            await WatchAsync(host, erased, day, seconds: 50);
            await WatchAsync(host, kept, day, seconds: 20);
        }
        await host.App.RollUpAsync();
        // Its events go piece by piece afterwards, and none of them is archived in the meantime.
        (await parent.DeleteAsync($"/api/v1/children/{erased}")).ShouldBe(System.Net.HttpStatusCode.NoContent);
        ((long)(await host.App.SqlAsync($"select count(*) from usage_events where child_profile_id = {erased}"))!).ShouldBe(4);
        await host.RunAsync();
        await host.App.EraseAsync();
        string[] days = [$"{host.Month:yyyy-MM-dd}", $"{host.Month.AddDays(1):yyyy-MM-dd}"];
        (await host.DuckAsync("select day, sum(seconds), sum(plays), count(*) from viewing_days group by day")).ShouldBe(days.Select(d => $"{d} 20 1 1"));
        (await host.PostgresAsync("select day, seconds_watched, plays, children from daily_usages")).ShouldBe(days.Select(d => $"{d} 70 2 2"));
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
        await WatchAsync(host, child, host.Month);
        await host.App.RollUpAsync();
        await host.RunAsync();
        (await host.KeysAsync()).ShouldBeEmpty();
        (await host.PostgresAsync("select count(*) from archived_days")).ShouldBe(["0"]);
    }

    private static Task<bool> IsArchivedAsync(ArchiveHost host, DateOnly from, DateOnly until) => host.App.InDatabaseAsync(db => db.IsArchivedAsync(from, until, CancellationToken.None));

    private static async Task WatchAsync(ArchiveHost host, long child, DateOnly day, int seconds = 30)
    {
        var (from, until) = (ArchiveHost.Midnight(day).AddHours(10), ArchiveHost.Midnight(day).AddHours(10).AddSeconds(seconds));
        await host.App.SqlAsync($"""
            insert into usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, created_at)
            values ({child}, 1, gen_random_uuid(), 'play_start', '{from:O}', now()), ({child}, 1, gen_random_uuid(), 'play_end', '{until:O}', now())
            """);
    }
}
