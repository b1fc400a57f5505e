using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Storytime.Data.Migrations
{
    /// <inheritdoc />
    public partial class VideoPipeline : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_uploads_status",
                table: "uploads");

            migrationBuilder.RenameColumn(
                name: "master_s3_key",
                table: "uploads",
                newName: "s3_key");

            migrationBuilder.RenameIndex(
                name: "ix_uploads_master_s3_key",
                table: "uploads",
                newName: "ix_uploads_s3_key");

            migrationBuilder.AddColumn<string>(
                name: "captions_language",
                table: "video_assets",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "captions_s3_key",
                table: "video_assets",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "checksum_crc64nvme",
                table: "video_assets",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "next_submit_at",
                table: "video_assets",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "outputs_deleted_at",
                table: "video_assets",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "progressed_at",
                table: "video_assets",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "retired_at",
                table: "video_assets",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "stuck_at",
                table: "video_assets",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "submit_failures",
                table: "video_assets",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "submit_problem",
                table: "video_assets",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "submit_tried_at",
                table: "video_assets",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "superseded_at",
                table: "video_assets",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "kind",
                table: "uploads",
                type: "text",
                nullable: false,
                defaultValue: "master_video");

            migrationBuilder.AddColumn<string>(
                name: "method",
                table: "uploads",
                type: "text",
                nullable: false,
                defaultValue: "put");

            migrationBuilder.AddColumn<string>(
                name: "multipart_checksum",
                table: "uploads",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "part_size_bytes",
                table: "uploads",
                type: "bigint",
                nullable: true);

            // What the rows that are there mean in the new columns; the defaults were for them only.
            migrationBuilder.Sql("""
                update uploads set status = 'used' where status = 'completed';
                alter table uploads alter column kind drop default, alter column method drop default;
                update video_assets set progressed_at = updated_at, submit_tried_at = submit_started_at;
                update video_assets a set superseded_at = now() from books b
                    where b.id = a.book_id and a.processing_status = 'ready' and b.playing_asset_id is distinct from a.id;
                alter table video_assets alter column progressed_at drop default, alter column submit_failures drop default;
                """);

            migrationBuilder.CreateTable(
                name: "seen_notices",
                columns: table => new
                {
                    message_id = table.Column<string>(type: "text", nullable: false),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_seen_notices", x => x.message_id);
                });

            migrationBuilder.CreateTable(
                name: "stray_jobs",
                columns: table => new
                {
                    job_id = table.Column<string>(type: "text", nullable: false),
                    video_asset_id = table.Column<long>(type: "bigint", nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    found_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stray_jobs", x => x.job_id);
                    table.ForeignKey(
                        name: "fk_stray_jobs_video_assets_video_asset_id",
                        column: x => x.video_asset_id,
                        principalTable: "video_assets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "video_attempts",
                columns: table => new
                {
                    video_asset_id = table.Column<long>(type: "bigint", nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    hls_base_path = table.Column<string>(type: "text", nullable: false),
                    mediaconvert_job_id = table.Column<string>(type: "text", nullable: true),
                    error_code = table.Column<string>(type: "text", nullable: false),
                    error_message = table.Column<string>(type: "text", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    outputs_deleted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_video_attempts", x => new { x.video_asset_id, x.attempt });
                    table.ForeignKey(
                        name: "fk_video_attempts_video_assets_video_asset_id",
                        column: x => x.video_asset_id,
                        principalTable: "video_assets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_video_assets_outputs_kept",
                table: "video_assets",
                column: "updated_at",
                filter: "outputs_deleted_at is null and (processing_status = 'failed' or superseded_at is not null)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_video_assets_captions",
                table: "video_assets",
                sql: "(captions_s3_key is null) = (captions_language is null)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_uploads_kind",
                table: "uploads",
                sql: "kind in ('master_video', 'captions', 'cover')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_uploads_method",
                table: "uploads",
                sql: "method in ('put', 'post', 'multipart')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_uploads_multipart_checksum",
                table: "uploads",
                sql: "multipart_checksum in ('crc64nvme', 'sha256')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_uploads_parts",
                table: "uploads",
                sql: "(method = 'multipart') = (multipart_upload_id is not null) and (method = 'multipart') = (part_size_bytes is not null)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_uploads_status",
                table: "uploads",
                sql: "status in ('pending', 'uploaded', 'used', 'aborted')");

            migrationBuilder.CreateIndex(
                name: "ix_seen_notices_seen_at",
                table: "seen_notices",
                column: "seen_at");

            migrationBuilder.CreateIndex(
                name: "ix_stray_jobs_running",
                table: "stray_jobs",
                column: "found_at",
                filter: "ended_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_stray_jobs_video_asset_id",
                table: "stray_jobs",
                column: "video_asset_id");

            migrationBuilder.CreateIndex(
                name: "ix_video_attempts_mediaconvert_job_id",
                table: "video_attempts",
                column: "mediaconvert_job_id");

            migrationBuilder.CreateIndex(
                name: "ix_video_attempts_outputs_kept",
                table: "video_attempts",
                column: "ended_at",
                filter: "outputs_deleted_at is null");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "seen_notices");

            migrationBuilder.DropTable(
                name: "stray_jobs");

            migrationBuilder.DropTable(
                name: "video_attempts");

            migrationBuilder.DropIndex(
                name: "ix_video_assets_outputs_kept",
                table: "video_assets");

            migrationBuilder.DropCheckConstraint(
                name: "ck_video_assets_captions",
                table: "video_assets");

            migrationBuilder.DropCheckConstraint(
                name: "ck_uploads_kind",
                table: "uploads");

            migrationBuilder.DropCheckConstraint(
                name: "ck_uploads_method",
                table: "uploads");

            migrationBuilder.DropCheckConstraint(
                name: "ck_uploads_multipart_checksum",
                table: "uploads");

            migrationBuilder.DropCheckConstraint(
                name: "ck_uploads_parts",
                table: "uploads");

            migrationBuilder.DropCheckConstraint(
                name: "ck_uploads_status",
                table: "uploads");

            migrationBuilder.DropColumn(
                name: "captions_language",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "captions_s3_key",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "checksum_crc64nvme",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "next_submit_at",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "outputs_deleted_at",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "progressed_at",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "retired_at",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "stuck_at",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "submit_failures",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "submit_problem",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "submit_tried_at",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "superseded_at",
                table: "video_assets");

            migrationBuilder.DropColumn(
                name: "kind",
                table: "uploads");

            migrationBuilder.DropColumn(
                name: "method",
                table: "uploads");

            migrationBuilder.DropColumn(
                name: "multipart_checksum",
                table: "uploads");

            migrationBuilder.DropColumn(
                name: "part_size_bytes",
                table: "uploads");

            migrationBuilder.RenameColumn(
                name: "s3_key",
                table: "uploads",
                newName: "master_s3_key");

            migrationBuilder.RenameIndex(
                name: "ix_uploads_s3_key",
                table: "uploads",
                newName: "ix_uploads_master_s3_key");

            migrationBuilder.Sql("update uploads set status = case status when 'used' then 'completed' when 'uploaded' then 'pending' else status end");

            migrationBuilder.AddCheckConstraint(
                name: "ck_uploads_status",
                table: "uploads",
                sql: "status in ('pending', 'completed', 'aborted')");
        }
    }
}
