using System.Globalization;
using System.Text;

namespace Storytime.LocalCloud.Demo;

/// <summary>The lines of a film's pages as WebVTT, each page a cue. They stand in the picture already; as captions a screen shows them larger, and tests can read them. https://www.w3.org/TR/webvtt1/</summary>
internal static class FilmCaptions
{
    public static byte[] Of(Film film)
    {
        var text = new StringBuilder("WEBVTT\n");
        var start = 0.0;
        foreach (var page in film.Pages)
        {
            var lines = page.Lines.Select(line => line.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal));
            text.Append(CultureInfo.InvariantCulture, $"\n{Clock(start)} --> {Clock(start + page.Seconds)}\n{string.Join('\n', lines)}\n");
            start += page.Seconds;
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Clock(double seconds) => TimeSpan.FromSeconds(Math.Round(seconds, 3)).ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);
}
