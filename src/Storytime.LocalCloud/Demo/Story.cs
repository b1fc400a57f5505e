using System.Text.Json;
using System.Text.Json.Serialization;

namespace Storytime.LocalCloud.Demo;

/// <summary>A demo book as its <c>story.json</c> tells it: what the catalog says of it, who may show it, and its film.</summary>
internal sealed record Story
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Strict) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public required string Title { get; init; }
    public required string Author { get; init; }
    public required string Description { get; init; }
    public required int AgeMin { get; init; }
    public required int AgeMax { get; init; }
    public required string Language { get; init; }

    /// <summary>Absent: self-owned, which needs no rights.</summary>
    public string? Publisher { get; init; }

    public StoryRights? Rights { get; init; }

    /// <summary>Absent: the book is in the catalog before its video is.</summary>
    public Film? Film { get; init; }

    /// <summary>Its folder's name.</summary>
    [JsonIgnore]
    public string Slug { get; init; } = "";

    [JsonIgnore]
    public string Folder { get; init; } = "";

    /// <summary>All stories that come with the program, by name.</summary>
    public static IReadOnlyList<Story> All()
    {
        var root = Path.Combine(AppContext.BaseDirectory, "Demo", "Stories");
        return [.. Directory.GetDirectories(root).Order(StringComparer.Ordinal).Select(Read)];
    }

    private static Story Read(string folder)
    {
        var story = JsonSerializer.Deserialize<Story>(File.ReadAllText(Path.Combine(folder, "story.json")), Json)!;
        return story with { Folder = folder, Slug = Path.GetFileName(folder) };
    }
}

/// <summary>The window's ends in days from today.</summary>
internal sealed record StoryRights(string Territory, int FromDays, int ToDays);

internal sealed record Film
{
    public int Width { get; init; } = 1280;
    public int Height { get; init; } = 720;

    /// <summary>Height of the text as a part of the picture's shorter side.</summary>
    public double TextSize { get; init; } = 0.058;

    /// <summary>Where the first line stands, as a part of the picture's height.</summary>
    public double TextTop { get; init; } = 0.1;

    public string Ink { get; init; } = "#fff6e3";
    public string Shadow { get; init; } = "#1a1436";

    /// <summary>From back to front; the first one fills the picture.</summary>
    public required IReadOnlyList<Layer> Layers { get; init; }

    public required IReadOnlyList<Page> Pages { get; init; }

    /// <summary>Absent: a film without a sound track.</summary>
    public Melody? Melody { get; init; }

    public double Seconds => Pages.Sum(page => page.Seconds);
}

/// <summary>A picture and how it moves: ffmpeg expressions of <c>t</c> (seconds).</summary>
internal sealed record Layer
{
    public required string Picture { get; init; }
    public string X { get; init; } = "0";
    public string Y { get; init; } = "0";

    /// <summary>An expression that is not zero while the layer shows.</summary>
    public string? Show { get; init; }

    /// <summary>Radians.</summary>
    public string? Tilt { get; init; }

    /// <summary>Start and length of a slow appearance, in seconds.</summary>
    public double[]? FadeIn { get; init; }
}

/// <summary>Lines burnt into the picture for some seconds. A title page has its last line small.</summary>
internal sealed record Page(double Seconds, IReadOnlyList<string> Lines)
{
    public bool Title { get; init; }

    /// <summary>A large figure under the lines, for counting.</summary>
    public string? Mark { get; init; }
}

/// <summary>Notes such as <c>C5</c>, one to a beat; <c>-</c> lets the last one ring. The bass has one note for four beats.</summary>
internal sealed record Melody(double BeatsPerMinute, string Tune, string Bass)
{
    /// <summary>How long a note rings: 1 is a music box, less a kalimba, more a bell.</summary>
    public double Ring { get; init; } = 1;
}
