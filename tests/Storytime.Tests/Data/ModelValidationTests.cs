using System.Text.RegularExpressions;
using Npgsql;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Data;

/// <summary>
/// The rules that the database itself keeps, each tried by plain SQL: what is unique, which ranges dates and money have, which words there are.
/// The API has its own sentences for them; this is what holds when the API has a bug.
/// </summary>
public sealed class ModelValidationTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    /// <summary>A row of each table that is accepted, as columns with SQL expressions.</summary>
    private static readonly Dictionary<string, string> _rows = new()
    {
        ["users"] = "id=1; email='mia@example.com'; country='US'; email_confirmed=true; two_factor_enabled=false; lockout_enabled=true; access_failed_count=0; created_at=now(); updated_at=now()",
        ["admin_users"] = "id=1; email='ed@example.com'; role='editor'; setup_token_hash='\\x01'; setup_token_expires_at=now(); email_confirmed=true; two_factor_enabled=false; lockout_enabled=true; access_failed_count=0; created_at=now(); updated_at=now()",
        ["consent_records"] = "id=1; user_id=1; terms_version='1'; privacy_version='1'; method='registration'; granted_at=now()",
        ["parent_sessions"] = "id='00000000-0000-0000-0000-000000000002'; user_id=1; device_name='iPhone'; address_hash='\\x01'; signed_in_at=now(); last_used_at=now()",
        ["account_tokens"] = "id=1; user_id=1; kind='password_reset'; token_hash='\\x01'; created_at=now(); expires_at=now() + interval '1 hour'",
        ["outgoing_mails"] = "id=1; kind='consent'; to_email='mia@example.com'; user_id=1; failures=0; created_at=now(); due_at=now()",
        ["sign_in_failures"] = "email_hash='\\x01'; address_hash='\\x01'; failures=1; counted_since=now()",
        ["apple_identities"] = "id=1; user_id=1; subject='001.a.2'; created_at=now()",
        ["erasures"] = "id=1; receipt='00000000-0000-0000-0000-000000000003'; kind='child'; child_profile_ids='{1}'; user_id=1; sealed_apple_tokens='{}'; deleted='{}'; requested_at=now(); due_at=now()",
        ["refresh_tokens"] = "id=1; user_id=1; session_id='00000000-0000-0000-0000-000000000002'::uuid; token_hash='\\x01'; client_hash='\\x01'; created_at=now(); expires_at=now() + interval '1 day'",
        ["child_profiles"] = "id=1; user_id=1; name='Mia'; birth_year=2020; created_at=now(); updated_at=now()",
        ["screen_times"] = "child_profile_id=1; daily_minutes=60; quiet_hours='[]'; time_zone='UTC'; finish_story=false; updated_at=now()",
        ["screen_time_exceptions"] = "child_profile_id=1; extra_minutes=15; quiet_lifted_until=now(); stopped=false; set_at=now(); ends_at=now() + interval '1 hour'",
        ["story_graces"] = "child_profile_id=1; book_id=1; ends_at=now()",
        ["child_sessions"] = "id=1; child_profile_id=1; device_name='iPad'; created_at=now(); expires_at=now() + interval '1 day'",
        ["publishers"] = "id=1; name='Owl House'; status='active'; created_at=now(); updated_at=now()",
        ["books"] = "id=1; title='Moon'; author='A'; description=''; age_min=2; age_max=6; language='en'; publisher_id=1; status='active'; created_at=now(); updated_at=now()",
        ["partnership_contracts"] = "id=1; publisher_id=1; contract_name='C'; start_date='2026-01-01'; end_date='2026-12-31'; payment_model='hybrid'; rev_share_bps=1500; flat_fee_cents=100; minimum_guarantee_cents=5; minimum_guarantee_basis='monthly'; currency='USD'; status='active'; created_at=now(); updated_at=now()",
        ["rights_windows"] = "id=1; publisher_id=1; book_id=1; start_at='2026-05-01Z'; end_at='2026-06-01Z'; territory='GLOBAL'; created_at=now(); updated_at=now()",
        ["uploads"] = "id=1; kind='master_video'; method='put'; s3_key='masters/1'; filename='a.mp4'; content_type='video/mp4'; size_bytes=1; status='pending'; created_by_admin_id=1; created_at=now(); expires_at=now()",
        ["video_assets"] = "id=1; book_id=1; version=1; master_s3_key='masters/1'; filename='a.mp4'; size_bytes=1; hls_base_path='books/1/hls/'; processing_status='processing'; progress_percent=10; mediaconvert_job_id='j1'; attempt=1; submit_failures=0; progressed_at=now(); created_by_admin_id=1; created_at=now(); updated_at=now()",
        ["video_attempts"] = "video_asset_id=1; attempt=1; hls_base_path='books/1/hls/'; error_code='1'; error_message='x'; ended_at=now()",
        ["stray_jobs"] = "job_id='j9'; video_asset_id=1; attempt=1; found_at=now()",
        ["library_items"] = "id=1; child_profile_id=1; book_id=1; added_by_user_id=1; created_at=now()",
        ["resume_positions"] = "child_profile_id=1; book_id=1; position_seconds=1.5; occurred_at=now()",
        ["playback_sessions"] = "id=1; child_profile_id=1; book_id=1; video_asset_id=1; issued_at=now(); expires_at=now() + interval '5 minutes'; created_at=now()",
        ["playback_attempts"] = "id=1; user_id=1; child_profile_id=1; book_id=1; granted=false; refusal='book_inactive'; created_at=now()",
        ["set_aside_events"] = "id=1; user_id=1; child_profile_id=1; code='too_old'; message='m'; body='{}'; received_at=now()",
        ["viewing_days"] = "child_profile_id=1; day=date_trunc('day', now())::date; book_id=1; publisher_id=1; territory='US'; seconds_watched=60; plays=1; furthest_seconds=9.5",
        ["usage_totals"] = "id=1; grain='day'; starts_on='2026-01-01'; publisher_id=null; book_id=null; seconds_watched=1; plays=1; children=1; updated_at=now()",
        // Its one row is there from the beginning.
        ["roll_up_marks"] = "id=1; watermark=0; system_identifier=1",
        // So is this one's.
        ["catalog_versions"] = "id=1; version=1",
        ["catalog_changes"] = "version=1; book_id=1",
        ["archived_days"] = "day='2026-01-01'; events=1; size_bytes=1; archived_at=now()",
        ["archive_keys"] = "month='2026-01-01'; key=decode(repeat('00', 32), 'hex')",
        ["usage_events"] = "id=1; child_profile_id=1; book_id=1; event_id='00000000-0000-0000-0000-000000000001'; event_type='heartbeat'; position_seconds=1; occurred_at=date_trunc('day', now()); created_at=now()",
        ["daily_usages"] = "id=1; day='2026-01-01'; book_id=1; publisher_id=null; territory='US'; seconds_watched=1; plays=1; children=1; updated_at=now()",
        ["revenue_periods"] = "month='2026-01-01'; amount_cents=1; currency='USD'; created_at=now(); updated_at=now()",
        ["publisher_statements"] = "id=1; publisher_id=1; month='2026-01-01'; currency='USD'; status='draft'; total_cents=0; created_at=now(); updated_at=now()",
        ["admin_sessions"] = "id='00000000-0000-0000-0000-000000000004'; admin_id=1; method='password'; created_at=now(); last_seen_at=now(); authenticated_at=now(); expires_at=now()",
        ["admin_passkeys"] = "credential_id='\\x01'; user_id=1; data='{}'",
        ["admin_user_tokens"] = "user_id=1; login_provider='storytime'; name='key'; value='x'",
        ["audit_entries"] = "id=1; admin_id=1; action='created'; subject_type='book'; subject_id=1; created_at=now()",
        ["statement_lines"] = "id=1; statement_id=1; position=1; kind='revenue_share'; contract_id=1; description='d'; seconds_watched=0; amount_cents=0",
    };

    public static TheoryData<string, string, string> Duplicates => new()
    {
        { "users", "id=2; email='MIA@Example.com'", "ux_users_email" },
        { "admin_users", "id=2; email='ED@example.COM'; setup_token_hash=null; setup_token_expires_at=null", "ux_admin_users_email" },
        { "admin_users", "id=2; email='flo@example.com'", "ix_admin_users_setup_token_hash" },
        { "library_items", "id=2", "ix_library_items_child_profile_id_book_id" },
        { "refresh_tokens", "id=2", "ix_refresh_tokens_token_hash" },
        { "account_tokens", "id=2", "ix_account_tokens_token_hash" },
        { "apple_identities", "id=2", "ix_apple_identities_subject" },
        { "erasures", "id=2", "ix_erasures_receipt" },
        { "uploads", "id=2", "ix_uploads_s3_key" },
        { "video_assets", "id=2; master_s3_key='m2'; mediaconvert_job_id='j2'", "ix_video_assets_book_id_version" },
        { "video_assets", "id=2; version=2; mediaconvert_job_id='j2'", "ix_video_assets_master_s3_key" },
        { "video_assets", "id=2; version=2; master_s3_key='m2'", "ix_video_assets_mediaconvert_job_id" },
        { "daily_usages", "id=2", "ix_daily_usages_day_book_id_publisher_id_territory" },
        { "publisher_statements", "id=2", "ix_publisher_statements_publisher_id_month_currency" },
        { "statement_lines", "id=2", "ix_statement_lines_statement_id_position" },
        { "usage_events", "id=2", "pk_usage_events" },
        { "resume_positions", "position_seconds=9", "pk_resume_positions" },
        { "revenue_periods", "amount_cents=9", "pk_revenue_periods" },
        { "viewing_days", "seconds_watched=1", "pk_viewing_days" },
        { "usage_totals", "id=2; children=2", "ix_usage_totals_grain_starts_on_publisher_id_book_id" },
        { "roll_up_marks", "watermark=1", "pk_roll_up_marks" },
        { "catalog_versions", "version=2", "pk_catalog_versions" },
        { "catalog_changes", "version=1", "pk_catalog_changes" },
        { "archived_days", "events=2", "pk_archived_days" },
        { "archive_keys", "key=decode(repeat('01', 32), 'hex')", "pk_archive_keys" },
    };

    public static TheoryData<string, string, string> WrongDates => new()
    {
        { "rights_windows", "id=2; start_at='2026-05-31 23:59:59Z'; end_at='2026-07-01Z'", "ex_rights_windows_overlap" },
        { "rights_windows", "id=2; start_at='2026-05-10Z'; end_at='2026-05-11Z'", "ex_rights_windows_overlap" },
        { "rights_windows", "id=2; start_at='2026-08-01Z'; end_at='2026-07-01Z'", "ck_rights_windows_range" },
        { "rights_windows", "id=2; start_at='2026-08-01Z'; end_at='2026-08-01Z'", "ck_rights_windows_range" },
        { "rights_windows", "id=2; territory='us'", "ck_rights_windows_territory" },
        { "partnership_contracts", "id=2; start_date='2027-01-01'", "ck_partnership_contracts_dates" },
        { "consent_records", "id=2; withdrawn_at=now() - interval '1 day'", "ck_consent_records_withdrawn_at" },
        { "refresh_tokens", "id=2; token_hash='\\x02'; expires_at=created_at", "ck_refresh_tokens_expires_at" },
        { "account_tokens", "id=2; token_hash='\\x02'; expires_at=created_at", "ck_account_tokens_expires_at" },
        { "screen_time_exceptions", "child_profile_id=2; ends_at=set_at", "ck_screen_time_exceptions_ends_at" },
        { "erasures", "id=2; receipt=gen_random_uuid(); user_id=null; child_profile_ids='{}'; completed_at=now() - interval '1 hour'", "ck_erasures_completed_at" },
        { "child_sessions", "id=2; expires_at=created_at", "ck_child_sessions_expires_at" },
        { "playback_sessions", "id=2; expires_at=issued_at", "ck_playback_sessions_expires_at" },
        { "revenue_periods", "month='2026-02-02'", "ck_revenue_periods_month" },
        { "publisher_statements", "id=2; month='2026-02-02'", "ck_publisher_statements_month" },
        { "archive_keys", "month='2026-02-02'", "ck_archive_keys_month" },
        { "statement_lines", "id=2; position=2; kind='adjustment'; for_month='2026-02-02'", "ck_statement_lines_for_month" },
    };

    public static TheoryData<string, string, string> WrongNumbers => new()
    {
        { "partnership_contracts", "id=2; rev_share_bps=-1", "ck_partnership_contracts_rev_share_bps" },
        { "partnership_contracts", "id=2; rev_share_bps=10001", "ck_partnership_contracts_rev_share_bps" },
        { "partnership_contracts", "id=2; flat_fee_cents=-1", "ck_partnership_contracts_flat_fee_cents" },
        { "partnership_contracts", "id=2; minimum_guarantee_cents=-1", "ck_partnership_contracts_minimum_guarantee" },
        { "partnership_contracts", "id=2; minimum_guarantee_basis=null", "ck_partnership_contracts_minimum_guarantee" },
        { "partnership_contracts", "id=2; minimum_guarantee_cents=null", "ck_partnership_contracts_minimum_guarantee" },
        { "partnership_contracts", "id=2; payment_model='flat_fee'", "ck_partnership_contracts_money" },
        { "partnership_contracts", "id=2; payment_model='rev_share'", "ck_partnership_contracts_money" },
        { "partnership_contracts", "id=2; rev_share_bps=null", "ck_partnership_contracts_money" },
        { "partnership_contracts", "id=2; currency='usd'", "ck_partnership_contracts_currency" },
        { "revenue_periods", "month='2026-02-01'; amount_cents=-1", "ck_revenue_periods_amount_cents" },
        { "revenue_periods", "month='2026-02-01'; currency='US'", "ck_revenue_periods_currency" },
        { "publisher_statements", "id=2; currency='usd'", "ck_publisher_statements_currency" },
        { "statement_lines", "id=2; position=2; seconds_watched=-1", "ck_statement_lines_seconds_watched" },
        { "statement_lines", "id=2; position=2; children=4", "ck_statement_lines_children" },
        { "daily_usages", "id=2; plays=-1", "ck_daily_usages_counts" },
        { "usage_totals", "id=2; starts_on='2026-01-02'; seconds_watched=-1", "ck_usage_totals_counts" },
        { "usage_totals", "id=2; starts_on='2026-01-02'; children=-1", "ck_usage_totals_counts" },
        { "viewing_days", "book_id=2; seconds_watched=86401", "ck_viewing_days_counts" },
        { "viewing_days", "book_id=2; plays=-1", "ck_viewing_days_counts" },
        { "viewing_days", "book_id=2; seconds_watched=0; plays=0", "ck_viewing_days_counts" },
        { "roll_up_marks", "id=2", "ck_roll_up_marks_one" },
        { "catalog_versions", "id=2", "ck_catalog_versions_one" },
        { "set_aside_events", "id=2; body=repeat('x', 2001)", "ck_set_aside_events_body" },
        { "archive_keys", "month='2026-02-01'; key='\\x01'", "ck_archive_keys_key" },
        { "books", "id=2; age_min=7", "ck_books_ages" },
        { "books", "id=2; age_max=19", "ck_books_ages" },
        { "books", "id=2; age_min=-1", "ck_books_ages" },
        { "child_profiles", "id=2; birth_year=1989", "ck_child_profiles_birth_year" },
        { "screen_times", "daily_minutes=1441", "ck_screen_times_daily_minutes" },
        { "screen_time_exceptions", "child_profile_id=2; extra_minutes=1441", "ck_screen_time_exceptions_extra_minutes" },
        { "sign_in_failures", "address_hash=''; failures=-1", "ck_sign_in_failures_failures" },
        { "resume_positions", "book_id=2; position_seconds=-1", "ck_resume_positions_position_seconds" },
        { "usage_events", "id=2; position_seconds=86401", "ck_usage_events_position_seconds" },
        { "uploads", "id=2; size_bytes=0", "ck_uploads_size_bytes" },
        { "video_assets", "id=2; version=0", "ck_video_assets_version" },
        { "video_assets", "id=2; attempt=0", "ck_video_assets_attempt" },
        { "video_assets", "id=2; progress_percent=101", "ck_video_assets_progress_percent" },
        { "video_assets", "id=2; duration_seconds=-1", "ck_video_assets_duration_seconds" },
    };

    public static TheoryData<string, string, string> WrongWords => new()
    {
        { "users", "id=2; email='nobody'", "ck_users_email" },
        { "users", "id=2; email='b@example.com'; country='us'", "ck_users_country" },
        { "admin_users", "id=2; email='nobody'", "ck_admin_users_email" },
        { "admin_users", "id=2; role='parent'", "ck_admin_users_role" },
        { "admin_sessions", "id='00000000-0000-0000-0000-000000000005'; method='guess'", "ck_admin_sessions_method" },
        { "admin_sessions", "id='00000000-0000-0000-0000-000000000005'; user_agent=''", "ck_admin_sessions_user_agent" },
        { "consent_records", "id=2; method='shouting'", "ck_consent_records_method" },
        { "child_profiles", "id=2; name=''", "ck_child_profiles_name" },
        { "child_sessions", "id=2; device_name=''", "ck_child_sessions_device_name" },
        { "parent_sessions", "id=gen_random_uuid(); device_name=''", "ck_parent_sessions_device_name" },
        { "account_tokens", "id=2; token_hash='\\x02'; kind='spell'", "ck_account_tokens_kind" },
        { "outgoing_mails", "id=2; kind='spam'", "ck_outgoing_mails_kind" },
        { "erasures", "id=2; receipt=gen_random_uuid(); kind='whim'", "ck_erasures_kind" },
        { "publishers", "id=2; name=''", "ck_publishers_name" },
        { "publishers", "id=2; status='asleep'", "ck_publishers_status" },
        { "books", "id=2; title=''", "ck_books_title" },
        { "books", "id=2; language='English'", "ck_books_language" },
        { "books", "id=2; status='published'", "ck_books_status" },
        { "partnership_contracts", "id=2; payment_model='barter'; rev_share_bps=1; flat_fee_cents=1", "ck_partnership_contracts_payment_model" },
        { "partnership_contracts", "id=2; status='lost'", "ck_partnership_contracts_status" },
        { "partnership_contracts", "id=2; minimum_guarantee_basis='weekly'", "ck_partnership_contracts_minimum_guarantee_basis" },
        { "uploads", "id=2; status='lost'", "ck_uploads_status" },
        { "uploads", "id=2; kind='poem'", "ck_uploads_kind" },
        { "uploads", "id=2; method='post_office'", "ck_uploads_method" },
        { "uploads", "id=2; multipart_checksum='md5'", "ck_uploads_multipart_checksum" },
        { "video_assets", "id=2; processing_status='lost'", "ck_video_assets_processing_status" },
        { "publisher_statements", "id=2; status='lost'", "ck_publisher_statements_status" },
        { "usage_events", "id=2; event_type='sneeze'", "ck_usage_events_event_type" },
        { "usage_events", "id=2; territory='us'", "ck_usage_events_territory" },
        { "usage_totals", "id=2; grain='week'", "ck_usage_totals_grain" },
        { "statement_lines", "id=2; position=2; kind='gift'", "ck_statement_lines_kind" },
        { "playback_attempts", "id=2; refusal='because'", "ck_playback_attempts_refusal" },
    };

    public static TheoryData<string, string, string> Contradictions => new()
    {
        { "admin_users", "id=2; email='flo@example.com'; setup_token_hash=null", "ck_admin_users_setup_token" },
        { "account_tokens", "id=2; token_hash='\\x02'; kind='email_change'", "ck_account_tokens_new_email" },
        { "account_tokens", "id=2; token_hash='\\x02'; new_email='b@example.com'", "ck_account_tokens_new_email" },
        { "outgoing_mails", "id=2; kind='erased'", "ck_outgoing_mails_receipt" },
        { "erasures", "id=2; receipt=gen_random_uuid(); completed_at=requested_at", "ck_erasures_forgotten" },
        { "uploads", "id=2; method='multipart'; part_size_bytes=5", "ck_uploads_parts" },
        { "uploads", "id=2; multipart_upload_id='x'; part_size_bytes=5", "ck_uploads_parts" },
        { "video_assets", "id=2; captions_s3_key='c'", "ck_video_assets_captions" },
        { "video_assets", "id=2; processing_status='ready'", "ck_video_assets_ready" },
        { "video_assets", "id=2; mediaconvert_job_id=null", "ck_video_assets_processing" },
        { "video_assets", "id=2; processing_status='failed'", "ck_video_assets_failed" },
        { "video_assets", "id=2; error_message='x'", "ck_video_assets_failed" },
        { "erasures", "id=2; receipt=gen_random_uuid(); completed_at=requested_at; user_id=null; child_profile_ids='{}'; usage_watermark=1", "ck_erasures_forgotten" },
        { "usage_totals", "id=2; grain='book_month'", "ck_usage_totals_book_id" },
        { "usage_totals", "id=2; grain='month'; book_id=1", "ck_usage_totals_book_id" },
        { "partnership_contracts", "id=2; status='terminated'", "ck_partnership_contracts_terminated_on" },
        { "partnership_contracts", "id=2; terminated_on='2026-05-05'", "ck_partnership_contracts_terminated_on" },
        { "statement_lines", "id=2; position=2; kind='adjustment'", "ck_statement_lines_for_month" },
        { "statement_lines", "id=2; position=2; for_month='2026-02-01'", "ck_statement_lines_for_month" },
        { "publisher_statements", "id=2; status='issued'", "ck_publisher_statements_issued" },
        { "publisher_statements", "id=2; status='issued'; issued_at=now(); content_hash='\\x01'", "ck_publisher_statements_issued" },
        { "playback_attempts", "id=2; granted=true", "ck_playback_attempts_granted" },
    };

    public static TheoryData<string, string, string> MissingReferences => new()
    {
        { "consent_records", "id=2; user_id=99", "fk_consent_records_users_user_id" },
        { "refresh_tokens", "id=2; token_hash='\\x02'; user_id=99", "fk_refresh_tokens_users_user_id" },
        { "refresh_tokens", "id=2; token_hash='\\x02'; session_id=gen_random_uuid()", "fk_refresh_tokens_parent_sessions_session_id" },
        { "parent_sessions", "id=gen_random_uuid(); user_id=99", "fk_parent_sessions_users_user_id" },
        { "account_tokens", "id=2; token_hash='\\x02'; user_id=99", "fk_account_tokens_users_user_id" },
        { "outgoing_mails", "id=2; user_id=99", "fk_outgoing_mails_users_user_id" },
        { "apple_identities", "id=2; subject='s2'; user_id=99", "fk_apple_identities_users_user_id" },
        { "screen_time_exceptions", "child_profile_id=99", "fk_screen_time_exceptions_child_profiles_child_profile_id" },
        { "story_graces", "child_profile_id=99", "fk_story_graces_child_profiles_child_profile_id" },
        { "child_profiles", "id=2; user_id=99", "fk_child_profiles_users_user_id" },
        { "screen_times", "child_profile_id=99", "fk_screen_times_child_profiles_child_profile_id" },
        { "child_sessions", "id=2; child_profile_id=99", "fk_child_sessions_child_profiles_child_profile_id" },
        { "partnership_contracts", "id=2; publisher_id=99", "fk_partnership_contracts_publishers_publisher_id" },
        { "rights_windows", "id=2; book_id=99; territory='US'", "fk_rights_windows_books_book_id" },
        { "rights_windows", "id=2; publisher_id=99; territory='US'", "fk_rights_windows_publishers_publisher_id" },
        { "books", "id=2; publisher_id=99", "fk_books_publishers_publisher_id" },
        { "books", "id=2; playing_asset_id=99", "fk_books_video_assets_playing_asset_id" },
        { "books", "id=2; playing_asset_id=1", "fk_books_video_assets_playing_asset_id" },
        { "uploads", "id=2; s3_key='m2'; created_by_admin_id=99", "fk_uploads_admin_users_created_by_admin_id" },
        { "video_assets", "id=2; master_s3_key='m2'; mediaconvert_job_id='j2'; book_id=99", "fk_video_assets_books_book_id" },
        { "video_assets", "id=2; version=2; master_s3_key='m2'; mediaconvert_job_id='j2'; created_by_admin_id=99", "fk_video_assets_admin_users_created_by_admin_id" },
        { "video_attempts", "video_asset_id=99", "fk_video_attempts_video_assets_video_asset_id" },
        { "stray_jobs", "job_id='j8'; video_asset_id=99", "fk_stray_jobs_video_assets_video_asset_id" },
        { "library_items", "id=2; book_id=99", "fk_library_items_books_book_id" },
        { "library_items", "id=2; child_profile_id=99", "fk_library_items_child_profiles_child_profile_id" },
        { "library_items", "id=2; book_id=3; added_by_user_id=99", "fk_library_items_users_added_by_user_id" },
        { "resume_positions", "child_profile_id=99", "fk_resume_positions_child_profiles_child_profile_id" },
        { "resume_positions", "book_id=99", "fk_resume_positions_books_book_id" },
        { "publisher_statements", "id=2; publisher_id=99", "fk_publisher_statements_publishers_publisher_id" },
        { "publisher_statements", "id=2; month='2026-02-01'; issued_by_admin_id=99", "fk_publisher_statements_admin_users_issued_by_admin_id" },
        { "statement_lines", "id=2; statement_id=99", "fk_statement_lines_publisher_statements_statement_id" },
        { "statement_lines", "id=2; position=2; book_id=99", "fk_statement_lines_books_book_id" },
        { "statement_lines", "id=2; position=2; contract_id=99", "fk_statement_lines_partnership_contracts_contract_id" },
        { "set_aside_events", "id=2; user_id=99", "fk_set_aside_events_users_user_id" },
        { "set_aside_events", "id=2; child_profile_id=99", "fk_set_aside_events_child_profiles_child_profile_id" },
        { "admin_sessions", "id='00000000-0000-0000-0000-000000000005'; admin_id=99", "fk_admin_sessions_admin_users_admin_id" },
        { "admin_passkeys", "credential_id='\\x02'; user_id=99", "fk_admin_passkeys_admin_users_user_id" },
        { "admin_user_tokens", "user_id=99", "fk_admin_user_tokens_admin_users_user_id" },
        { "audit_entries", "id=2; admin_id=99", "fk_audit_entries_admin_users_admin_id" },
    };

    public static TheoryData<string, string> Accepted => new()
    {
        { "rights_windows", "id=2; start_at='2026-06-01Z'; end_at='2026-07-01Z'" },
        { "rights_windows", "id=2; territory='US'" },
        { "partnership_contracts", "id=2; payment_model='flat_fee'; rev_share_bps=null; end_date='2026-01-01'" },
        { "partnership_contracts", "id=2; payment_model='rev_share'; flat_fee_cents=null; minimum_guarantee_cents=null; minimum_guarantee_basis=null" },
        { "books", "id=2; publisher_id=null; age_min=0; age_max=18; language='zh-Hant-TW'" },
        { "playback_attempts", "id=2; granted=true; refusal=null; playback_session_id=1" },
        { "revenue_periods", "currency='EUR'" },
        { "partnership_contracts", "id=2; status='terminated'; terminated_on='2025-12-31'" },
        { "statement_lines", "id=2; position=2; kind='adjustment'; for_month='2026-02-01'; seconds_watched=-1; children=5; amount_cents=-1" },
        { "statement_lines", "id=2; position=2; kind='usage'; contract_id=null; book_id=1" },
        { "set_aside_events", "id=2; child_profile_id=null; body=repeat('x', 2000)" },
        { "viewing_days", "book_id=2; seconds_watched=0; furthest_seconds=null; publisher_id=null" },
        { "usage_totals", "id=2; grain='book_month'; book_id=1" },
    };

    [Theory]
    [MemberData(nameof(Duplicates))]
    public Task What_must_be_unique_is_refused_a_second_time(string table, string change, string rule) => ShouldRefuseAsync(table, change, rule);

    [Theory]
    [MemberData(nameof(WrongDates))]
    public Task Dates_that_overlap_or_end_before_they_start_are_refused(string table, string change, string rule) => ShouldRefuseAsync(table, change, rule);

    [Theory]
    [MemberData(nameof(WrongNumbers))]
    public Task Money_and_numbers_out_of_range_are_refused(string table, string change, string rule) => ShouldRefuseAsync(table, change, rule);

    [Theory]
    [MemberData(nameof(WrongWords))]
    public Task Unknown_words_and_empty_texts_are_refused(string table, string change, string rule) => ShouldRefuseAsync(table, change, rule);

    [Theory]
    [MemberData(nameof(Contradictions))]
    public Task Rows_that_contradict_themselves_are_refused(string table, string change, string rule) => ShouldRefuseAsync(table, change, rule);

    [Theory]
    [MemberData(nameof(MissingReferences))]
    public Task What_a_row_refers_to_must_be_there(string table, string change, string rule) => ShouldRefuseAsync(table, change, rule);

    [Theory]
    [MemberData(nameof(Accepted))]
    public Task What_is_just_within_the_rules_is_accepted(string table, string change) => TryAsync(table, change);

    [Fact]
    public async Task Every_rule_of_the_schema_has_a_test_here()
    {
        var rules = (string?)await app.SqlAsync("""
            select string_agg(name, ' ') from (
                select conname as name from pg_constraint c join pg_class t on t.oid = c.conrelid
                where c.connamespace = 'public'::regnamespace and contype in ('c', 'x', 'f') and not t.relispartition
                union
                select i.relname from pg_index x join pg_class i on i.oid = x.indexrelid
                where i.relnamespace = 'public'::regnamespace and x.indisunique and not x.indisprimary and not i.relispartition
                    -- One that holds the key as well (for a foreign key of two columns) refuses nothing that the key does not.
                    and not exists (select from pg_index k where k.indrelid = x.indrelid and k.indisprimary and k.indkey::int2[] <@ x.indkey::int2[])) rules
            """);
        var tested = new[] { Duplicates, WrongDates, WrongNumbers, WrongWords, Contradictions, MissingReferences }.SelectMany(rows => rows).Select(row => row.Data.Item3).ToHashSet();
        rules!.Split(' ').Where(rule => !tested.Contains(rule)).ShouldBeEmpty();
    }

    private async Task ShouldRefuseAsync(string table, string change, string rule)
    {
        var refusal = await Should.ThrowAsync<PostgresException>(() => TryAsync(table, change));
        // A partition has its own name for the key of its table.
        Regex.Replace(refusal.ConstraintName ?? "", @"^(\w+)_\d{4}_\d{2}_pkey$", "pk_$1").ShouldBe(rule, refusal.MessageText);
    }

    /// <summary>All tables get their good row (and there is another book, 3), then the table in question a second one that differs; nothing stays.</summary>
    private async Task TryAsync(string table, string change)
    {
        var inserts = _rows.Where(row => row.Key is not ("roll_up_marks" or "catalog_versions")).Select(row => Insert(row.Key, Columns(row.Value)));
        var another = Columns(_rows["books"]);
        another["id"] = "3";
        var changed = Columns(_rows[table]);
        foreach (var (column, value) in Columns(change))
            changed[column] = value;
        await app.SqlAsync($"begin; {string.Join("; ", inserts)}; {Insert("books", another)}; {Insert(table, changed)}; rollback");
    }

    /// <summary>A value that is the name of a column of the row is that column's value.</summary>
    private static string Insert(string table, Dictionary<string, string> columns) =>
        $"insert into {table} ({string.Join(", ", columns.Keys)}) select {string.Join(", ", columns.Values.Select(v => columns.GetValueOrDefault(v, v)))}";

    private static Dictionary<string, string> Columns(string text) =>
        text.Split("; ").Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
