using System.Globalization;
using System.Text.Json.Nodes;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>EventBridge's "MediaConvert Job State Change" (https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_event_list.html).</summary>
internal static class JobEvents
{
    public static JsonObject Progressing(Job job, CloudOptions options) => Event(job, options, "PROGRESSING");

    public static JsonObject Canceled(Job job, CloudOptions options) => Event(job, options, "CANCELED");

    public static JsonObject StatusUpdate(Job job, CloudOptions options, long framesDecoded)
    {
        var message = Event(job, options, "STATUS_UPDATE");
        var phases = new JsonObject();
        foreach (var phase in Enum.GetValues<JobPhase>())
        {
            var (status, percent) = phase < job.Phase ? ("COMPLETE", 100) : phase > job.Phase ? ("PENDING", 0) : ("PROGRESSING", job.Percent);
            phases[phase.ToString()] = new JsonObject { ["status"] = status, ["percentComplete"] = percent };
        }

        message["detail"]!["framesDecoded"] = framesDecoded;
        message["detail"]!["jobProgress"] = new JsonObject
        {
            ["phaseProgress"] = phases,
            ["jobPercentComplete"] = job.Percent,
            ["currentPhase"] = (job.Phase ?? JobPhase.PROBING).ToString(),
            ["retryCount"] = 0,
        };
        return message;
    }

    public static JsonObject Complete(Job job, CloudOptions options)
    {
        var message = Event(job, options, "COMPLETE");
        var detail = message["detail"]!.AsObject();
        detail["warnings"] = new JsonArray();
        detail["outputGroupDetails"] = new JsonArray([.. job.Results.Select(group => group.ToEvent())]);
        detail["paddingInserted"] = 0;
        detail["blackVideoDetected"] = 0;
        return message;
    }

    public static JsonObject Error(Job job, CloudOptions options)
    {
        var message = Event(job, options, "ERROR");
        message["detail"]!["errorCode"] = job.ErrorCode;
        message["detail"]!["errorMessage"] = job.ErrorMessage;
        return message;
    }

    private static JsonObject Event(Job job, CloudOptions options, string status)
    {
        var now = options.Time.GetUtcNow();
        return new JsonObject
        {
            ["version"] = "0",
            ["id"] = Guid.NewGuid().ToString(),
            ["detail-type"] = "MediaConvert Job State Change",
            ["source"] = "aws.mediaconvert",
            ["account"] = options.AccountId,
            ["time"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["region"] = options.Region,
            ["resources"] = new JsonArray(options.JobArn(job.Id)),
            ["detail"] = new JsonObject
            {
                ["timestamp"] = now.ToUnixTimeMilliseconds(),
                ["accountId"] = options.AccountId,
                ["queue"] = job.Queue,
                ["jobId"] = job.Id,
                ["status"] = status,
                ["userMetadata"] = job.Request["userMetadata"]?.DeepClone() ?? new JsonObject(),
            },
        };
    }
}
