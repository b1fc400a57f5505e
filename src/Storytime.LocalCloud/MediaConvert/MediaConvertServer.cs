using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.LocalCloud.Http;
using Storytime.LocalCloud.S3;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>The REST-JSON API, version 2017-08-29 (https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html). Members are lowerCamelCase on the wire.</summary>
internal sealed class MediaConvertServer(MediaConvertEngine engine, ObjectStore store, SignedCalls calls, CloudOptions options)
{
    private const string Root = "/2017-08-29";

    public void MapTo(WebApplication app)
    {
        app.MapPost(Root + "/jobs", http => AnswerAsync(http, "CreateJob", CreateAsync));
        app.MapGet(Root + "/jobs", http => AnswerAsync(http, "ListJobs", List));
        app.MapGet(Root + "/jobs/{id}", http => AnswerAsync(http, "GetJob", Get));
        app.MapDelete(Root + "/jobs/{id}", http => AnswerAsync(http, "CancelJob", Cancel));
        app.MapPost(Root + "/probe", http => AnswerAsync(http, "Probe", ProbeAsync));
        app.MapFallback(http => AnswerAsync(http, null, NoSuchOperation));
    }

    private Task AnswerAsync(HttpContext http, string? name, Func<HttpContext, Answer> operation) => AnswerAsync(http, name, (_, _) => Task.FromResult(operation(http)));

    private Task AnswerAsync(HttpContext http, string? name, Func<byte[], CancellationToken, Task<Answer>> operation) => calls.AnswerAsync(http, JsonService.MediaConvert, name, operation);

    private Task<Answer> CreateAsync(byte[] body, CancellationToken ct)
    {
        if (SignedCalls.Parse(body) is not { } request) return Task.FromResult(Answer.BadRequest("The body is not a JSON object."));
        if (JobRules.Validate(request) is { } complaint) return Task.FromResult(Answer.BadRequest(complaint));
        var queue = Queue((string?)request["queue"] ?? "Default");
        if (queue is null) return Task.FromResult(Answer.Error(404, "NotFoundException", $"The queue {(string?)request["queue"]} does not exist."));
        return Task.FromResult(new Answer(201, new JsonObject { ["job"] = engine.Submit(request, queue).ToWire(options) }));
    }

    private Answer Get(HttpContext http) => Find(http) is { } job
        ? new Answer(200, new JsonObject { ["job"] = job.ToWire(options) })
        : NoSuchJob(http);

    private Answer List(HttpContext http)
    {
        var query = http.Request.Query;
        var most = 20;
        if (query["maxResults"].FirstOrDefault() is { } asked && (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > 20))
            return Answer.BadRequest("maxResults: Should be between 1 and 20");
        var (order, status, wanted) = (query["order"].FirstOrDefault() ?? "DESCENDING", query["status"].FirstOrDefault(), query["queue"].FirstOrDefault());
        if (order is not ("ASCENDING" or "DESCENDING")) return Answer.BadRequest("order: Should be ASCENDING or DESCENDING");
        if (status is not null && !Enum.GetNames<JobStatus>().Contains(status)) return Answer.BadRequest($"status: Should be one of {string.Join(", ", Enum.GetNames<JobStatus>())}");
        var queue = wanted is null ? null : Queue(wanted) ?? "";
        var jobs = engine.Jobs.All.Where(job => (status is null || job.Status.ToString() == status) && (queue is null || job.Queue == queue));

        // Ids begin with the time of submission, so they order the jobs, and the last id of a page is where the next one goes on.
        var ordered = order == "ASCENDING" ? jobs.OrderBy(job => job.Id, StringComparer.Ordinal) : jobs.OrderByDescending(job => job.Id, StringComparer.Ordinal);
        string? after = null;
        if (query["nextToken"].FirstOrDefault() is { Length: > 0 } token)
        {
            if (!token.All(char.IsAsciiHexDigit) || token.Length % 2 == 1) return Answer.BadRequest("nextToken: Is not a token of this list");
            after = Encoding.UTF8.GetString(Convert.FromHexString(token));
        }

        var rest = ordered.Where(job => after is null || (order == "ASCENDING" ? string.CompareOrdinal(job.Id, after) > 0 : string.CompareOrdinal(job.Id, after) < 0)).Take(most + 1).ToList();
        var answer = new JsonObject { ["jobs"] = new JsonArray([.. rest.Take(most).Select(job => job.ToWire(options))]) };
        if (rest.Count > most) answer["nextToken"] = Convert.ToHexString(Encoding.UTF8.GetBytes(rest[most - 1].Id));
        return new Answer(200, answer);
    }

    private Answer Cancel(HttpContext http)
    {
        if (Find(http) is not { } job) return NoSuchJob(http);
        return engine.Cancel(job) ? new Answer(202, []) : Answer.Error(409, "ConflictException", $"The job {job.Id} is already {engine.Jobs.Find(job.Id)!.Status}.");
    }

    private async Task<Answer> ProbeAsync(byte[] body, CancellationToken ct)
    {
        var files = SignedCalls.Parse(body)?["inputFiles"] as JsonArray;
        if (files is not [JsonObject file]) return Answer.BadRequest("/inputFiles: Should have exactly 1 item");
        if (S3Location.Parse(file["fileUrl"]?.ToString()) is not { } source) return Answer.BadRequest("/inputFiles/0/fileUrl: Should be an S3 location, s3://bucket/key");
        if (store.Find(source.Bucket, source.Key) is not { } metadata) return Answer.Error(404, "NotFoundException", $"Unable to open input file [{source}]: the bucket or the object does not exist.");
        try
        {
            var info = options.TranscodeJobs ? await MediaProbe.ReadAsync(store.DataFile(source.Bucket, metadata), source, ct) : PlaceholderFiles.Media;
            return new Answer(200, new JsonObject { ["probeResults"] = new JsonArray(ProbeAnswer.Of(info, metadata)) });
        }
        catch (JobFailure failure)
        {
            return Answer.BadRequest(failure.Message);
        }
    }

    private Job? Find(HttpContext http) => engine.Jobs.Find((string)http.Request.RouteValues["id"]!);

    private static Answer NoSuchOperation(HttpContext http) => Answer.Error(404, "UnknownOperationException", $"The local cloud has no operation {http.Request.Method} {http.Request.Path}.");

    private static Answer NoSuchJob(HttpContext http) => Answer.Error(404, "NotFoundException", $"Job with id {http.Request.RouteValues["id"]} not found.");

    /// <summary>The account's one queue, by name or by ARN.</summary>
    private string? Queue(string named) => named == "Default" || named == options.QueueArn("Default") ? options.QueueArn("Default") : null;
}
