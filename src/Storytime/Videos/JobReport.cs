using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

internal enum JobState
{
    /// <summary>MediaConvert has it, and is not done with it.</summary>
    Running,
    Complete,

    /// <summary>In error, or canceled.</summary>
    Failed,
}

/// <summary>What became of a MediaConvert job, from whichever side it was told: a notice, GetJob, ListJobs or CreateJob itself.</summary>
/// <param name="AssetId">With <paramref name="Attempt"/> and <paramref name="MasterS3Key"/>: whose job it is, for an asset that does not know its job yet.</param>
/// <param name="DurationMs">Of the HLS outputs.</param>
internal sealed record JobReport(
    string JobId,
    JobState State,
    long? AssetId = null,
    int? Attempt = null,
    string? MasterS3Key = null,
    int? Percent = null,
    long? DurationMs = null,
    string? ErrorCode = null,
    string? ErrorMessage = null)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    public static JobReport Of(MediaConvertJob job) => Make(
        job.Id, job.Status, job.UserMetadata, job.JobPercentComplete, job.OutputGroupDetails, job.ErrorCode, job.ErrorMessage);

    /// <summary>
    /// Reads an EventBridge event "MediaConvert Job State Change". Null when it is something else.
    /// https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_event_list.html
    /// </summary>
    public static JobReport? OfEvent(string text)
    {
        JobEvent? told;
        try
        {
            told = JsonSerializer.Deserialize<JobEvent>(text, _json);
        }
        catch (JsonException)
        {
            return null;
        }
        return told is { Source: "aws.mediaconvert", DetailType: "MediaConvert Job State Change", Detail: { JobId.Length: > 0, Status.Length: > 0 } detail }
            ? Make(
                detail.JobId, detail.Status, detail.UserMetadata, detail.JobProgress?.JobPercentComplete ?? detail.JobPercentComplete,
                detail.OutputGroupDetails, detail.ErrorCode, detail.ErrorMessage)
            : null;
    }

    /// <summary>Whether the job was made for this attempt of this asset. The master's key is in it because two installations may share one AWS account.</summary>
    public bool IsFor(VideoAsset asset) => AssetId == asset.Id && Attempt == asset.Attempt && MasterS3Key == asset.MasterS3Key;

    private static JobReport Make(
        string id, string status, IReadOnlyDictionary<string, string>? metadata, int? percent, IReadOnlyList<MediaConvertOutputGroup?>? groups, int? errorCode, string? error)
    {
        var state = status switch { "COMPLETE" => JobState.Complete, "ERROR" or "CANCELED" => JobState.Failed, _ => JobState.Running };
        return new JobReport(id, state)
        {
            AssetId = Number(metadata, JobSettings.AssetKey),
            Attempt = Number(metadata, JobSettings.AttemptKey) is <= int.MaxValue and var attempt ? (int)attempt : null,
            MasterS3Key = metadata?.GetValueOrDefault(JobSettings.MasterKey),
            Percent = percent is null ? null : Math.Clamp(percent.Value, 0, 100),
            DurationMs = (groups?.FirstOrDefault(g => g?.Type == "HLS_GROUP") ?? groups?.FirstOrDefault(g => g is { Type: null }))?.OutputDetails?.Max(o => o?.DurationInMs),
            ErrorCode = state != JobState.Failed ? null : status == "CANCELED" ? "canceled" : errorCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown",
            ErrorMessage = state != JobState.Failed ? null
                : status == "CANCELED" ? "The MediaConvert job was canceled."
                : string.IsNullOrWhiteSpace(error) ? "MediaConvert gave no reason." : error,
        };
    }

    private static long? Number(IReadOnlyDictionary<string, string>? metadata, string key) =>
        long.TryParse(metadata?.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record JobEvent([property: JsonPropertyName("detail-type")] string? DetailType, string? Source, JobEventDetail? Detail);

    private sealed record JobEventDetail(
        string? JobId,
        string? Status,
        IReadOnlyDictionary<string, string>? UserMetadata,
        JobEventProgress? JobProgress,
        int? JobPercentComplete,
        int? ErrorCode,
        string? ErrorMessage,
        IReadOnlyList<MediaConvertOutputGroup?>? OutputGroupDetails);

    private sealed record JobEventProgress(int? JobPercentComplete);
}
