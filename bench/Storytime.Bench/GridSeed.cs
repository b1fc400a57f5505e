using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Storytime.Bench;

/// <summary>
/// What the console's grids want besides the seed of all: 5,000 publishers with contracts, statements of a year, and books that are not all alike: windows in countries, some that
/// end soon or are over, drafts, videos that failed or are missing, and a trail of 200,000 audit entries. Once, and kept; usage stays as it was.
/// </summary>
internal static class GridSeed
{
    public const int Publishers = 5_000;
    public const int AuditEntries = 200_000;

    private static readonly (string What, string Sql)[] _steps =
    [
        ("publishers", $"""
            insert into publishers (id, name, status, created_at, updated_at) overriding system value
            select n, (array['Lantern', 'Harbour', 'Meadow', 'Kite', 'Willow', 'Button', 'Pebble', 'Owl'])[1 + floor(8 * bench_random(n, 20))::int] || ' House ' || n,
                case when n % 50 = 0 then 'inactive' else 'active' end, now(), now()
            from generate_series({Seed.Publishers + 1}, {Publishers}) as n
            """),
        ("contracts", $"""
            insert into partnership_contracts (publisher_id, contract_name, start_date, end_date, payment_model, rev_share_bps, flat_fee_cents, currency, status, created_at, updated_at)
            select n, 'Contract ' || n || '-' || k, current_date - 400 * k - n % 300, current_date - 400 * k - n % 300 + 399, case when n % 4 = 0 then 'flat_fee' else 'rev_share' end,
                case when n % 4 <> 0 then 1000 + n % 2000 end, case when n % 4 = 0 then 10000 end, case when n % 10 = 0 then 'GBP' else 'USD' end,
                case when k = 0 and n % 20 = 0 then 'draft' when current_date - 400 * k - n % 300 + 399 < current_date then 'expired' else 'active' end, now(), now()
            from generate_series({Seed.Publishers + 1}, {Publishers}) as n, generate_series(0, 2) as k
            """),
        ("statements", $"""
            insert into publisher_statements (publisher_id, month, currency, status, total_cents, facts, created_at, updated_at)
            select n, (date_trunc('month', current_date) - m * interval '1 month')::date, case when n % 10 = 0 then 'GBP' else 'USD' end, 'draft', n * 100, jsonb_build_object(), now(), now()
            from generate_series(1, {Publishers}) as n, generate_series(1, 12) as m where m > 2 or n % 3 > 0;
            update publisher_statements set status = 'issued', issued_at = now(), issued_by_admin_id = 1, content_hash = sha256('bench'), canonical_content = '' where month < current_date - 70;
            """),
        // Of the books that the seed made: what a grid filters for. The moved ones go to the new publishers, with their windows.
        ("books", $"""
            update books set publisher_id = {Seed.Publishers} + 1 + id % ({Publishers} - {Seed.Publishers}),
                status = case when id % 20 = 3 then 'draft' when id % 33 = 1 then 'inactive' else status end,
                playing_asset_id = case when id % 40 = 1 then null else playing_asset_id end
            where id % 2 = 1;
            update rights_windows w set publisher_id = b.publisher_id,
                end_at = case when b.id % 41 = 0 then now() - interval '3 days' when b.id % 43 = 0 then now() + b.id % 29 * interval '1 day' else end_at end
            from books b where b.id = w.book_id and (b.id % 2 = 1 or b.id % 41 = 0 or b.id % 43 = 0);
            """),
        ("windows", """
            insert into rights_windows (publisher_id, book_id, start_at, end_at, territory, created_at, updated_at)
            select publisher_id, id, now() - interval '100 days' + k * interval '60 days', now() - interval '100 days' + (k * 60 + 50 + id % 11) * interval '1 day',
                (array['US', 'GB', 'DE', 'FR'])[1 + id % 4], now(), now()
            from books, generate_series(0, 3) as k where id % 5 = 0
            """),
        ("videos", """
            update video_assets set processing_status = 'failed', error_code = '1040', error_message = 'The file has no video.', hls_manifest_path = null where id % 160 = 41;
            update video_assets set processing_status = 'processing', mediaconvert_job_id = 'bench-' || id, progress_percent = 40, stuck_at = now() where id % 800 = 81;
            """),
        ("audit trail", $"""
            insert into audit_entries (admin_id, action, subject_type, subject_id, before, after, created_at)
            select 1, 'updated', (array['book', 'rights_window', 'publisher', 'partnership_contract'])[1 + n % 4], 1 + n % 50000, jsonb_build_object('status', 'draft'),
                jsonb_build_object('status', 'active'), now() - n * interval '3 minutes' from generate_series(1, {AuditEntries}) as n
            """),
        ("statistics", "vacuum analyze"),
    ];

    public static async Task EnsureAsync(string connectionString, CancellationToken ct)
    {
        await using var data = NpgsqlDataSource.Create(connectionString + ";Command Timeout=0;Options=-c TimeZone=UTC");
        await using (var known = data.CreateCommand("select to_regclass('bench_grid_seed') is not null"))
        {
            if ((bool)(await known.ExecuteScalarAsync(ct))!)
                return;
        }
        foreach (var (what, sql) in _steps)
        {
            var started = Stopwatch.GetTimestamp();
            await using var step = data.CreateCommand(sql);
            await step.ExecuteNonQueryAsync(ct);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seeded {what,-16} {Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s"));
        }
        await using var done = data.CreateCommand("create table bench_grid_seed as select current_date as seeded_on");
        await done.ExecuteNonQueryAsync(ct);
    }
}
