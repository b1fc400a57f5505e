using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class SupportSearch : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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

            migrationBuilder.CreateIndex(
                name: "ix_users_email_trgm",
                table: "users",
                column: "email")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_playback_attempts_created_at",
                table: "playback_attempts",
                column: "created_at")
                .Annotation("Npgsql:IndexMethod", "brin")
                .Annotation("Npgsql:StorageParameter:autosummarize", true);

            migrationBuilder.CreateIndex(
                name: "ix_admin_users_setup_token_hash",
                table: "admin_users",
                column: "setup_token_hash",
                unique: true);

            migrationBuilder.AddCheckConstraint(
                name: "ck_admin_users_setup_token",
                table: "admin_users",
                sql: "(setup_token_hash is null) = (setup_token_expires_at is null)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_users_email_trgm",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_playback_attempts_created_at",
                table: "playback_attempts");

            migrationBuilder.DropIndex(
                name: "ix_admin_users_setup_token_hash",
                table: "admin_users");

            migrationBuilder.DropCheckConstraint(
                name: "ck_admin_users_setup_token",
                table: "admin_users");

            migrationBuilder.DropColumn(
                name: "setup_token_expires_at",
                table: "admin_users");

            migrationBuilder.DropColumn(
                name: "setup_token_hash",
                table: "admin_users");
        }
    }
}
