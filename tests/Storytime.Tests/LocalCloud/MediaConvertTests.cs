using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Storytime.Tests.LocalCloud;

public sealed class MediaConvertTests(CloudFixture fixture) : IClassFixture<CloudFixture>, IDisposable
{
    private readonly string _book = $"books/{Guid.NewGuid():N}/";
    private readonly string _folder = Directory.CreateTempSubdirectory("storytime-hls-").FullName;

    private string Output => $"s3://{fixture.Options.OutputBucket}/{_book.TrimEnd('/')}";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Job_makes_the_ladder_it_asks_for()
    {
        var input = await fixture.UploadAsync(await TestVideos.MakeAsync(seconds: 14));
        var job = await fixture.RunAsync(Jobs.Body(input, Output, [Jobs.Rendition("_720p", 3_500_000, height: 720), Jobs.Rendition("_480p", 1_500_000, height: 480), Jobs.Rendition("_234p", 80_000, height: 234, audioBitrate: 48_000)]));

        ((string?)job["status"]).ShouldBe("COMPLETE", job.ToJsonString());
        ((int)job["outputGroupDetails"]![0]!["outputDetails"]![0]!["durationInMs"]!).ShouldBeInRange(13_900, 14_100);
        ((int)job["outputGroupDetails"]![0]!["outputDetails"]![1]!["videoDetails"]!["widthInPx"]!).ShouldBe(854);
        var names = await fixture.DownloadAsync(_book, _folder);
        names.ShouldBe(
            [
                .. ((string[])["234p", "480p", "720p"]).SelectMany(size => (string[])[$"hls/index_{size}.m3u8", $"hls/index_{size}_I-Frame-Only.m3u8", $"hls/index_{size}_00001.ts", $"hls/index_{size}_00002.ts", $"hls/index_{size}_00003.ts"]),
                "hls/index.m3u8", "thumbs/thumb.0000000.jpg", "thumbs/thumb.0000001.jpg", "thumbs/thumb.0000002.jpg", "thumbs/thumb.0000003.jpg", "thumbs/thumb.0000004.jpg",
            ],
            ignoreOrder: true);

        var variants = Variants(await ReadAsync("hls/index.m3u8"));
        variants.Select(variant => variant["RESOLUTION"]).ShouldBe(["1280x720", "854x480", "416x234"]);
        variants.ShouldAllBe(variant => variant["FRAME-RATE"] == "24.000" && Regex.IsMatch(variant["CODECS"], "^avc1\\.6400[0-9a-f]{2},mp4a\\.40\\.2$") && Bandwidth(variant, "AVERAGE-BANDWIDTH") <= Bandwidth(variant, "BANDWIDTH"));
        Bandwidth(variants[0], "BANDWIDTH").ShouldBeLessThan(4_500_000);
        Bandwidth(variants[2], "BANDWIDTH").ShouldBeLessThanOrEqualTo(192_000);
        foreach (var variant in variants) await CheckVariantAsync(variant["URI"], expectedSegments: 3);
        await CheckKeyFramesAsync("hls/index_480p", "854,480", seconds: 14);
        (await Shell.TextAsync("ffprobe", "-v", "error", "-show_entries", "stream=width,height,codec_name", "-of", "csv=p=0", Path.Combine(_folder, "thumbs/thumb.0000004.jpg"))).ShouldBe("mjpeg,320,180");
        var types = await fixture.S3.GetObjectMetadataAsync(fixture.Options.OutputBucket, _book + "hls/index.m3u8", TestContext.Current.CancellationToken);
        types.Headers.ContentType.ShouldBe("application/vnd.apple.mpegurl");
    }

    [Fact]
    public async Task Key_frames_are_aligned_at_broken_frame_rates_too()
    {
        var input = await fixture.UploadAsync(await TestVideos.MakeAsync(640, 360, 13, "30000/1001", container: "mov"), "master.mov", "video/quicktime");
        var job = await fixture.RunAsync(Jobs.Body(input, Output, [Jobs.Rendition("_a", 900_000, height: 360), Jobs.Rendition("_b", 300_000, height: 180)]));

        ((string?)job["status"]).ShouldBe("COMPLETE", job.ToJsonString());
        await fixture.DownloadAsync(_book, _folder);
        var variants = Variants(await ReadAsync("hls/index.m3u8"));
        variants.ShouldAllBe(variant => variant["FRAME-RATE"] == "29.970");
        var (first, second) = (await KeyFramesAsync("hls/index_a.m3u8"), await KeyFramesAsync("hls/index_b.m3u8"));
        first.ShouldBe(second);
        first.Count.ShouldBe(7);
        foreach (var variant in variants) await CheckVariantAsync(variant["URI"], expectedSegments: 3);
    }

    [Fact]
    public async Task Master_without_sound_becomes_silent_hls()
    {
        var input = await fixture.UploadAsync(await TestVideos.MakeAsync(640, 360, 3, sound: false));
        var job = await fixture.RunAsync(Jobs.Body(input, Output, [Jobs.Rendition("_360p", 800_000, height: 360, sound: false)]));

        ((string?)job["status"]).ShouldBe("COMPLETE", job.ToJsonString());
        await fixture.DownloadAsync(_book, _folder);
        Variants(await ReadAsync("hls/index.m3u8")).Single()["CODECS"].ShouldMatch("^avc1\\.[0-9a-f]{6}$");
        (await Shell.TextAsync("ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", Path.Combine(_folder, "hls/index_360p_00001.ts"))).ShouldNotContain("audio");
    }

    [Fact]
    public async Task Audio_selector_that_finds_no_track_is_an_error_that_says_so()
    {
        var input = await fixture.UploadAsync(await TestVideos.MakeAsync(320, 180, 1, sound: false));
        var job = await fixture.RunAsync(Jobs.Body(input, Output, [Jobs.Rendition("_180p", 800_000, height: 180)]));

        ((string?)job["status"]).ShouldBe("ERROR");
        ((int?)job["errorCode"]).ShouldBe(1021);
        ((string)job["errorMessage"]!).ShouldContain("audio");
    }

    [Fact]
    public async Task Portrait_master_keeps_its_shape()
    {
        var input = await fixture.UploadAsync(await TestVideos.MakeAsync(360, 640, 2));
        var job = await fixture.RunAsync(Jobs.Body(input, Output, [Jobs.Rendition("_240", 500_000, width: 240)]));

        ((string?)job["status"]).ShouldBe("COMPLETE", job.ToJsonString());
        await fixture.DownloadAsync(_book, _folder);
        Variants(await ReadAsync("hls/index.m3u8")).Single()["RESOLUTION"].ShouldBe("240x426");
    }

    [Fact]
    public async Task Phone_video_is_turned_upright()
    {
        var input = await fixture.UploadAsync(await TestVideos.MakeAsync(640, 360, 2, turned: true));
        var probe = await ProbeAsync(input);
        ((int?)probe["container"]!["tracks"]![0]!["videoProperties"]!["rotation"]).ShouldBe(90);
        var job = await fixture.RunAsync(Jobs.Body(input, Output, [Jobs.Rendition("_360", 500_000, width: 360)]));

        ((string?)job["status"]).ShouldBe("COMPLETE", job.ToJsonString());
        await fixture.DownloadAsync(_book, _folder);
        Variants(await ReadAsync("hls/index.m3u8")).Single()["RESOLUTION"].ShouldBe("360x640");
        (await Shell.TextAsync("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height", "-of", "csv=p=0", Path.Combine(_folder, "hls/index_360_00001.ts"))).ShouldStartWith("360,640");
    }

    [Theory]
    [InlineData("text", 1010, "supported container")]
    [InlineData("playlist", 1010, "supported container")]
    [InlineData("no index", 1076, "truncated")]
    [InlineData("cut off", 1076, "truncated")]
    [InlineData("sound only", 1020, "No video")]
    [InlineData("missing", 1404, "does not exist")]
    public async Task Bad_master_ends_in_an_error_that_names_the_reason(string kind, int code, string reason)
    {
        var input = kind == "missing" ? $"s3://{fixture.Options.MasterBucket}/masters/none.mp4" : await fixture.UploadAsync(kind switch
        {
            "text" => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Once upon a time there was a text file.\n", 100))),
            "playlist" => "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"u8.ToArray(),
            "no index" => (await TestVideos.MakeAsync(320, 180, 4, index: false))[..20_000],
            "cut off" => (await TestVideos.MakeAsync(320, 180, 8))[..60_000],
            _ => await TestVideos.MakeAsync(picture: false, seconds: 1),
        });
        var job = await fixture.RunAsync(Jobs.Body(input, Output, [Jobs.Rendition("_180p", 300_000, height: 180)]));

        ((string?)job["status"]).ShouldBe("ERROR");
        ((int?)job["errorCode"]).ShouldBe(code, job.ToJsonString());
        ((string)job["errorMessage"]!).ShouldContain(reason);
        (await fixture.DownloadAsync(_book, _folder)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Same_token_within_a_minute_is_the_same_job()
    {
        var (token, body) = (Guid.NewGuid().ToString(), Jobs.Body($"s3://{fixture.Options.MasterBucket}/masters/none.mp4", Output, [Jobs.Rendition("_180p", 300_000, height: 180)]));
        body["clientRequestToken"] = token;
        var first = (string?)(await fixture.SubmitAsync(body))["id"];
        ((string?)(await fixture.SubmitAsync(body))["id"]).ShouldBe(first);
        fixture.Clock.By = TimeSpan.FromSeconds(61);
        try
        {
            ((string?)(await fixture.SubmitAsync(body))["id"]).ShouldNotBe(first);
        }
        finally
        {
            fixture.Clock.By = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task Probe_tells_container_tracks_and_file()
    {
        var file = await TestVideos.MakeAsync(640, 360, 2, "24000/1001", container: "mov");
        var result = await ProbeAsync(await fixture.UploadAsync(file, "master.mov", "video/quicktime"));

        ((string?)result["container"]!["format"]).ShouldBe("quicktime");
        ((double)result["container"]!["duration"]!).ShouldBeInRange(1.9, 2.1);
        ((string?)result["container"]!["tracks"]![0]!["codec"]).ShouldBe("AVC");
        ((int?)result["container"]!["tracks"]![0]!["index"]).ShouldBe(1);
        ((int?)result["container"]!["tracks"]![0]!["videoProperties"]!["height"]).ShouldBe(360);
        result["container"]!["tracks"]![0]!["videoProperties"]!["frameRate"]!.ToJsonString().ShouldBe("{\"numerator\":24000,\"denominator\":1001}");
        ((string?)result["container"]!["tracks"]![1]!["codec"]).ShouldBe("AAC");
        ((int?)result["container"]!["tracks"]![1]!["audioProperties"]!["sampleRate"]).ShouldBe(44100);
        ((long?)result["metadata"]!["fileSize"]).ShouldBe(file.Length);
        ((string?)result["metadata"]!["mimeType"]).ShouldBe("video/quicktime");
        result["trackMappings"]![0]!["audioTrackIndexes"]!.ToJsonString().ShouldBe("[2]");
    }

    [Fact]
    public async Task Probe_of_what_is_no_media_says_why()
    {
        var (status, body, headers) = await CallProbeAsync(await fixture.UploadAsync("Once upon a time"u8.ToArray()));
        status.ShouldBe(HttpStatusCode.BadRequest);
        headers.GetValues("x-amzn-ErrorType").ShouldBe(["BadRequestException"]);
        ((string)body["message"]!).ShouldContain("not a video file");
        (await CallProbeAsync($"s3://{fixture.Options.MasterBucket}/none")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Wrong_signature_is_refused()
    {
        using var stranger = fixture.NewMediaConvertClient("another secret");
        var (status, body, headers) = await stranger.CallAsync(HttpMethod.Get, "jobs?maxResults=5&status=COMPLETE");
        status.ShouldBe(HttpStatusCode.Forbidden);
        headers.GetValues("x-amzn-ErrorType").ShouldBe(["InvalidSignatureException"]);
        ((string)body["message"]!).ShouldContain("does not match");
        using var unsigned = await fixture.Http.GetAsync(new Uri(fixture.Cloud.MediaConvertUrl, "/2017-08-29/jobs"), TestContext.Current.CancellationToken);
        unsigned.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await fixture.MediaConvert.CallAsync(HttpMethod.Get, "jobs/none")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<JsonNode> ProbeAsync(string url)
    {
        var (status, body, _) = await CallProbeAsync(url);
        status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        return body["probeResults"]![0]!;
    }

    private Task<(HttpStatusCode Status, JsonObject Body, System.Net.Http.Headers.HttpResponseHeaders Headers)> CallProbeAsync(string url) =>
        fixture.MediaConvert.CallAsync(HttpMethod.Post, "probe", new JsonObject { ["inputFiles"] = new JsonArray(new JsonObject { ["fileUrl"] = url }) });

    private async Task<string> ReadAsync(string name) => await File.ReadAllTextAsync(Path.Combine(_folder, name), TestContext.Current.CancellationToken);

    private static List<Dictionary<string, string>> Variants(string main)
    {
        main.ShouldStartWith("#EXTM3U\n#EXT-X-VERSION:4\n");
        return [.. Regex.Matches(main, "#EXT-X-STREAM-INF:(.*)\n(.*)\n").Select(match =>
        {
            var attributes = Regex.Matches(match.Groups[1].Value, "([A-Z-]+)=(?:\"([^\"]*)\"|([^,]*))").ToDictionary(pair => pair.Groups[1].Value, pair => pair.Groups[2].Value + pair.Groups[3].Value);
            attributes["URI"] = match.Groups[2].Value;
            return attributes;
        })];
    }

    private static int Bandwidth(Dictionary<string, string> variant, string name) => int.Parse(variant[name], CultureInfo.InvariantCulture);

    private async Task CheckVariantAsync(string uri, int expectedSegments)
    {
        var child = await ReadAsync($"hls/{uri}");
        child.ShouldContain("#EXT-X-PLAYLIST-TYPE:VOD");
        child.ShouldContain("#EXT-X-TARGETDURATION:6\n");
        child.ShouldEndWith("#EXT-X-ENDLIST\n");
        var segments = child.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToList();
        segments.Count.ShouldBe(expectedSegments);
        foreach (var segment in segments)
        {
            var file = Path.Combine(_folder, "hls", segment);
            (await Shell.TextAsync("ffprobe", "-v", "error", "-select_streams", "v", "-read_intervals", "%+#1", "-show_entries", "packet=flags", "-of", "csv=p=0", file)).ShouldStartWith("K");
            var streams = await Shell.TextAsync("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,profile,sample_rate,channels", "-of", "csv=p=0", file);
            streams.ShouldContain("h264,High");
            streams.ShouldContain("aac,LC,48000,2");
        }
    }

    /// <summary>Every byte range is a picture that decodes by itself, at the time that the list says.</summary>
    private async Task CheckKeyFramesAsync(string variant, string size, double seconds)
    {
        var main = await ReadAsync("hls/index.m3u8");
        var line = Regex.Match(main, $"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=(\\d+),AVERAGE-BANDWIDTH=(\\d+),CODECS=\"avc1\\.6400[0-9a-f]{{2}}\",RESOLUTION={size.Replace(',', 'x')},URI=\"{variant["hls/".Length..]}_I-Frame-Only\\.m3u8\"\n");
        line.Success.ShouldBeTrue(main);
        var list = await ReadAsync($"{variant}_I-Frame-Only.m3u8");
        list.ShouldStartWith("#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:2\n");
        list.ShouldContain("#EXT-X-I-FRAMES-ONLY\n");
        var frames = Regex.Matches(list, "#EXTINF:([0-9.]+),\n#EXT-X-BYTERANGE:(\\d+)@(\\d+)\n(.+)\n").Select(frame => (Seconds: double.Parse(frame.Groups[1].Value, CultureInfo.InvariantCulture), Length: int.Parse(frame.Groups[2].Value, CultureInfo.InvariantCulture), Offset: int.Parse(frame.Groups[3].Value, CultureInfo.InvariantCulture), File: frame.Groups[4].Value)).ToList();
        frames.Count.ShouldBe((await KeyFramesAsync($"{variant}.m3u8")).Count);
        frames.Sum(frame => frame.Seconds).ShouldBe(seconds, 0.1);
        foreach (var frame in frames)
        {
            var segment = await File.ReadAllBytesAsync(Path.Combine(_folder, "hls", frame.File), TestContext.Current.CancellationToken);
            // The tables at the head of the segment tell the streams.
            byte[] alone = [.. segment[..(3 * 188)], .. segment[frame.Offset..(frame.Offset + frame.Length)]];
            var file = Path.Combine(_folder, "frame.ts");
            await File.WriteAllBytesAsync(file, alone, TestContext.Current.CancellationToken);
            (await Shell.TextAsync("ffprobe", "-v", "fatal", "-select_streams", "v", "-show_entries", "frame=pict_type,width,height", "-of", "csv=p=0", file)).Trim(',').ShouldBe($"{size},I");
        }
    }

    private async Task<List<double>> KeyFramesAsync(string playlist) =>
        [.. (await Shell.TextAsync("ffprobe", "-v", "error", "-select_streams", "v", "-skip_frame", "nokey", "-show_entries", "frame=pts_time", "-of", "csv=p=0", Path.Combine(_folder, playlist)))
            .Split('\n').Select(line => line.Trim(',', ' ')).Where(line => line.Length > 0).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
}
