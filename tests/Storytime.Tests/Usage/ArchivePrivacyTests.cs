using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Storytime.Tests.Privacy;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

/// <summary>What of a child is in the archive, and for how long anybody can tell whose it is.</summary>
public sealed class ArchivePrivacyTests(Database database)
{
    private static readonly string[] _columns =
    [
        "seq BIGINT", "occurred_at TIMESTAMP WITH TIME ZONE", "day_micros BIGINT", "lead_in BOOLEAN", "child VARCHAR", "session VARCHAR", "book_id BIGINT",
        "publisher_id BIGINT", "territory VARCHAR", "event_type VARCHAR", "position_seconds DOUBLE", "clock_skew_minutes BIGINT", "day DATE",
    ];

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
        (await host.DuckAsync("select column_name || ' ' || column_type from (describe usage_archive)")).ShouldBe(_columns, ignoreOrder: true);
        (await host.DuckAsync("select length(child), length(session), count(*) from usage_archive group by all")).ShouldBe(["32 32 1"]);
        var bytes = await host.ReadAsync(host.Month);
        byte[][] numbers = [.. new[] { Child, Session }.SelectMany(n => (byte[][])[
            Encoding.UTF8.GetBytes(n.ToString(CultureInfo.InvariantCulture)), BitConverter.GetBytes(n), BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(n))])];
        byte[][] texts = [.. new[] { $"{id}", "Philippina", device }.Select(Encoding.UTF8.GetBytes)];
        foreach (var secret in (byte[][])[.. numbers, .. texts, id.ToByteArray(), id.ToByteArray(bigEndian: true)])
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
            await host.WatchAsync(child, day);
        // Reaches from one month into the other.
        await host.App.StoreEventsAsync(child, [(1, 77, "heartbeat", ArchiveHost.Midnight(next).AddSeconds(-20))]);
        await host.App.SqlAsync("update usage_events set position_seconds = 1234.5, clock_skew_ms = 89999 where playback_session_id = 77");
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
        // What could tell that both are the same child, beyond the time itself, stands in one of the files alone, and clocks are told apart by minutes only.
        (await host.DuckAsync("select lead_in, position_seconds, clock_skew_minutes from usage_archive where session is not null")).ShouldBe(["False 1234.5 1", "True - -"]);
    }

    [Fact]
    public async Task Keys_go_where_the_archive_is_off_once_their_months_are_over_for_long()
    {
        await using var host = await ArchiveHost.StartAsync(database, enabled: false);
        var month = host.Month.AddMonths(2);
        await KeyAsync(host, month);
        host.App.Clock.SetUtcNow(ArchiveHost.Midnight(month.AddMonths(1)).AddDays(65).AddSeconds(-1));
        await host.RunAsync();
        (await host.PostgresAsync("select month from archive_keys")).ShouldBe([$"{month:yyyy-MM-dd}"]);
        host.App.Clock.Advance(TimeSpan.FromSeconds(1));
        await host.RunAsync();
        (await host.PostgresAsync("select month from archive_keys")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_go_with_the_last_events_of_their_months(bool enabled)
    {
        await using var host = await ArchiveHost.StartAsync(database, enabled);
        var month = host.Month.AddMonths(2);
        await host.App.RollUpAsync();
        await KeyAsync(host, month);
        await host.App.SqlAsync($"drop table usage_events_{host.Month:yyyy_MM}, usage_events_{host.Month.AddMonths(1):yyyy_MM}");
        await host.RunAsync();
        (await host.PostgresAsync("select month from archive_keys")).ShouldBe([$"{month:yyyy-MM-dd}"]);
        await host.App.SqlAsync($"drop table usage_events_{month:yyyy_MM}");
        await host.RunAsync();
        (await host.PostgresAsync("select month from archive_keys")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_child_that_is_erased_before_is_not_in_the_archive_and_the_sums_keep_its_share()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (parent, erased) = await host.App.FamilyAsync();
        var (_, kept) = await host.App.FamilyAsync();
        foreach (var day in (DateOnly[])[host.Month.AddDays(1), host.Month.AddDays(2)])
        {
            await host.WatchAsync(erased, day, seconds: 50);
            await host.WatchAsync(kept, day, seconds: 20);
        }
        await host.App.RollUpAsync();
        // Its events go piece by piece afterwards, and none of them is archived in the meantime.
        (await parent.DeleteAsync($"/api/v1/children/{erased}")).ShouldBe(HttpStatusCode.NoContent);
        ((long)(await host.App.SqlAsync($"select count(*) from usage_events where child_profile_id = {erased}"))!).ShouldBe(4);
        await host.RunAsync();
        await host.App.EraseAsync();
        string[] days = [$"{host.Month.AddDays(1):yyyy-MM-dd}", $"{host.Month.AddDays(2):yyyy-MM-dd}"];
        (await host.DuckAsync("select day, sum(seconds), sum(plays), count(*) from viewing_days group by day")).ShouldBe(days.Select(d => $"{d} 20 1 1"));
        (await host.PostgresAsync("select day, seconds_watched, plays, children from daily_usages")).ShouldBe(days.Select(d => $"{d} 70 2 2"));
    }

    private static async Task KeyAsync(ArchiveHost host, DateOnly month) =>
        await host.App.SqlAsync($"insert into archive_keys (month, key) values ('{month:yyyy-MM-dd}', decode(repeat('5a', 32), 'hex'))");
}
