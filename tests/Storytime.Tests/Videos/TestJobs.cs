using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace Storytime.Tests.Videos;

/// <summary>Jobs that exist in the database and in events only: the reports alone tell what happens.</summary>
internal static class TestJobs
{
    private static int _count;

    public static string NewId() => $"1772049000123-{Interlocked.Increment(ref _count):000000}";

    /// <summary>An asset whose job runs, as far as the database knows.</summary>
    public static async Task<(long Asset, long Book, string Job)> ProcessingAsync(this VideoHost host, long? book = null)
    {
        var (bookId, job) = (book ?? await host.BookAsync(), NewId());
        var id = await host.AssetAsync(bookId, TestVideos.Broken);
        await host.App.InDatabaseAsync(async db =>
        {
            (await db.VideoAssets.SingleAsync(a => a.Id == id)).Submitted(job, host.App.Now);
            await db.SaveChangesAsync();
        });
        return (id, bookId, job);
    }

    /// <summary>What the job of a book's first version would have written.</summary>
    public static async Task ManifestAsync(this VideoHost host, long book, string version = "")
    {
        await host.S3.PutObjectAsync(new() { BucketName = VideoHost.OutputBucket, Key = $"books/{book}/hls/{version}index.m3u8", ContentBody = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex_1.m3u8\n" });
        await host.S3.PutObjectAsync(new() { BucketName = VideoHost.OutputBucket, Key = $"books/{book}/hls/{version}index_1.m3u8", ContentBody = "#EXTM3U" });
    }

    /// <summary>EventBridge's event, as text.</summary>
    public static string Event(string job, long asset, string status, int? percent = null, int attempt = 1, string? master = null)
    {
        var detail = new JsonObject
        {
            ["timestamp"] = 1772049100456,
            ["accountId"] = "111122223333",
            ["jobId"] = job,
            ["status"] = status,
            ["userMetadata"] = new JsonObject { ["videoAssetId"] = $"{asset}", ["attempt"] = $"{attempt}", ["masterS3Key"] = master ?? "" },
        };
        if (status == "COMPLETE")
            detail["outputGroupDetails"] = new JsonArray(
                new JsonObject { ["type"] = "FILE_GROUP", ["outputDetails"] = new JsonArray(new JsonObject { ["durationInMs"] = 999_000 }) },
                new JsonObject { ["type"] = "HLS_GROUP", ["outputDetails"] = new JsonArray(new JsonObject { ["durationInMs"] = 179_000 }, new JsonObject { ["durationInMs"] = 180_041 }) });
        if (status == "ERROR")
            (detail["errorCode"], detail["errorMessage"]) = (1404, "Unable to open input file");
        if (percent is not null)
            detail["jobProgress"] = new JsonObject { ["jobPercentComplete"] = percent };
        return new JsonObject
        {
            ["version"] = "0",
            ["id"] = Guid.NewGuid().ToString(),
            ["detail-type"] = "MediaConvert Job State Change",
            ["source"] = "aws.mediaconvert",
            ["detail"] = detail,
        }.ToJsonString();
    }

    /// <summary>All that a report on a job may change, as text.</summary>
    public static async Task<string> StateAsync(this VideoHost host) => (string)(await host.App.SqlAsync("""
        select concat_ws(E'\n',
          (select json_agg(json_build_array(a, a.xmin) order by id) from video_assets a),
          (select json_agg(json_build_array(b, b.xmin) order by id) from books b),
          (select json_agg(v order by video_asset_id, attempt) from video_attempts v),
          (select json_agg(s order by job_id) from stray_jobs s),
          (select json_agg(n order by message_id) from seen_notices n))
        """))!;

    /// <summary>Keeps every state that an asset ever had, and every asset that a book ever played, in the order of their commits.</summary>
    public static Task WatchAsync(this VideoHost host) => host.App.SqlAsync("""
        create table asset_states (n bigserial, asset_id bigint, status text, percent int);
        create table switches (n bigserial, book_id bigint, asset_id bigint);
        create function keep_state() returns trigger language plpgsql as
          $$ begin insert into asset_states (asset_id, status, percent) values (new.id, new.processing_status, new.progress_percent); return null; end $$;
        create function keep_switch() returns trigger language plpgsql as
          $$ begin insert into switches (book_id, asset_id) values (new.id, new.playing_asset_id); return null; end $$;
        create trigger keep_state after update on video_assets for each row execute function keep_state();
        create trigger keep_switch after update of playing_asset_id on books for each row execute function keep_switch();
        """);
}
