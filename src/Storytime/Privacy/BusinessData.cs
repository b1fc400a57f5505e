namespace Storytime.Privacy;

/// <summary>The part of the inventory that no family's data is in: catalog, rights, videos, accounting, staff.</summary>
internal static class BusinessData
{
    public static readonly IReadOnlyList<InventoryTable> Tables =
    [
        Of("admin_users")
            .Personal(DataCategory.Staff, "id email email_confirmed role created_at updated_at disabled_at password_hash security_stamp concurrency_stamp")
            .Personal(DataCategory.Staff, "setup_token_hash setup_token_expires_at totp_last_step passkey_asked_at")
            .Plain("two_factor_enabled lockout_enabled lockout_end access_failed_count"),
        Of("admin_sessions").Personal(DataCategory.Staff, "id admin_id method user_agent created_at last_seen_at authenticated_at expires_at ended_at"),
        Of("admin_passkeys").Personal(DataCategory.Staff, "credential_id user_id data"),
        Of("admin_user_tokens").Personal(DataCategory.Staff, "user_id login_provider name value"),
        Of("publishers").Personal(DataCategory.PublisherContacts, "billing_email contact_name").Plain("id name status created_at updated_at"),
        Of("partnership_contracts")
            .Personal(DataCategory.PublisherContacts, "notes")
            .Plain("id publisher_id contract_name start_date end_date payment_model rev_share_bps flat_fee_cents minimum_guarantee_cents minimum_guarantee_basis")
            .Plain("currency status terminated_on created_at updated_at"),
        Of("catalog_versions").Plain("id version"),
        Of("catalog_changes").Plain("version book_id"),
        Of("rights_windows").Plain("id publisher_id book_id start_at end_at territory created_at updated_at"),
        Of("books")
            .Plain("id title author description age_min age_max language publisher_id status cover_s3_key poster_s3_key playing_asset_id poster_asset_id")
            .Plain("search_text search_vector created_at updated_at"),

        Of("uploads")
            .Personal(DataCategory.Staff, "created_by_admin_id")
            .Plain("id kind method s3_key filename content_type size_bytes checksum_sha256 multipart_upload_id multipart_checksum part_size_bytes status created_at expires_at"),
        Of("video_assets")
            .Personal(DataCategory.Staff, "created_by_admin_id")
            .Plain("id book_id version master_s3_key master_etag master_version_id filename size_bytes checksum_sha256 checksum_crc64nvme captions_s3_key captions_language")
            .Plain("hls_base_path hls_manifest_path duration_seconds processing_status progress_percent progressed_at error_code error_message mediaconvert_job_id attempt")
            .Plain("submit_started_at submit_tried_at submit_failures submit_problem next_submit_at checked_at stuck_at ready_at superseded_at retired_at outputs_deleted_at")
            .Plain("created_at updated_at"),
        Of("video_attempts").Plain("video_asset_id attempt hls_base_path mediaconvert_job_id error_code error_message ended_at outputs_deleted_at"),
        Of("stray_jobs").Plain("job_id video_asset_id attempt found_at ended_at"),
        Of("seen_notices").Plain("message_id seen_at"),

        // Sums for books: no column tells of a child, a family or a device.
        Of("daily_usages").Plain("id day book_id publisher_id territory seconds_watched plays children updated_at"),
        Of("usage_totals").Plain("id grain starts_on publisher_id book_id seconds_watched plays children updated_at"),
        Of("roll_up_marks").Plain("id watermark system_identifier rolled_up_at"),
        Of("archived_days").Plain("day events size_bytes archived_at"),
        // Once the key of a month is deleted, nobody can tell whose the hashes in the archive were.
        Of("archive_keys").Plain("month key"),
        Of("revenue_periods").Plain("month amount_cents currency created_at updated_at"),
        Of("publisher_statements")
            .Personal(DataCategory.Staff, "issued_by_admin_id")
            .Personal(DataCategory.PublisherContacts, "facts canonical_content")
            .Plain("id publisher_id month currency status total_cents content_hash issued_at created_at updated_at"),
        Of("statement_lines").Plain("id statement_id position kind contract_id book_id for_month description seconds_watched children amount_cents"),

        // Keys of the console's cookies and forms, sealed.
        Of("data_protection_keys").Plain("id friendly_name xml"),
        Of("__EFMigrationsHistory").Plain("migration_id product_version"),
    ];

    private static InventoryTable Of(string name) => new(name, ErasedHow.NotAFamilys);
}
