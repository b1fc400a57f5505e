namespace Storytime.Videos;

/// <summary>One rendition. The size is that of the shorter side: the height of a landscape picture, the width of a portrait one.</summary>
/// <param name="MaxVideoBitrate">Peak, bits a second.</param>
/// <param name="Quality">MediaConvert's QVBR level, 1 to 10.</param>
/// <param name="AudioBitrate">AAC, bits a second.</param>
internal sealed record Rung(int Size, int MaxVideoBitrate, int Quality, int AudioBitrate)
{
    public string Name => $"{Size}p";
}

/// <summary>Which renditions a master gets.</summary>
internal static class Ladder
{
    /// <summary>
    /// For cellular networks Apple requires a variant that never takes more than 192 kb/s, the transport stream's own share included (rule 9.21).
    /// https://developer.apple.com/documentation/http-live-streaming/hls-authoring-specification-for-apple-devices
    /// </summary>
    public static readonly Rung Cellular = new(234, 70_000, 5, 48_000);

    /// <summary>The first one is what players begin with; Apple wants about 2 Mb/s there (rule 1.32).</summary>
    private static readonly Rung[] _standard =
    [
        new(720, 3_500_000, 8, 128_000),
        new(1080, 6_000_000, 8, 128_000),
        new(480, 1_500_000, 7, 128_000),
        Cellular,
    ];

    private const int SmallestStandard = 480;

    /// <summary>MediaConvert takes no picture below this.</summary>
    private const int SmallestPicture = 32;

    /// <summary>Never larger than the master. One that is too small for 480p gets a rendition of its own size, so that its quality is not lost.</summary>
    public static IReadOnlyList<Rung> For(MasterFacts master)
    {
        // MediaConvert wants even sides.
        var own = Math.Max(master.ShorterSide & ~1, SmallestPicture);
        if (own < Cellular.Size)
            return [Cellular with { Size = own }];
        if (own is > 234 and < SmallestStandard)
            return [new Rung(own, 1_000_000, 7, 128_000), Cellular];
        return [.. _standard.Where(r => r.Size <= own)];
    }
}
