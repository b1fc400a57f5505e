using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.Demo;

/// <summary>Turns a story's drawings, lines and melody into a master video with ffmpeg. A film is made once and kept until its story changes.</summary>
internal sealed class FilmStudio(string folder)
{
    /// <summary>To be changed when films are put together in another way.</summary>
    private static readonly byte[] Edition = [1];

    private const string Endless = "loop=loop=-1:size=1:start=0,setpts=N/24/TB,fps=24";
    private const string Fonts = "/usr/share/fonts/truetype/dejavu";

    public static void CheckFonts()
    {
        if (!File.Exists($"{Fonts}/DejaVuSerif.ttf"))
            throw new SetupException("The demo films need the DejaVu fonts: install them with `apt-get install fonts-dejavu-core`.");
    }

    /// <summary>Begins to draw all films, one after the other (ffmpeg itself uses all cores), and gives back for each story its master to come.</summary>
    public IReadOnlyDictionary<string, Task<string>> Draw(IReadOnlyList<Story> stories, CancellationToken ct)
    {
        Dictionary<string, Task<string>> masters = [];
        var before = Task.CompletedTask;
        foreach (var story in stories.Where(story => story.Film is not null))
        {
            var turn = before;
            var master = Task.Run(
                async () =>
                {
                    await turn;
                    return await MakeAsync(story, ct);
                },
                ct);
            masters[story.Slug] = master;
            before = master;
        }

        return masters;
    }

    private async Task<string> MakeAsync(Story story, CancellationToken ct)
    {
        var master = Path.Combine(folder, $"{story.Slug}-{Fingerprint(story)}.mp4");
        if (File.Exists(master))
            return master;

        var work = Directory.CreateDirectory(Path.Combine(folder, $".{story.Slug}")).FullName;
        var film = story.Film!;
        if (film.Melody is not null)
            await MusicBox.WriteAsync(film.Melody, film.Seconds, Path.Combine(work, "melody.wav"), ct);

        var lines = new LineFiles(work);
        var arguments = Arguments(story, film, lines, Path.Combine(work, "film.mp4"));
        await lines.WriteAsync(ct);
        // Meanwhile everything else starts, which somebody is waiting for.
        var (exitCode, output) = await ChildProcess.RunAsync(new ChildStart("nice", ["-n", "10", "ffmpeg", .. arguments]) { WorkingFolder = work }, ct);
        if (exitCode != 0)
            throw new SetupException($"ffmpeg could not draw “{story.Title}”: {output}");

        File.Move(Path.Combine(work, "film.mp4"), master, overwrite: true);
        Directory.Delete(work, recursive: true);
        return master;
    }

    /// <summary>A change in the drawings, the words or the studio makes a new film.</summary>
    private static string Fingerprint(Story story)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Edition);
        foreach (var file in Directory.GetFiles(story.Folder).Order(StringComparer.Ordinal))
            hash.AppendData(File.ReadAllBytes(file));
        hash.AppendData(BitConverter.GetBytes(story.Film!.Seconds));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..10];
    }

    private static List<string> Arguments(Story story, Film film, LineFiles lines, string target)
    {
        List<string> arguments = ["-hide_banner", "-loglevel", "error", "-nostdin", "-y"];
        foreach (var layer in film.Layers)
            arguments.AddRange(["-i", Path.Combine(story.Folder, layer.Picture)]);

        if (film.Melody is not null)
            arguments.AddRange(["-i", "melody.wav"]);

        arguments.AddRange(["-filter_complex", Picture(film, lines), "-map", "[film]"]);
        if (film.Melody is not null)
            arguments.AddRange(["-map", $"{film.Layers.Count}:a", "-af", "aecho=0.9:0.8:90|170:0.22|0.14,alimiter=limit=0.9", "-c:a", "aac", "-b:a", "128k"]);

        arguments.AddRange(["-t", Number(film.Seconds), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "22", "-g", "48", "-pix_fmt", "yuv420p",
            "-metadata", $"title={story.Title}", "-movflags", "+faststart", target]);
        return arguments;
    }

    /// <summary>The first layer is the ground; each further one is laid over it. A drawing is rendered once, however long it shows.</summary>
    private static string Picture(Film film, LineFiles lines)
    {
        // Full colour resolution lets things move by single pixels; a large picture does without, for speed.
        var pixels = film.Width * film.Height > 1280 * 720 ? "yuv420" : "yuv444";
        var graph = new StringBuilder();
        for (var i = 0; i < film.Layers.Count; i++)
            graph.Append(CultureInfo.InvariantCulture, $"[{i}:v]{(i == 0 ? Ground(film) : Prepare(film.Layers[i], pixels))}[l{i}];");

        var below = "l0";
        for (var i = 1; i < film.Layers.Count; i++)
        {
            var layer = film.Layers[i];
            var show = layer.Show is null ? "" : $":enable='{layer.Show}'";
            graph.Append(CultureInfo.InvariantCulture, $"[{below}][l{i}]overlay=x='{layer.X}':y='{layer.Y}':format={pixels}{show}[o{i}];");
            below = $"o{i}";
        }

        var text = new PageText(film, Fonts, lines).Filters();
        return graph.Append(CultureInfo.InvariantCulture,
            $"[{below}]format=yuv420p,{text},fade=in:st=0:d=0.8,fade=out:st={Number(film.Seconds - 0.9)}:d=0.9[film]").ToString();
    }

    /// <summary>The ground may be larger than the picture: its x and y then move the view over it.</summary>
    private static string Ground(Film film)
    {
        var ground = film.Layers[0];
        return $"format=yuv444p,{Endless},crop={film.Width}:{film.Height}:x='-({ground.X})':y='-({ground.Y})'";
    }

    private static string Prepare(Layer layer, string pixels)
    {
        List<string> steps = ["format=gbrap", "unpremultiply=inplace=1", "format=yuva444p"];
        if (layer.Tilt is not null || layer.FadeIn is not null)
            steps.Add(Endless);

        if (layer.Tilt is not null)
            steps.Add($"rotate=a='{layer.Tilt}':c=none");

        if (layer.FadeIn is [var start, var length])
            steps.Add($"fade=in:st={Number(start)}:d={Number(length)}:alpha=1");

        return string.Join(',', steps);
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
