using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class PrivacyErasures : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_erasures_due",
                table: "erasures");

            migrationBuilder.DropCheckConstraint(
                name: "ck_erasures_forgotten",
                table: "erasures");

            migrationBuilder.DropColumn(
                name: "sealed_apple_token",
                table: "erasures");

            migrationBuilder.AddColumn<string>(
                name: "country",
                table: "erasures",
                type: "character(2)",
                fixedLength: true,
                maxLength: 2,
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "due_at",
                table: "erasures",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.AddColumn<byte[][]>(
                name: "sealed_apple_tokens",
                table: "erasures",
                type: "bytea[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.CreateIndex(
                name: "ix_erasures_due",
                table: "erasures",
                column: "due_at",
                filter: "completed_at is null");

            migrationBuilder.AddCheckConstraint(
                name: "ck_erasures_forgotten",
                table: "erasures",
                sql: "completed_at is null or (user_id is null and child_profile_ids = '{}' and country is null and sealed_apple_tokens = '{}')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_erasures_due",
                table: "erasures");

            migrationBuilder.DropCheckConstraint(
                name: "ck_erasures_forgotten",
                table: "erasures");

            migrationBuilder.DropColumn(
                name: "country",
                table: "erasures");

            migrationBuilder.DropColumn(
                name: "due_at",
                table: "erasures");

            migrationBuilder.DropColumn(
                name: "sealed_apple_tokens",
                table: "erasures");

            migrationBuilder.AddColumn<byte[]>(
                name: "sealed_apple_token",
                table: "erasures",
                type: "bytea",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_erasures_due",
                table: "erasures",
                column: "requested_at",
                filter: "completed_at is null");

            migrationBuilder.AddCheckConstraint(
                name: "ck_erasures_forgotten",
                table: "erasures",
                sql: "completed_at is null or (user_id is null and child_profile_ids = '{}' and sealed_apple_token is null)");
        }
    }
}
