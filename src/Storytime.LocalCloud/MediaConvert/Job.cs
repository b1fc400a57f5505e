using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Storytime.LocalCloud.MediaConvert;

[JsonConverter(typeof(JsonStringEnumConverter<JobStatus>))]
internal enum JobStatus
{
    SUBMITTED,
    PROGRESSING,
    COMPLETE,
    CANCELED,
    ERROR,
}

[JsonConverter(typeof(JsonStringEnumConverter<JobPhase>))]
internal enum JobPhase
{
    PROBING,
    TRANSCODING,
    UPLOADING,
}

/// <summary>A job as it is kept; <see cref="Request"/> is the CreateJob body as it came.</summary>
internal sealed record Job
{
    public required string Id { get; init; }
    public required JsonObject Request { get; init; }
    public required string Queue { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public JobStatus Status { get; init; } = JobStatus.SUBMITTED;
    public JobPhase? Phase { get; init; }
    public int Percent { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public int? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }

    /// <summary>What the COMPLETE event says of the outputs.</summary>
    public IReadOnlyList<OutputGroupResult> Results { get; init; } = [];

    [JsonIgnore]
    public bool IsOpen => Status is JobStatus.SUBMITTED or JobStatus.PROGRESSING;

    [JsonIgnore]
    public string? Token => (string?)Request["clientRequestToken"];

    [JsonIgnore]
    public JsonObject Settings => Request["settings"]!.AsObject();

    /// <summary>The member <c>job</c> of CreateJob, GetJob and ListJobs. Absent members are left out, and GetJob never tells a path.</summary>
    public JsonObject ToWire(CloudOptions options)
    {
        var wire = new JsonObject
        {
            ["arn"] = options.JobArn(Id),
            ["id"] = Id,
            ["createdAt"] = CreatedAt.ToUnixTimeSeconds(),
            ["queue"] = Queue,
            ["accelerationSettings"] = new JsonObject { ["mode"] = "DISABLED" },
            ["accelerationStatus"] = "NOT_APPLICABLE",
            ["billingTagsSource"] = "JOB",
            ["priority"] = 0,
            ["statusUpdateInterval"] = "SECONDS_60",
            ["messages"] = new JsonObject { ["info"] = new JsonArray(), ["warning"] = new JsonArray() },
        };
        foreach (var name in (string[])["role", "clientRequestToken", "accelerationSettings", "billingTagsSource", "priority", "statusUpdateInterval", "userMetadata", "settings"])
        {
            if (Request[name] is { } sent) wire[name] = sent.DeepClone();
        }

        wire["timing"] = Timing();
        wire["status"] = Status.ToString();
        if (Status == JobStatus.PROGRESSING)
        {
            wire["currentPhase"] = (Phase ?? JobPhase.PROBING).ToString();
            wire["jobPercentComplete"] = Percent;
        }
        else if (Status == JobStatus.COMPLETE)
        {
            wire["jobPercentComplete"] = 100;
            wire["warnings"] = new JsonArray();
            wire["outputGroupDetails"] = new JsonArray([.. Results.Select(group => group.ToGetJob())]);
        }
        else if (Status == JobStatus.ERROR)
        {
            wire["errorCode"] = ErrorCode;
            wire["errorMessage"] = ErrorMessage;
        }

        if (StartedAt is not null && Status != JobStatus.CANCELED) wire["retryCount"] = 0;
        return wire;
    }

    private JsonObject Timing()
    {
        var timing = new JsonObject { ["submitTime"] = CreatedAt.ToUnixTimeSeconds() };
        if (StartedAt is { } started) timing["startTime"] = started.ToUnixTimeSeconds();
        if (FinishedAt is { } finished) timing["finishTime"] = finished.ToUnixTimeSeconds();
        return timing;
    }
}
