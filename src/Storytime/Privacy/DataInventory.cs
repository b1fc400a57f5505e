using Storytime.Accounts;
using Storytime.Children;

namespace Storytime.Privacy;

/// <summary>
/// Every table and column of the database and what it holds. The export, the counts of an erasure and the published periods are made from it, and a test holds it
/// against the database: a new column is not in until somebody has said here what it is.
/// </summary>
internal static class DataInventory
{
    private const string Secret = "A secret, or the hash of one: it opens something, and tells nothing about you.";
    private const string Hash = "A keyed hash: it can be compared, not read.";

    /// <summary>Schemas that are classified as a whole, with the reason.</summary>
    public static readonly IReadOnlyDictionary<string, string> Schemas = new Dictionary<string, string>
    {
        ["hangfire"] = "The queue of jobs: their arguments are ids of rows only, and what is done is gone after a day.",
    };

    public static readonly IReadOnlyList<InventoryTable> Tables =
    [
        new InventoryTable("users", ErasedHow.AtOnce, OfAccount: "id = $2")
            .Personal(DataCategory.Account, "id email email_confirmed country created_at updated_at")
            .Withheld(DataCategory.Account, "password_hash security_stamp concurrency_stamp", Secret)
            .Plain("two_factor_enabled lockout_enabled lockout_end access_failed_count"),
        InventoryTable.OfAParent("consent_records").Personal(DataCategory.Consent, "id user_id terms_version privacy_version method granted_at withdrawn_at"),
        InventoryTable.OfAParent("parent_sessions")
            .Personal(DataCategory.Devices, "id user_id device_name signed_in_at last_used_at revoked_at")
            .Withheld(DataCategory.Devices, "address_hash", Hash),
        InventoryTable.OfAParent("refresh_tokens")
            .Personal(DataCategory.Devices, "id user_id session_id created_at expires_at spent_at")
            .Withheld(DataCategory.Devices, "token_hash client_hash sealed_successor", Secret),
        InventoryTable.OfAParent("apple_identities")
            .Personal(DataCategory.Apple, "id user_id subject created_at")
            .Withheld(DataCategory.Apple, "sealed_refresh_token", Secret),
        InventoryTable.OfAParent("account_tokens")
            .Personal(DataCategory.Mails, "id user_id kind new_email created_at expires_at used_at")
            .Withheld(DataCategory.Mails, "token_hash", Secret),
        // Whether an account has the address of a forgotten password is found out when the mail is sent, so those mails know no account.
        new InventoryTable("outgoing_mails", ErasedHow.AtOnce,
            OfAccount: "user_id = $2 or (user_id is null and kind <> 'erased' and lower(to_email) = (select lower(email) from users where id = $2))")
            .Personal(DataCategory.Mails, "id user_id kind to_email failures created_at due_at")
            .Withheld(DataCategory.Mails, "receipt", "Only the mail with the receipt of an erasure has one, and its account is gone."),
        new InventoryTable("sign_in_failures", ErasedHow.AtOnce)
            .Withheld(DataCategory.SignInFailures, "email_hash address_hash failures counted_since locked_until", Hash),

        new InventoryTable("child_profiles", ErasedHow.AtOnce, "id = any($1)", "id = any($1)")
            .Personal(DataCategory.Child, "id user_id name avatar_url birth_year created_at updated_at")
            .Withheld(DataCategory.Child, "pin_hash", Secret),
        InventoryTable.OfAChild("screen_times")
            .Personal(DataCategory.ScreenTime, "child_profile_id daily_minutes time_zone finish_story updated_at")
            .Personal(DataCategory.ScreenTime, "quiet_hours",
                "(select coalesce(jsonb_agg(jsonb_build_object('start', q -> 'Start', 'end', q -> 'End')), '[]') from jsonb_array_elements(quiet_hours) q)"),
        InventoryTable.OfAChild("screen_time_exceptions")
            .Personal(DataCategory.ScreenTime, "child_profile_id extra_minutes quiet_lifted_until stopped set_at ends_at"),
        InventoryTable.OfAChild("story_graces").Personal(DataCategory.ScreenTime, "child_profile_id book_id ends_at"),
        InventoryTable.OfAChild("child_sessions").Personal(DataCategory.ChildDevices, "id child_profile_id device_name created_at expires_at revoked_at"),
        InventoryTable.OfAChild("library_items").Personal(DataCategory.Shelf, "id child_profile_id book_id added_by_user_id created_at"),
        InventoryTable.OfAChild("resume_positions").Personal(DataCategory.Shelf, "child_profile_id book_id position_seconds occurred_at"),
        InventoryTable.OfAChild("playback_sessions", ErasedHow.ByJob)
            .Personal(DataCategory.Permissions, "id child_profile_id book_id video_asset_id child_session_id issued_at expires_at cloudfront_policy created_at"),
        // A stranger's try is the stranger's data, and whose child it was is not: each side sees its own.
        new InventoryTable("playback_attempts", ErasedHow.ByJob, "child_profile_id = any($1) and user_id = $2", "user_id = $2")
            .Personal(DataCategory.Attempts, "id user_id book_id child_session_id granted refusal playback_session_id created_at")
            .Personal(DataCategory.Attempts, "child_profile_id", "case when child_profile_id = any($1) then child_profile_id end"),
        InventoryTable.OfAChild("usage_events", ErasedHow.ByJob)
            .Personal(DataCategory.Viewing, "id child_profile_id book_id event_id event_type position_seconds occurred_at playback_session_id metadata created_at clock_skew_ms publisher_id territory")
            .Plain("transaction_id"),
        InventoryTable.OfAChild("viewing_days", ErasedHow.ByJob)
            .Personal(DataCategory.Viewing, "child_profile_id day book_id publisher_id territory seconds_watched plays furthest_seconds"),
        new InventoryTable("set_aside_events", ErasedHow.AtOnce, "child_profile_id = any($1)", "user_id = $2")
            .Personal(DataCategory.SetAside, "id user_id child_profile_id code message body received_at"),
        // Most of it is about books, contracts and publishers (with their contacts before and after); what staff did for a family is the family's to see.
        new InventoryTable("audit_entries", ErasedHow.Kept, $"subject_type = '{ChildProfile.AuditSubject}' and subject_id = any($1)",
            $"(subject_type = '{User.AuditSubject}' and subject_id = $2) or (subject_type = '{ChildProfile.AuditSubject}' and subject_id = any($1))")
            .Personal(DataCategory.SupportLog, "id action subject_type subject_id before after created_at")
            .Withheld(DataCategory.Staff, "admin_id", "Which member of staff it was; ask support."),
        new InventoryTable("erasures", ErasedHow.Kept)
            .Withheld(DataCategory.Erasures, "user_id child_profile_ids sealed_apple_tokens", "Of what is gone already, and only until the erasure is complete.")
            .Plain("id receipt kind deleted usage_watermark requested_at due_at completed_at"),

        .. BusinessData.Tables,
    ];

    /// <summary>The categories that some column has, in the order of the tables.</summary>
    public static IEnumerable<DataCategory> Categories => Tables.SelectMany(t => t.Columns.Values).Select(c => c.Category).OfType<DataCategory>().Distinct();
}
