using System.Text.Json.Nodes;
using CsCheck;
using Storytime.Platform.Auth;
using Storytime.Platform.Aws;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

public sealed class JobSettingsTests
{
    private static readonly DateTimeOffset _now = new(2026, 2, 25, 20, 0, 0, TimeSpan.Zero);

    private static readonly AwsOptions _aws = new()
    {
        MasterBucket = "masters-bucket",
        OutputBucket = "outputs-bucket",
        MediaConvertRole = "arn:aws:iam::111122223333:role/storytime-mediaconvert",
        MediaConvertQueue = "arn:aws:mediaconvert:us-east-1:111122223333:queues/Default",
    };

    [Theory]
    [InlineData(1920, 1080, "_720p:height=720 _1080p:height=1080 _480p:height=480 _234p:height=234")]
    [InlineData(1280, 720, "_720p:height=720 _480p:height=480 _234p:height=234")]
    [InlineData(1080, 1920, "_720p:width=720 _1080p:width=1080 _480p:width=480 _234p:width=234")]
    [InlineData(1440, 1080, "_720p:height=720 _1080p:height=1080 _480p:height=480 _234p:height=234")]
    [InlineData(3840, 2160, "_720p:height=720 _1080p:height=1080 _480p:height=480 _234p:height=234")]
    [InlineData(854, 480, "_480p:height=480 _234p:height=234")]
    [InlineData(640, 360, "_360p:height=360 _234p:height=234")]
    [InlineData(416, 234, "_234p:height=234")]
    [InlineData(161, 121, "_120p:height=120")]
    [InlineData(90, 161, "_90p:width=90")]
    public void The_ladder_fits_the_master_and_never_enlarges_it(int width, int height, string expected)
    {
        var outputs = Hls(For(new MasterFacts(width, height, true)))["outputs"]!.AsArray();
        string.Join(' ', outputs.Select(o => $"{o!["nameModifier"]}:{Sides(o["videoDescription"]!)}")).ShouldBe(expected);
    }

    [Fact]
    public void Whatever_the_master_there_is_a_rendition_and_none_is_larger_than_the_master() =>
        Gen.Select(Gen.Int[32, 8192], Gen.Int[32, 8192]).Sample((width, height) =>
        {
            var rungs = Ladder.For(new MasterFacts(width, height, true));
            return rungs.Count > 0 && rungs.All(r => r.Size <= Math.Min(width, height) && r.Size % 2 == 0) && rungs.Select(r => r.Name).Distinct().Count() == rungs.Count;
        });

    [Fact]
    public void Each_rendition_is_H264_by_QVBR_with_AAC_and_a_key_frame_every_two_seconds()
    {
        foreach (var output in Hls(For(new MasterFacts(1920, 1080, true)))["outputs"]!.AsArray())
        {
            var h264 = output!["videoDescription"]!["codecSettings"]!["h264Settings"]!;
            ((string?)h264["rateControlMode"]).ShouldBe("QVBR");
            ((int)h264["maxBitrate"]!).ShouldBeGreaterThan(0);
            h264["bitrate"].ShouldBeNull();
            ((int)h264["gopSize"]!).ShouldBe(2);
            ((string?)h264["gopSizeUnits"]).ShouldBe("SECONDS");
            ((string?)output["audioDescriptions"]![0]!["codecSettings"]!["codec"]).ShouldBe("AAC");
            ((string?)output["audioDescriptions"]![0]!["audioSourceName"]).ShouldBe("Audio Selector 1");
            ((string?)output["containerSettings"]!["container"]).ShouldBe("M3U8");
        }
    }

    [Fact]
    public void The_smallest_rendition_stays_below_192_kilobits()
    {
        var small = Hls(For(new MasterFacts(1920, 1080, true)))["outputs"]!.AsArray().Single(o => (string?)o!["nameModifier"] == "_234p")!;
        var video = (int)small["videoDescription"]!["codecSettings"]!["h264Settings"]!["maxBitrate"]!;
        var audio = (int)small["audioDescriptions"]![0]!["codecSettings"]!["aacSettings"]!["bitrate"]!;
        // The transport stream adds up to about a fifth at such rates.
        ((video + audio) * 1.2).ShouldBeLessThanOrEqualTo(192_000);
    }

    [Fact]
    public void A_master_without_sound_has_no_audio_selector_and_no_audio()
    {
        var body = For(new MasterFacts(1920, 1080, HasSound: false));
        body["settings"]!["inputs"]![0]!["audioSelectors"].ShouldBeNull();
        Hls(body)["outputs"]!.AsArray().ShouldAllBe(o => o!["audioDescriptions"] == null);
        For(new MasterFacts(1920, 1080, HasSound: true))["settings"]!["inputs"]![0]!["audioSelectors"]!["Audio Selector 1"].ShouldNotBeNull();
    }

    [Fact]
    public void The_job_names_its_input_its_outputs_and_whose_it_is()
    {
        var asset = Asset(2);
        var body = JobSettings.For(asset, new MasterFacts(1280, 720, true), _aws);
        ((string?)body["role"]).ShouldBe(_aws.MediaConvertRole);
        ((string?)body["queue"]).ShouldBe(_aws.MediaConvertQueue);
        ((string?)body["clientRequestToken"]).ShouldBe(asset.ClientRequestToken);
        asset.ClientRequestToken.Length.ShouldBeLessThanOrEqualTo(64);
        ((string?)body["userMetadata"]!["videoAssetId"]).ShouldBe("0");
        ((string?)body["userMetadata"]!["bookId"]).ShouldBe("123");
        ((string?)body["userMetadata"]!["attempt"]).ShouldBe("1");
        ((string?)body["settings"]!["inputs"]![0]!["fileInput"]).ShouldBe("s3://masters-bucket/masters/abc/film.mp4");
        var settings = Hls(body)["outputGroupSettings"]!["hlsGroupSettings"]!;
        ((string?)settings["destination"]).ShouldBe("s3://outputs-bucket/books/123/hls/v2/index");
        ((int)settings["segmentLength"]!).ShouldBe(6);
        var thumbnails = body["settings"]!["outputGroups"]![1]!;
        ((string?)thumbnails["outputGroupSettings"]!["fileGroupSettings"]!["destination"]).ShouldBe("s3://outputs-bucket/books/123/hls/v2/thumbs/thumb");
        ((string?)thumbnails["outputs"]![0]!["videoDescription"]!["codecSettings"]!["codec"]).ShouldBe("FRAME_CAPTURE");
    }

    [Fact]
    public void A_phone_video_that_lies_on_its_side_counts_as_it_is_seen()
    {
        static MasterFacts? Facts(double? rotation, params string[] kinds) => MasterFacts.From(new MediaConvertProbe(new MediaConvertContainer("mp4", 3,
            [.. kinds.Select(k => new MediaConvertTrack(k, null, 3, k == "video" ? new MediaConvertVideo(1920, 1080, rotation) : null))])));
        Facts(90, "video", "audio").ShouldBe(new MasterFacts(1080, 1920, true));
        Facts(270, "audio", "video").ShouldBe(new MasterFacts(1080, 1920, true));
        Facts(180, "video").ShouldBe(new MasterFacts(1920, 1080, false));
        Facts(null, "video", "data").ShouldBe(new MasterFacts(1920, 1080, false));
        Facts(null, "audio").ShouldBeNull();
    }

    private static JsonObject For(MasterFacts master) => JobSettings.For(Asset(1), master, _aws);

    private static VideoAsset Asset(int version)
    {
        var upload = Upload.Start(
            new Staff(1, AdminRole.Editor), UploadKind.MasterVideo, "masters/abc/film.mp4", new UploadFile("film.mp4", "video/mp4", 1000, null), UploadMethod.Put, _now, TimeSpan.FromHours(1));
        return VideoAsset.Create(upload, 123, version, new MasterObject(1000, "\"e\"", null, null), null, 1, _now);
    }

    private static JsonNode Hls(JsonObject body) => body["settings"]!["outputGroups"]![0]!;

    private static string Sides(JsonNode video) => string.Join(',', new[] { "width", "height" }.Where(s => video[s] is not null).Select(s => $"{s}={video[s]}"));
}
