using System.Text;
using System.Text.Json.Nodes;

namespace Storytime.Tests.LocalCloud;

/// <summary>Sidecar captions of a job. Its pictures are placeholders of two seconds, as captions do not look at them.</summary>
public sealed class CaptionTests : IAsyncLifetime
{
    private readonly CloudFixture _fixture = new() { Configure = options => options with { TranscodeJobs = false } };

    private string Folder => Path.Combine(_fixture.Folder, "out");

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Captions_become_a_subtitles_track_of_every_variant()
    {
        var job = await RunAsync("WEBVTT - a story\n\nNOTE nobody reads this\n\n00:00.100 --> 00:00.900\nOnce upon a time\n\n2\n00:00:00.950 --> 00:00:01.500 align:start\nThe end\n", body =>
        {
            var hls = body["settings"]!["outputGroups"]![0]!["outputGroupSettings"]!["hlsGroupSettings"]!;
            (hls["captionSegmentLengthControl"], hls["segmentLength"]) = ("MATCH_VIDEO", 1);
        });
        ((string?)job["status"]).ShouldBe("COMPLETE", job.ToJsonString());
        await _fixture.DownloadAsync("books/1/", Folder);
        var main = await ReadAsync("hls/index.m3u8");
        main.ShouldContain("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",LANGUAGE=\"eng\",NAME=\"English\",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,URI=\"index_en.m3u8\"\n");
        main.Split('\n').Where(line => line.StartsWith("#EXT-X-STREAM-INF", StringComparison.Ordinal)).ShouldAllBe(line => line.EndsWith(",SUBTITLES=\"subs\"", StringComparison.Ordinal));
        (await ReadAsync("hls/index_en.m3u8")).ShouldBe("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXTINF:1,\nindex_en_00001.vtt\n#EXTINF:1,\nindex_en_00002.vtt\n#EXT-X-ENDLIST\n");
        (await ReadAsync("hls/index_en_00001.vtt")).ShouldBe("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n\n00:00:00.100 --> 00:00:00.900\nOnce upon a time\n\n00:00:00.950 --> 00:00:01.500 align:start\nThe end\n");
        (await ReadAsync("hls/index_en_00002.vtt")).ShouldBe("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n\n00:00:00.950 --> 00:00:01.500 align:start\nThe end\n");
    }

    [Fact]
    public async Task Language_of_ones_own_and_captions_for_the_deaf_are_told()
    {
        var job = await RunAsync("1\n00:00:00,500 --> 00:00:01,000\nHallo\n", body =>
        {
            body["settings"]!["inputs"]![0]!["captionSelectors"]!["Captions Selector 1"]!["sourceSettings"]!["sourceType"] = "SRT";
            var captions = body["settings"]!["outputGroups"]![0]!["outputs"]![1]!["captionDescriptions"]![0]!;
            (captions["languageCode"], captions["customLanguageCode"], captions["languageDescription"]) = ("DEU", "de-AT", "Deutsch");
            captions["destinationSettings"]!["webvttDestinationSettings"]!["accessibility"] = "ENABLED";
        });
        ((string?)job["status"]).ShouldBe("COMPLETE", job.ToJsonString());
        await _fixture.DownloadAsync("books/1/", Folder);
        (await ReadAsync("hls/index.m3u8")).ShouldContain("LANGUAGE=\"de-AT\",NAME=\"Deutsch\",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,CHARACTERISTICS=\"public.accessibility.describes-spoken-dialog,public.accessibility.describes-music-and-sound\",URI=\"index_en.m3u8\"");
        (await ReadAsync("hls/index_en_00001.vtt")).ShouldContain("00:00:00.500 --> 00:00:01.000\nHallo\n");
    }

    [Theory]
    [InlineData("Once upon a time", 1010, "does not begin with WEBVTT")]
    [InlineData("WEBVTT\n\n0:1 --> 0:2\nOnce\n", 1010, "no timing")]
    [InlineData("\u00FF", 1010, "not UTF-8")]
    [InlineData(null, 1404, "does not exist")]
    public async Task Broken_and_missing_captions_fail_the_job(string? file, int code, string message)
    {
        var job = await RunAsync(file);
        ((string?)job["status"]).ShouldBe("ERROR");
        ((int?)job["errorCode"]).ShouldBe(code);
        ((string)job["errorMessage"]!).ShouldContain(message);
        (await _fixture.S3.ListObjectsV2Async(new() { BucketName = _fixture.Options.OutputBucket }, TestContext.Current.CancellationToken)).S3Objects.ShouldBeNull();
    }

    /// <summary>The captions file is written in Latin 1, which is UTF-8 as long as it is ASCII; null for none.</summary>
    private async Task<JsonObject> RunAsync(string? captions, Action<JsonObject>? change = null)
    {
        var input = await _fixture.UploadAsync("video"u8.ToArray());
        var file = captions is null ? $"s3://{_fixture.Options.MasterBucket}/none.vtt" : await _fixture.UploadAsync(Encoding.Latin1.GetBytes(captions), "en.vtt", "text/vtt");
        var body = Jobs.Body(input, $"s3://{_fixture.Options.OutputBucket}/books/1", [Jobs.Rendition("_180p", 300_000, height: 180), new JsonObject
        {
            ["nameModifier"] = "_en",
            ["containerSettings"] = new JsonObject { ["container"] = "M3U8", ["m3u8Settings"] = new JsonObject() },
            ["captionDescriptions"] = new JsonArray(new JsonObject
            {
                ["captionSelectorName"] = "Captions Selector 1",
                ["languageCode"] = "ENG",
                ["languageDescription"] = "English",
                ["destinationSettings"] = new JsonObject { ["destinationType"] = "WEBVTT", ["webvttDestinationSettings"] = new JsonObject { ["accessibility"] = "DISABLED", ["stylePassthrough"] = "ENABLED" } },
            }),
            ["outputSettings"] = new JsonObject { ["hlsSettings"] = new JsonObject() },
        }]);
        body["settings"]!["inputs"]![0]!["captionSelectors"] = new JsonObject { ["Captions Selector 1"] = new JsonObject { ["sourceSettings"] = new JsonObject { ["sourceType"] = "WEBVTT", ["fileSourceSettings"] = new JsonObject { ["sourceFile"] = file } } } };
        change?.Invoke(body);
        return await _fixture.RunAsync(body);
    }

    private async Task<string> ReadAsync(string name) => await File.ReadAllTextAsync(Path.Combine(Folder, name), TestContext.Current.CancellationToken);
}
