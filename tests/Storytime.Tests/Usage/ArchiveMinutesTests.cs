using CsCheck;
using Npgsql;
using NpgsqlTypes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

/// <summary>Minutes out of the archive, by DuckDB and the SQL of docs/analytics.md, held against the rollups.</summary>
public sealed class ArchiveMinutesTests(Database database)
{
    private const int Children = 400;
    private const long Second = 1_000_000;

    /// <param name="At">Microseconds from midnight.</param>
    private sealed record Reported(long At, string Type, long Book, long? Session, long? Publisher, string Territory, Guid Id);

    /// <summary>Before and after midnight, many at the same moment, many just 90 seconds apart and many at half seconds; two books, sessions that run at the same time.</summary>
    private static readonly Gen<Reported> _event = Gen.Select(
        Gen.Frequency(
            (2, Gen.Long[-1200 * Second, 1200 * Second]), (3, Gen.Long[-40, 40].Select(n => n * 30 * Second)), (2, Gen.Long[-2400, 2400].Select(n => n * Second / 2))),
        AnyOf("play_start", "pause", "resume", "play_end", "heartbeat", "heartbeat", "heartbeat"),
        Gen.Long[1, 2],
        AnyOf<long?>(null, 1, 2),
        AnyOf<long?>(null, 1, 2),
        AnyOf("US", "FR"),
        Gen.Guid,
        (at, type, book, session, publisher, territory, id) => new Reported(at, type, book, session, publisher, territory, id));

    /// <summary>What a child did about one or two of three midnights, the end of a month among them.</summary>
    private static readonly Gen<(int Midnight, Reported[] Events)[]> _history =
        Gen.Select(Gen.Int[-1, 1], _event.Array[0, 30], (midnight, events) => (midnight, events)).Array[1, 2];

    [Fact]
    public async Task The_SQL_of_the_guide_gives_the_seconds_plays_and_children_of_the_rollups() => await _history.Array[Children].SampleAsync(async histories =>
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (first, last) = (host.Month.AddDays(-2), host.Month.AddDays(1));
        await StoreAsync(host, histories);
        await host.App.RollUpAsync();
        await host.ArchiveAsync();

        var viewings = await host.DuckAsync("select day, book_id, publisher_id, territory, seconds, plays from viewing_days");
        viewings.ShouldBe(await host.PostgresAsync("select day, book_id, publisher_id, territory, seconds_watched, plays from viewing_days"));
        viewings.Length.ShouldBeGreaterThan(Children);
        (await host.DuckAsync(Between(ArchiveHost.Guide("count(*) as children"))))
            .ShouldBe(await host.PostgresAsync("select day, book_id, publisher_id, territory, seconds_watched, plays, children from daily_usages"));
        (await host.DuckAsync(Between(ArchiveHost.Guide("as minutes")))).ShouldBe(await host.PostgresAsync(
            "select starts_on, publisher_id, seconds_watched::float8 / 60, plays, children from usage_totals where grain = 'publisher_day'"));
        // The columns that the SQL does not need.
        (await host.DuckAsync("select count(*), sum(position_seconds), sum(clock_skew_minutes) from usage_archive where not lead_in")).ShouldBe(
            await host.PostgresAsync("select count(*), sum(position_seconds), sum(round(clock_skew_ms / 60000.0))::bigint from usage_events"));
        (await host.DuckAsync("select count(*) from usage_archive where lead_in and (position_seconds is not null or clock_skew_minutes is not null)")).ShouldBe(["0"]);
        (await host.DuckAsync("select count(*) from usage_archive where epoch_us(occurred_at) <> epoch_us(day) + day_micros or lead_in <> (day_micros < 0)")).ShouldBe(["0"]);

        string Between(string sql) => sql
            .Replace("2026-03-01", $"{first:yyyy-MM-dd}", StringComparison.Ordinal).Replace("2026-03-31", $"{last:yyyy-MM-dd}", StringComparison.Ordinal);
    }, iter: 1, threads: 1);

    [Fact]
    public async Task What_was_opened_before_midnight_counts_for_a_day_that_has_no_event_of_its_own()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (_, child) = await host.App.FamilyAsync();
        await host.App.StoreEventsAsync(child, [(1, null, "play_start", ArchiveHost.Midnight(host.Month.AddDays(3)).AddSeconds(-10))]);
        await host.App.RollUpAsync();
        await host.ArchiveAsync();
        var (before, after) = ($"{host.Month.AddDays(2):yyyy-MM-dd}", $"{host.Month.AddDays(3):yyyy-MM-dd}");
        (await host.DuckAsync("select day, seconds, plays from viewing_days")).ShouldBe([$"{before} 10 1", $"{after} 80 0"]);
        (await host.PostgresAsync("select day, events from archived_days where size_bytes > 0")).ShouldBe([$"{before} 1", $"{after} 0"]);
    }

    [Fact]
    public async Task A_day_without_an_event_of_its_own_is_of_the_publisher_whose_time_reaches_into_it()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (_, child) = await host.App.FamilyAsync();
        var midnight = ArchiveHost.Midnight(host.Month.AddDays(3));
        // The first event of the 90 seconds opens nothing, the second only time that ends before midnight.
        foreach (var (seconds, type, publisher, territory) in ((int, string, int, string)[])[(-80, "pause", 1, "US"), (-60, "resume", 2, "DE"), (-40, "play_start", 3, "FR")])
        {
            await host.App.SqlAsync($"""
                insert into usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, publisher_id, territory, created_at)
                values ({child}, 1, gen_random_uuid(), '{type}', '{midnight.AddSeconds(seconds):O}', {publisher}, '{territory}', now())
                """);
        }
        await host.App.RollUpAsync();
        await host.ArchiveAsync();
        (await host.PostgresAsync($"select publisher_id, territory, seconds_watched, plays from viewing_days where day = '{host.Month.AddDays(3):yyyy-MM-dd}'")).ShouldBe(["3 FR 50 0"]);
        (await host.DuckAsync($"select publisher_id, territory, seconds, plays from viewing_days where day = '{host.Month.AddDays(3):yyyy-MM-dd}'")).ShouldBe(["3 FR 50 0"]);
    }

    [Fact]
    public async Task A_day_of_many_events_is_one_file_of_several_row_groups()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (_, child) = await host.App.FamilyAsync();
        // The first day of the oldest month is never worked out: what reaches into it may be gone.
        await host.App.SqlAsync($"select ensure_month_partition('usage_events', '{host.Month.AddMonths(-1):yyyy-MM-dd}')");
        await host.App.SqlAsync($"""
            insert into usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, created_at)
            select {child}, 1, gen_random_uuid(), 'heartbeat', '{host.Month:yyyy-MM-dd}'::timestamptz + n * interval '0.7 seconds', now() from generate_series(0, 120000) as n
            """);
        await host.App.RollUpAsync();
        await host.RunAsync();
        (await host.DuckAsync("select day, seconds from viewing_days")).ShouldBe(await host.PostgresAsync("select day, seconds_watched from viewing_days"));
        (await host.PostgresAsync("select seconds_watched from viewing_days")).ShouldBe(["84090"]);
        (await host.DuckAsync("select count(*), max(seq) from usage_archive")).ShouldBe(["120001 120000"]);
        // Nothing that only the newest engines read.
        (await host.DuckAsync($"select compression, count(distinct row_group_id) from parquet_metadata('{host.FileOf(host.Month)}') group by all")).ShouldBe(["SNAPPY 3"]);
        (await host.DuckAsync($"select distinct trim(unnest(string_split(encodings, ','))) from parquet_metadata('{host.FileOf(host.Month)}')"))
            .ShouldBeSubsetOf(["PLAIN", "RLE", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "DELTA_BINARY_PACKED"]);
    }

    [Fact]
    public async Task Engines_that_pass_over_row_groups_by_their_least_and_greatest_times_find_all_events()
    {
        await using var host = await ArchiveHost.StartAsync(database);
        var (_, child) = await host.App.FamilyAsync();
        var noon = ArchiveHost.Midnight(host.Month.AddDays(3)).AddHours(12);
        var (first, second, third) = (noon.AddMicroseconds(1), noon.AddMicroseconds(60_000_002), noon.AddMinutes(2));
        await host.App.StoreEventsAsync(child, [(1, null, "play_start", first), (1, null, "heartbeat", second), (1, null, "play_end", third)]);
        await host.App.RollUpAsync();
        await host.ArchiveAsync();
        string[] conditions = [$">= '{first:O}'", $"<= '{second:O}'", $"= '{second:O}'", $"between '{second:O}' and '{third:O}'"];
        List<string> found = [];
        foreach (var condition in conditions)
            found.AddRange(await host.DuckAsync($"select count(*) from usage_archive where occurred_at {condition}"));
        found.ShouldBe(["3", "2", "1", "2"]);
        (await host.DuckAsync($"""
            select bool_and(epoch_us(stats_min_value::timestamptz) = {Micros(first)} and epoch_us(stats_max_value::timestamptz) = {Micros(third)})
            from parquet_metadata('{host.FileOf(host.Month.AddDays(3))}') where path_in_schema = 'occurred_at'
            """)).ShouldBe(["True"]);

        static long Micros(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    }

    private static Gen<T> AnyOf<T>(params T[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static async Task StoreAsync(ArchiveHost host, (int Midnight, Reported[] Events)[][] histories)
    {
        _ = await host.App.ParentAsync();
        await host.App.SqlAsync($"select ensure_month_partition('usage_events', '{host.Month.AddMonths(-1):yyyy-MM-dd}')");
        var first = (long)(await host.App.SqlAsync($"""
            with made as (
                insert into child_profiles (user_id, name, created_at, updated_at)
                select (select min(id) from users), 'Mia', now(), now() from generate_series(1, {Children}) returning id)
            select min(id) from made
            """))!;
        await using var connection = new NpgsqlConnection(host.App.ConnectionString);
        await connection.OpenAsync();
        await using var copy = await connection.BeginBinaryImportAsync("""
            copy usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, playback_session_id, publisher_id, territory,
                position_seconds, clock_skew_ms, created_at) from stdin (format binary)
            """);
        foreach (var (history, index) in histories.Select((history, index) => (history, index)))
        {
            foreach (var (e, midnight) in history.SelectMany(h => h.Events.Select(e => (e, ArchiveHost.Midnight(host.Month.AddDays(h.Midnight))))))
            {
                var at = midnight.AddMicroseconds(e.At);
                await copy.StartRowAsync();
                await copy.WriteAsync(first + index, NpgsqlDbType.Bigint);
                await copy.WriteAsync(e.Book, NpgsqlDbType.Bigint);
                await copy.WriteAsync(e.Id, NpgsqlDbType.Uuid);
                await copy.WriteAsync(e.Type, NpgsqlDbType.Text);
                await copy.WriteAsync(at, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(e.Session, NpgsqlDbType.Bigint);
                await copy.WriteAsync(e.Publisher, NpgsqlDbType.Bigint);
                await copy.WriteAsync(e.Territory, NpgsqlDbType.Text);
                await copy.WriteAsync(e.At % 7 == 0 ? null : (double?)(e.At & 1023), NpgsqlDbType.Double);
                await copy.WriteAsync(e.At % 5 == 0 ? null : (long?)(e.At % 10_000_001), NpgsqlDbType.Bigint);
                await copy.WriteAsync(at, NpgsqlDbType.TimestampTz);
            }
        }
        await copy.CompleteAsync();
    }
}
