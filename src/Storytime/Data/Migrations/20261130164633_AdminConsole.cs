using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class AdminConsole : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_rights_windows_book_id_territory",
                table: "rights_windows");

            migrationBuilder.DropIndex(
                name: "ix_books_title_id",
                table: "books");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "passkey_asked_at",
                table: "admin_users",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "setup_token_expires_at",
                table: "admin_users",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "setup_token_hash",
                table: "admin_users",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "totp_last_step",
                table: "admin_users",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "admin_passkeys",
                columns: table => new
                {
                    credential_id = table.Column<byte[]>(type: "bytea", maxLength: 1024, nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    data = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_admin_passkeys", x => x.credential_id);
                    table.ForeignKey(
                        name: "fk_admin_passkeys_admin_users_user_id",
                        column: x => x.user_id,
                        principalTable: "admin_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "admin_sessions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    admin_id = table.Column<long>(type: "bigint", nullable: false),
                    method = table.Column<string>(type: "text", nullable: false),
                    user_agent = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    authenticated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_admin_sessions", x => x.id);
                    table.CheckConstraint("ck_admin_sessions_method", "method in ('password', 'password_and_code', 'password_and_recovery_code', 'passkey')");
                    table.CheckConstraint("ck_admin_sessions_user_agent", "length(user_agent) between 1 and 300");
                    table.ForeignKey(
                        name: "fk_admin_sessions_admin_users_admin_id",
                        column: x => x.admin_id,
                        principalTable: "admin_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "data_protection_keys",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    friendly_name = table.Column<string>(type: "text", nullable: true),
                    xml = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_data_protection_keys", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_video_assets_failed",
                table: "video_assets",
                column: "id",
                filter: "processing_status = 'failed'");

            migrationBuilder.CreateIndex(
                name: "ix_users_email_trgm",
                table: "users",
                column: "email")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_rights_windows_book_id_territory",
                table: "rights_windows",
                columns: new[] { "book_id", "territory" })
                .Annotation("Npgsql:IndexInclude", new[] { "publisher_id", "start_at", "end_at" });

            migrationBuilder.CreateIndex(
                name: "ix_rights_windows_end_at",
                table: "rights_windows",
                column: "end_at");

            migrationBuilder.CreateIndex(
                name: "ix_publisher_statements_status_month_publisher_id_currency",
                table: "publisher_statements",
                columns: new[] { "status", "month", "publisher_id", "currency" });

            migrationBuilder.CreateIndex(
                name: "ix_playback_attempts_created_at",
                table: "playback_attempts",
                column: "created_at")
                .Annotation("Npgsql:IndexMethod", "brin")
                .Annotation("Npgsql:StorageParameter:autosummarize", true);

            migrationBuilder.CreateIndex(
                name: "ix_books_title_id",
                table: "books",
                columns: new[] { "title", "id" })
                .Annotation("Npgsql:IndexInclude", new[] { "status", "publisher_id", "playing_asset_id" });

            migrationBuilder.CreateIndex(
                name: "ix_books_without_video",
                table: "books",
                columns: new[] { "title", "id" },
                filter: "playing_asset_id is null");

            migrationBuilder.CreateIndex(
                name: "ix_admin_users_setup_token_hash",
                table: "admin_users",
                column: "setup_token_hash",
                unique: true);

            migrationBuilder.AddCheckConstraint(
                name: "ck_admin_users_setup_token",
                table: "admin_users",
                sql: "(setup_token_hash is null) = (setup_token_expires_at is null)");

            migrationBuilder.CreateIndex(
                name: "ix_admin_passkeys_user_id",
                table: "admin_passkeys",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_admin_sessions_admin_id",
                table: "admin_sessions",
                column: "admin_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "admin_passkeys");

            migrationBuilder.DropTable(
                name: "admin_sessions");

            migrationBuilder.DropTable(
                name: "data_protection_keys");

            migrationBuilder.DropIndex(
                name: "ix_video_assets_failed",
                table: "video_assets");

            migrationBuilder.DropIndex(
                name: "ix_users_email_trgm",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_rights_windows_book_id_territory",
                table: "rights_windows");

            migrationBuilder.DropIndex(
                name: "ix_rights_windows_end_at",
                table: "rights_windows");

            migrationBuilder.DropIndex(
                name: "ix_publisher_statements_status_month_publisher_id_currency",
                table: "publisher_statements");

            migrationBuilder.DropIndex(
                name: "ix_playback_attempts_created_at",
                table: "playback_attempts");

            migrationBuilder.DropIndex(
                name: "ix_books_title_id",
                table: "books");

            migrationBuilder.DropIndex(
                name: "ix_books_without_video",
                table: "books");

            migrationBuilder.DropIndex(
                name: "ix_admin_users_setup_token_hash",
                table: "admin_users");

            migrationBuilder.DropCheckConstraint(
                name: "ck_admin_users_setup_token",
                table: "admin_users");

            migrationBuilder.DropColumn(
                name: "passkey_asked_at",
                table: "admin_users");

            migrationBuilder.DropColumn(
                name: "setup_token_expires_at",
                table: "admin_users");

            migrationBuilder.DropColumn(
                name: "setup_token_hash",
                table: "admin_users");

            migrationBuilder.DropColumn(
                name: "totp_last_step",
                table: "admin_users");

            migrationBuilder.CreateIndex(
                name: "ix_rights_windows_book_id_territory",
                table: "rights_windows",
                columns: new[] { "book_id", "territory" });

            migrationBuilder.CreateIndex(
                name: "ix_books_title_id",
                table: "books",
                columns: new[] { "title", "id" });
        }
    }
}
