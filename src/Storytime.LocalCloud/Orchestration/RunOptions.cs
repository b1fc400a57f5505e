namespace Storytime.LocalCloud.Orchestration;

/// <summary>How much demo data a run has.</summary>
internal enum DemoSize
{
    None,

    /// <summary>A few short films: for tests that start a run of their own.</summary>
    Small,

    Full,
}

/// <summary>What <c>./run</c> was asked for, and where things are.</summary>
internal sealed record RunOptions(string Root, string DataFolder, int PortBase, DemoSize Demo, bool Fresh)
{
    public const string Help =
        """
        Usage: ./run [--fresh] [--data DIR] [--demo full|small|none]

        Starts Storytime with everything it needs: a private PostgreSQL, local stand-ins for S3, MediaConvert and CloudFront,
        demo data with real videos, and a page that behaves as the iOS app does. Ctrl-C stops all of it.

          --fresh      start over: delete the database and the stored files (drawn films are kept)
          --data DIR   keep everything in DIR instead of .local
          --demo SIZE  how much demo data: full (default), small, none

        Environment:
          PORT_BASE                    first of five ports in a row (default 5080)
          ConnectionStrings__Storytime use this database instead of a private PostgreSQL
        """;

    public int AppPort => PortBase;
    public int CdnPort => PortBase + 1;
    public int S3Port => PortBase + 2;
    public int MediaConvertPort => PortBase + 3;
    public int DevicePort => PortBase + 4;

    public Uri App => Local(AppPort);
    public Uri Cdn => Local(CdnPort);
    public Uri Device => Local(DevicePort);

    public string ProductAssembly => Path.Combine(Root, "src", "Storytime", "bin", Configuration, "net10.0", "storytime.dll");
    public string Logs => Path.Combine(DataFolder, "logs");
    public string Mails => Path.Combine(DataFolder, "mails");
    public string Films => Path.Combine(DataFolder, "films");
    public string RunFile => Path.Combine(DataFolder, "run.json");
    public string LockFile => Path.Combine(DataFolder, "run.lock");

    private static string Configuration => Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))!);

    /// <exception cref="SetupException">Something is not understood.</exception>
    public static RunOptions Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        // bin/Release/net10.0 below src/Storytime.LocalCloud.
        var root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));
        var options = new RunOptions(root, environment("STORYTIME_DATA") ?? Path.Combine(root, ".local"), 5080, DemoSize.Full, Fresh: false)
        {
            PortBase = ParsePort(environment("PORT_BASE")),
        };
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out var argument))
        {
            options = argument switch
            {
                "--fresh" => options with { Fresh = true },
                "--data" => options with { DataFolder = Value(argument) },
                "--demo" => options with { Demo = ParseDemo(Value(argument)) },
                _ => throw new SetupException($"./run does not know {argument}; ./run --help says what it knows."),
            };
        }

        return options with { DataFolder = Path.GetFullPath(options.DataFolder) };

        string Value(string option) => rest.TryDequeue(out var value) ? value : throw new SetupException($"{option} needs a value; see ./run --help.");
    }

    private static Uri Local(int port) => new($"http://localhost:{port}");

    private static int ParsePort(string? text) => text switch
    {
        null or "" => 5080,
        _ when int.TryParse(text, out var port) && port is >= 1024 and <= 65531 => port,
        _ => throw new SetupException($"PORT_BASE must be a number from 1024 to 65531, not “{text}”."),
    };

    private static DemoSize ParseDemo(string text) => Enum.TryParse<DemoSize>(text, ignoreCase: true, out var size)
        ? size
        : throw new SetupException($"--demo is full, small or none, not “{text}”.");
}
