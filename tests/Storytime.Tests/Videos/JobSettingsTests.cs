using System.Text.Json.Nodes;
using CsCheck;
using Storytime.LocalCloud.MediaConvert;
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

    /// <summary>Width and height of the master, whether it has sound, and the language of its captions.</summary>
    public static TheoryData<string, int, int, bool, string?> Masters => new()
    {
        { "1080p", 1920, 1080, true, null },
        { "720p", 1280, 720, true, null },
        { "vertical", 1080, 1920, true, null },
        { "4:3", 1440, 1080, true, null },
        { "silent", 1920, 1080, false, null },
        { "captions", 1920, 1080, true, "pt-BR" },
        { "captions in a language without a code", 1280, 720, true, "haw" },
        { "small and odd", 161, 121, true, null },
    };

    [Theory]
    [MemberData(nameof(Masters))]
    public void Each_member_of_the_job_is_documented_and_in_its_range(string kind, int width, int height, bool sound, string? captions)
    {
        var body = JobSettings.For(Asset(1, captions), new MasterFacts(width, height, sound), _aws);
        DocumentedJob.Complaints(body).ShouldBeEmpty(kind);
        JobRules.Validate(body).ShouldBeNull(kind);
    }

    [Fact]
    public void The_documentation_finds_what_is_wrong()
    {
        var body = For(new MasterFacts(1920, 1080, true));
        body["priority"] = 51;
        body["userMetadata"]!["more"] = new string('x', 257);
        var output = Hls(body)["outputs"]![0]!;
        output["nameModifier"] = "";
        output["videoDescription"]!["height"] = 720.5;
        output["videoDescription"]!["codecSettings"]!["codec"] = "H264";
        output["audioDescriptions"]![0]!["codecSettings"]!["aacSettings"]!["bitrate"] = 129_000;
        output["audioDescriptions"]![0]!["Codec"] = "AAC";
        output["captionDescriptions"] = new JsonArray();
        DocumentedJob.Complaints(body).Count.ShouldBe(8);
    }

    [Theory]
    [MemberData(nameof(Masters))]
    public void Segments_of_all_renditions_begin_at_the_same_key_frames(string kind, int width, int height, bool sound, string? captions)
    {
        var hls = Hls(JobSettings.For(Asset(1, captions), new MasterFacts(width, height, sound), _aws));
        var group = hls["outputGroupSettings"]!["hlsGroupSettings"]!;
        ((int)group["segmentLength"]!).ShouldBe(6, kind);
        ((int)group["minSegmentLength"]!).ShouldBe(0);
        ((string?)group["segmentLengthControl"]).ShouldBe("GOP_MULTIPLE");
        ((string?)group["captionSegmentLengthControl"]).ShouldBe("MATCH_VIDEO");
        foreach (var video in hls["outputs"]!.AsArray().Select(o => o!["videoDescription"]).OfType<JsonObject>())
        {
            var h264 = video["codecSettings"]!["h264Settings"]!;
            ((int)h264["gopSize"]!, (string?)h264["gopSizeUnits"], (int)h264["gopClosedCadence"]!, (string?)h264["framerateControl"])
                .ShouldBe((2, "SECONDS", 1, "INITIALIZE_FROM_SOURCE"));
            // Only the shorter side is given, so that the other one keeps the master's shape: even, and never above the master.
            var (side, length) = video.Where(m => m.Key is "width" or "height").Select(m => (m.Key, (int)m.Value!)).ShouldHaveSingleItem();
            side.ShouldBe(height > width ? "width" : "height");
            (length % 2).ShouldBe(0);
            length.ShouldBeLessThanOrEqualTo(Math.Min(width, height));
        }
    }

    [Theory]
    [InlineData("en", "languageCode", "ENG", "English")]
    [InlineData("es-419", "languageCode", "SPA", "Spanish")]
    [InlineData("de-CH", "languageCode", "DEU", "German")]
    [InlineData("zh-Hant-TW", "languageCode", "ZHO", "Chinese")]
    [InlineData("haw", "customLanguageCode", "haw", null)]
    [InlineData("xx", "customLanguageCode", "xx", null)]
    public void Captions_are_an_output_of_their_own_in_the_language_that_MediaConvert_calls_it(string tag, string member, string code, string? name)
    {
        var body = JobSettings.For(Asset(1, tag), new MasterFacts(1280, 720, true), _aws);
        ((string?)body["settings"]!["inputs"]![0]!["captionSelectors"]!["Captions Selector 1"]!["sourceSettings"]!["fileSourceSettings"]!["sourceFile"])
            .ShouldBe("s3://masters-bucket/captions/abc/words.vtt");
        var output = Hls(body)["outputs"]!.AsArray().Single(o => o!["captionDescriptions"] is not null)!;
        ((string?)output["nameModifier"]).ShouldBe($"_{tag}");
        (output["videoDescription"] ?? output["audioDescriptions"]).ShouldBeNull();
        var captions = output["captionDescriptions"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
        ((string?)captions["captionSelectorName"]).ShouldBe("Captions Selector 1");
        captions.Count(m => m.Key is "languageCode" or "customLanguageCode").ShouldBe(1);
        ((string?)captions[member]).ShouldBe(code);
        ((string?)captions["languageDescription"]).ShouldBe(name);
    }

    [Fact]
    public void All_of_ISO_639_1_has_a_code_that_MediaConvert_knows_and_a_name()
    {
        CaptionLanguage.Known.Count.ShouldBe(184);
        foreach (var tag in CaptionLanguage.Known)
        {
            DocumentedJob.Complaints(JobSettings.For(Asset(1, tag), new MasterFacts(1280, 720, true), _aws)).ShouldBeEmpty();
            CaptionLanguage.Of(tag.ToUpperInvariant()).ShouldBe(CaptionLanguage.Of(tag));
            CaptionLanguage.Of(tag).Name.ShouldNotBeNullOrWhiteSpace();
        }
        CaptionLanguage.Known.Select(tag => CaptionLanguage.Of(tag).Code).ShouldBeUnique();
        // Where ISO 639-2 has two codes, MediaConvert's is the terminological one.
        string[] two = ["sq", "hy", "eu", "my", "zh", "cs", "nl", "fr", "ka", "de", "el", "is", "mk", "ms", "mi", "fa", "ro", "sk", "bo", "cy"];
        two.Select(tag => CaptionLanguage.Of(tag).Code).ShouldBe(
            ["SQI", "HYE", "EUS", "MYA", "ZHO", "CES", "NLD", "FRA", "KAT", "DEU", "ELL", "ISL", "MKD", "MSA", "MRI", "FAS", "RON", "SLK", "BOD", "CYM"]);
    }

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
        // A buffer of one second holds each second to the peak.
        ((int)small["videoDescription"]!["codecSettings"]!["h264Settings"]!["hrdBufferSize"]!).ShouldBe(video);
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

    private static VideoAsset Asset(int version, string? captions = null)
    {
        var upload = Upload.Start(
            new Staff(1, AdminRole.Editor), UploadKind.MasterVideo, "masters/abc/film.mp4", new UploadFile("film.mp4", "video/mp4", 1000, null), UploadMethod.Put, _now, TimeSpan.FromHours(1));
        return VideoAsset.Create(
            upload, 123, version, new MasterObject(1000, "\"e\"", null, null), captions is null ? null : new CaptionsFile("captions/abc/words.vtt", captions), 1, _now);
    }

    private static JsonNode Hls(JsonObject body) => body["settings"]!["outputGroups"]![0]!;

    private static string Sides(JsonNode video) => string.Join(',', new[] { "width", "height" }.Where(s => video[s] is not null).Select(s => $"{s}={video[s]}"));
}
