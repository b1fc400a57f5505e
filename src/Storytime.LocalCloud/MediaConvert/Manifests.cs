using System.Globalization;
using System.Text;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>A line of the main manifest.</summary>
internal sealed record Variant(string Uri, RenditionFiles Files, Geometry Picture, bool HasAudio, Fraction FrameRate)
{
    /// <summary>For an I-frame playlist; empty when none is asked for.</summary>
    public IReadOnlyList<KeyFrame> KeyFrames { get; init; } = [];

    public string KeyFramesUri { get; init; } = "";
}

/// <summary>A subtitles line of the main manifest; the first one is the default.</summary>
internal sealed record Subtitles(string Uri, string LanguageCode, string Name, bool Accessible);

/// <summary>Manifests as RFC 8216 and Apple's authoring specification want them. The version is 3 for floating-point durations, and 4 with I-frame playlists
/// (https://docs.aws.amazon.com/mediaconvert/latest/ug/hls-player-version-support.html).</summary>
internal static class Manifests
{
    /// <summary>What webvttDestinationSettings.accessibility adds.</summary>
    private const string Characteristics = ",CHARACTERISTICS=\"public.accessibility.describes-spoken-dialog,public.accessibility.describes-music-and-sound\"";

    public static string Master(IReadOnlyList<Variant> variants, IReadOnlyList<Subtitles> subtitles)
    {
        var text = new StringBuilder($"#EXTM3U\n#EXT-X-VERSION:{(variants.Any(variant => variant.KeyFrames.Count > 0) ? 4 : 3)}\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        for (var i = 0; i < subtitles.Count; i++)
        {
            var track = subtitles[i];
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",LANGUAGE=\"{track.LanguageCode}\",NAME=\"{track.Name.Replace('"', '\'')}\",DEFAULT={(i == 0 ? "YES" : "NO")},AUTOSELECT={(i == 0 || track.Accessible ? "YES" : "NO")},FORCED=NO{(track.Accessible ? Characteristics : "")},URI=\"{track.Uri}\"\n");
        }

        foreach (var variant in variants)
        {
            var codecs = variant.HasAudio ? variant.Files.VideoCodec() + ",mp4a.40.2" : variant.Files.VideoCodec();
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={variant.Files.PeakBandwidth()},AVERAGE-BANDWIDTH={variant.Files.AverageBandwidth},CODECS=\"{codecs}\",RESOLUTION={variant.Picture.Width}x{variant.Picture.Height},FRAME-RATE={variant.FrameRate.Value:0.000}{(subtitles.Count > 0 ? ",SUBTITLES=\"subs\"" : "")}\n{variant.Uri}\n");
        }

        foreach (var variant in variants.Where(variant => variant.KeyFrames.Count > 0))
        {
            var (peak, average) = (Math.Ceiling(variant.KeyFrames.Max(frame => frame.Rate)), Math.Ceiling(variant.KeyFrames.Sum(frame => frame.Length) * 8 / variant.Files.Seconds));
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={Math.Min(average, peak)},CODECS=\"{variant.Files.VideoCodec()}\",RESOLUTION={variant.Picture.Width}x{variant.Picture.Height},URI=\"{variant.KeyFramesUri}\"\n");
        }

        return text.ToString();
    }

    /// <summary>RFC 8216 section 4.3.3.6: each entry is the byte range of one key frame, and lasts until the next.</summary>
    public static string KeyFramesOnly(IReadOnlyList<KeyFrame> frames, Func<int, string> segmentUri)
    {
        var target = Math.Max(1, (int)Math.Round(frames.Select(frame => frame.Seconds).DefaultIfEmpty(1).Max(), MidpointRounding.AwayFromZero));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-I-FRAMES-ONLY\n");
        foreach (var frame in frames) text.Append(CultureInfo.InvariantCulture, $"#EXTINF:{frame.Seconds:0.######},\n#EXT-X-BYTERANGE:{frame.Length}@{frame.Offset}\n{segmentUri(frame.Segment)}\n");
        return text.Append("#EXT-X-ENDLIST\n").ToString();
    }

    public static string Child(IEnumerable<(string Uri, double Seconds)> segments, bool wholeDurations)
    {
        var list = segments.ToList();
        var target = Math.Max(1, (int)Math.Round(list.Select(segment => segment.Seconds).DefaultIfEmpty(1).Max(), MidpointRounding.AwayFromZero));
        var text = new StringBuilder("#EXTM3U\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        foreach (var (uri, seconds) in list)
        {
            var duration = wholeDurations ? Math.Round(seconds).ToString("0", CultureInfo.InvariantCulture) : seconds.ToString("0.######", CultureInfo.InvariantCulture);
            text.Append("#EXTINF:").Append(duration).Append(",\n").Append(uri).Append('\n');
        }

        return text.Append("#EXT-X-ENDLIST\n").ToString();
    }
}
