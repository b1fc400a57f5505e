using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class UsageToStatements : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_statement_lines_seconds_watched",
                table: "statement_lines");

            migrationBuilder.DropPrimaryKey(
                name: "pk_revenue_periods",
                table: "revenue_periods");

            migrationBuilder.DropCheckConstraint(
                name: "ck_erasures_forgotten",
                table: "erasures");

            migrationBuilder.DropColumn(
                name: "country",
                table: "erasures");

            migrationBuilder.AddColumn<long>(
                name: "clock_skew_ms",
                table: "usage_events",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "publisher_id",
                table: "usage_events",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "territory",
                table: "usage_events",
                type: "character(2)",
                fixedLength: true,
                maxLength: 2,
                nullable: false,
                defaultValue: "ZZ");

            migrationBuilder.AddColumn<long>(
                name: "transaction_id",
                table: "usage_events",
                type: "bigint",
                nullable: false,
                defaultValueSql: "pg_current_xact_id()::text::bigint");

            migrationBuilder.AddColumn<int>(
                name: "children",
                table: "statement_lines",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "contract_id",
                table: "statement_lines",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<DateOnly>(
                name: "for_month",
                table: "statement_lines",
                type: "date",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "kind",
                table: "statement_lines",
                type: "text",
                nullable: false,
                defaultValue: "usage");

            migrationBuilder.AddColumn<string>(
                name: "facts",
                table: "publisher_statements",
                type: "jsonb",
                nullable: false,
                defaultValue: "{}");

            migrationBuilder.AddColumn<DateOnly>(
                name: "terminated_on",
                table: "partnership_contracts",
                type: "date",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "usage_watermark",
                table: "erasures",
                type: "bigint",
                nullable: true);

            migrationBuilder.AlterColumn<long>(
                name: "admin_id",
                table: "audit_entries",
                type: "bigint",
                nullable: true,
                oldClrType: typeof(long),
                oldType: "bigint");

            migrationBuilder.AddPrimaryKey(
                name: "pk_revenue_periods",
                table: "revenue_periods",
                columns: new[] { "month", "currency" });

            migrationBuilder.CreateTable(
                name: "archive_keys",
                columns: table => new
                {
                    month = table.Column<DateOnly>(type: "date", nullable: false),
                    key = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_archive_keys", x => x.month);
                    table.CheckConstraint("ck_archive_keys_key", "length(key) = 32");
                    table.CheckConstraint("ck_archive_keys_month", "extract(day from month) = 1");
                });

            migrationBuilder.CreateTable(
                name: "archived_days",
                columns: table => new
                {
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    events = table.Column<long>(type: "bigint", nullable: false),
                    size_bytes = table.Column<long>(type: "bigint", nullable: false),
                    archived_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_archived_days", x => x.day);
                });

            migrationBuilder.CreateTable(
                name: "roll_up_marks",
                columns: table => new
                {
                    id = table.Column<short>(type: "smallint", nullable: false),
                    watermark = table.Column<long>(type: "bigint", nullable: false),
                    system_identifier = table.Column<long>(type: "bigint", nullable: false),
                    rolled_up_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_roll_up_marks", x => x.id);
                    table.CheckConstraint("ck_roll_up_marks_one", "id = 1");
                });

            migrationBuilder.CreateTable(
                name: "set_aside_events",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    child_profile_id = table.Column<long>(type: "bigint", nullable: true),
                    code = table.Column<string>(type: "text", nullable: false),
                    message = table.Column<string>(type: "text", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_set_aside_events", x => x.id);
                    table.CheckConstraint("ck_set_aside_events_body", "length(body) <= 2000");
                    table.ForeignKey(
                        name: "fk_set_aside_events_child_profiles_child_profile_id",
                        column: x => x.child_profile_id,
                        principalTable: "child_profiles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_set_aside_events_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "usage_totals",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    grain = table.Column<string>(type: "text", nullable: false),
                    starts_on = table.Column<DateOnly>(type: "date", nullable: false),
                    publisher_id = table.Column<long>(type: "bigint", nullable: true),
                    book_id = table.Column<long>(type: "bigint", nullable: true),
                    seconds_watched = table.Column<long>(type: "bigint", nullable: false),
                    plays = table.Column<int>(type: "integer", nullable: false),
                    children = table.Column<int>(type: "integer", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_usage_totals", x => x.id);
                    table.CheckConstraint("ck_usage_totals_book_id", "(book_id is not null) = (grain = 'book_month')");
                    table.CheckConstraint("ck_usage_totals_counts", "seconds_watched >= 0 and plays >= 0 and children >= 0");
                    table.CheckConstraint("ck_usage_totals_grain", "grain in ('day', 'publisher_day', 'month', 'publisher_month', 'book_month')");
                });

            migrationBuilder.Sql(UsageToStatementsSql.ViewingDays);

            migrationBuilder.CreateIndex(
                name: "ix_usage_events_transaction_id",
                table: "usage_events",
                column: "transaction_id")
                .Annotation("Npgsql:IndexMethod", "brin")
                .Annotation("Npgsql:StorageParameter:autosummarize", true);

            migrationBuilder.AddCheckConstraint(
                name: "ck_usage_events_territory",
                table: "usage_events",
                sql: "territory ~ '^[A-Z]{2}$'");

            migrationBuilder.CreateIndex(
                name: "ix_statement_lines_contract_id",
                table: "statement_lines",
                column: "contract_id");

            migrationBuilder.AddCheckConstraint(
                name: "ck_statement_lines_children",
                table: "statement_lines",
                sql: "children >= 5");

            migrationBuilder.AddCheckConstraint(
                name: "ck_statement_lines_for_month",
                table: "statement_lines",
                sql: "(for_month is not null) = (kind = 'adjustment') and extract(day from for_month) = 1");

            migrationBuilder.AddCheckConstraint(
                name: "ck_statement_lines_kind",
                table: "statement_lines",
                sql: "kind in ('revenue_share', 'flat_fee', 'monthly_guarantee', 'advance', 'recoupment', 'adjustment', 'usage')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_statement_lines_seconds_watched",
                table: "statement_lines",
                sql: "seconds_watched >= 0 or kind = 'adjustment'");

            migrationBuilder.AddCheckConstraint(
                name: "ck_partnership_contracts_terminated_on",
                table: "partnership_contracts",
                sql: "(terminated_on is not null) = (status = 'terminated')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_erasures_forgotten",
                table: "erasures",
                sql: "completed_at is null or (user_id is null and child_profile_ids = '{}' and usage_watermark is null and sealed_apple_tokens = '{}')");

            migrationBuilder.CreateIndex(
                name: "ix_set_aside_events_child_profile_id",
                table: "set_aside_events",
                column: "child_profile_id");

            migrationBuilder.CreateIndex(
                name: "ix_set_aside_events_received_at",
                table: "set_aside_events",
                column: "received_at");

            migrationBuilder.CreateIndex(
                name: "ix_set_aside_events_user_id_received_at",
                table: "set_aside_events",
                columns: new[] { "user_id", "received_at" });

            migrationBuilder.CreateIndex(
                name: "ix_usage_totals_grain_starts_on_publisher_id_book_id",
                table: "usage_totals",
                columns: new[] { "grain", "starts_on", "publisher_id", "book_id" },
                unique: true)
                .Annotation("Npgsql:NullsDistinct", false);

            migrationBuilder.CreateIndex(
                name: "ix_usage_totals_publisher_id_grain_starts_on",
                table: "usage_totals",
                columns: new[] { "publisher_id", "grain", "starts_on" });

            migrationBuilder.CreateIndex(
                name: "ix_viewing_days_book_id_day",
                table: "viewing_days",
                columns: new[] { "book_id", "day" });

            migrationBuilder.AddForeignKey(
                name: "fk_statement_lines_partnership_contracts_contract_id",
                table: "statement_lines",
                column: "contract_id",
                principalTable: "partnership_contracts",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.Sql(UsageToStatementsSql.ExistingRows);
            migrationBuilder.Sql(UsageToStatementsSql.IssuedStatements);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(UsageToStatementsSql.DropIssuedStatements);

            migrationBuilder.DropForeignKey(
                name: "fk_statement_lines_partnership_contracts_contract_id",
                table: "statement_lines");

            migrationBuilder.DropTable(
                name: "archive_keys");

            migrationBuilder.DropTable(
                name: "archived_days");

            migrationBuilder.DropTable(
                name: "roll_up_marks");

            migrationBuilder.DropTable(
                name: "set_aside_events");

            migrationBuilder.DropTable(
                name: "usage_totals");

            migrationBuilder.DropTable(
                name: "viewing_days");

            migrationBuilder.DropIndex(
                name: "ix_usage_events_transaction_id",
                table: "usage_events");

            migrationBuilder.DropCheckConstraint(
                name: "ck_usage_events_territory",
                table: "usage_events");

            migrationBuilder.DropIndex(
                name: "ix_statement_lines_contract_id",
                table: "statement_lines");

            migrationBuilder.DropCheckConstraint(
                name: "ck_statement_lines_children",
                table: "statement_lines");

            migrationBuilder.DropCheckConstraint(
                name: "ck_statement_lines_for_month",
                table: "statement_lines");

            migrationBuilder.DropCheckConstraint(
                name: "ck_statement_lines_kind",
                table: "statement_lines");

            migrationBuilder.DropCheckConstraint(
                name: "ck_statement_lines_seconds_watched",
                table: "statement_lines");

            migrationBuilder.DropPrimaryKey(
                name: "pk_revenue_periods",
                table: "revenue_periods");

            migrationBuilder.DropCheckConstraint(
                name: "ck_partnership_contracts_terminated_on",
                table: "partnership_contracts");

            migrationBuilder.DropCheckConstraint(
                name: "ck_erasures_forgotten",
                table: "erasures");

            migrationBuilder.DropColumn(
                name: "clock_skew_ms",
                table: "usage_events");

            migrationBuilder.DropColumn(
                name: "publisher_id",
                table: "usage_events");

            migrationBuilder.DropColumn(
                name: "territory",
                table: "usage_events");

            migrationBuilder.DropColumn(
                name: "transaction_id",
                table: "usage_events");

            migrationBuilder.DropColumn(
                name: "children",
                table: "statement_lines");

            migrationBuilder.DropColumn(
                name: "contract_id",
                table: "statement_lines");

            migrationBuilder.DropColumn(
                name: "for_month",
                table: "statement_lines");

            migrationBuilder.DropColumn(
                name: "kind",
                table: "statement_lines");

            migrationBuilder.DropColumn(
                name: "facts",
                table: "publisher_statements");

            migrationBuilder.DropColumn(
                name: "terminated_on",
                table: "partnership_contracts");

            migrationBuilder.DropColumn(
                name: "usage_watermark",
                table: "erasures");

            migrationBuilder.AddColumn<string>(
                name: "country",
                table: "erasures",
                type: "character(2)",
                fixedLength: true,
                maxLength: 2,
                nullable: true);

            migrationBuilder.AlterColumn<long>(
                name: "admin_id",
                table: "audit_entries",
                type: "bigint",
                nullable: false,
                defaultValue: 0L,
                oldClrType: typeof(long),
                oldType: "bigint",
                oldNullable: true);

            migrationBuilder.AddPrimaryKey(
                name: "pk_revenue_periods",
                table: "revenue_periods",
                column: "month");

            migrationBuilder.AddCheckConstraint(
                name: "ck_statement_lines_seconds_watched",
                table: "statement_lines",
                sql: "seconds_watched >= 0");

            migrationBuilder.AddCheckConstraint(
                name: "ck_erasures_forgotten",
                table: "erasures",
                sql: "completed_at is null or (user_id is null and child_profile_ids = '{}' and country is null and sealed_apple_tokens = '{}')");
        }
    }
}
