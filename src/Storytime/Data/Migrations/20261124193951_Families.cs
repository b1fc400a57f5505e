using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class Families : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_usage_events_child_profile_id_book_id_occurred_at",
                table: "usage_events");

            migrationBuilder.RenameColumn(
                name: "family_id",
                table: "refresh_tokens",
                newName: "session_id");

            migrationBuilder.RenameIndex(
                name: "ix_refresh_tokens_family_id",
                table: "refresh_tokens",
                newName: "ix_refresh_tokens_session_id");

            migrationBuilder.AddColumn<bool>(
                name: "finish_story",
                table: "screen_times",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "account_tokens",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    new_email = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_account_tokens", x => x.id);
                    table.CheckConstraint("ck_account_tokens_expires_at", "expires_at > created_at");
                    table.CheckConstraint("ck_account_tokens_kind", "kind in ('password_reset', 'email_change', 'consent')");
                    table.CheckConstraint("ck_account_tokens_new_email", "(new_email is not null) = (kind = 'email_change')");
                    table.ForeignKey(
                        name: "fk_account_tokens_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "apple_identities",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    sealed_refresh_token = table.Column<byte[]>(type: "bytea", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_apple_identities", x => x.id);
                    table.ForeignKey(
                        name: "fk_apple_identities_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "erasures",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    receipt = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: true),
                    child_profile_ids = table.Column<long[]>(type: "bigint[]", nullable: false),
                    sealed_apple_token = table.Column<byte[]>(type: "bytea", nullable: true),
                    deleted = table.Column<string>(type: "jsonb", nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_erasures", x => x.id);
                    table.CheckConstraint("ck_erasures_completed_at", "completed_at >= requested_at");
                    table.CheckConstraint("ck_erasures_forgotten", "completed_at is null or (user_id is null and child_profile_ids = '{}' and sealed_apple_token is null)");
                    table.CheckConstraint("ck_erasures_kind", "kind in ('child', 'account', 'consent_withdrawn')");
                });

            migrationBuilder.CreateTable(
                name: "outgoing_mails",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    kind = table.Column<string>(type: "text", nullable: false),
                    to_email = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: true),
                    receipt = table.Column<Guid>(type: "uuid", nullable: true),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outgoing_mails", x => x.id);
                    table.CheckConstraint("ck_outgoing_mails_kind", "kind in ('password_reset', 'email_change', 'email_changed', 'password_changed', 'consent', 'consent_given', 'erased')");
                    table.CheckConstraint("ck_outgoing_mails_receipt", "(receipt is not null) = (kind = 'erased')");
                    table.ForeignKey(
                        name: "fk_outgoing_mails_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "parent_sessions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    device_name = table.Column<string>(type: "text", nullable: true),
                    address_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    signed_in_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_parent_sessions", x => x.id);
                    table.CheckConstraint("ck_parent_sessions_device_name", "length(device_name) between 1 and 100");
                    table.ForeignKey(
                        name: "fk_parent_sessions_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "screen_time_exceptions",
                columns: table => new
                {
                    child_profile_id = table.Column<long>(type: "bigint", nullable: false),
                    extra_minutes = table.Column<int>(type: "integer", nullable: false),
                    quiet_lifted_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    stopped = table.Column<bool>(type: "boolean", nullable: false),
                    set_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ends_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_screen_time_exceptions", x => x.child_profile_id);
                    table.CheckConstraint("ck_screen_time_exceptions_ends_at", "ends_at > set_at");
                    table.CheckConstraint("ck_screen_time_exceptions_extra_minutes", "extra_minutes between 0 and 1440");
                    table.ForeignKey(
                        name: "fk_screen_time_exceptions_child_profiles_child_profile_id",
                        column: x => x.child_profile_id,
                        principalTable: "child_profiles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sign_in_failures",
                columns: table => new
                {
                    email_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    address_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    counted_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    locked_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sign_in_failures", x => new { x.email_hash, x.address_hash });
                    table.CheckConstraint("ck_sign_in_failures_failures", "failures >= 0");
                });

            migrationBuilder.CreateTable(
                name: "story_graces",
                columns: table => new
                {
                    child_profile_id = table.Column<long>(type: "bigint", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: false),
                    ends_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_story_graces", x => x.child_profile_id);
                    table.ForeignKey(
                        name: "fk_story_graces_child_profiles_child_profile_id",
                        column: x => x.child_profile_id,
                        principalTable: "child_profiles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_usage_events_child_profile_id_occurred_at",
                table: "usage_events",
                columns: new[] { "child_profile_id", "occurred_at" });

            migrationBuilder.CreateIndex(
                name: "ix_playback_attempts_user_id",
                table: "playback_attempts",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_account_tokens_token_hash",
                table: "account_tokens",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_account_tokens_user_id",
                table: "account_tokens",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_apple_identities_subject",
                table: "apple_identities",
                column: "subject",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_apple_identities_user_id",
                table: "apple_identities",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_erasures_due",
                table: "erasures",
                column: "requested_at",
                filter: "completed_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_erasures_receipt",
                table: "erasures",
                column: "receipt",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_outgoing_mails_due_at",
                table: "outgoing_mails",
                column: "due_at");

            migrationBuilder.CreateIndex(
                name: "ix_outgoing_mails_user_id",
                table: "outgoing_mails",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_parent_sessions_user_id",
                table: "parent_sessions",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_sign_in_failures_counted_since",
                table: "sign_in_failures",
                column: "counted_since");

            // Each family of refresh tokens was a session already.
            migrationBuilder.Sql("""
                insert into parent_sessions (id, user_id, address_hash, signed_in_at, last_used_at, revoked_at)
                select session_id, min(user_id), '', min(created_at), max(created_at), max(revoked_at) from refresh_tokens group by session_id
                """);

            migrationBuilder.DropColumn(
                name: "revoked_at",
                table: "refresh_tokens");

            migrationBuilder.AddForeignKey(
                name: "fk_refresh_tokens_parent_sessions_session_id",
                table: "refresh_tokens",
                column: "session_id",
                principalTable: "parent_sessions",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_refresh_tokens_parent_sessions_session_id",
                table: "refresh_tokens");

            migrationBuilder.DropTable(
                name: "account_tokens");

            migrationBuilder.DropTable(
                name: "apple_identities");

            migrationBuilder.DropTable(
                name: "erasures");

            migrationBuilder.DropTable(
                name: "outgoing_mails");

            migrationBuilder.DropTable(
                name: "parent_sessions");

            migrationBuilder.DropTable(
                name: "screen_time_exceptions");

            migrationBuilder.DropTable(
                name: "sign_in_failures");

            migrationBuilder.DropTable(
                name: "story_graces");

            migrationBuilder.DropIndex(
                name: "ix_usage_events_child_profile_id_occurred_at",
                table: "usage_events");

            migrationBuilder.DropIndex(
                name: "ix_playback_attempts_user_id",
                table: "playback_attempts");

            migrationBuilder.DropColumn(
                name: "finish_story",
                table: "screen_times");

            migrationBuilder.RenameColumn(
                name: "session_id",
                table: "refresh_tokens",
                newName: "family_id");

            migrationBuilder.RenameIndex(
                name: "ix_refresh_tokens_session_id",
                table: "refresh_tokens",
                newName: "ix_refresh_tokens_family_id");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "revoked_at",
                table: "refresh_tokens",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_usage_events_child_profile_id_book_id_occurred_at",
                table: "usage_events",
                columns: new[] { "child_profile_id", "book_id", "occurred_at" });
        }
    }
}
