using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class DeskIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_rights_windows_book_id_territory",
                table: "rights_windows");

            migrationBuilder.CreateIndex(
                name: "ix_rights_windows_book_id_territory",
                table: "rights_windows",
                columns: new[] { "book_id", "territory" })
                .Annotation("Npgsql:IndexInclude", new[] { "publisher_id", "start_at", "end_at" });

            migrationBuilder.DropIndex(
                name: "ix_books_title_id",
                table: "books");

            migrationBuilder.CreateIndex(
                name: "ix_books_title_id",
                table: "books",
                columns: new[] { "title", "id" })
                .Annotation("Npgsql:IndexInclude", new[] { "status", "publisher_id", "playing_asset_id" });

            migrationBuilder.CreateIndex(
                name: "ix_video_assets_failed",
                table: "video_assets",
                column: "id",
                filter: "processing_status = 'failed'");

            migrationBuilder.CreateIndex(
                name: "ix_rights_windows_end_at",
                table: "rights_windows",
                column: "end_at");

            migrationBuilder.CreateIndex(
                name: "ix_publisher_statements_status_month_publisher_id_currency",
                table: "publisher_statements",
                columns: new[] { "status", "month", "publisher_id", "currency" });

            migrationBuilder.CreateIndex(
                name: "ix_books_without_video",
                table: "books",
                columns: new[] { "title", "id" },
                filter: "playing_asset_id is null");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_rights_windows_book_id_territory",
                table: "rights_windows");

            migrationBuilder.CreateIndex(
                name: "ix_rights_windows_book_id_territory",
                table: "rights_windows",
                columns: new[] { "book_id", "territory" });

            migrationBuilder.DropIndex(
                name: "ix_books_title_id",
                table: "books");

            migrationBuilder.CreateIndex(
                name: "ix_books_title_id",
                table: "books",
                columns: new[] { "title", "id" });

            migrationBuilder.DropIndex(
                name: "ix_video_assets_failed",
                table: "video_assets");

            migrationBuilder.DropIndex(
                name: "ix_rights_windows_end_at",
                table: "rights_windows");

            migrationBuilder.DropIndex(
                name: "ix_publisher_statements_status_month_publisher_id_currency",
                table: "publisher_statements");

            migrationBuilder.DropIndex(
                name: "ix_books_without_video",
                table: "books");
        }
    }
}
