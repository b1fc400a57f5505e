using Storytime.Platform.OpenApi;

namespace Storytime.Videos;

internal static class VideoExamples
{
    private static readonly VideoAssetResponse _processing = new(
        78, 123, "The Moon Boat", 2, ProcessingStatus.Processing, 40, null, null, null, null, null, null, "moon-boat.mp4", UploadExamples.Size, 1, UploadExamples.MasterKey, "en",
        null, false, null, null, ApiExample.Earlier, ApiExample.Now, null);

    public static IEnumerable<ApiExample> All =>
    [
        new(new CreateVideoAssetRequest(UploadExamples.MasterKey, UploadExamples.Size, UploadExamples.Sha256, CaptionsS3Key: UploadExamples.CaptionsKey, CaptionsLanguage: "en")),
        new(_processing, "Being made"),
        new(_processing with
        {
            Status = ProcessingStatus.Ready,
            ProgressPercent = 100,
            DurationSeconds = 184,
            HlsManifestPath = "books/123/hls/v2/index.m3u8",
            Playing = true,
            ReadyAt = ApiExample.Now,
        }, "Ready", 200),
        new(_processing with
        {
            Status = ProcessingStatus.Failed,
            ErrorCode = "1040",
            ErrorMessage = "The file is no video that can be decoded.",
            ErrorAdvice = JobAdvice.For("1040"),
        }, "Failed", 200),
        new(new VideoAttemptResponse(1, "1773412345678-abc123", "1404", "The master could not be found.", JobAdvice.For("1404"), ApiExample.Earlier)),
    ];
}
