using System.Globalization;

namespace Storytime.LocalCloud.Demo;

/// <summary>ffmpeg's drawtext for every line of every page, each softly coming and going.</summary>
internal sealed class PageText(Film film, string fonts, LineFiles lines)
{
    private const double Softness = 0.45;

    private readonly double _size = Math.Min(film.Width, film.Height) * film.TextSize;

    public string Filters()
    {
        List<string> filters = [];
        var start = 0.0;
        foreach (var page in film.Pages)
        {
            filters.AddRange(Draw(page, start, start + page.Seconds));
            start += page.Seconds;
        }

        return string.Join(',', filters);
    }

    private IEnumerable<string> Draw(Page page, double start, double end)
    {
        var top = film.Height * film.TextTop;
        for (var i = 0; i < page.Lines.Count; i++)
        {
            var isSubtitle = page.Title && i == page.Lines.Count - 1;
            var (font, scale) = page.Title && !isSubtitle ? ("DejaVuSerif-Bold.ttf", 1.55) : ("DejaVuSerif.ttf", isSubtitle ? 0.8 : 1.0);
            yield return Line(page.Lines[i], font, _size * scale, "(w-text_w)/2", top, start, end);
            top += _size * scale * (page.Title ? 1.35 : 1.5);
        }

        if (page.Mark is not null)
            yield return Line(page.Mark, "DejaVuSerif-Bold.ttf", _size * 2.6, "(w-text_w)/2", top + (_size * 0.3), start, end);
    }

    private string Line(string text, string font, double height, string x, double y, double start, double end)
    {
        var (from, to, soft) = (Number(start), Number(end), Number(Softness));
        return $"drawtext=fontfile={fonts}/{font}:textfile={lines.Add(text)}:expansion=none:fontsize={Number(Math.Round(height))}"
            + $":fontcolor={film.Ink}:shadowcolor={film.Shadow}@0.55:shadowx=2:shadowy=3:x={x}:y={Number(y)}"
            + $":alpha='clip(min((t-{from})/{soft},({to}-t)/{soft}),0,1)':enable='between(t,{from},{to})'";
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>drawtext reads its text from files, so that no quote or colon in a story can be taken for its syntax.</summary>
internal sealed class LineFiles(string folder)
{
    private readonly List<string> _texts = [];

    /// <summary>The name of the file in the working folder that will hold the text.</summary>
    public string Add(string text)
    {
        _texts.Add(text);
        return $"line{_texts.Count - 1}.txt";
    }

    public async Task WriteAsync(CancellationToken ct)
    {
        for (var i = 0; i < _texts.Count; i++)
            await File.WriteAllTextAsync(Path.Combine(folder, $"line{i}.txt"), _texts[i], ct);
    }
}
