using Storytime.Platform.OpenApi;

namespace Storytime.Videos;

internal static class UploadExamples
{
    public const string MasterKey = "masters/0190b0e0-1111-7222-8333-944455566677/moon-boat.mp4";
    public const string CaptionsKey = "captions/0190b0e0-1111-7222-8333-944455566678/moon-boat.vtt";
    public const string Sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    public const long Size = 73_400_320;
    private const long LargeSize = 209_715_200;
    private const long PartSize = 67_108_864;
    private const string Etag = "\"9b2cf535f27731c974343645a3985328\"";
    private const string Bucket = "https://storytime-master-uploads.s3.us-east-1.amazonaws.com/";
    private static readonly DateTimeOffset _soon = ApiExample.Now.AddHours(1);
    private static readonly DateTimeOffset _inAWeek = ApiExample.Now.AddDays(7);

    public static IEnumerable<ApiExample> All =>
    [
        new(new StartUploadRequest("moon-boat.mp4", "video/mp4", Size, Sha256), "One PUT"),
        new(new StartUploadRequest("moon-boat-4k.mov", "video/quicktime", LargeSize, null, UploadMethod.Multipart, MultipartChecksum.Crc64nvme), "In parts"),
        new(new UploadResponse(88, MasterKey, "PUT", $"{Bucket}{MasterKey}?X-Amz-Signature=5f1c", Headers("video/mp4"), _soon), "One PUT"),
        new(new UploadResponse(89, MasterKey, "MULTIPART", null, null, _inAWeek, null, PartSize, 4), "In parts"),
        new(new StartCaptionsRequest("moon-boat.vtt", "text/vtt", 2_048)),
        new(new CaptionsUploadResponse(91, CaptionsKey, "PUT", $"{Bucket}{CaptionsKey}?X-Amz-Signature=5f1c", Headers("text/vtt"), _soon)),
        new(new UploadStateResponse(
            89, UploadKind.MasterVideo, MasterKey, "moon-boat-4k.mov", "video/quicktime", LargeSize, UploadMethod.Multipart, UploadStatus.Pending,
            PartSize, 4, MultipartChecksum.Crc64nvme, ApiExample.Now, _inAWeek)),
        new(new SignPartsRequest([1, 2])),
        new(new SignPartsResponse([Part(1), Part(2)], _soon)),
        new(new UploadPartResponse(1, PartSize, Etag, null)),
        new(new CompleteUploadRequest([new(1, Etag), new(2, Etag)])),
    ];

    private static SignedPartResponse Part(int number) =>
        new(number, "PUT", $"{Bucket}{MasterKey}?partNumber={number}&uploadId=VXBsb2Fk&X-Amz-Signature=5f1c", new Dictionary<string, string>(), PartSize);

    private static Dictionary<string, string> Headers(string contentType) => new() { ["Content-Type"] = contentType };
}
