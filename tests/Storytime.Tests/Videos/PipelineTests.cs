using System.Net;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>From an upload to what a child would play: real films, real encodes, the webhook, a worker.</summary>
public sealed class PipelineTests(PipelineHost host) : IClassFixture<PipelineHost>
{
    [Fact]
    public async Task A_1080p_film_becomes_an_HLS_ladder_that_plays()
    {
        var book = await host.BookAsync();
        var asset = await host.WaitAsync(await host.AssetAsync(book, await TestVideos.Landscape1080p));
        ShouldBeReady(asset);
        ((string?)asset["hls_manifest_path"]).ShouldBe($"books/{book}/hls/index.m3u8");
        ((int)asset["duration_seconds"]!).ShouldBe(7);
        ((int)asset["progress_percent"]!).ShouldBe(100);
        ((bool)asset["playing"]!).ShouldBeTrue();
        var folder = await host.OutputsAsync($"books/{book}/hls/");
        await RenditionsShouldBeAsync(folder, sound: true, (1280, 720), (1920, 1080), (854, 480), (416, 234));
        File.Exists(Path.Combine(folder, "thumbs", "thumb.0000000.jpg")).ShouldBeTrue();
        CellularPeak(folder).ShouldBeLessThanOrEqualTo(192_000);
        await ShouldPlayAsync(book);
        // A film of seven seconds has one thumb.
        (await host.PosterAsync(book)).ShouldBe(await File.ReadAllBytesAsync(Path.Combine(folder, "thumbs", "thumb.0000000.jpg")));
    }

    [Fact]
    public async Task A_QuickTime_film_in_720p_gets_nothing_larger()
    {
        var book = await host.BookAsync();
        ShouldBeReady(await host.WaitAsync(await host.AssetAsync(book, await TestVideos.Mov720p, "video/quicktime")));
        await RenditionsShouldBeAsync(await host.OutputsAsync($"books/{book}/hls/"), sound: true, (1280, 720), (854, 480), (416, 234));
        await ShouldPlayAsync(book);
    }

    [Fact]
    public async Task A_vertical_film_keeps_its_shape()
    {
        var book = await host.BookAsync();
        ShouldBeReady(await host.WaitAsync(await host.AssetAsync(book, await TestVideos.Vertical)));
        await RenditionsShouldBeAsync(await host.OutputsAsync($"books/{book}/hls/"), sound: true, (720, 1280), (1080, 1920), (480, 854), (234, 416));
        await ShouldPlayAsync(book);
    }

    [Fact]
    public async Task A_film_without_sound_becomes_ready_without_sound()
    {
        var book = await host.BookAsync();
        ShouldBeReady(await host.WaitAsync(await host.AssetAsync(book, await TestVideos.Silent)));
        await RenditionsShouldBeAsync(await host.OutputsAsync($"books/{book}/hls/"), sound: false, (854, 480), (416, 234));
        await ShouldPlayAsync(book);
    }

    [Fact]
    public async Task A_broken_file_fails_with_the_reason_and_can_be_retried()
    {
        var book = await host.BookAsync();
        var id = await host.AssetAsync(book, TestVideos.Broken);
        var asset = await host.WaitAsync(id);
        ((string?)asset["status"]).ShouldBe("failed");
        ((string?)asset["error_code"]).ShouldBe("unreadable_master");
        ((string)asset["error_message"]!).ShouldContain("story.mp4 cannot be read as a video");
        ((bool)asset["playing"]!).ShouldBeFalse();

        // The editor mends the file: a retry takes what is there now, on purpose.
        await host.S3.PutObjectAsync(
            new() { BucketName = VideoHost.MasterBucket, Key = (string)asset["master_s3_key"]!, FilePath = await TestVideos.Tiny }, TestContext.Current.CancellationToken);
        var retried = (await host.Editor.PostAsync($"/admin/api/v1/video_assets/{id}/retries")).ShouldBe(HttpStatusCode.Accepted);
        ((int)retried["attempt"]!).ShouldBe(2);
        retried["error_message"].ShouldBeNull();
        ShouldBeReady(await host.WaitAsync(id));
        await RenditionsShouldBeAsync(await host.OutputsAsync($"books/{book}/hls/v1-2/"), sound: true, (160, 120));
    }

    [Fact]
    public async Task A_file_with_sound_only_fails_because_there_is_no_picture()
    {
        var asset = await host.WaitAsync(await host.AssetAsync(await host.BookAsync(), await TestVideos.SoundOnlyAsync()));
        ((string?)asset["status"]).ShouldBe("failed");
        ((string?)asset["error_code"]).ShouldBe("no_video_track");
    }

    [Fact]
    public async Task Captions_become_a_rendition_of_the_film_and_a_retry_keeps_them()
    {
        var book = await host.BookAsync();
        var words = await host.UploadCaptionsAsync("WEBVTT\n\n00:00.000 --> 00:01.500\nOnce upon a time\n"u8.ToArray());
        var id = await host.AssetAsync(book, await TestVideos.SoundOnlyAsync(), captions: words);
        var failed = await host.WaitAsync(id);
        ((string?)failed["status"]).ShouldBe("failed");
        await host.S3.PutObjectAsync(
            new() { BucketName = VideoHost.MasterBucket, Key = (string)failed["master_s3_key"]!, FilePath = await TestVideos.Tiny }, TestContext.Current.CancellationToken);
        (await host.Editor.PostAsync($"/admin/api/v1/video_assets/{id}/retries")).ShouldBe(HttpStatusCode.Accepted);
        var ready = await host.WaitAsync(id);
        ShouldBeReady(ready);
        ((string?)ready["captions_language"]).ShouldBe("en");

        var (manifest, cookies) = await StartPlaybackAsync(await ChildAsync(book), book);
        (await FetchAsync(manifest, cookies)).Text.ShouldContain("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",LANGUAGE=\"eng\",NAME=\"English\"");
        var segment = await FirstEntryAsync(new Uri(manifest, "index_en.m3u8"), cookies);
        (await FetchAsync(segment, cookies)).Text.ShouldContain("Once upon a time");
        (await FetchAsync(segment, "")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_playback_that_is_running_when_a_new_version_comes_can_go_on_to_its_end()
    {
        var book = await host.BookAsync();
        ShouldBeReady(await host.WaitAsync(await host.AssetAsync(book, await TestVideos.Mov720p, "video/quicktime")));
        var child = await ChildAsync(book);
        var (running, cookies) = await StartPlaybackAsync(child, book);
        running.AbsolutePath.ShouldBe($"/books/{book}/hls/index.m3u8");

        var second = await host.WaitAsync(await host.AssetAsync(book, await TestVideos.Tiny));
        ((bool)second["playing"]!).ShouldBeTrue(second.ToString());
        var (next, renewed) = await StartPlaybackAsync(child, book);
        next.AbsolutePath.ShouldBe($"/books/{book}/hls/v2/index.m3u8");

        // With the cookies that it began with, and with those that a device has after it renewed them in the middle.
        foreach (var permission in new[] { cookies, renewed })
        {
            foreach (var variant in await EntriesAsync(running, permission))
            {
                foreach (var segment in await EntriesAsync(variant, permission))
                    (await FetchAsync(segment, permission)).Status.ShouldBe(HttpStatusCode.OK, segment.ToString());
            }
        }
    }

    /// <summary>As a child's device: the book on the shelf, cookies from the app, and with them manifest, variant and segment from the CDN.</summary>
    private async Task ShouldPlayAsync(long book)
    {
        var (manifest, cookies) = await StartPlaybackAsync(await ChildAsync(book), book);
        var variant = await FirstEntryAsync(manifest, cookies);
        var segment = await FirstEntryAsync(variant, cookies);
        (await FetchAsync(segment, cookies)).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var address in new[] { manifest, variant, segment })
            (await FetchAsync(address, "")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    /// <summary>A child with the book on its shelf, and the device that it has.</summary>
    private async Task<(ApiClient Device, long Id)> ChildAsync(long book)
    {
        var (parent, child) = await host.App.FamilyAsync(book);
        return (await host.App.HandOverAsync(parent, child), child);
    }

    private static async Task<(Uri Manifest, string Cookies)> StartPlaybackAsync((ApiClient Device, long Id) child, long book)
    {
        var session = (await child.Device.PostAsync($"/api/v1/children/{child.Id}/playback_sessions", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
        return (new Uri((string)session["playback_manifest_url"]!), string.Join("; ", session["cookies"]!.AsArray().Select(c => $"{c!["name"]}={c["value"]}")));
    }

    private static async Task<Uri> FirstEntryAsync(Uri playlist, string cookies) => (await EntriesAsync(playlist, cookies))[0];

    /// <summary>What a playlist names: variants, or segments.</summary>
    private static async Task<IReadOnlyList<Uri>> EntriesAsync(Uri playlist, string cookies)
    {
        var (status, text) = await FetchAsync(playlist, cookies);
        status.ShouldBe(HttpStatusCode.OK, text);
        var entries = text.Split('\n', StringSplitOptions.TrimEntries).Where(l => l.Length > 0 && l[0] != '#').Select(l => new Uri(playlist, l)).ToList();
        entries.ShouldNotBeEmpty(playlist.ToString());
        return entries;
    }

    private static async Task<(HttpStatusCode Status, string Text)> FetchAsync(Uri address, string cookies)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (cookies.Length > 0)
            request.Headers.Add("Cookie", cookies);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static void ShouldBeReady(JsonNode asset) => ((string?)asset["status"]).ShouldBe("ready", asset.ToString());

    /// <summary>Each media playlist of the manifest, read with ffprobe.</summary>
    private static async Task RenditionsShouldBeAsync(string folder, bool sound, params (int Width, int Height)[] expected)
    {
        var playlists = (await File.ReadAllLinesAsync(Path.Combine(folder, "index.m3u8"))).Where(l => l.Length > 0 && l[0] != '#').ToArray();
        List<(int, int)> found = [];
        foreach (var playlist in playlists)
        {
            var streams = (await TestVideos.ProbeAsync(Path.Combine(folder, playlist)))["streams"]!.AsArray();
            var video = streams.Single(s => (string?)s!["codec_type"] == "video")!;
            ((string?)video["codec_name"]).ShouldBe("h264");
            found.Add(((int)video["width"]!, (int)video["height"]!));
            streams.Where(s => (string?)s!["codec_type"] == "audio").Select(s => (string?)s!["codec_name"]).ShouldBe(sound ? ["aac"] : []);
        }
        found.ShouldBe(expected, ignoreOrder: true);
    }

    /// <summary>Peak of the cellular variant as the manifest tells it, bits a second.</summary>
    private static int CellularPeak(string folder)
    {
        var lines = File.ReadAllLines(Path.Combine(folder, "index.m3u8"));
        var info = lines[Array.FindIndex(lines, l => l.StartsWith("index_234p", StringComparison.Ordinal)) - 1];
        return int.Parse(info.Split([':', ',']).Single(a => a.StartsWith("BANDWIDTH=", StringComparison.Ordinal))["BANDWIDTH=".Length..]);
    }
}

/// <summary>Without any notice.</summary>
public sealed class PollingTests(PollingHost host) : IClassFixture<PollingHost>
{
    [Fact]
    public async Task Polling_alone_finds_out_that_a_video_is_complete()
    {
        var asset = await host.WaitAsync(await host.AssetAsync(await host.BookAsync(), await TestVideos.Tiny));
        ((string?)asset["status"]).ShouldBe("ready", asset.ToString());
        ((int)asset["duration_seconds"]!).ShouldBe(2);
        ((bool)asset["playing"]!).ShouldBeTrue();
    }
}

/// <summary>Without a worker and without notices: the app knows of a job's end when a test lets it ask.</summary>
public sealed class ReplacementTests(VideoHost host) : IClassFixture<VideoHost>
{
    [Fact]
    public async Task A_second_version_replaces_the_first_only_when_it_is_ready()
    {
        var book = await host.BookAsync();
        var first = await host.AssetAsync(book, await TestVideos.Tiny);
        await host.SubmitAsync(first);
        ((bool)(await ReadyAsync(first))["playing"]!).ShouldBeTrue();

        var second = await host.AssetAsync(book, await TestVideos.Tiny);
        ((bool)(await host.ReadAsync(first))["playing"]!).ShouldBeTrue();
        await host.SubmitAsync(second);
        var running = await host.ReadAsync(second);
        ((string?)running["status"]).ShouldBe("processing");
        ((bool)running["playing"]!).ShouldBeFalse();
        ((bool)(await host.ReadAsync(first))["playing"]!).ShouldBeTrue();

        var ready = await ReadyAsync(second);
        ((int)ready["version"]!).ShouldBe(2);
        ((string?)ready["hls_manifest_path"]).ShouldBe($"books/{book}/hls/v2/index.m3u8");
        ((bool)ready["playing"]!).ShouldBeTrue();
        ((bool)(await host.ReadAsync(first))["playing"]!).ShouldBeFalse();
        var list = await host.Editor.GetAsync($"/admin/api/v1/books/{book}/video_assets");
        list["data"]!.AsArray().Select(a => (int)a!["version"]!).ShouldBe([2, 1]);
    }

    /// <summary>Asks until the job is at its end.</summary>
    private async Task<JsonNode> ReadyAsync(long asset)
    {
        var found = await host.WaitAsync(asset, async () =>
        {
            host.App.Clock.Advance(TimeSpan.FromSeconds(11));
            await host.RunAsync<PollVideos>(p => p.RunAsync(CancellationToken.None));
        });
        ((string?)found["status"]).ShouldBe("ready", found.ToString());
        return found;
    }
}
