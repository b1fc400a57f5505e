using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Storytime.Bench;

/// <summary>
/// Fills a migrated database with 20,000 parents, 40,000 children, 50,000 books, 1 million library items of which a quarter was begun, and 5 million usage events of the last 60 days: 250,000 sittings of
/// ten minutes, popular books more often than others. The same each time on the same day, and kept. Books and sittings can be made some times as many.
/// </summary>
internal static class Seed
{
    public const int Parents = 20_000;
    public const int Children = 40_000;
    public const int Books = 50_000;
    public const int Publishers = 200;
    public const int Sittings = 250_000;
    public const int EventsOfASitting = 20;
    public const int Days = 60;

    public const int Version = 3;

    /// <summary>In their order; <c>bench_random</c> gives the same number between 0 and 1 for the same arguments.</summary>
    private static (string What, string Sql)[] Steps(int books, int sittings) =>
    [
        ("functions", """
            create or replace function bench_random(n bigint, salt bigint) returns float8 language sql immutable parallel safe as
                'select (hashint8extended(n, salt) & 4294967295) / 4294967296.0'
            """),
        ("parents", $"""
            insert into users (id, email, country, email_confirmed, two_factor_enabled, lockout_enabled, access_failed_count, created_at, updated_at)
            overriding system value
            select n, 'parent' || n || '@bench.example', (array['US', 'US', 'GB', 'CA', 'AU', 'IE'])[1 + floor(6 * bench_random(n, 1))::int], true, false, false, 0, now(), now()
            from generate_series(1, {Parents}) as n
            """),
        ("children", $"""
            insert into child_profiles (id, user_id, name, birth_year, created_at, updated_at) overriding system value
            select n, (n + 1) / 2, 'Child ' || n, 2017 + floor(7 * bench_random(n, 2))::int, now(), now() from generate_series(1, {Children}) as n
            """),
        ("publishers", $"""
            insert into publishers (id, name, status, created_at, updated_at) overriding system value
            select n, 'Publisher ' || n, 'active', now(), now() from generate_series(1, {Publishers}) as n
            """),
        ("books", $"""
            insert into books (id, title, author, description, age_min, age_max, language, publisher_id, status, created_at, updated_at) overriding system value
            select n,
                (array['The', 'A', 'My', 'Our', 'Little', 'Big'])[1 + floor(6 * bench_random(n, 3))::int] || ' '
                    || (array['brave', 'sleepy', 'golden', 'hidden', 'quiet', 'merry', 'lost', 'tiny', 'clever', 'windy'])[1 + floor(10 * bench_random(n, 4))::int] || ' '
                    || (array['Moon', 'Fox', 'Bear', 'Garden', 'Dragon', 'Boat', 'Owl', 'Forest', 'Star', 'Rabbit', 'River', 'Train'])[1 + floor(12 * bench_random(n, 5))::int] || ' ' || n,
                'Author ' || (1 + floor(4000 * bench_random(n, 6)))::int, 'A story about number ' || n || ' and its friends, read aloud for the evening.',
                2 + floor(4 * bench_random(n, 7))::int, 7 + floor(4 * bench_random(n, 7))::int, 'en', 1 + floor({Publishers} * bench_random(n, 8))::int, 'active', now(), now()
            from generate_series(1, {books}) as n
            """),
        ("rights windows", """
            insert into rights_windows (publisher_id, book_id, start_at, end_at, territory, created_at, updated_at)
            select publisher_id, id, now() - interval '2 years', now() + interval '2 years', 'GLOBAL', now(), now() from books
            """),
        ("videos", """
            insert into admin_users (id, email, role, email_confirmed, two_factor_enabled, lockout_enabled, access_failed_count, created_at, updated_at) overriding system value
            values (1, 'uploader@bench.example', 'editor', true, false, false, 0, now(), now());
            insert into video_assets (id, book_id, version, master_s3_key, filename, size_bytes, hls_base_path, hls_manifest_path, duration_seconds, processing_status, progress_percent,
                attempt, submit_failures, progressed_at, ready_at, created_by_admin_id, created_at, updated_at) overriding system value
            select id, id, 1, 'masters/' || id || '.mp4', id || '.mp4', 1000, 'books/' || id || '/hls/', 'books/' || id || '/hls/index.m3u8', 600, 'ready', 100,
                1, 0, now(), now(), 1, now(), now() from books;
            update books set playing_asset_id = id;
            """),
        ("shelves", $"""
            insert into library_items (child_profile_id, book_id, added_by_user_id, created_at)
            select child, 1 + (child * 7919 + item * 104729) % {books}, (child + 1) / 2, now() - item * interval '1 hour'
            from generate_series(2, {Children}, 2) as child, generate_series(1, 50) as item
            """),
        ("resume positions", $"""
            insert into resume_positions (child_profile_id, book_id, position_seconds, occurred_at)
            select child, 1 + (child * 7919 + item * 104729) % {books}, 30 * item % 570, now() - interval '2 hours'
            from generate_series(2, {Children}, 2) as child, generate_series(4, 50, 4) as item
            """),
        ("contracts", $"""
            insert into partnership_contracts (publisher_id, contract_name, start_date, end_date, payment_model, rev_share_bps, flat_fee_cents, currency, status, created_at, updated_at)
            select n, 'Contract ' || n, current_date - 700, current_date + 700, case when n % 3 = 0 then 'hybrid' else 'rev_share' end, 1000 + n, case when n % 3 = 0 then 10000 end,
                'USD', 'active', now(), now() from generate_series(1, {Publishers}) as n;
            insert into revenue_periods (month, amount_cents, currency, created_at, updated_at)
            select date_trunc('month', current_date - m * interval '1 month'), 100000000, 'USD', now(), now() from generate_series(0, 2) as m;
            """),
        ("events", $"""
            select ensure_month_partition('usage_events', (current_date - d)::date) from generate_series(0, {Days + 31}, 28) as d;
            insert into usage_events (child_profile_id, event_id, book_id, event_type, position_seconds, occurred_at, playback_session_id, metadata, created_at, publisher_id, territory, transaction_id)
            select s.child, md5(s.n || ':' || e)::uuid, s.book, case e when 0 then 'play_start' when {EventsOfASitting - 1} then 'play_end' else 'heartbeat' end, e * 30, at, s.n, s.metadata, at,
                b.publisher_id, u.country, 0
            from (
                select n, 1 + floor({Children} * bench_random(n, 10))::int as child, 1 + floor({books} * power(bench_random(n, 11), 3))::int as book,
                    current_date - interval '{Days} days' + {Days} * 86400 * bench_random(n, 12) * interval '1 second' as start, jsonb_build_object('app_version', '2.4.0') as metadata
                from generate_series(1, {sittings}) as n) s
            join books b on b.id = s.book join child_profiles c on c.id = s.child join users u on u.id = c.user_id,
            generate_series(0, {EventsOfASitting - 1}) as e, lateral (select date_trunc('milliseconds', s.start) + e * interval '30 seconds' as at) t
            """),
        // What was given a number of its own leaves the next ones free.
        ("sequences", """
            select setval(pg_get_serial_sequence(t, 'id'), greatest((xpath('/row/n/text()', query_to_xml('select coalesce(max(id), 1) as n from ' || t, false, true, '')))[1]::text::bigint, 1))
            from unnest(array['users', 'child_profiles', 'publishers', 'books', 'video_assets', 'admin_users']) as t
            """),
        ("statistics", "vacuum analyze"),
    ];

    /// <param name="scale">How many times as many books and events.</param>
    /// <returns>False when it was there already.</returns>
    public static async Task<bool> EnsureAsync(string connectionString, CancellationToken ct, int scale = 1)
    {
        await using var data = NpgsqlDataSource.Create(connectionString + ";Command Timeout=0;Options=-c TimeZone=UTC");
        await using (var known = data.CreateCommand("select to_regclass('bench_seed') is not null"))
        {
            if ((bool)(await known.ExecuteScalarAsync(ct))!)
                return false;
        }
        foreach (var (what, sql) in Steps(Books * scale, Sittings * scale))
        {
            var started = Stopwatch.GetTimestamp();
            await using var step = data.CreateCommand(sql);
            await step.ExecuteNonQueryAsync(ct);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seeded {what,-16} {Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s"));
        }
        await using var done = data.CreateCommand($"create table bench_seed as select {Version} as version, {scale} as scale, current_date as seeded_on");
        await done.ExecuteNonQueryAsync(ct);
        return true;
    }
}
