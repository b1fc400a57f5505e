using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;
using NpgsqlTypes;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterDatabase()
                .Annotation("Npgsql:PostgresExtension:btree_gist", ",,")
                .Annotation("Npgsql:PostgresExtension:pg_trgm", ",,")
                .Annotation("Npgsql:PostgresExtension:unaccent", ",,");

            migrationBuilder.CreateTable(
                name: "admin_users",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    role = table.Column<string>(type: "text", nullable: false),
                    disabled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    email = table.Column<string>(type: "text", nullable: false),
                    email_confirmed = table.Column<bool>(type: "boolean", nullable: false),
                    password_hash = table.Column<string>(type: "text", nullable: true),
                    security_stamp = table.Column<string>(type: "text", nullable: true),
                    concurrency_stamp = table.Column<string>(type: "text", nullable: true),
                    two_factor_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    lockout_end = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    lockout_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    access_failed_count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_admin_users", x => x.id);
                    table.CheckConstraint("ck_admin_users_email", "email like '%@%' and length(email) <= 254");
                    table.CheckConstraint("ck_admin_users_role", "role in ('admin', 'editor', 'finance')");
                });

            migrationBuilder.CreateTable(
                name: "daily_usages",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: false),
                    publisher_id = table.Column<long>(type: "bigint", nullable: true),
                    territory = table.Column<string>(type: "text", nullable: false),
                    seconds_watched = table.Column<long>(type: "bigint", nullable: false),
                    plays = table.Column<int>(type: "integer", nullable: false),
                    children = table.Column<int>(type: "integer", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_daily_usages", x => x.id);
                    table.CheckConstraint("ck_daily_usages_counts", "seconds_watched >= 0 and plays >= 0 and children >= 0");
                });

            migrationBuilder.CreateTable(
                name: "playback_attempts",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    child_profile_id = table.Column<long>(type: "bigint", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: false),
                    child_session_id = table.Column<long>(type: "bigint", nullable: true),
                    granted = table.Column<bool>(type: "boolean", nullable: false),
                    refusal = table.Column<string>(type: "text", nullable: true),
                    playback_session_id = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_playback_attempts", x => new { x.id, x.created_at });
                    table.CheckConstraint("ck_playback_attempts_granted", "granted = (playback_session_id is not null) and (not granted or refusal is null)");
                    table.CheckConstraint("ck_playback_attempts_refusal", "refusal in ('book_not_in_library', 'book_inactive', 'rights_not_started', 'rights_expired', 'rights_unavailable', 'video_not_ready', 'quiet_hours', 'daily_limit_reached')");
                });

            migrationBuilder.CreateTable(
                name: "playback_sessions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    issued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    child_profile_id = table.Column<long>(type: "bigint", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: false),
                    video_asset_id = table.Column<long>(type: "bigint", nullable: false),
                    child_session_id = table.Column<long>(type: "bigint", nullable: true),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    cloudfront_policy = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_playback_sessions", x => new { x.id, x.issued_at });
                    table.CheckConstraint("ck_playback_sessions_expires_at", "expires_at > issued_at");
                });

            migrationBuilder.CreateTable(
                name: "publishers",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    name = table.Column<string>(type: "text", nullable: false),
                    billing_email = table.Column<string>(type: "text", nullable: true),
                    contact_name = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_publishers", x => x.id);
                    table.CheckConstraint("ck_publishers_name", "length(name) between 1 and 200");
                    table.CheckConstraint("ck_publishers_status", "status in ('active', 'inactive')");
                });

            migrationBuilder.CreateTable(
                name: "revenue_periods",
                columns: table => new
                {
                    month = table.Column<DateOnly>(type: "date", nullable: false),
                    amount_cents = table.Column<long>(type: "bigint", nullable: false),
                    currency = table.Column<string>(type: "character(3)", fixedLength: true, maxLength: 3, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_revenue_periods", x => x.month);
                    table.CheckConstraint("ck_revenue_periods_amount_cents", "amount_cents >= 0");
                    table.CheckConstraint("ck_revenue_periods_currency", "currency ~ '^[A-Z]{3}$'");
                    table.CheckConstraint("ck_revenue_periods_month", "extract(day from month) = 1");
                });

            migrationBuilder.CreateTable(
                name: "usage_events",
                columns: table => new
                {
                    child_profile_id = table.Column<long>(type: "bigint", nullable: false),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: false),
                    event_type = table.Column<string>(type: "text", nullable: false),
                    position_seconds = table.Column<double>(type: "double precision", nullable: true),
                    playback_session_id = table.Column<long>(type: "bigint", nullable: true),
                    metadata = table.Column<string>(type: "jsonb", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_usage_events", x => new { x.child_profile_id, x.event_id, x.occurred_at });
                    table.CheckConstraint("ck_usage_events_event_type", "event_type in ('play_start', 'pause', 'resume', 'play_end', 'heartbeat')");
                    table.CheckConstraint("ck_usage_events_position_seconds", "position_seconds between 0 and 86400");
                });

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    country = table.Column<string>(type: "character(2)", fixedLength: true, maxLength: 2, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    email = table.Column<string>(type: "text", nullable: false),
                    email_confirmed = table.Column<bool>(type: "boolean", nullable: false),
                    password_hash = table.Column<string>(type: "text", nullable: true),
                    security_stamp = table.Column<string>(type: "text", nullable: true),
                    concurrency_stamp = table.Column<string>(type: "text", nullable: true),
                    two_factor_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    lockout_end = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    lockout_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    access_failed_count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_users", x => x.id);
                    table.CheckConstraint("ck_users_country", "country ~ '^[A-Z]{2}$'");
                    table.CheckConstraint("ck_users_email", "email like '%@%' and length(email) <= 254");
                });

            migrationBuilder.CreateTable(
                name: "admin_user_tokens",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    login_provider = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_admin_user_tokens", x => new { x.user_id, x.login_provider, x.name });
                    table.ForeignKey(
                        name: "fk_admin_user_tokens_admin_users_user_id",
                        column: x => x.user_id,
                        principalTable: "admin_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "audit_entries",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    admin_id = table.Column<long>(type: "bigint", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    subject_type = table.Column<string>(type: "text", nullable: false),
                    subject_id = table.Column<long>(type: "bigint", nullable: false),
                    before = table.Column<string>(type: "jsonb", nullable: true),
                    after = table.Column<string>(type: "jsonb", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_entries", x => x.id);
                    table.ForeignKey(
                        name: "fk_audit_entries_admin_users_admin_id",
                        column: x => x.admin_id,
                        principalTable: "admin_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "uploads",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    master_s3_key = table.Column<string>(type: "text", nullable: false),
                    filename = table.Column<string>(type: "text", nullable: false),
                    content_type = table.Column<string>(type: "text", nullable: false),
                    size_bytes = table.Column<long>(type: "bigint", nullable: false),
                    checksum_sha256 = table.Column<string>(type: "text", nullable: true),
                    multipart_upload_id = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false),
                    created_by_admin_id = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_uploads", x => x.id);
                    table.CheckConstraint("ck_uploads_size_bytes", "size_bytes > 0");
                    table.CheckConstraint("ck_uploads_status", "status in ('pending', 'completed', 'aborted')");
                    table.ForeignKey(
                        name: "fk_uploads_admin_users_created_by_admin_id",
                        column: x => x.created_by_admin_id,
                        principalTable: "admin_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "partnership_contracts",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    publisher_id = table.Column<long>(type: "bigint", nullable: false),
                    contract_name = table.Column<string>(type: "text", nullable: false),
                    start_date = table.Column<DateOnly>(type: "date", nullable: false),
                    end_date = table.Column<DateOnly>(type: "date", nullable: false),
                    payment_model = table.Column<string>(type: "text", nullable: false),
                    rev_share_bps = table.Column<int>(type: "integer", nullable: true),
                    flat_fee_cents = table.Column<long>(type: "bigint", nullable: true),
                    minimum_guarantee_cents = table.Column<long>(type: "bigint", nullable: true),
                    minimum_guarantee_basis = table.Column<string>(type: "text", nullable: true),
                    currency = table.Column<string>(type: "character(3)", fixedLength: true, maxLength: 3, nullable: false),
                    notes = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_partnership_contracts", x => x.id);
                    table.CheckConstraint("ck_partnership_contracts_currency", "currency ~ '^[A-Z]{3}$'");
                    table.CheckConstraint("ck_partnership_contracts_dates", "start_date <= end_date");
                    table.CheckConstraint("ck_partnership_contracts_flat_fee_cents", "flat_fee_cents >= 0");
                    table.CheckConstraint("ck_partnership_contracts_minimum_guarantee", "minimum_guarantee_cents >= 0 and (minimum_guarantee_cents is null) = (minimum_guarantee_basis is null)");
                    table.CheckConstraint("ck_partnership_contracts_minimum_guarantee_basis", "minimum_guarantee_basis in ('monthly', 'term')");
                    table.CheckConstraint("ck_partnership_contracts_money", "case payment_model\n    when 'flat_fee' then flat_fee_cents is not null and rev_share_bps is null\n    when 'rev_share' then rev_share_bps is not null and flat_fee_cents is null\n    else rev_share_bps is not null and flat_fee_cents is not null\nend");
                    table.CheckConstraint("ck_partnership_contracts_payment_model", "payment_model in ('flat_fee', 'rev_share', 'hybrid')");
                    table.CheckConstraint("ck_partnership_contracts_rev_share_bps", "rev_share_bps between 0 and 10000");
                    table.CheckConstraint("ck_partnership_contracts_status", "status in ('draft', 'active', 'expired', 'terminated')");
                    table.ForeignKey(
                        name: "fk_partnership_contracts_publishers_publisher_id",
                        column: x => x.publisher_id,
                        principalTable: "publishers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "publisher_statements",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    publisher_id = table.Column<long>(type: "bigint", nullable: false),
                    month = table.Column<DateOnly>(type: "date", nullable: false),
                    currency = table.Column<string>(type: "character(3)", fixedLength: true, maxLength: 3, nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    total_cents = table.Column<long>(type: "bigint", nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    issued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    issued_by_admin_id = table.Column<long>(type: "bigint", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_publisher_statements", x => x.id);
                    table.CheckConstraint("ck_publisher_statements_currency", "currency ~ '^[A-Z]{3}$'");
                    table.CheckConstraint("ck_publisher_statements_issued", "(status = 'issued') = (issued_at is not null and content_hash is not null)");
                    table.CheckConstraint("ck_publisher_statements_month", "extract(day from month) = 1");
                    table.CheckConstraint("ck_publisher_statements_status", "status in ('draft', 'issued')");
                    table.ForeignKey(
                        name: "fk_publisher_statements_admin_users_issued_by_admin_id",
                        column: x => x.issued_by_admin_id,
                        principalTable: "admin_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_publisher_statements_publishers_publisher_id",
                        column: x => x.publisher_id,
                        principalTable: "publishers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "child_profiles",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    avatar_url = table.Column<string>(type: "text", nullable: true),
                    birth_year = table.Column<int>(type: "integer", nullable: true),
                    pin_hash = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_child_profiles", x => x.id);
                    table.CheckConstraint("ck_child_profiles_birth_year", "birth_year between 1990 and 2200");
                    table.CheckConstraint("ck_child_profiles_name", "length(name) between 1 and 80");
                    table.ForeignKey(
                        name: "fk_child_profiles_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "consent_records",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    terms_version = table.Column<string>(type: "text", nullable: false),
                    privacy_version = table.Column<string>(type: "text", nullable: false),
                    method = table.Column<string>(type: "text", nullable: false),
                    granted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    withdrawn_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_consent_records", x => x.id);
                    table.CheckConstraint("ck_consent_records_method", "method in ('registration', 'email_plus')");
                    table.CheckConstraint("ck_consent_records_withdrawn_at", "withdrawn_at >= granted_at");
                    table.ForeignKey(
                        name: "fk_consent_records_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "refresh_tokens",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    family_id = table.Column<Guid>(type: "uuid", nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    client_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    spent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    sealed_successor = table.Column<byte[]>(type: "bytea", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_refresh_tokens", x => x.id);
                    table.CheckConstraint("ck_refresh_tokens_expires_at", "expires_at > created_at");
                    table.ForeignKey(
                        name: "fk_refresh_tokens_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "child_sessions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    child_profile_id = table.Column<long>(type: "bigint", nullable: false),
                    device_name = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_child_sessions", x => x.id);
                    table.CheckConstraint("ck_child_sessions_device_name", "length(device_name) between 1 and 100");
                    table.CheckConstraint("ck_child_sessions_expires_at", "expires_at > created_at");
                    table.ForeignKey(
                        name: "fk_child_sessions_child_profiles_child_profile_id",
                        column: x => x.child_profile_id,
                        principalTable: "child_profiles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "screen_times",
                columns: table => new
                {
                    child_profile_id = table.Column<long>(type: "bigint", nullable: false),
                    daily_minutes = table.Column<int>(type: "integer", nullable: true),
                    time_zone = table.Column<string>(type: "text", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    quiet_hours = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_screen_times", x => x.child_profile_id);
                    table.CheckConstraint("ck_screen_times_daily_minutes", "daily_minutes between 0 and 1440");
                    table.ForeignKey(
                        name: "fk_screen_times_child_profiles_child_profile_id",
                        column: x => x.child_profile_id,
                        principalTable: "child_profiles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "books",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    title = table.Column<string>(type: "text", nullable: false),
                    author = table.Column<string>(type: "text", nullable: false),
                    description = table.Column<string>(type: "text", nullable: false),
                    age_min = table.Column<int>(type: "integer", nullable: false),
                    age_max = table.Column<int>(type: "integer", nullable: false),
                    language = table.Column<string>(type: "text", nullable: false),
                    cover_image_url = table.Column<string>(type: "text", nullable: true),
                    publisher_id = table.Column<long>(type: "bigint", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false),
                    playing_asset_id = table.Column<long>(type: "bigint", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    search_vector = table.Column<NpgsqlTsVector>(type: "tsvector", nullable: false),
                    search_text = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_books", x => x.id);
                    table.CheckConstraint("ck_books_ages", "age_min between 0 and 18 and age_max between 0 and 18 and age_min <= age_max");
                    table.CheckConstraint("ck_books_language", "language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'");
                    table.CheckConstraint("ck_books_status", "status in ('draft', 'active', 'inactive')");
                    table.CheckConstraint("ck_books_title", "length(title) between 1 and 300");
                    table.ForeignKey(
                        name: "fk_books_publishers_publisher_id",
                        column: x => x.publisher_id,
                        principalTable: "publishers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "library_items",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    child_profile_id = table.Column<long>(type: "bigint", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: false),
                    added_by_user_id = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_library_items", x => x.id);
                    table.ForeignKey(
                        name: "fk_library_items_books_book_id",
                        column: x => x.book_id,
                        principalTable: "books",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_library_items_child_profiles_child_profile_id",
                        column: x => x.child_profile_id,
                        principalTable: "child_profiles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_library_items_users_added_by_user_id",
                        column: x => x.added_by_user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "resume_positions",
                columns: table => new
                {
                    child_profile_id = table.Column<long>(type: "bigint", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: false),
                    position_seconds = table.Column<double>(type: "double precision", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_resume_positions", x => new { x.child_profile_id, x.book_id });
                    table.CheckConstraint("ck_resume_positions_position_seconds", "position_seconds >= 0");
                    table.ForeignKey(
                        name: "fk_resume_positions_books_book_id",
                        column: x => x.book_id,
                        principalTable: "books",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_resume_positions_child_profiles_child_profile_id",
                        column: x => x.child_profile_id,
                        principalTable: "child_profiles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "rights_windows",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    publisher_id = table.Column<long>(type: "bigint", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: false),
                    start_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    end_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    territory = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rights_windows", x => x.id);
                    table.CheckConstraint("ck_rights_windows_range", "start_at < end_at");
                    table.CheckConstraint("ck_rights_windows_territory", "territory = 'GLOBAL' or territory ~ '^[A-Z]{2}$'");
                    table.ForeignKey(
                        name: "fk_rights_windows_books_book_id",
                        column: x => x.book_id,
                        principalTable: "books",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_rights_windows_publishers_publisher_id",
                        column: x => x.publisher_id,
                        principalTable: "publishers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "statement_lines",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    statement_id = table.Column<long>(type: "bigint", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: true),
                    description = table.Column<string>(type: "text", nullable: false),
                    seconds_watched = table.Column<long>(type: "bigint", nullable: false),
                    amount_cents = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_statement_lines", x => x.id);
                    table.CheckConstraint("ck_statement_lines_seconds_watched", "seconds_watched >= 0");
                    table.ForeignKey(
                        name: "fk_statement_lines_books_book_id",
                        column: x => x.book_id,
                        principalTable: "books",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_statement_lines_publisher_statements_statement_id",
                        column: x => x.statement_id,
                        principalTable: "publisher_statements",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "video_assets",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    book_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    master_s3_key = table.Column<string>(type: "text", nullable: false),
                    filename = table.Column<string>(type: "text", nullable: false),
                    size_bytes = table.Column<long>(type: "bigint", nullable: false),
                    checksum_sha256 = table.Column<string>(type: "text", nullable: true),
                    master_etag = table.Column<string>(type: "text", nullable: true),
                    master_version_id = table.Column<string>(type: "text", nullable: true),
                    hls_base_path = table.Column<string>(type: "text", nullable: false),
                    hls_manifest_path = table.Column<string>(type: "text", nullable: true),
                    duration_seconds = table.Column<int>(type: "integer", nullable: true),
                    processing_status = table.Column<string>(type: "text", nullable: false),
                    progress_percent = table.Column<int>(type: "integer", nullable: true),
                    error_code = table.Column<string>(type: "text", nullable: true),
                    error_message = table.Column<string>(type: "text", nullable: true),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    submit_started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    mediaconvert_job_id = table.Column<string>(type: "text", nullable: true),
                    checked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_by_admin_id = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ready_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_video_assets", x => x.id);
                    table.CheckConstraint("ck_video_assets_attempt", "attempt >= 1");
                    table.CheckConstraint("ck_video_assets_duration_seconds", "duration_seconds >= 0");
                    table.CheckConstraint("ck_video_assets_failed", "(processing_status = 'failed') = (error_message is not null)");
                    table.CheckConstraint("ck_video_assets_processing", "processing_status <> 'processing' or mediaconvert_job_id is not null");
                    table.CheckConstraint("ck_video_assets_processing_status", "processing_status in ('uploaded', 'processing', 'ready', 'failed')");
                    table.CheckConstraint("ck_video_assets_progress_percent", "progress_percent between 0 and 100");
                    table.CheckConstraint("ck_video_assets_ready", "processing_status <> 'ready' or hls_manifest_path is not null");
                    table.CheckConstraint("ck_video_assets_version", "version >= 1");
                    table.ForeignKey(
                        name: "fk_video_assets_admin_users_created_by_admin_id",
                        column: x => x.created_by_admin_id,
                        principalTable: "admin_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_video_assets_books_book_id",
                        column: x => x.book_id,
                        principalTable: "books",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.Sql(InitialSql.Partitions);

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_admin_id",
                table: "audit_entries",
                column: "admin_id");

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_created_at",
                table: "audit_entries",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_subject_type_subject_id",
                table: "audit_entries",
                columns: new[] { "subject_type", "subject_id" });

            migrationBuilder.CreateIndex(
                name: "ix_books_playing_asset_id",
                table: "books",
                column: "playing_asset_id");

            migrationBuilder.CreateIndex(
                name: "ix_books_publisher_id",
                table: "books",
                column: "publisher_id");

            migrationBuilder.CreateIndex(
                name: "ix_books_search_text",
                table: "books",
                column: "search_text")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_books_search_vector",
                table: "books",
                column: "search_vector")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_books_title_id",
                table: "books",
                columns: new[] { "title", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_child_profiles_user_id",
                table: "child_profiles",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_child_sessions_child_profile_id",
                table: "child_sessions",
                column: "child_profile_id");

            migrationBuilder.CreateIndex(
                name: "ix_consent_records_user_id",
                table: "consent_records",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_daily_usages_book_id_day",
                table: "daily_usages",
                columns: new[] { "book_id", "day" });

            migrationBuilder.CreateIndex(
                name: "ix_daily_usages_day_book_id_publisher_id_territory",
                table: "daily_usages",
                columns: new[] { "day", "book_id", "publisher_id", "territory" },
                unique: true)
                .Annotation("Npgsql:NullsDistinct", false);

            migrationBuilder.CreateIndex(
                name: "ix_daily_usages_publisher_id_day",
                table: "daily_usages",
                columns: new[] { "publisher_id", "day" });

            migrationBuilder.CreateIndex(
                name: "ix_library_items_added_by_user_id",
                table: "library_items",
                column: "added_by_user_id");

            migrationBuilder.CreateIndex(
                name: "ix_library_items_book_id",
                table: "library_items",
                column: "book_id");

            migrationBuilder.CreateIndex(
                name: "ix_library_items_child_profile_id_book_id",
                table: "library_items",
                columns: new[] { "child_profile_id", "book_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_partnership_contracts_publisher_id_start_date",
                table: "partnership_contracts",
                columns: new[] { "publisher_id", "start_date" });

            migrationBuilder.CreateIndex(
                name: "ix_playback_attempts_child_profile_id_created_at",
                table: "playback_attempts",
                columns: new[] { "child_profile_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_playback_sessions_child_profile_id_book_id_issued_at",
                table: "playback_sessions",
                columns: new[] { "child_profile_id", "book_id", "issued_at" });

            migrationBuilder.CreateIndex(
                name: "ix_publisher_statements_issued_by_admin_id",
                table: "publisher_statements",
                column: "issued_by_admin_id");

            migrationBuilder.CreateIndex(
                name: "ix_publisher_statements_month",
                table: "publisher_statements",
                column: "month");

            migrationBuilder.CreateIndex(
                name: "ix_publisher_statements_publisher_id_month_currency",
                table: "publisher_statements",
                columns: new[] { "publisher_id", "month", "currency" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_publishers_name_id",
                table: "publishers",
                columns: new[] { "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_refresh_tokens_family_id",
                table: "refresh_tokens",
                column: "family_id");

            migrationBuilder.CreateIndex(
                name: "ix_refresh_tokens_token_hash",
                table: "refresh_tokens",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_refresh_tokens_user_id",
                table: "refresh_tokens",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_resume_positions_book_id",
                table: "resume_positions",
                column: "book_id");

            migrationBuilder.CreateIndex(
                name: "ix_rights_windows_book_id_territory",
                table: "rights_windows",
                columns: new[] { "book_id", "territory" });

            migrationBuilder.CreateIndex(
                name: "ix_rights_windows_publisher_id",
                table: "rights_windows",
                column: "publisher_id");

            migrationBuilder.CreateIndex(
                name: "ix_rights_windows_start_at_id",
                table: "rights_windows",
                columns: new[] { "start_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_statement_lines_book_id",
                table: "statement_lines",
                column: "book_id");

            migrationBuilder.CreateIndex(
                name: "ix_statement_lines_statement_id_position",
                table: "statement_lines",
                columns: new[] { "statement_id", "position" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_uploads_created_by_admin_id",
                table: "uploads",
                column: "created_by_admin_id");

            migrationBuilder.CreateIndex(
                name: "ix_uploads_master_s3_key",
                table: "uploads",
                column: "master_s3_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_uploads_status_created_at",
                table: "uploads",
                columns: new[] { "status", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_usage_events_child_profile_id_book_id_occurred_at",
                table: "usage_events",
                columns: new[] { "child_profile_id", "book_id", "occurred_at" });

            migrationBuilder.CreateIndex(
                name: "ix_video_assets_book_id_id",
                table: "video_assets",
                columns: new[] { "book_id", "id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_video_assets_book_id_version",
                table: "video_assets",
                columns: new[] { "book_id", "version" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_video_assets_created_by_admin_id",
                table: "video_assets",
                column: "created_by_admin_id");

            migrationBuilder.CreateIndex(
                name: "ix_video_assets_master_s3_key",
                table: "video_assets",
                column: "master_s3_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_video_assets_mediaconvert_job_id",
                table: "video_assets",
                column: "mediaconvert_job_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_video_assets_unfinished",
                table: "video_assets",
                column: "id",
                filter: "processing_status in ('uploaded', 'processing')");

            migrationBuilder.AddForeignKey(
                name: "fk_books_video_assets_playing_asset_id",
                table: "books",
                column: "playing_asset_id",
                principalTable: "video_assets",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.Sql(InitialSql.Search);
            migrationBuilder.Sql(InitialSql.Constraints);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            throw new NotSupportedException("The first migration has no way back; drop the database instead.");
        }
    }
}
