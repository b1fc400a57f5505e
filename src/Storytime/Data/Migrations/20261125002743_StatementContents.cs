using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class StatementContents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_publisher_statements_issued",
                table: "publisher_statements");

            migrationBuilder.AddColumn<string>(
                name: "canonical_content",
                table: "publisher_statements",
                type: "text",
                nullable: true);

            migrationBuilder.AddCheckConstraint(
                name: "ck_publisher_statements_issued",
                table: "publisher_statements",
                sql: "(status = 'issued') = (issued_at is not null and content_hash is not null and canonical_content is not null)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_publisher_statements_issued",
                table: "publisher_statements");

            migrationBuilder.DropColumn(
                name: "canonical_content",
                table: "publisher_statements");

            migrationBuilder.AddCheckConstraint(
                name: "ck_publisher_statements_issued",
                table: "publisher_statements",
                sql: "(status = 'issued') = (issued_at is not null and content_hash is not null)");
        }
    }
}
