using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Storytime.Tests.Videos;

/// <summary>
/// What MediaConvert's documentation says of each member that a job of ours has (API 2017-08-29): its type, values and range. It is written down apart from
/// the local cloud, so that the two do not share a mistake. https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html
/// </summary>
internal static partial class DocumentedJob
{
    private const string Members = """
        []
        clientRequestToken text 0..64 matching ^[ -~]*$
        role text matching ^arn:aws(-[a-z]+)*:iam::\d{12}:role/.+$
        queue text
        priority integer -50..50
        statusUpdateInterval one of SECONDS_10 SECONDS_12 SECONDS_15 SECONDS_20 SECONDS_30 SECONDS_60 SECONDS_120 SECONDS_180 SECONDS_240 SECONDS_300
          SECONDS_360 SECONDS_420 SECONDS_480 SECONDS_540 SECONDS_600
        userMetadata{} text 0..256
        tags{} text 0..256
        [accelerationSettings]
        mode one of DISABLED ENABLED PREFERRED
        [settings.timecodeConfig]
        source one of EMBEDDED ZEROBASED SPECIFIEDSTART
        [settings.inputs[]]
        fileInput text 0..2048 matching ^s3://[^/]+/.*[^&]$
        timecodeSource one of EMBEDDED ZEROBASED SPECIFIEDSTART
        [settings.inputs[].videoSelector]
        rotate one of DEGREE_0 DEGREES_90 DEGREES_180 DEGREES_270 AUTO
        [settings.inputs[].audioSelectors{}]
        defaultSelection one of DEFAULT NOT_DEFAULT
        [settings.inputs[].captionSelectors{}.sourceSettings]
        sourceType one of ANCILLARY DVB_SUB EMBEDDED SCTE20 SCC TTML STL SRT SMI SMPTE_TT TELETEXT NULL_SOURCE IMSC WEBVTT TT_3GPP
        [settings.inputs[].captionSelectors{}.sourceSettings.fileSourceSettings]
        sourceFile text 14..2048 matching ^s3://.+\.(vtt|webvtt)$
        [settings.outputGroups[]]
        name text 0..2048
        customName text
        [settings.outputGroups[].outputGroupSettings]
        type one of HLS_GROUP_SETTINGS DASH_ISO_GROUP_SETTINGS FILE_GROUP_SETTINGS MS_SMOOTH_GROUP_SETTINGS CMAF_GROUP_SETTINGS
        [settings.outputGroups[].outputGroupSettings.hlsGroupSettings]
        destination text matching ^s3:\/\/.*$
        segmentControl one of SINGLE_FILE SEGMENTED_FILES
        segmentLength integer 1..2147483647
        segmentLengthControl one of EXACT GOP_MULTIPLE MATCH
        minSegmentLength integer 0..2147483647
        directoryStructure one of SINGLE_DIRECTORY SUBDIRECTORY_PER_STREAM
        manifestDurationFormat one of FLOATING_POINT INTEGER
        manifestCompression one of GZIP NONE
        outputSelection one of MANIFESTS_AND_SEGMENTS SEGMENTS_ONLY
        codecSpecification one of RFC_6381 RFC_4281
        streamInfResolution one of INCLUDE EXCLUDE
        clientCache one of DISABLED ENABLED
        programDateTime one of INCLUDE EXCLUDE
        targetDurationCompatibilityMode one of LEGACY SPEC_COMPLIANT
        captionSegmentLengthControl one of LARGE_SEGMENTS MATCH_VIDEO
        [settings.outputGroups[].outputs[]]
        nameModifier text 1..256
        [settings.outputGroups[].outputs[].containerSettings]
        container one of F4V GIF ISMV M2TS M3U8 CMFC MOV MP4 MPD MXF OGG WEBM RAW Y4M
        [settings.outputGroups[].outputs[].videoDescription]
        width integer 32..8192
        height integer 32..8192
        scalingBehavior one of DEFAULT STRETCH_TO_OUTPUT FIT FIT_NO_UPSCALE FILL SMART_CROP
        [settings.outputGroups[].outputs[].videoDescription.codecSettings]
        codec one of AV1 AVC_INTRA FRAME_CAPTURE GIF H_264 H_265 MPEG2 PASSTHROUGH PRORES UNCOMPRESSED VC3 VP8 VP9 XAVC
        [settings.outputGroups[].outputs[].videoDescription.codecSettings.h264Settings]
        rateControlMode one of VBR CBR QVBR
        maxBitrate integer 1000..1152000000
        qualityTuningLevel one of SINGLE_PASS SINGLE_PASS_HQ MULTI_PASS_HQ
        sceneChangeDetect one of DISABLED ENABLED TRANSITION_DETECTION
        codecProfile one of BASELINE HIGH HIGH_10BIT HIGH_422 HIGH_422_10BIT MAIN
        codecLevel one of AUTO LEVEL_1 LEVEL_1_1 LEVEL_1_2 LEVEL_1_3 LEVEL_2 LEVEL_2_1 LEVEL_2_2 LEVEL_3 LEVEL_3_1 LEVEL_3_2 LEVEL_4 LEVEL_4_1 LEVEL_4_2
          LEVEL_5 LEVEL_5_1 LEVEL_5_2
        framerateControl one of INITIALIZE_FROM_SOURCE SPECIFIED
        gopSize number 0..
        gopSizeUnits one of FRAMES SECONDS AUTO
        gopClosedCadence integer 0..2147483647
        interlaceMode one of PROGRESSIVE TOP_FIELD BOTTOM_FIELD FOLLOW_TOP_FIELD FOLLOW_BOTTOM_FIELD
        hrdBufferSize integer 0..1152000000
        [settings.outputGroups[].outputs[].videoDescription.codecSettings.h264Settings.qvbrSettings]
        qvbrQualityLevel integer 1..10
        [settings.outputGroups[].outputs[].audioDescriptions[]]
        audioSourceName text 0..2048
        [settings.outputGroups[].outputs[].audioDescriptions[].codecSettings]
        codec one of AAC MP2 MP3 WAV AIFF AC3 AC4 EAC3 EAC3_ATMOS VORBIS OPUS PASSTHROUGH FLAC
        [settings.outputGroups[].outputs[].audioDescriptions[].codecSettings.aacSettings]
        bitrate one of 6000 8000 10000 12000 14000 16000 20000 24000 28000 32000 40000 48000 56000 64000 80000 96000 112000 128000 160000 192000 224000 256000
          288000 320000 384000 448000 512000 576000 640000 768000 896000 1024000
        codingMode one of AD_RECEIVER_MIX CODING_MODE_1_0 CODING_MODE_1_1 CODING_MODE_2_0 CODING_MODE_5_1 CODING_MODE_AUTO
        sampleRate one of 8000 12000 16000 22050 24000 32000 44100 48000 88200 96000
        codecProfile one of LC HEV1 HEV2 XHE
        rateControlMode one of CBR VBR
        [settings.outputGroups[].outputs[].outputSettings.hlsSettings]
        iFrameOnlyManifest one of INCLUDE INCLUDE_AS_TS EXCLUDE
        [settings.outputGroups[].outputs[].captionDescriptions[]]
        captionSelectorName text 1..
        languageCode one of ENG SPA FRA DEU GER ZHO ARA HIN JPN RUS POR ITA URD VIE KOR PAN ABK AAR AFR AKA SQI AMH ARG HYE ASM AVA AVE AYM AZE BAM BAK EUS
          BEL BEN BIH BIS BOS BRE BUL MYA CAT KHM CHA CHE NYA CHU CHV COR COS CRE HRV CES DAN DIV NLD DZO ENM EPO EST EWE FAO FIJ FIN FRM FUL GLA GLG LUG KAT
          ELL GRN GUJ HAT HAU HEB HER HMO HUN ISL IDO IBO IND INA ILE IKU IPK GLE JAV KAL KAN KAU KAS KAZ KIK KIN KIR KOM KON KUA KUR LAO LAT LAV LIM LIN LIT
          LUB LTZ MKD MLG MSA MAL MLT GLV MRI MAR MAH MON NAU NAV NDE NBL NDO NEP SME NOR NOB NNO OCI OJI ORI ORM OSS PLI FAS POL PUS QUE QAA RON ROH RUN SMO
          SAG SAN SRD SRB SNA III SND SIN SLK SLV SOM SOT SUN SWA SSW SWE TGL TAH TGK TAM TAT TEL THA BOD TIR TON TSO TSN TUR TUK TWI UIG UKR UZB VEN VOL WLN
          CYM FRY WOL XHO YID YOR ZHA ZUL ORJ QPC TNG SRP
        languageDescription text
        customLanguageCode text matching ^[A-Za-z]{2,3}(-[A-Za-z-]+)?$
        [settings.outputGroups[].outputs[].captionDescriptions[].destinationSettings]
        destinationType one of BURN_IN DVB_SUB EMBEDDED EMBEDDED_PLUS_SCTE20 IMSC SCTE20_PLUS_EMBEDDED SCC SRT SMI TELETEXT TTML WEBVTT
        [settings.outputGroups[].outputs[].captionDescriptions[].destinationSettings.webvttDestinationSettings]
        accessibility one of DISABLED ENABLED
        stylePassthrough one of ENABLED DISABLED STRICT MERGE
        [settings.outputGroups[].outputGroupSettings.fileGroupSettings]
        destination text matching ^s3:\/\/.*$
        [settings.outputGroups[].outputs[].videoDescription.codecSettings.frameCaptureSettings]
        framerateNumerator integer 1..2147483647
        framerateDenominator integer 1..2147483647
        maxCaptures integer 1..10000000
        quality integer 1..100
        """;

    private static readonly Dictionary<string, string> _rules = Read();

    /// <returns>A sentence for each member that is not as documented; none for a good body.</returns>
    public static IReadOnlyList<string> Complaints(JsonNode body) =>
        [.. Leaves("", body).Select(leaf => Complain(leaf.Path, leaf.Value)).OfType<string>()];

    private static Dictionary<string, string> Read()
    {
        Dictionary<string, string> rules = [];
        var (above, last) = ("", "");
        foreach (var line in Members.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == ' ')
                rules[last] += $" {line.Trim()}";
            else if (line[0] == '[')
                above = line[1..^1] is { Length: > 0 } members ? $"{members}." : "";
            else
                rules[last = above + line[..line.IndexOf(' ')]] = line[(line.IndexOf(' ') + 1)..].Trim();
        }
        return rules;
    }

    private static IEnumerable<(string Path, JsonNode? Value)> Leaves(string path, JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => Leaves(IsMap(path) ? $"{path}{{}}" : path.Length == 0 ? m.Key : $"{path}.{m.Key}", m.Value)),
        JsonArray { Count: 0 } => [($"{path}[]", null)],
        JsonArray items => items.SelectMany(item => Leaves($"{path}[]", item)),
        _ => [(path, node)],
    };

    /// <summary>Members whose names the caller chooses.</summary>
    private static bool IsMap(string path) => path is "userMetadata" or "tags" || path.EndsWith("Selectors", StringComparison.Ordinal);

    private static string? Complain(string path, JsonNode? value)
    {
        if (!_rules.TryGetValue(path, out var rule))
            return $"{path} is no documented member";
        var text = value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        var number = value?.GetValueKind() == JsonValueKind.Number ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) : (double?)null;
        var written = text ?? number?.ToString(CultureInfo.InvariantCulture) ?? "";
        if (rule.StartsWith("one of ", StringComparison.Ordinal))
            return rule["one of ".Length..].Split(' ').Contains(written) ? null : $"{path}: {written} is not {rule}";
        var parts = Rule().Match(rule);
        var measure = parts.Groups["type"].Value == "text" ? text?.Length : number;
        var fits = measure is not null
            && (parts.Groups["type"].Value != "integer" || measure == Math.Floor(measure.Value))
            && (!parts.Groups["least"].Success || measure >= double.Parse(parts.Groups["least"].Value, CultureInfo.InvariantCulture))
            && (!parts.Groups["most"].Success || measure <= double.Parse(parts.Groups["most"].Value, CultureInfo.InvariantCulture))
            && (!parts.Groups["pattern"].Success || Regex.IsMatch(written, parts.Groups["pattern"].Value));
        return fits ? null : $"{path}: {written} is not {rule}";
    }

    [GeneratedRegex(@"^(?<type>text|integer|number)(?: (?<least>-?\d+)?\.\.(?<most>\d+)?)?(?: matching (?<pattern>.+))?$")]
    private static partial Regex Rule();
}
