using System.Globalization;
using System.Text;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>A line of the main manifest.</summary>
internal sealed record Variant(string Uri, RenditionFiles Files, Geometry Picture, bool HasAudio, Fraction FrameRate);

/// <summary>A subtitles line of the main manifest; the first one is the default.</summary>
internal sealed record Subtitles(string Uri, string LanguageCode, string Name);

/// <summary>Manifests as RFC 8216 and Apple's authoring specification want them. I-frame playlists (iFrameOnlyManifest) are not made: they need the byte range of every
/// key frame, and no player on a laptop scrubs by them.</summary>
internal static class Manifests
{
    public static string Master(IReadOnlyList<Variant> variants, IReadOnlyList<Subtitles> subtitles)
    {
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        for (var i = 0; i < subtitles.Count; i++)
        {
            var track = subtitles[i];
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",LANGUAGE=\"{track.LanguageCode}\",NAME=\"{track.Name.Replace('"', '\'')}\",DEFAULT={(i == 0 ? "YES" : "NO")},AUTOSELECT={(i == 0 ? "YES" : "NO")},FORCED=NO,URI=\"{track.Uri}\"\n");
        }

        foreach (var variant in variants)
        {
            var codecs = variant.HasAudio ? variant.Files.VideoCodec() + ",mp4a.40.2" : variant.Files.VideoCodec();
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={variant.Files.PeakBandwidth()},AVERAGE-BANDWIDTH={variant.Files.AverageBandwidth},CODECS=\"{codecs}\",RESOLUTION={variant.Picture.Width}x{variant.Picture.Height},FRAME-RATE={variant.FrameRate.Value:0.000}{(subtitles.Count > 0 ? ",SUBTITLES=\"subs\"" : "")}\n{variant.Uri}\n");
        }

        return text.ToString();
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
