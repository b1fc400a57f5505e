using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class BookCovers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "cover_image_url",
                table: "books",
                newName: "cover_s3_key");

            migrationBuilder.AddColumn<string>(
                name: "poster_s3_key",
                table: "books",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "poster_asset_id",
                table: "books",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_books_poster_due",
                table: "books",
                column: "id",
                filter: "playing_asset_id is distinct from poster_asset_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_books_poster_due",
                table: "books");

            migrationBuilder.DropColumn(
                name: "poster_s3_key",
                table: "books");

            migrationBuilder.DropColumn(
                name: "poster_asset_id",
                table: "books");

            migrationBuilder.RenameColumn(
                name: "cover_s3_key",
                table: "books",
                newName: "cover_image_url");
        }
    }
}
