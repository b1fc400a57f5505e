namespace Storytime.LocalCloud.MediaConvert;

/// <summary>The members of CreateJob that the local cloud knows, with MediaConvert's own limits (service model 2017-08-29). What it cannot do (other codecs and
/// containers, encryption, ads) is refused rather than ignored: an emulator that ignores a setting hides a bug until production.</summary>
internal static class JobSchema
{
    private static readonly Shape Switch = new OneOf("DISABLED", "ENABLED");
    private static readonly Shape S3Url = new Text(2048, S3Location.Pattern, "an S3 location, s3://bucket/key");
    private static readonly Shape Language = new Text(3, "^[A-Z]{3}$", "a language code of three capitals (ENG)");
    private static readonly Shape Timecode = new OneOf("EMBEDDED", "SPECIFIEDSTART", "ZEROBASED");
    private static readonly Shape Side = new Number(32, 8192);
    private static readonly Shape Bitrate = new Number(1000, 1_152_000_000);

    private static readonly Shape Input = new Members(
        ("fileInput", S3Url),
        ("timecodeSource", Timecode),
        ("timecodeStart", new Text(11)),
        ("filterEnable", new OneOf("AUTO", "DISABLE", "FORCE")),
        ("filterStrength", new Number(0, 5)),
        ("deblockFilter", Switch),
        ("denoiseFilter", Switch),
        ("psiControl", new OneOf("IGNORE_PSI", "USE_PSI")),
        ("inputScanType", new OneOf("AUTO", "PSF")),
        ("videoSelector", new Members(
            ("rotate", new OneOf("DEGREE_0", "DEGREES_90", "DEGREES_180", "DEGREES_270", "AUTO")),
            ("colorSpace", new OneOf("FOLLOW", "REC_601", "REC_709", "HDR10", "HLG_2020")),
            ("colorSpaceUsage", new OneOf("FORCE", "FALLBACK")),
            ("sampleRange", new OneOf("FOLLOW", "FULL_RANGE", "LIMITED_RANGE")))),
        ("audioSelectors", new MapOf(new Members(
            ("defaultSelection", new OneOf("DEFAULT", "NOT_DEFAULT")),
            ("selectorType", new OneOf("TRACK", "LANGUAGE_CODE")),
            ("languageCode", Language),
            ("offset", new Number(int.MinValue)),
            ("tracks", new ListOf(new Number(1)))))),
        ("captionSelectors", new MapOf(new Members(
            ("languageCode", Language),
            ("sourceSettings", new Members(
                ("sourceType", new OneOf("WEBVTT", "SRT")),
                ("fileSourceSettings", new Members(("sourceFile", S3Url), ("timeDelta", new Number(int.MinValue)), ("timeDeltaUnits", new OneOf("SECONDS", "MILLISECONDS"))))))))))
    {
        Required = ["fileInput"],
    };

    private static readonly Shape HlsGroup = new Members(
        ("destination", S3Url),
        ("segmentControl", new OneOf("SEGMENTED_FILES")),
        ("segmentLength", new Number(1)),
        ("segmentLengthControl", new OneOf("EXACT", "GOP_MULTIPLE", "MATCH")),
        ("minSegmentLength", new Number()),
        ("minFinalSegmentLength", new Number(0, int.MaxValue, Decimal: true)),
        ("directoryStructure", new OneOf("SINGLE_DIRECTORY")),
        ("manifestDurationFormat", new OneOf("FLOATING_POINT", "INTEGER")),
        ("manifestCompression", new OneOf("NONE")),
        ("outputSelection", new OneOf("MANIFESTS_AND_SEGMENTS")),
        ("codecSpecification", new OneOf("RFC_4281", "RFC_6381")),
        ("streamInfResolution", new OneOf("EXCLUDE", "INCLUDE")),
        ("clientCache", Switch),
        ("programDateTime", new OneOf("EXCLUDE")),
        ("targetDurationCompatibilityMode", new OneOf("LEGACY", "SPEC_COMPLIANT")),
        ("captionLanguageSetting", new OneOf("INSERT", "NONE", "OMIT")),
        ("captionSegmentLengthControl", new OneOf("LARGE_SEGMENTS", "MATCH_VIDEO")))
    {
        Required = ["destination"],
    };

    private static readonly Shape H264 = new Members(
        ("rateControlMode", new OneOf("CBR", "QVBR", "VBR")),
        ("bitrate", Bitrate),
        ("maxBitrate", Bitrate),
        ("qvbrSettings", new Members(("qvbrQualityLevel", new Number(1, 10)), ("qvbrQualityLevelFineTune", new Number(0, 1, Decimal: true)), ("maxAverageBitrate", Bitrate))),
        ("qualityTuningLevel", new OneOf("MULTI_PASS_HQ", "SINGLE_PASS", "SINGLE_PASS_HQ")),
        ("sceneChangeDetect", new OneOf("DISABLED", "ENABLED", "TRANSITION_DETECTION")),
        ("codecProfile", new OneOf("BASELINE", "HIGH", "MAIN")),
        ("codecLevel", new OneOf("AUTO", "LEVEL_1", "LEVEL_1_1", "LEVEL_1_2", "LEVEL_1_3", "LEVEL_2", "LEVEL_2_1", "LEVEL_2_2", "LEVEL_3", "LEVEL_3_1", "LEVEL_3_2", "LEVEL_4", "LEVEL_4_1", "LEVEL_4_2", "LEVEL_5", "LEVEL_5_1", "LEVEL_5_2")),
        ("framerateControl", new OneOf("INITIALIZE_FROM_SOURCE", "SPECIFIED")),
        ("framerateNumerator", new Number(1)),
        ("framerateDenominator", new Number(1)),
        ("framerateConversionAlgorithm", new OneOf("DUPLICATE_DROP", "INTERPOLATE", "FRAMEFORMER", "MAINTAIN_FRAME_COUNT")),
        ("gopSize", new Number(0, 1_000_000, Decimal: true)),
        ("gopSizeUnits", new OneOf("AUTO", "FRAMES", "SECONDS")),
        ("gopClosedCadence", new Number()),
        ("gopBReference", Switch),
        ("numberBFramesBetweenReferenceFrames", new Number(0, 7)),
        ("numberReferenceFrames", new Number(1, 6)),
        ("dynamicSubGop", new OneOf("ADAPTIVE", "STATIC")),
        ("minIInterval", new Number(0, 30)),
        ("interlaceMode", new OneOf("PROGRESSIVE")),
        ("parControl", new OneOf("INITIALIZE_FROM_SOURCE", "SPECIFIED")),
        ("parNumerator", new Number(1)),
        ("parDenominator", new Number(1)),
        ("hrdBufferSize", new Number(0, 1_152_000_000)),
        ("hrdBufferInitialFillPercentage", new Number(0, 100)),
        ("hrdBufferFinalFillPercentage", new Number(0, 100)),
        ("adaptiveQuantization", new OneOf("OFF", "AUTO", "LOW", "MEDIUM", "HIGH", "HIGHER", "MAX")),
        ("spatialAdaptiveQuantization", Switch),
        ("temporalAdaptiveQuantization", Switch),
        ("flickerAdaptiveQuantization", Switch),
        ("entropyEncoding", new OneOf("CABAC", "CAVLC")),
        ("repeatPps", Switch),
        ("slices", new Number(1, 32)),
        ("softness", new Number(0, 128)),
        ("syntax", new OneOf("DEFAULT", "RP2027")));

    private static readonly Shape Video = new Members(
        ("width", Side),
        ("height", Side),
        ("scalingBehavior", new OneOf("DEFAULT", "FILL", "FIT", "FIT_NO_UPSCALE", "STRETCH_TO_OUTPUT")),
        ("sharpness", new Number(0, 100)),
        ("antiAlias", Switch),
        ("timecodeInsertion", new OneOf("DISABLED")),
        ("respondToAfd", new OneOf("NONE")),
        ("afdSignaling", new OneOf("NONE")),
        ("dropFrameTimecode", Switch),
        ("colorMetadata", new OneOf("IGNORE", "INSERT")),
        ("codecSettings", new Members(
            ("codec", new OneOf("H_264", "FRAME_CAPTURE")),
            ("h264Settings", H264),
            ("frameCaptureSettings", new Members(("framerateNumerator", new Number(1)), ("framerateDenominator", new Number(1)), ("maxCaptures", new Number(1, 10_000_000)), ("quality", new Number(1, 100)))))
        {
            Required = ["codec"],
        }))
    {
        Required = ["codecSettings"],
    };

    private static readonly Shape Audio = new Members(
        ("audioSourceName", new Text(2048)),
        ("audioType", new Number(0, 255)),
        ("audioTypeControl", new OneOf("FOLLOW_INPUT", "USE_CONFIGURED")),
        ("languageCode", Language),
        ("languageCodeControl", new OneOf("FOLLOW_INPUT", "USE_CONFIGURED")),
        ("streamName", new Text(256)),
        ("codecSettings", new Members(
            ("codec", new OneOf("AAC")),
            ("aacSettings", new Members(
                ("bitrate", new Number(6000, 1_024_000) { Only = [6000, 8000, 10000, 12000, 14000, 16000, 20000, 24000, 28000, 32000, 40000, 48000, 56000, 64000, 80000, 96000, 112000, 128000, 160000, 192000, 224000, 256000, 288000, 320000, 384000, 448000, 512000, 576000, 640000, 768000, 896000, 1024000] }),
                ("sampleRate", new Number(8000, 96000) { Only = [8000, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000] }),
                ("codingMode", new OneOf("CODING_MODE_1_0", "CODING_MODE_2_0")),
                ("codecProfile", new OneOf("LC")),
                ("rateControlMode", new OneOf("CBR", "VBR")),
                ("rawFormat", new OneOf("NONE", "LATM_LOAS")),
                ("specification", new OneOf("MPEG2", "MPEG4")),
                ("audioDescriptionBroadcasterMix", new OneOf("NORMAL")))))
        {
            Required = ["codec"],
        }))
    {
        Required = ["codecSettings"],
    };

    private static readonly Shape Captions = new Members(
        ("captionSelectorName", new Text(2048)),
        ("languageCode", Language),
        ("customLanguageCode", new Text(35, "^[A-Za-z]{2,3}(-[A-Za-z-]+)?$", "a language tag of letters")),
        ("languageDescription", new Text()),
        ("destinationSettings", new Members(
            ("destinationType", new OneOf("WEBVTT")),
            ("webvttDestinationSettings", new Members(("accessibility", Switch), ("stylePassthrough", new OneOf("DISABLED", "ENABLED", "MERGE", "STRICT")))))
        {
            Required = ["destinationType"],
        }))
    {
        Required = ["captionSelectorName", "destinationSettings"],
    };

    private static readonly Shape Output = new Members(
        ("nameModifier", new Text(256, ".", "1 to 256 characters")),
        ("extension", new Text(256)),
        ("containerSettings", new Members(("container", new OneOf("M3U8", "RAW")), ("m3u8Settings", new Members(
            ("audioFramesPerPes", new Number(0, 2147483647)), ("patInterval", new Number(0, 1000)), ("pmtInterval", new Number(0, 1000)), ("pcrControl", new OneOf("PCR_EVERY_PES_PACKET", "CONFIGURED_PCR_PERIOD")),
            ("programNumber", new Number(0, 65535)), ("scte35Source", new OneOf("NONE")), ("timedMetadata", new OneOf("NONE")), ("nielsenId3", new OneOf("NONE")))))
        {
            Required = ["container"],
        }),
        ("videoDescription", Video),
        ("audioDescriptions", new ListOf(Audio)),
        ("captionDescriptions", new ListOf(Captions)),
        ("outputSettings", new Members(("hlsSettings", new Members(
            ("segmentModifier", new Text(256)), ("iFrameOnlyManifest", new OneOf("EXCLUDE", "INCLUDE")), ("audioGroupId", new Text(256)), ("audioRenditionSets", new Text(256)))))))
    {
        Required = ["containerSettings"],
    };

    /// <summary>The member <c>settings</c>; paths in complaints begin below it, as MediaConvert's do.</summary>
    public static readonly Shape Settings = new Members(
        ("timecodeConfig", new Members(("source", Timecode), ("start", new Text(11)), ("anchor", new Text(11)))),
        ("adAvailOffset", new Number(-1000, 1000)),
        ("inputs", new ListOf(Input)),
        ("outputGroups", new ListOf(new Members(
            ("name", new Text(2048)),
            ("customName", new Text(256)),
            ("outputGroupSettings", new Members(
                ("type", new OneOf("HLS_GROUP_SETTINGS", "FILE_GROUP_SETTINGS")),
                ("hlsGroupSettings", HlsGroup),
                ("fileGroupSettings", new Members(("destination", S3Url)) { Required = ["destination"] }))
            {
                Required = ["type"],
            }),
            ("outputs", new ListOf(Output)))
        {
            Required = ["outputGroupSettings", "outputs"],
        })))
    {
        Required = ["inputs", "outputGroups"],
    };

    /// <summary>The request around <c>settings</c>.</summary>
    public static readonly Shape Request = new Members(
        ("role", new Text(2048, @"^arn:aws(-[a-z]+)*:iam::\d{12}:role/.+$", "an IAM role ARN")),
        ("queue", new Text(2048)),
        ("priority", new Number(-50, 50)),
        ("clientRequestToken", new Text(64, "^[ -~]*$", "up to 64 ASCII characters")),
        ("statusUpdateInterval", new OneOf("SECONDS_10", "SECONDS_12", "SECONDS_15", "SECONDS_20", "SECONDS_30", "SECONDS_60", "SECONDS_120", "SECONDS_180", "SECONDS_240", "SECONDS_300", "SECONDS_360", "SECONDS_420", "SECONDS_480", "SECONDS_540", "SECONDS_600")),
        ("accelerationSettings", new Members(("mode", new OneOf("DISABLED", "PREFERRED"))) { Required = ["mode"] }),
        ("billingTagsSource", new OneOf("QUEUE", "PRESET", "JOB_TEMPLATE", "JOB")),
        ("simulateReservedQueue", Switch),
        ("userMetadata", new MapOf(new Text(256))),
        ("tags", new MapOf(new Text(256))),
        ("settings", new Anything()))
    {
        Required = ["role", "settings"],
    };

    /// <summary>Checked apart, for the sake of its paths.</summary>
    private sealed record Anything : Shape
    {
        public override void Check(string path, System.Text.Json.Nodes.JsonNode node, List<string> complaints)
        {
        }
    }
}
