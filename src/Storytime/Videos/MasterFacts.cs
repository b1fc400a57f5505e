using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>What the job settings need to know of a master, as the viewer sees it: a turned phone video has its sides swapped.</summary>
internal sealed record MasterFacts(int Width, int Height, bool HasSound)
{
    public bool IsPortrait => Height > Width;

    public int ShorterSide => Math.Min(Width, Height);

    /// <returns>Null when there is no picture in it.</returns>
    public static MasterFacts? From(MediaConvertProbe? probe)
    {
        var tracks = probe?.Container?.Tracks ?? [];
        var video = tracks.FirstOrDefault(t => IsKind(t, "video"))?.VideoProperties;
        if (video is not { Width: > 0 and var width, Height: > 0 and var height })
            return null;
        var turned = Math.Abs(video.Rotation ?? 0) % 180 == 90;
        return new MasterFacts(turned ? height : width, turned ? width : height, tracks.Any(t => IsKind(t, "audio")));
    }

    private static bool IsKind(MediaConvertTrack track, string kind) => string.Equals(track.TrackType, kind, StringComparison.OrdinalIgnoreCase);
}
