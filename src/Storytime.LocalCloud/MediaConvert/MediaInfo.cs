namespace Storytime.LocalCloud.MediaConvert;

internal readonly record struct Fraction(int Numerator, int Denominator)
{
    public double Value => (double)Numerator / Denominator;

    /// <summary>ffprobe's <c>24000/1001</c> or <c>4:3</c>; null for the <c>0/0</c> that it says when it does not know.</summary>
    public static Fraction? Parse(string? text) =>
        text?.Split('/', ':') is [var top, var bottom] && int.TryParse(top, out var numerator) && int.TryParse(bottom, out var denominator) && numerator > 0 && denominator > 0
            ? new Fraction(numerator, denominator)
            : null;
}

internal enum TrackKind
{
    Video,
    Audio,
    Data,
}

/// <summary>One track; <c>Stream</c> is ffmpeg's index, from 0. Durations in seconds, bit rates in bits per second, rotation clockwise in degrees.</summary>
internal sealed record Track(int Stream, TrackKind Kind, string Codec)
{
    public double? Duration { get; init; }
    public long? BitRate { get; init; }
    public string? Language { get; init; }
    public int Width { get; init; }
    public int Height { get; init; }
    public Fraction? FrameRate { get; init; }
    public Fraction? SampleAspect { get; init; }
    public int Rotation { get; init; }
    public int Channels { get; init; }
    public string? ChannelLayout { get; init; }
    public int SampleRate { get; init; }
}

/// <summary>What ffprobe says of a file. Format and codecs in MediaConvert's words where it has one.</summary>
internal sealed record MediaInfo(string Format, double Duration, long BitRate, IReadOnlyList<Track> Tracks)
{
    public Track? Video => Tracks.FirstOrDefault(track => track.Kind == TrackKind.Video);

    public IReadOnlyList<Track> Audio => [.. Tracks.Where(track => track.Kind == TrackKind.Audio)];
}
