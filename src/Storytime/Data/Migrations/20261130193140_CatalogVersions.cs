using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class CatalogVersions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "catalog_changes",
                columns: table => new
                {
                    version = table.Column<long>(type: "bigint", nullable: false),
                    book_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_catalog_changes", x => new { x.version, x.book_id });
                });

            migrationBuilder.CreateTable(
                name: "catalog_versions",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_catalog_versions", x => x.id);
                    table.CheckConstraint("ck_catalog_versions_one", "id = 1");
                });

            migrationBuilder.CreateIndex(
                name: "ix_library_items_child_profile_id_created_at_id",
                table: "library_items",
                columns: new[] { "child_profile_id", "created_at", "id" },
                descending: new[] { false, true, true })
                .Annotation("Npgsql:IndexInclude", new[] { "book_id" });

            migrationBuilder.Sql(CatalogVersionsSql.Changes);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(CatalogVersionsSql.Undo);

            migrationBuilder.DropTable(
                name: "catalog_changes");

            migrationBuilder.DropTable(
                name: "catalog_versions");

            migrationBuilder.DropIndex(
                name: "ix_library_items_child_profile_id_created_at_id",
                table: "library_items");
        }
    }
}
