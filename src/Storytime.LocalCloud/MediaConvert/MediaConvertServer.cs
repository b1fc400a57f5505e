using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Storytime.LocalCloud.Http;
using Storytime.LocalCloud.S3;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>The REST-JSON API, version 2017-08-29 (https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html). Members are lowerCamelCase on the wire.</summary>
internal sealed class MediaConvertServer(MediaConvertEngine engine, ObjectStore store, SigV4Verifier verifier, CloudOptions options)
{
    private const string Root = "/2017-08-29";
    private const int LargestBody = 1024 * 1024;

    public void MapTo(WebApplication app)
    {
        app.MapPost(Root + "/jobs", http => AnswerAsync(http, CreateAsync));
        app.MapGet(Root + "/jobs", http => AnswerAsync(http, List));
        app.MapGet(Root + "/jobs/{id}", http => AnswerAsync(http, Get));
        app.MapDelete(Root + "/jobs/{id}", http => AnswerAsync(http, Cancel));
        app.MapPost(Root + "/probe", http => AnswerAsync(http, ProbeAsync));
        app.MapFallback(http => AnswerAsync(http, NoSuchOperation));
    }

    private Task AnswerAsync(HttpContext http, Func<HttpContext, Answer> operation) => AnswerAsync(http, (_, _) => Task.FromResult(operation(http)));

    /// <summary>Verifies the signature and the body's hash before anything is looked at.</summary>
    private async Task AnswerAsync(HttpContext http, Func<byte[], CancellationToken, Task<Answer>> operation)
    {
        var ct = http.RequestAborted;
        var body = await ReadAsync(http.Request, ct);
        var answer = body is null ? Answer.Error(413, "RequestEntityTooLargeException", "The request is too large.") : Refuse(http, body) ?? await operation(body, ct);
        http.Response.StatusCode = answer.Status;
        http.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (answer.ErrorType is { } type) http.Response.Headers["x-amzn-ErrorType"] = type;
        await http.Response.WriteTextAsync("application/json", answer.Body.ToJsonString(), ct);
    }

    private Answer? Refuse(HttpContext http, byte[] body)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        if (verifier.Verify(http, "mediaconvert", hash, out var signature) is { } refusal)
        {
            return refusal.Problem switch
            {
                SigV4Problem.NotSigned => Answer.Error(403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
                SigV4Problem.Malformed => Answer.Error(403, "IncompleteSignatureException", refusal.Message),
                SigV4Problem.UnknownAccessKey => Answer.Error(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
                SigV4Problem.TooSkewed or SigV4Problem.Expired or SigV4Problem.NotYetValid => Answer.Error(403, "InvalidSignatureException", $"Signature expired: {refusal.Message}"),
                SigV4Problem.SignatureMismatch => Answer.Error(403, "InvalidSignatureException", $"{refusal.Message}\n\nThe Canonical String for this request should have been\n'{refusal.CanonicalRequest}'\n\nThe String-to-Sign should have been\n'{refusal.StringToSign}'\n"),
                _ => Answer.Error(403, "InvalidSignatureException", refusal.Message),
            };
        }

        return signature!.PayloadHash == hash ? null : Answer.Error(403, "InvalidSignatureException", "The x-amz-content-sha256 header does not match the body.");
    }

    private Task<Answer> CreateAsync(byte[] body, CancellationToken ct)
    {
        if (Parse(body) is not { } request) return Task.FromResult(Answer.BadRequest("The body is not a JSON object."));
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
        var files = Parse(body)?["inputFiles"] as JsonArray;
        if (files is not [JsonObject file]) return Answer.BadRequest("/inputFiles: Should have exactly 1 item");
        if (S3Location.Parse(file["fileUrl"]?.ToString()) is not { } source) return Answer.BadRequest("/inputFiles/0/fileUrl: Should be an S3 location, s3://bucket/key");
        if (store.Find(source.Bucket, source.Key) is not { } metadata) return Answer.Error(404, "NotFoundException", $"Unable to open input file [{source}]: the bucket or the object does not exist.");
        try
        {
            var info = await MediaProbe.ReadAsync(store.DataFile(source.Bucket, metadata), source, ct);
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

    private static JsonObject? Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Null when it is larger than any job can be.</summary>
    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, ct)) > 0)
        {
            if (body.Length + read > LargestBody) return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private sealed record Answer(int Status, JsonObject Body, string? ErrorType = null)
    {
        public static Answer Error(int status, string type, string message) => new(status, new JsonObject { ["message"] = message }, type);

        public static Answer BadRequest(string message) => Error(400, "BadRequestException", message);
    }
}
