using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storytime.Platform.Aws;

/// <summary>
/// AWS Elemental MediaConvert's REST API (2017-08-29, rest-json, names in lowerCamelCase on the wire). Signing and retries are in the handlers of the
/// <see cref="HttpClient"/>. https://docs.aws.amazon.com/mediaconvert/latest/apireference/
/// </summary>
internal sealed class MediaConvertClient(HttpClient http, MediaConvertPace pace)
{
    private const string Root = "2017-08-29/";
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    /// <summary>Looks into a file in S3 without making a job. Throws <see cref="MediaConvertException"/> with status 400 when the file is no media.</summary>
    public async Task<MediaConvertProbe?> ProbeAsync(string s3Uri, CancellationToken ct)
    {
        var body = new JsonObject { ["inputFiles"] = new JsonArray(new JsonObject { ["fileUrl"] = s3Uri }) };
        var answer = await SendAsync<ProbeAnswer>(HttpMethod.Post, "probe", body, ct);
        return answer.ProbeResults is [var first, ..] ? first : null;
    }

    /// <summary>Makes a job. Any exception but <see cref="MediaConvertException"/> means that nobody knows whether there is a job now.</summary>
    public async Task<MediaConvertJob> CreateJobAsync(JsonObject request, CancellationToken ct) =>
        (await SendAsync<JobAnswer>(HttpMethod.Post, "jobs", request, ct)).Job;

    /// <summary>At most 2 calls a second for the whole account.</summary>
    public async Task<MediaConvertJob> GetJobAsync(string id, CancellationToken ct)
    {
        await pace.GetJobAsync(ct);
        return (await SendAsync<JobAnswer>(HttpMethod.Get, $"jobs/{Uri.EscapeDataString(id)}", null, ct)).Job;
    }

    /// <summary>Up to 20 jobs, newest first. At most 2 calls a second for the whole account.</summary>
    /// <param name="nextToken">Of the page before; null for the first one.</param>
    public async Task<MediaConvertJobs> ListJobsAsync(string? nextToken, CancellationToken ct)
    {
        await pace.ListJobsAsync(ct);
        var page = nextToken is null ? "" : $"&nextToken={Uri.EscapeDataString(nextToken)}";
        return await SendAsync<MediaConvertJobs>(HttpMethod.Get, "jobs?maxResults=20&order=DESCENDING" + page, null, ct);
    }

    /// <summary>Ends a job. Harmless for one that is at its end (409) or not known (404).</summary>
    /// <returns>False when there was nothing to end.</returns>
    public async Task<bool> CancelJobAsync(string id, CancellationToken ct)
    {
        try
        {
            await SendAsync<JsonObject>(HttpMethod.Delete, $"jobs/{Uri.EscapeDataString(id)}", null, ct);
            return true;
        }
        catch (MediaConvertException e) when (e.Status is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, JsonObject? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, Root + path);
        if (body is not null)
        {
            // Not JsonContent: its length is unknown, and MediaConvert wants a signed Content-Length and no "; charset".
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
            request.Content.Headers.ContentType = new("application/json");
        }
        using var response = await http.SendAsync(request, ct);
        if (!response.IsSuccessStatusCode)
            throw await ReadErrorAsync(response, ct);
        return await response.Content.ReadFromJsonAsync<T>(_json, ct)
            ?? throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"MediaConvert answered {(int)response.StatusCode} with an empty body."));
    }

    /// <summary>The status decides; type and message are for people. Errors of IAM and of the signature are not in the model, and come as 403.</summary>
    private static async Task<MediaConvertException> ReadErrorAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var type = response.Headers.TryGetValues("x-amzn-ErrorType", out var values) ? values.First().Split(':')[0] : "";
        var text = await response.Content.ReadAsStringAsync(ct);
        string? message = null;
        try
        {
            message = JsonSerializer.Deserialize<ErrorAnswer>(text, _json)?.Message;
        }
        catch (JsonException)
        {
            // A proxy in between answered in its own words; the status is enough.
        }
        return new MediaConvertException(response.StatusCode, type, message ?? $"MediaConvert answered {(int)response.StatusCode}.");
    }

    private sealed record ProbeAnswer(IReadOnlyList<MediaConvertProbe>? ProbeResults);

    private sealed record JobAnswer(MediaConvertJob Job);

    private sealed record ErrorAnswer(string? Message);
}

/// <summary>MediaConvert answered, and the answer is no.</summary>
internal sealed class MediaConvertException(HttpStatusCode status, string type, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    public string Type { get; } = type;

    /// <summary>The request itself is wrong: asking again gets the same answer. Other 400s (an expired signature, a proxy's) say nothing about the request.</summary>
    public bool IsFinal => Status == HttpStatusCode.BadRequest && Type == "BadRequestException";

    /// <summary>A clear no, before anything was done.</summary>
    public bool MadeNothing => (int)Status < 500;

    /// <summary>Too many requests (429), or a quota is used up (402): nothing else will be taken just now either.</summary>
    public bool IsThrottling => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.PaymentRequired;
}
