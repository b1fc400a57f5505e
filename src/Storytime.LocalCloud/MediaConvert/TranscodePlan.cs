using System.Text.Json.Nodes;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>One HLS variant. Rates in bits per second.</summary>
internal sealed record Rendition(string Modifier, string SegmentModifier, Geometry Picture, JsonObject H264, AudioOutput? Audio, bool KeyFramePlaylist);

/// <summary>AAC-LC; <c>Stream</c> is null when there is nothing to hear and silence is made, as the service does for an output without a matching selector.</summary>
internal sealed record AudioOutput(int? Stream, int Bitrate, int SampleRate, int Channels);

/// <summary>A sidecar caption track of an HLS group; <c>Accessible</c> when it is meant for the deaf.</summary>
internal sealed record CaptionOutput(string Modifier, S3Location Source, bool IsWebVtt, double DeltaSeconds, string LanguageCode, string Name, bool Accessible);

/// <summary>One HLS output group.</summary>
internal sealed record HlsGroup(S3Location Destination, double SegmentSeconds, bool WholeDurations, bool LongCaptions, IReadOnlyList<Rendition> Renditions, IReadOnlyList<CaptionOutput> Captions);

/// <summary>A frame capture: one picture at the start, then one each interval.</summary>
internal sealed record Capture(S3Location Destination, string Modifier, Geometry Picture, double IntervalSeconds, int Most, int Quality);

/// <summary>What is to be made: the job's settings applied to the input. Groups stand in the order of the request; each is an HLS group or one of captures.</summary>
internal sealed record TranscodePlan(int VideoStream, Fraction FrameRate, string? Rotation, bool AutoRotate, IReadOnlyList<HlsGroup> Hls, IReadOnlyList<IReadOnlyList<Capture>> Captures, IReadOnlyList<bool> IsHls)
{
    /// <exception cref="JobFailure">The input lacks what the settings ask for.</exception>
    public static TranscodePlan For(JsonObject settings, MediaInfo media, S3Location source)
    {
        var input = settings["inputs"]![0]!.AsObject();
        var video = media.Video ?? throw new JobFailure(JobFailure.NoVideo, $"No video track was found in the input file [{source}].");
        if (video.Codec == "UNKNOWN" || video.Width == 0) throw new JobFailure(JobFailure.UnsupportedCodec, $"The video codec of the input file [{source}] is not supported.");

        var rotate = (string?)input["videoSelector"]?["rotate"] ?? "DEGREE_0";
        var turned = rotate is "DEGREES_90" or "DEGREES_270" || (rotate == "AUTO" && video.Rotation is 90 or 270);
        var wide = video.Width * (video.SampleAspect?.Value ?? 1);
        var (width, height) = turned ? ((double)video.Height, wide) : (wide, video.Height);

        List<HlsGroup> hls = [];
        List<IReadOnlyList<Capture>> captures = [];
        List<bool> order = [];
        foreach (var group in settings["outputGroups"]!.AsArray().Select(group => group!.AsObject()))
        {
            var own = group["outputGroupSettings"]!;
            order.Add((string)own["type"]! == "HLS_GROUP_SETTINGS");
            if (order[^1]) hls.Add(HlsOf(own["hlsGroupSettings"]!.AsObject(), group["outputs"]!.AsArray(), input, media, source, width, height));
            else captures.Add(CapturesOf(own["fileGroupSettings"]!.AsObject(), group["outputs"]!.AsArray(), source, width, height));
        }

        var specified = hls.SelectMany(group => group.Renditions).Select(rendition => rendition.H264)
            .FirstOrDefault(h264 => (string?)h264["framerateControl"] == "SPECIFIED");
        var rate = specified is null
            ? video.FrameRate ?? new Fraction(30, 1)
            : new Fraction((int)specified["framerateNumerator"]!, (int)specified["framerateDenominator"]!);
        return new TranscodePlan(video.Stream, rate, Transpose(rotate), rotate == "AUTO", hls, captures, order);
    }

    /// <summary>GOP in seconds. AUTO leaves it to the service; two seconds is what Apple asks for, and divides the usual segments.</summary>
    public double GopSeconds(JsonObject h264)
    {
        const double Automatic = 2;
        var size = (double?)h264["gopSize"] ?? 0;
        if (size <= 0) return Automatic;
        return (string?)h264["gopSizeUnits"] switch
        {
            "SECONDS" => size,
            "AUTO" => Automatic,
            _ => size / FrameRate.Value,
        };
    }

    private static HlsGroup HlsOf(JsonObject own, JsonArray outputs, JsonObject input, MediaInfo media, S3Location source, double width, double height)
    {
        List<Rendition> renditions = [];
        List<CaptionOutput> captions = [];
        foreach (var output in outputs.Select(output => output!.AsObject()))
        {
            var modifier = (string?)output["nameModifier"] ?? "";
            if (output["captionDescriptions"] is JsonArray described) captions.AddRange(described.Select(caption => CaptionOf(caption!.AsObject(), modifier, input)));
            if (output["videoDescription"] is not JsonObject video) continue;
            renditions.Add(new Rendition(
                modifier,
                (string?)output["outputSettings"]?["hlsSettings"]?["segmentModifier"] ?? "",
                Geometry.For(width, height, video),
                video["codecSettings"]!["h264Settings"]?.AsObject() ?? [],
                output["audioDescriptions"] is JsonArray audio ? AudioOf(audio[0]!.AsObject(), input, media, source) : null,
                (string?)output["outputSettings"]?["hlsSettings"]?["iFrameOnlyManifest"] == "INCLUDE"));
        }

        return new HlsGroup(
            Named((string)own["destination"]!, source),
            (double?)own["segmentLength"] ?? 10,
            (string?)own["manifestDurationFormat"] == "INTEGER",
            (string?)own["captionSegmentLengthControl"] != "MATCH_VIDEO",
            renditions,
            captions);
    }

    private static List<Capture> CapturesOf(JsonObject own, JsonArray outputs, S3Location source, double width, double height) =>
        [.. outputs.Select(output =>
        {
            var video = output!["videoDescription"]!.AsObject();
            var settings = video["codecSettings"]!["frameCaptureSettings"];
            return new Capture(
                Named((string)own["destination"]!, source),
                (string?)output["nameModifier"] ?? "",
                Geometry.For(width, height, video),
                ((double?)settings?["framerateDenominator"] ?? 1) / ((double?)settings?["framerateNumerator"] ?? 1),
                (int?)settings?["maxCaptures"] ?? 10_000_000,
                (int?)settings?["quality"] ?? 80);
        })];

    /// <summary>A destination with a trailing slash takes the input file's name.</summary>
    private static S3Location Named(string destination, S3Location source)
    {
        var location = S3Location.Parse(destination)!.Value;
        return location.Key.EndsWith('/') ? location with { Key = location.Key + Path.GetFileNameWithoutExtension(source.Key) } : location;
    }

    private static AudioOutput AudioOf(JsonObject description, JsonObject input, MediaInfo media, S3Location source)
    {
        var aac = description["codecSettings"]!["aacSettings"];
        var stream = SelectAudio((string?)description["audioSourceName"], input["audioSelectors"]?.AsObject(), media, source);
        var channels = (string?)aac?["codingMode"] == "CODING_MODE_1_0" ? 1 : 2;
        return new AudioOutput(stream, (int?)aac?["bitrate"] ?? 96_000, (int?)aac?["sampleRate"] ?? 48_000, channels);
    }

    /// <summary>A selector that the name does not find is replaced by the one marked DEFAULT; without one the output is silent.</summary>
    private static int? SelectAudio(string? name, JsonObject? selectors, MediaInfo media, S3Location source)
    {
        var selector = name is null ? null : selectors?[name];
        selector ??= selectors?.Select(pair => pair.Value).FirstOrDefault(candidate => (string?)candidate?["defaultSelection"] == "DEFAULT");
        if (selector is null) return null;
        var language = (string?)selector["languageCode"];
        var track = (string?)selector["selectorType"] == "LANGUAGE_CODE"
            ? media.Audio.FirstOrDefault(candidate => string.Equals(candidate.Language, language, StringComparison.OrdinalIgnoreCase))
            : media.Audio.ElementAtOrDefault(((int?)selector["tracks"]?[0] ?? 1) - 1);
        return track?.Stream ?? throw new JobFailure(JobFailure.NoAudio, $"No audio track that the audio selector asks for was found in the input file [{source}].");
    }

    private static CaptionOutput CaptionOf(JsonObject caption, string modifier, JsonObject input)
    {
        var name = (string)caption["captionSelectorName"]!;
        var settings = input["captionSelectors"]?[name]?["sourceSettings"];
        var file = settings?["fileSourceSettings"];
        var location = S3Location.Parse((string?)file?["sourceFile"])
            ?? throw new JobFailure(JobFailure.InvalidSettings, $"The captions selector \"{name}\" names no source file.");
        var delta = ((double?)file!["timeDelta"] ?? 0) / ((string?)file["timeDeltaUnits"] == "MILLISECONDS" ? 1000 : 1);
        var language = (string?)caption["customLanguageCode"] ?? ((string?)caption["languageCode"])?.ToLowerInvariant() ?? "eng";
        var accessible = (string?)caption["destinationSettings"]!["webvttDestinationSettings"]?["accessibility"] == "ENABLED";
        return new CaptionOutput(modifier, location, (string?)settings!["sourceType"] == "WEBVTT", delta, language, (string?)caption["languageDescription"] ?? language, accessible);
    }

    private static string? Transpose(string rotate) => rotate switch
    {
        "DEGREES_90" => "transpose=clock",
        "DEGREES_180" => "hflip,vflip",
        "DEGREES_270" => "transpose=cclock",
        _ => null,
    };
}
