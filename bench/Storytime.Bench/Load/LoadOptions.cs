using System.Globalization;

namespace Storytime.Bench.Load;

/// <summary>What bench/run was asked for.</summary>
internal sealed record LoadOptions
{
    public const string Help = """
        Usage: bench/run [--rounds N] [--seconds N] [--only NAME,NAME] [--scale N] [--roles web|web,worker] [--fresh]
          --rounds N     each workload and its ceiling so many times, in turn; medians are reported (3)
          --seconds N    of each of them (10)
          --only NAMES   some of the workloads, by name or by what stands before the _: --only playback,library
          --scale N      so many times as many books and events (1)
          --roles ROLES  what the node does; jobs are another node's by default, because they run whenever they are due (web)
          --fresh        seeds anew
        """;

    /// <summary>What is kept between runs: the published app, the clusters, files of a run.</summary>
    public required string Folder { get; init; }

    public int Rounds { get; init; } = 3;

    public int Seconds { get; init; } = 10;

    public string[] Only { get; init; } = [];

    public int Scale { get; init; } = 1;

    public string Roles { get; init; } = "web";

    public bool Fresh { get; init; }

    /// <summary>What is measured, as git names it.</summary>
    public string Commit { get; init; } = "unknown";

    public string Program => Path.Combine(Folder, "app", "storytime.dll");

    /// <summary>Tokens and words that the load is made of, and logs.</summary>
    public string Files => Path.Combine(Folder, "work");

    public string Cluster => Path.Combine(Folder, Scale == 1 ? "load" : string.Create(CultureInfo.InvariantCulture, $"load-{Scale}x"));

    public int Books => Seed.Books * Scale;

    public bool Wants(string workload) => Only.Length == 0 || Only.Any(name => workload == name || workload.StartsWith(name + "_", StringComparison.Ordinal));

    /// <returns>Null when they cannot be understood.</returns>
    public static LoadOptions? Read(string folder, IReadOnlyList<string> arguments)
    {
        var options = new LoadOptions { Folder = Path.GetFullPath(folder) };
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--fresh")
                options = options with { Fresh = true };
            else if (i + 1 < arguments.Count && options.With(arguments[i], arguments[++i]) is { } changed)
                options = changed;
            else
                return null;
        }
        return options;
    }

    private LoadOptions? With(string name, string value)
    {
        var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : (int?)null;
        return (name, number) switch
        {
            ("--rounds", { } rounds) => this with { Rounds = rounds },
            ("--seconds", { } seconds) => this with { Seconds = seconds },
            ("--scale", { } scale) => this with { Scale = scale },
            ("--only", _) => this with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
            ("--roles", _) => this with { Roles = value },
            ("--commit", _) => this with { Commit = value },
            _ => null,
        };
    }
}
