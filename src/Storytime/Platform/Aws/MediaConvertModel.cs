namespace Storytime.Platform.Aws;

/// <summary>A page of jobs.</summary>
internal sealed record MediaConvertJobs(IReadOnlyList<MediaConvertJob> Jobs, string? NextToken);

/// <summary>What GetJob and ListJobs tell of a job, as far as we look at it.</summary>
/// <param name="Status">SUBMITTED, PROGRESSING, COMPLETE, CANCELED or ERROR.</param>
/// <param name="CreatedAt">Seconds since 1970.</param>
internal sealed record MediaConvertJob(
    string Id,
    string Status,
    int? JobPercentComplete,
    int? ErrorCode,
    string? ErrorMessage,
    double? CreatedAt,
    IReadOnlyDictionary<string, string>? UserMetadata,
    IReadOnlyList<MediaConvertOutputGroup?>? OutputGroupDetails);

/// <param name="Type">HLS_GROUP, FILE_GROUP, …; events have it, GetJob has not: there the order is that of the request.</param>
internal sealed record MediaConvertOutputGroup(string? Type, IReadOnlyList<MediaConvertOutput?>? OutputDetails);

internal sealed record MediaConvertOutput(long? DurationInMs);

internal sealed record MediaConvertProbe(MediaConvertContainer? Container);

/// <param name="Duration">Seconds.</param>
internal sealed record MediaConvertContainer(string? Format, double? Duration, IReadOnlyList<MediaConvertTrack>? Tracks);

/// <param name="TrackType">video, audio or data.</param>
internal sealed record MediaConvertTrack(string? TrackType, string? Codec, double? Duration, MediaConvertVideo? VideoProperties);

/// <param name="Rotation">Clockwise degrees by the container's metadata (phones turn pictures by that); absent for none.</param>
internal sealed record MediaConvertVideo(int? Width, int? Height, double? Rotation);
