using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Storytime.Platform.Auth;

namespace Storytime.Platform.Errors;

/// <summary>Every answer that is not 2xx has this body, whoever answers: <c>{ "error": { "code", "message", "details" } }</c>.</summary>
public sealed record ErrorEnvelope(ErrorBody Error);

/// <param name="Code">Stable, for programs: <c>not_found</c>, <c>validation_failed</c>, …</param>
/// <param name="Message">For people: what is wrong and what to do about it.</param>
/// <param name="Details">More for programs; an empty object when there is nothing more to say.</param>
public sealed record ErrorBody(string Code, string Message, IReadOnlyDictionary<string, object?> Details);

/// <summary>A refusal as a value: a handler returns it, it is written as the error envelope.</summary>
public sealed class ApiError(int status, string code, string message, IReadOnlyDictionary<string, object?>? details = null) : IResult, IStatusCodeHttpResult
{
    private static readonly Dictionary<string, object?> _none = [];

    public static readonly ApiError NotSignedIn = Unauthenticated("Sign in first and send the token as 'Authorization: Bearer …'.");

    public static readonly ApiError TokenExpired = new(401, "token_expired", "This token has expired. Get a new one by /auth/refresh, or sign in again.");

    public static readonly ApiError SessionEnded = Unauthenticated("This session was ended. Sign in again, or let a parent hand the device over again.");

    public static readonly ApiError WrongToken = Forbidden("This token may not be used here.");

    public static readonly ApiError NotJson = new(400, "invalid_request", "The body is not valid JSON. Send one JSON object.");

    public static readonly ApiError TooLarge = new(413, "too_large", "The body is too large.");

    public static readonly ApiError NotJsonType = new(415, "unsupported_media_type", "Send the body as JSON with 'Content-Type: application/json'.");

    public static readonly ApiError Unavailable = new(503, "unavailable", "Storytime cannot answer just now. Try again in a moment.");

    public int Status { get; } = status;

    public string Code { get; } = code;

    public string Message { get; } = message;

    public IReadOnlyDictionary<string, object?> Details { get; } = details ?? _none;

    public ErrorEnvelope Envelope => new(new ErrorBody(Code, Message, Details));

    /// <summary>For the header <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    [JsonIgnore]
    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <summary>The same answer for what does not exist and for what belongs to someone else: existence does not leak.</summary>
    public static ApiError NotFound(string what = "resource") =>
        new(404, "not_found", $"There is no such {what}. Check the id in the address.");

    public static readonly ApiError Gone = new(404, "not_found", "It was deleted at this very moment.");

    public static ApiError Conflict(string message, string code = "conflict") => new(409, code, message);

    public static ApiError Unauthenticated(string message) => new(401, "unauthenticated", message);

    public static ApiError Forbidden(string message) => new(403, "forbidden", message);

    public static ApiError RateLimited(TimeSpan wait)
    {
        wait = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(wait.TotalSeconds)));
        return new(429, "rate_limited", $"Too many requests. Try again in {wait.TotalSeconds:0} seconds.") { RetryAfter = wait };
    }

    public static ApiError Internal(string traceId) => new(
        500, "internal_error", "Something went wrong on our side. Tell support the trace id.", new Dictionary<string, object?> { ["trace_id"] = traceId });

    public static ApiError Invalid(string field, string message) => Invalid((field, message));

    public static ApiError Invalid(params (string Field, string Message)[] problems) => new(
        422,
        "validation_failed",
        "Some values cannot be accepted; details says which and why.",
        problems.GroupBy(p => p.Field).ToDictionary(g => g.Key, g => (object?)g.Select(p => p.Message).ToArray()));

    /// <param name="errors">As validation gives them, by the names of our members: <c>Events[0].EventType</c> is the caller's <c>events[0].event_type</c>.</param>
    public static ApiError Invalid(IEnumerable<KeyValuePair<string, string[]>> errors) => Invalid([.. errors.SelectMany(e => e.Value.Select(m => (SnakeCasePath(e.Key), m)))]);

    private static string SnakeCasePath(string path) => string.Join('.', path.Split('.').Select(JsonNamingPolicy.SnakeCaseLower.ConvertName));

    /// <summary>The message, or what it says of single fields: for pages.</summary>
    public string Sentence() => Details.Values.OfType<IEnumerable<string>>().SelectMany(m => m).ToList() is { Count: > 0 } details ? string.Join(' ', details) : Message;

    private static bool IsConsolesPage(HttpRequest request) =>
        request.Path.StartsWithSegments("/admin") && !request.Path.StartsWithSegments("/admin/api") && request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        if (RetryAfter is { } wait)
            httpContext.Response.Headers.RetryAfter = wait.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        // Where a handler found it out; before one, authentication says so.
        if (ReferenceEquals(this, SessionEnded) && httpContext.Response.Headers.WWWAuthenticate.Count == 0)
        {
            httpContext.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            httpContext.RequestServices.GetRequiredService<EndedSessions>().Add(httpContext.User);
        }
        // Pages for people; what they do not say nicely themselves (a rate limit, a fault) comes at least as a sentence.
        return httpContext.Request.Path.StartsWithSegments("/account") || IsConsolesPage(httpContext.Request)
            ? httpContext.Response.WriteAsync(Message, httpContext.RequestAborted)
            : httpContext.Response.WriteAsJsonAsync(Envelope, httpContext.RequestAborted);
    }
}
