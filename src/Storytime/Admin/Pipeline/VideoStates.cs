using Storytime.Videos;

namespace Storytime.Admin.Pipeline;

/// <summary>What pages offer for a video; whether it is done is the API's to say.</summary>
internal static class VideoStates
{
    public static bool IsUnfinished(this VideoAssetResponse video) => video.Status is ProcessingStatus.Uploaded or ProcessingStatus.Processing;

    public static bool CanBeWatched(this VideoAssetResponse video) => video is { Status: ProcessingStatus.Ready, RetiredAt: null };
}
