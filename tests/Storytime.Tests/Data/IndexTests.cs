using Storytime.Tests.Testing;

namespace Storytime.Tests.Data;

/// <summary>Queries that must not read a whole table, with the index that is there for them.</summary>
public sealed class IndexTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Theory]
    [InlineData("select exists (select from playback_sessions where child_profile_id = 1 and book_id = 2)", "Index Cond: ((child_profile_id = 1) AND (book_id = 2))")]
    [InlineData("select id from books order by title, id limit 25", "ix_books_title_id")]
    [InlineData("select id from books where status = 'active' order by title, id limit 25", "ix_books_title_id")]
    [InlineData("select id from books where playing_asset_id is distinct from poster_asset_id", "ix_books_poster_due")]
    [InlineData("select child_profile_id from viewing_days where book_id = 1 and day >= '2000-01-01'", "book_id_day_idx")]
    [InlineData("select seconds_watched from viewing_days where child_profile_id = 1 and day >= '2000-01-01'", "Index Cond: ((child_profile_id = 1) AND (day >= '2000-01-01'::date))")]
    [InlineData("select seconds_watched from daily_usages where publisher_id = 1 and day >= '2026-01-01'", "ix_daily_usages_publisher_id_day")]
    [InlineData("select seconds_watched from usage_totals where publisher_id = 1 and grain = 'book_month' and starts_on >= '2026-01-01'", "ix_usage_totals_publisher_id_grain_starts_on")]
    [InlineData("select seconds_watched from usage_totals where grain = 'day' and starts_on >= '2026-01-01'", "ix_usage_totals_grain_starts_on_publisher_id_book_id")]
    [InlineData("select id from set_aside_events where user_id = 1 order by received_at desc limit 25", "ix_set_aside_events_user_id_received_at")]
    [InlineData("delete from set_aside_events where received_at < '2026-01-01'", "ix_set_aside_events_received_at")]
    [InlineData("select id from set_aside_events where child_profile_id = 1", "ix_set_aside_events_child_profile_id")]
    [InlineData("select id from statement_lines where contract_id = 1", "ix_statement_lines_contract_id")]
    [InlineData("select id from playback_attempts where child_profile_id = 1 and created_at >= '2026-01-01' and created_at <= '2100-01-01' order by created_at desc limit 25", "Index Cond: ((child_profile_id = 1) AND (created_at >=")]
    [InlineData("select id from audit_entries order by created_at desc limit 25", "ix_audit_entries_created_at")]
    [InlineData("select id from audit_entries where subject_type = 'book' and subject_id = 1", "ix_audit_entries_subject_type_subject_id")]
    [InlineData("select id from rights_windows order by start_at, id limit 25", "ix_rights_windows_start_at_id")]
    [InlineData("select id from books where playing_asset_id is null order by title, id limit 10", "ix_books_without_video")]
    [InlineData("select id from rights_windows where end_at > '2026-01-01' and end_at <= '2026-01-31'", "ix_rights_windows_end_at")]
    [InlineData("select id from video_assets where processing_status = 'failed' order by id desc limit 25", "ix_video_assets_failed")]
    [InlineData("select id from publisher_statements where status = 'draft' and month = '2026-01-01'", "ix_publisher_statements_status_month_publisher_id_currency")]
    public async Task A_query_finds_its_index(string query, string line)
    {
        // Empty tables are cheapest to read whole and to sort; only an index that fits is left then.
        var plan = (string)(await app.SqlAsync($"""
            set enable_seqscan = off; set enable_sort = off; set enable_bitmapscan = off;
            create temp table plan (line text);
            do $$ declare line text; begin for line in execute $q$explain {query}$q$ loop insert into plan values (line); end loop; end $$;
            select string_agg(line, chr(10)) from plan
            """))!;
        plan.ShouldContain(line);
        plan.ShouldNotContain("Sort");
    }

    [Theory]
    [InlineData("select id from users where email ilike '%lamb%' escape '\\'", "ix_users_email_trgm")]
    [InlineData("select id from playback_attempts where created_at >= '2026-01-01' and created_at <= '2100-01-01'", "created_at_idx")]
    public async Task A_query_finds_its_index_that_gives_no_order(string query, string line)
    {
        var plan = (string)(await app.SqlAsync($"""
            set enable_seqscan = off; set enable_indexscan = off;
            create temp table plan (line text);
            do $$ declare line text; begin for line in execute $q$explain {query}$q$ loop insert into plan values (line); end loop; end $$;
            select string_agg(line, chr(10)) from plan
            """))!;
        plan.ShouldContain(line);
    }
}
